"""Sensors of the same kind nearby: who they are, and what they say of the moment."""

from __future__ import annotations

from math import cos, floor, radians
from typing import Final

import numpy as np

from tocsin.kernel.events import Neighbour
from tocsin.kernel.geo import Point, distance_m
from tocsin.tools.anomaly import attributes
from tocsin.tools.anomaly import columns as c
from tocsin.tools.anomaly.arrays import Ints
from tocsin.tools.anomaly.registry import Registry, Series
from tocsin.tools.anomaly.table import Table
from tocsin.tools.anomaly.words import number

#: Asked at most; more add no independent opinion.
MOST: Final = 6
_DEGREE_M: Final = 111_195.0
#: A neighbour whose own deviation reaches this share of its own threshold agrees.
AGREES_AT: Final = 0.5


class Neighbours:
    """``matrix`` (rows, MOST) has the nearest same-attribute rows within the radius, nearest first, else
    -1."""

    def __init__(self, registry: Registry, table: Table, radius_m: float) -> None:
        self._registry, self._table, self._radius_m = registry, table, radius_m
        self._version = -1
        self._matrix: Ints = np.full((0, MOST), -1, dtype=np.int64)

    @property
    def matrix(self) -> Ints:
        if self._version != self._registry.version or len(self._matrix) != self._table.n:
            self._matrix = self._build()
            self._version = self._registry.version
        return self._matrix

    def _build(self) -> Ints:
        cells: dict[tuple[str, str, int, int], list[int]] = {}
        step = self._radius_m / _DEGREE_M
        series = self._registry.series
        rows = sorted(series)
        for row in rows:
            cell = self._cell(series[row], step)
            if cell:
                cells.setdefault(cell, []).append(row)
        matrix = np.full((self._table.n, MOST), -1, dtype=np.int64)
        for (kind, attribute, across, up), here in cells.items():
            around = [
                row
                for dx in (-1, 0, 1)
                for dy in (-1, 0, 1)
                for row in cells.get((kind, attribute, across + dx, up + dy), ())
            ]
            if len(around) > 1:
                for row in here:
                    near = self._nearest(row, around)
                    matrix[row, : len(near)] = near
        return matrix

    def _cell(self, s: Series, step: float) -> tuple[str, str, int, int] | None:
        """The square of about the radius that a series stands in. Columns are cut by latitude bands of 1
        degree so that neighbours in one band share the width; a pair across a band's edge may be missed."""
        lon, lat = s.entity.lon, s.entity.lat
        if lon is None or lat is None:
            return None
        width = step / max(cos(radians(floor(lat) + 1)), 0.05)
        return s.entity.type, s.attribute, floor(lon / width), floor(lat / step)

    def _nearest(self, row: int, around: list[int]) -> list[int]:
        own = self._registry.series[row].entity
        here = Point(own.lon or 0.0, own.lat or 0.0)
        found: list[tuple[float, int]] = []
        for other in around:
            entity = self._registry.series[other].entity
            if other != row and entity is not own:
                away = distance_m(here, Point(entity.lon or 0.0, entity.lat or 0.0))
                if away <= self._radius_m:
                    found.append((away, other))
        return [other for _, other in sorted(found)[:MOST]]

    def near(self, row: int, other: int) -> bool:
        """Whether two series are of one kind and stand within the radius of one another."""
        a, b = self._registry.series[row], self._registry.series[other]
        if (a.entity.type, a.attribute) != (b.entity.type, b.attribute):
            return False
        if a.entity.lon is None or a.entity.lat is None or b.entity.lon is None or b.entity.lat is None:
            return False
        here, there = Point(a.entity.lon, a.entity.lat), Point(b.entity.lon, b.entity.lat)
        return distance_m(here, there) <= self._radius_m

    def opinions(self, row: int, side: int, now: float) -> tuple[Neighbour, ...]:
        """What each neighbour says of a deviation to ``side`` (+1 above, -1 below, 0: silence)."""
        asked = [self._opinion(int(other), side, now) for other in self.matrix[row] if other >= 0]
        return tuple(o for o in asked if o is not None)

    def _opinion(self, row: int, side: int, now: float) -> Neighbour | None:
        f, s = self._table.f[row], self._registry.series[row]
        name = s.entity.name
        silent = now - f[c.T] > max(6.0 * f[c.CAD], 600.0)
        if side == 0:
            words = f"{name} is silent too" if silent else f"{name} reports as usual"
            return Neighbour(s.entity.id, bool(silent), words)
        if silent or not f[c.SEASONAL]:
            return None
        limit = self._table.limit[row]
        share = max(
            f[c.ZBAR] / limit[c.UP] if side > 0 else -f[c.ZBAR] / limit[c.DOWN],
            self._table.hot[row, c.UP if side > 0 else c.DOWN],
        )
        unit = attributes.unit_words(s.unit)
        mid, half = f[c.MID], f[c.HALF]
        usual = f"usual {number(max(mid - half, f[c.LO]))}–{number(mid + half)}{unit}"
        return Neighbour(s.entity.id, bool(share > AGREES_AT), f"{name}: {number(f[c.X1])}{unit}, {usual}")
