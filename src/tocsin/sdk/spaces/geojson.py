"""A space as a GeoJSON FeatureCollection (RFC 7946): ``properties.role`` says what a feature is.

    {"type": "FeatureCollection", "id": "square", "name": "Town square", "features": [
      {"type": "Feature", "properties": {"role": "walkable"}, "geometry": {"type": "Polygon", ...}},
      {"type": "Feature", "properties": {"role": "obstacle"}, "geometry": {"type": "MultiPolygon", ...}},
      {"type": "Feature", "properties": {"role": "exit", "id": "n", "name": "North Street", "width_m": 6.0,
         "open": true, "leads_to": "North Street", "accessible": true, "inside": false},
       "geometry": {"type": "LineString", ...}},
      {"type": "Feature", "properties": {"role": "zone", "id": "stage", "name": "At the stage", "share": 0.4},
       "geometry": {"type": "Polygon", ...}}]}

Roles: ``walkable``, ``obstacle``, ``exit``, ``gate``, ``stairs``, ``zone``. A way may be a Point, its middle.
Reading is strict on the form and lenient on the figures: a width of NaN is read, and named by ``defects``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn, cast

from tocsin.kernel.errors import Invalid

from .model import Polygon, Position, Ring, Space, Way, WayKind, Zone

_WAYS = ("exit", "gate", "stairs")
_ROLES = ("walkable", "obstacle", *_WAYS, "zone")
_WAY_FIELDS = {"role", "id", "name", "width_m", "open", "leads_to", "accessible", "inside", "width_source"}
_ZONE_FIELDS = {"role", "id", "name", "people", "share"}


def read_geojson(data: Mapping[str, Any] | str | bytes, *, name: str = "") -> Space:
    """A space from a FeatureCollection, parsed or as text. ``name`` where it bears none.

    Raises ``Invalid`` naming the feature and the field. What is no defect of form is left to ``defects``.
    """
    if isinstance(data, str | bytes):
        try:
            data = cast("Mapping[str, Any]", json.loads(data))
        except (ValueError, RecursionError) as error:
            raise Invalid(f"not JSON: {error}", field="space", cure="a GeoJSON FeatureCollection") from None
    if not isinstance(data, Mapping) or data.get("type") != "FeatureCollection":
        _refuse(
            "type", data.get("type") if isinstance(data, Mapping) else data, "a GeoJSON FeatureCollection"
        )
    features = data.get("features")
    if not isinstance(features, list | tuple):
        _refuse("features", features, "a list of features")
    walkable: list[Polygon] = []
    obstacles: list[Polygon] = []
    ways: list[Way] = []
    zones: list[Zone] = []
    for n, feature in enumerate(features):
        at = f"features[{n}]"
        properties, geometry = _feature(feature, at)
        role = properties.get("role")
        if role not in _ROLES:
            _refuse(f"{at}.properties.role", role, f"one of {', '.join(_ROLES)}")
        if role in _WAYS:
            ways.append(_way(properties, geometry, at, len(ways)))
        elif role == "zone":
            zones += _zones(properties, geometry, at, len(zones))
        else:
            (walkable if role == "walkable" else obstacles).extend(_polygons(geometry, f"{at}.geometry"))
    title = _text(data.get("name", name), "name") or name
    return Space(
        id=_text(data.get("id", ""), "id") or _slug(title),
        name=title,
        walkable=tuple(walkable),
        ways=tuple(ways),
        obstacles=tuple(obstacles),
        zones=tuple(zones),
    )


def write_geojson(space: Space) -> dict[str, Any]:
    """The FeatureCollection that ``read_geojson`` reads as this space."""
    features = [_out({"role": "walkable"}, "Polygon", p) for p in space.walkable]
    features += [_out({"role": "obstacle"}, "Polygon", p) for p in space.obstacles]
    for way in space.ways:
        told = {
            "role": way.kind, "id": way.id, "name": way.name, "width_m": way.width_m, "open": way.open,
            "leads_to": way.leads_to, "accessible": way.accessible, "inside": way.inside,
        }  # fmt: skip
        told |= {"width_source": way.width_source} if way.width_source else {}
        point = len(way.line) == 1
        features.append(_out(told, "Point" if point else "LineString", way.line[0] if point else way.line))
    for zone in space.zones:
        told = {"role": "zone", "id": zone.id, "name": zone.name}
        told |= {k: v for k, v in (("people", zone.people), ("share", zone.share)) if v is not None}
        features.append(_out(told, "Polygon", zone.polygon))
    return {"type": "FeatureCollection", "id": space.id, "name": space.name, "features": features}


def _feature(feature: Any, at: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    if not isinstance(feature, Mapping) or feature.get("type") != "Feature":
        _refuse(at, feature, "a GeoJSON Feature")
    properties, geometry = feature.get("properties"), feature.get("geometry")
    if not isinstance(properties, Mapping):
        _refuse(f"{at}.properties", properties, "an object with a role")
    if not isinstance(geometry, Mapping):
        _refuse(f"{at}.geometry", geometry, "a GeoJSON geometry")
    return properties, geometry


def _way(properties: Mapping[str, Any], geometry: Mapping[str, Any], at: str, n: int) -> Way:
    _known(properties, _WAY_FIELDS, at)
    kind = cast("WayKind", properties["role"])
    coordinates, form = geometry.get("coordinates"), geometry.get("type")
    if form == "Point":
        line: Ring = (_position(coordinates, f"{at}.geometry"),)
    elif form == "LineString":
        line = _ring(coordinates, f"{at}.geometry", 2)
    else:
        _refuse(f"{at}.geometry.type", form, "a LineString across the way, or the Point in its middle")
    way_id = _text(properties.get("id", ""), f"{at}.properties.id") or f"{kind}-{n + 1}"
    return Way(
        id=way_id,
        name=_text(properties.get("name", ""), f"{at}.properties.name") or way_id,
        line=line,
        width_m=_number(properties.get("width_m"), f"{at}.properties.width_m"),
        kind=kind,
        open=_truth(properties, "open", True, at),
        leads_to=_text(properties.get("leads_to", ""), f"{at}.properties.leads_to"),
        accessible=_truth(properties, "accessible", kind != "stairs", at),
        inside=_truth(properties, "inside", False, at),
        width_source=_text(properties.get("width_source", ""), f"{at}.properties.width_source"),
    )


def _zones(properties: Mapping[str, Any], geometry: Mapping[str, Any], at: str, n: int) -> Iterable[Zone]:
    """A MultiPolygon is as many zones, the people shared by none: it is refused where people are given."""
    _known(properties, _ZONE_FIELDS, at)
    polygons = _polygons(geometry, f"{at}.geometry")
    zone_id = _text(properties.get("id", ""), f"{at}.properties.id") or f"zone-{n + 1}"
    name = _text(properties.get("name", ""), f"{at}.properties.name") or zone_id
    told = {
        key: _number(properties[key], f"{at}.properties.{key}")
        for key in ("people", "share")
        if properties.get(key) is not None
    }
    if len(polygons) > 1:
        _refuse(f"{at}.geometry.type", "MultiPolygon", "one Polygon a zone")
    if len(told) > 1:
        _refuse(f"{at}.properties.share", told["share"], "people or share, not both")
    return [Zone(zone_id, name, polygons[0], **told)]


def _known(properties: Mapping[str, Any], fields: set[str], at: str) -> None:
    for key in properties:
        if key not in fields:
            _refuse(f"{at}.properties.{key}", properties[key], f"one of {', '.join(sorted(fields))}")


def _polygons(geometry: Mapping[str, Any], at: str) -> list[Polygon]:
    form, coordinates = geometry.get("type"), geometry.get("coordinates")
    if form not in ("Polygon", "MultiPolygon"):
        _refuse(f"{at}.type", form, "a Polygon or a MultiPolygon")
    if not isinstance(coordinates, list | tuple) or not coordinates:
        _refuse(f"{at}.coordinates", coordinates, "rings of positions")
    whole = [coordinates] if form == "Polygon" else coordinates
    found: list[Polygon] = []
    for rings in whole:
        if not isinstance(rings, list | tuple) or not rings:
            _refuse(f"{at}.coordinates", rings, "rings of positions")
        found.append(tuple(_closed(_ring(ring, at, 3)) for ring in rings))
    return found


def _closed(ring: Ring) -> Ring:
    return ring if ring[0] == ring[-1] else (*ring, ring[0])


def _ring(ring: Any, at: str, least: int) -> Ring:
    if not isinstance(ring, list | tuple) or len(ring) < least:
        _refuse(f"{at}.coordinates", ring, f"at least {least} positions")
    return tuple(_position(p, at) for p in ring)


def _position(position: Any, at: str) -> Position:
    if not isinstance(position, list | tuple) or len(position) not in (2, 3):
        _refuse(f"{at}.coordinates", position, "a position: longitude, latitude")
    return _number(position[0], f"{at}.coordinates"), _number(position[1], f"{at}.coordinates")


def _number(value: Any, at: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        _refuse(at, value, "a number")
    try:
        return float(value)
    except OverflowError:
        _refuse(at, str(value)[:40], "a number")


def _truth(properties: Mapping[str, Any], key: str, default: bool, at: str) -> bool:
    value = properties.get(key, default)
    if not isinstance(value, bool):
        _refuse(f"{at}.properties.{key}", value, "true or false")
    return value


def _text(value: Any, at: str) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        _refuse(at, value, "text")
    return str(value).strip()[:200]


def _slug(name: str) -> str:
    return "-".join("".join(c if c.isalnum() else " " for c in name.casefold()).split())[:60] or "space"


def _refuse(field: str, value: object, cure: str) -> NoReturn:
    raise Invalid("this is no space", field=field, value=value, cure=f"write {cure}")


def _out(properties: dict[str, Any], form: str, coordinates: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": form, "coordinates": _lists(coordinates)},
    }


def _lists(coordinates: Any) -> Any:
    return [_lists(c) for c in coordinates] if isinstance(coordinates, tuple) else coordinates
