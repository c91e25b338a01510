"""From rows of the lake to the temporal entity: expanded, every attribute all its instances, oldest first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, unquote

from tocsin.lake.rows import attribute_of, moment
from tocsin.lake.temporal.records import GONE, Instance
from tocsin.ngsi.model.checks import told
from tocsin.ngsi.model.kinds import NULL, VALUE_OF, Attribute, Entity
from tocsin.ngsi.problems import ResourceNotFound
from tocsin.ngsi.store.names import iri_of
from tocsin.ngsi.temporal.detail import Told, unpacked

INSTANCE = "urn:ngsi-ld:instance:"
_NOTHING = Told()
_EXACT = float(1 << 53)


def entities(rows: Iterable[Instance]) -> dict[str, Entity]:
    """By id. Each instance has its ``instanceId``, ``createdAt`` and ``modifiedAt``."""
    found: dict[str, Entity] = {}
    for row in rows:
        flag, said = unpacked(row.detail) if row.detail else ("", _NOTHING)
        entity = found.setdefault(row.entity, {"id": row.entity, "type": [iri_of(row.type)]})
        if said.types:
            entity["type"] = said.types
        if said.scope:
            entity["scope"] = said.scope
        iri = said.iri or iri_of(attribute_of(row.attribute))
        entity.setdefault(iri, []).append(_instance(row, flag, said))
    return found


def iri_of_row(attribute: str, detail: str | None) -> str:
    said = unpacked(detail)[1] if detail else _NOTHING
    return said.iri or iri_of(attribute_of(attribute))


def types_of(type_name: str, detail: str | None) -> list[str]:
    """Of an entity, by its newest row that tells them."""
    said = unpacked(detail)[1] if detail else _NOTHING
    return said.types or [iri_of(type_name)]


def instance_id(observation: str, attribute: str) -> str:
    """The ``instanceId`` of a row."""
    dataset = attribute.partition("<")[2].removesuffix(">")
    made = INSTANCE + quote(observation, safe=":")
    return f"{made};{quote(dataset, safe=':')}" if dataset else made


def observation_of(instance: str) -> tuple[str, str | None]:
    """Observation and dataset of an ``instanceId``. Raises ``ResourceNotFound`` for one that is not ours."""
    if not instance.startswith(INSTANCE):
        raise ResourceNotFound("there is no such instance", field="instanceId", value=instance)
    observation, parted, dataset = instance.removeprefix(INSTANCE).partition(";")
    return unquote(observation), unquote(dataset) if parted else None


def _instance(row: Instance, flag: str, said: Told) -> Attribute:
    accepted = told(moment(row.accepted))
    if flag == GONE or (row.detail is None and row.value is None and row.lon is None):
        kind = (said.instance or {}).get("type", "Property")
        null: Any = {"@none": NULL} if kind == "LanguageProperty" else NULL
        made: Attribute = {**(said.instance or {}), "type": kind, VALUE_OF[kind]: null, "deletedAt": accepted}
    elif said.instance is not None:
        made = {"createdAt": accepted, "modifiedAt": accepted, **said.instance}
    elif row.lon is not None:
        made = {
            "type": "GeoProperty",
            "value": {"type": "Point", "coordinates": [row.lon, row.lat]},
            "observedAt": told(moment(row.observed)),
            "createdAt": accepted,
            "modifiedAt": accepted,
        }
    else:
        made = {"type": "Property", "value": number(row.value), "createdAt": accepted, "modifiedAt": accepted}
        if flag != "!":
            made["observedAt"] = told(moment(row.observed))
        if row.unit is not None:
            made["unitCode"] = row.unit
    # another observation may have taken the place of the one that the instance was first told by
    made["instanceId"] = instance_id(said.id or row.observation, row.attribute)
    return made


def number(value: Any) -> Any:
    """Whole numbers as such: the lake keeps all as doubles."""
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return int(value)
    return value
