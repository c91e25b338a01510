"""Which entity and attribute has which row, where it stands, what it is called."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tocsin.kernel.events import Attribute, Observation
from tocsin.tools.anomaly import attributes
from tocsin.tools.anomaly import columns as c
from tocsin.tools.anomaly.table import Table

#: Names longer than this are cut: they come from outside and travel in every finding.
NAME_LENGTH = 80
_BIDI = frozenset({0x200E, 0x200F, 0x061C, *range(0x202A, 0x202F), *range(0x2066, 0x206A)})


@dataclass(slots=True)
class Entity:
    """A sensor as last stated by itself. ``rows``: attribute name to row of the table, -1 for static ones."""

    id: str
    type: str
    name: str
    lon: float | None = None
    lat: float | None = None
    rows: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Series:
    """One attribute of one entity; stands at its row's place in ``Registry.series``."""

    entity: Entity
    attribute: str
    unit: str | None


class Registry:
    """``version`` changes whenever a series or a place did."""

    def __init__(self, table: Table, most: int, per_sensor_day: float) -> None:
        self._table = table
        self._most = most
        self._rate = per_sensor_day
        self.entities: dict[str, Entity] = {}
        self.series: dict[int, Series] = {}
        self.version = 0

    @property
    def full(self) -> bool:
        return len(self.series) >= self._most

    def meet(self, o: Observation) -> Entity:
        """The entity of an observation, with its place and name as stated now."""
        entity = self.entities.get(o.entity)
        if entity is None:
            entity = Entity(o.entity, o.type, o.entity.rsplit(":", 1)[-1][:NAME_LENGTH], o.lon, o.lat)
            self.entities[o.entity] = entity
        elif o.lon is not None and (entity.lon != o.lon or entity.lat != o.lat):
            entity.lon, entity.lat = o.lon, o.lat
            self.version += 1
        return entity

    def row(self, entity: Entity, attribute: Attribute) -> int:
        """A row for an attribute not met before; -1 where it is a fact, not a reading."""
        name = attribute.name
        if not attributes.varies(name):
            entity.rows[name] = -1
            return -1
        low, high = attributes.bounds(name, attribute.unit)
        circular = name in attributes.CIRCULAR or attribute.unit == "DD"
        row = self._table.take(low, high, circular=circular, per_sensor_day=self._rate)
        entity.rows[name] = row
        self.series[row] = Series(entity, name, attribute.unit)
        self.version += 1
        return row

    def forget(self, entity: Entity) -> list[int]:
        """Drop an entity; the rows it had."""
        del self.entities[entity.id]
        rows = sorted(r for r in entity.rows.values() if r >= 0)
        for row in rows:
            del self.series[row]
            self._table.give_up(row)
        self.version += 1
        return rows

    @staticmethod
    def clean(name: str) -> str:
        """A name from outside, cut, without characters that change how the text around it reads."""
        return "".join(c for c in name[:NAME_LENGTH] if c.isprintable() and ord(c) not in _BIDI).strip()

    def make_room(self, keep: set[str]) -> list[int]:
        """Forget the entities longest unheard but ``keep``, a hundredth of all series at least; their
        rows."""
        rows = np.array(sorted(self.series))
        order = rows[np.argsort(self._table.f[rows, c.T], kind="stable")]
        gone: list[int] = []
        for row in order.tolist():
            if len(gone) * 100 >= self._most:
                break
            if row in self.series and self.series[row].entity.id not in keep:
                gone += self.forget(self.series[row].entity)
        return gone

    def snapshot(self) -> list[list[Any]]:
        units = {row: s.unit for row, s in self.series.items()}
        return [
            [e.id, e.type, e.name, e.lon, e.lat, [[a, r, units.get(r)] for a, r in e.rows.items()]]
            for e in self.entities.values()
        ]

    def restore(self, state: Any) -> None:
        self.entities, self.series = {}, {}
        for id_, type_, name, lon, lat, rows in state:
            entity = Entity(id_, type_, name, lon, lat, {a: r for a, r, _ in rows})
            self.entities[id_] = entity
            for attribute, row, unit in rows:
                if row >= 0:
                    self.series[row] = Series(entity, attribute, unit)
        self.version += 1
