"""An entity of a notification as a reading: NGSI-LD normalised, concise or simplified; NGSIv2 normalised or
keyValues. Pure.

Of an attribute with several instances (``datasetId``) the one without a datasetId counts, else the newest.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from tocsin.sdk.naming import local_id
from tocsin.sdk.reading import Reading, Refused, Rule, from_json, parse_time

#: members that are no attributes
_ABOUT = frozenset({"id", "type", "@context", "scope", "notifiedAt", "createdAt", "modifiedAt", "deletedAt"})
#: in the order in which they are believed: when it was seen, when the broker heard of it
_TIMES = ("observedAt", "modifiedAt", "createdAt")
_VALUES = ("value", "object", "languageMap", "vocab", "json", "valueList", "objectList")
_DATED = ("dateObserved", "observationDateTime", "TimeInstant")


def read(payload: bytes) -> Reading:
    """``{"entity": …, "heard": …}``. Raises ``Refused``."""
    try:
        letter = msgspec.json.decode(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
        from_json(payload)
        raise Refused(Rule.NOT_JSON, "no notification", cure="send UTF-8 JSON (RFC 8259)") from None
    entity = letter.get("entity") if type(letter) is dict else None
    if type(entity) is not dict:
        raise Refused(Rule.NOT_AN_OBJECT, "an entity is an object", field="data", cure="NGSI-LD, 5.3.1")
    if entity.get("type") == "Feature" and type(entity.get("properties")) is dict:  # GeoJSON (4.5.16)
        entity = {"location": entity.get("geometry"), **entity["properties"], "id": entity.get("id")}
    name, kind = entity.get("id"), entity.get("type")
    if type(kind) is list and kind:
        kind = kind[0]
    if type(name) is not str or not name:
        raise Refused(Rule.NO_ID, "an entity has an id", field="id", value=name, cure="NGSI-LD, 4.5.1")
    if type(kind) is not str:
        raise Refused(Rule.BAD_TYPE, "an entity has a type", field="type", value=kind, cure="NGSI-LD, 4.5.1")
    type_ = _last(kind)
    attributes: dict[str, Any] = {}
    seen: list[datetime] = []
    told: list[datetime] = []
    lon = lat = None
    for long, stated in entity.items():
        if long in _ABOUT:
            continue
        attribute = _last(long)
        value, unit, at = _instance(stated)
        for times, moment in (
            (seen, at.get("observedAt")),
            (told, at.get("modifiedAt") or at.get("createdAt")),
        ):
            if moment:
                times.append(parse_time(moment, f"{attribute}.observedAt"))
        if attribute in _DATED and type(_plain(value)) is str:
            seen.append(parse_time(_plain(value), attribute))
            continue
        if attribute == "location" and type(value) is dict and value.get("type") == "Point":
            lon, lat = _point(value)
            continue
        attributes[attribute] = {"value": value, "unitCode": unit} if unit else _plain(value)
    moment = entity.get("modifiedAt") or entity.get("createdAt") or letter.get("heard")
    at_ = max(seen or told, default=None) or parse_time(moment, "heard")
    return Reading(_own(name, type_), type_, at_, attributes, lon, lat)


def _instance(stated: Any) -> tuple[Any, str | None, dict[str, str]]:
    """Value, unit code and times of an attribute in any representation."""
    if type(stated) is list and stated and all(type(one) is dict for one in stated):
        plain = [one for one in stated if "datasetId" not in one]
        stated = (plain or sorted(stated, key=lambda one: str(one.get("observedAt", ""))))[-1]
    if type(stated) is not dict:
        return stated, None, {}
    inner = next((stated[name] for name in _VALUES if name in stated), None)
    if inner is None:  # concise GeoJSON, or a structure in a simplified one
        return ({} if "type" in stated and stated["type"] == "Property" else stated), None, {}
    unit, metadata = stated.get("unitCode"), stated.get("metadata")
    times = {name: stated[name] for name in _TIMES if type(stated.get(name)) is str}
    if type(metadata) is dict:  # NGSIv2
        unit = unit or _plain(metadata.get("unitCode"))
        when = _plain(metadata.get("TimeInstant")) or _plain(metadata.get("dateModified"))
        if type(when) is str:
            times["observedAt"] = when
    return inner, unit if type(unit) is str else None, times


def _plain(value: Any) -> Any:
    """The value within ``{"@value"}`` or ``{"type", "value"}``."""
    if type(value) is dict:
        for key in ("@value", "value"):
            if key in value and value.keys() <= {"type", "@type", "@value", "value", "metadata"}:
                return value[key]
    return value


def _point(value: dict[str, Any]) -> tuple[Any, Any]:
    coordinates = value.get("coordinates")
    if type(coordinates) is not list or len(coordinates) not in (2, 3):
        raise Refused(
            Rule.BAD_PLACE, "a Point has [lon, lat]", field="location", value=value, cure="RFC 7946"
        )
    return coordinates[0], coordinates[1]


def _last(name: str) -> str:
    """The short name behind an expanded one."""
    return name.rstrip("/").rpartition("/")[2].rpartition("#")[2] if name.startswith("http") else name


def _own(name: str, type_: str) -> str:
    """A URN of ours as it is; another id, kept apart by escapes."""
    begins = f"urn:ngsi-ld:{type_}:"
    local = name.removeprefix(begins)
    return name if name.startswith(begins) and local_id(local) == local else local_id(local)
