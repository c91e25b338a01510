"""Geo-queries (clause 4.10): georel, geometry, coordinates, geoproperty; relations as OGC 06-103r4 defines
them.

The target's relation to the reference: ``within`` is true of a target that lies within the reference. An
invalid or missing target never matches, ``disjoint`` included.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec
import shapely
from shapely import affinity
from shapely.geometry.base import BaseGeometry

from tocsin.kernel.geo import Box, Point
from tocsin.ngsi.query.geometry import boxes_of, geometry_of, point_of, read_geometry
from tocsin.ngsi.query.near import Near
from tocsin.ngsi.query.refusals import bad, bounded

#: characters of ``georel``
LONGEST = 200

_NUMBER = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_CURE = "near;maxDistance==2000, within, contains, intersects, equals, disjoint or overlaps"


class GeoParams(msgspec.Struct, frozen=True):
    """As they stand in the request; georel, geometry and coordinates go together."""

    georel: str | None = None
    geometry: str | None = None
    #: a text of JSON (query string) or arrays (body)
    coordinates: Any = None
    #: a name of the @context
    geoproperty: str = "location"


class GeoQuery:
    """Whether an entity's geometry has a relation to a reference; ``attribute`` is the IRI of the
    geoproperty.

    Raises ``BadRequestData`` when made of what is no geo-query.
    """

    def __init__(self, params: GeoParams, attribute: str) -> None:
        for name in ("georel", "geometry", "coordinates"):
            if getattr(params, name) is None:
                raise bad(
                    name, "missing from the geo-query", cure="georel, geometry and coordinates go together"
                )
        self.attribute = attribute
        self.relation, furthest, nearest = _read_georel(bounded("georel", params.georel or "", LONGEST))
        self.reference = read_geometry(params.geometry, params.coordinates)
        self.near = Near(self.reference, furthest, nearest) if self.relation == "near" else None
        self.whole = _all_round(self.reference)
        shapely.prepare(self.whole)
        self.holds = _RELATIONS.get(self.relation)

    def matches(self, value: object) -> bool:
        """Whether the relation holds for ``value``, the GeoJSON of one GeoProperty."""
        point = point_of(value)
        if point is not None and self.near is not None:
            return self.near.holds_point(point)
        if point is not None and self.relation in ("within", "intersects", "disjoint"):
            return self._holds_point(point)
        target = geometry_of(value)
        if target is None:
            return False
        if self.near is not None:
            return self.near.holds(target)
        assert self.holds is not None
        return self.holds(self, _aligned(target, self.whole.bounds))

    def boxes(self) -> tuple[Box, ...] | None:
        """Boxes that the box of every matching geometry meets; None where there is no such bound."""
        if self.near is not None:
            return self.near.boxes()
        return None if self.relation == "disjoint" else boxes_of(self.reference)

    def _holds_point(self, point: Point) -> bool:
        look = shapely.contains_xy if self.relation == "within" else shapely.intersects_xy
        west, south, east, north = self.whole.bounds
        met = south <= point.lat <= north and any(
            west <= point.lon + turn <= east and bool(look(self.whole, point.lon + turn, point.lat))
            for turn in (0.0, 360.0, -360.0)
        )
        return met is not (self.relation == "disjoint")


def _read_georel(text: str) -> tuple[str, float | None, float | None]:
    """The relation, and for near its maxDistance and minDistance in metres."""
    name, *modifiers = (part.strip() for part in text.split(";"))
    if name != "near":
        if name not in _RELATIONS or modifiers:
            raise bad("georel", "no relation", value=text, cure=_CURE)
        return name, None, None
    distances: dict[str, float] = {}
    for modifier in modifiers:
        which, _, number = (part.strip() for part in modifier.partition("=="))
        if which not in ("maxDistance", "minDistance") or which in distances or not _NUMBER.fullmatch(number):
            raise bad("georel", "near with no distance", value=text, cure="near;maxDistance==2000, in metres")
        distances[which] = float(number)
        if not 0 < distances[which] < float("inf"):
            raise bad(
                "georel", "a distance must be more than 0 metres", value=text, cure="near;maxDistance==2000"
            )
    if not distances:
        raise bad("georel", "near with no distance", value=text, cure="near;maxDistance==2000, in metres")
    return name, distances.get("maxDistance"), distances.get("minDistance")


def _all_round(shape: BaseGeometry) -> BaseGeometry:
    """A reference of 360 degrees has no ends: what crosses the antimeridian lies within it all the same."""
    if shape.bounds[2] - shape.bounds[0] < 360.0:
        return shape
    return shapely.union_all([shape, *(affinity.translate(shape, turn) for turn in (360.0, -360.0))])


def _aligned(target: BaseGeometry, bounds: tuple[float, float, float, float]) -> BaseGeometry:
    """``target``, each part turned by whole circles to where its longitudes meet those of ``bounds``."""
    west, _, east, _ = bounds
    parts = []
    for part in shapely.get_parts(target):
        low, _, high, _ = part.bounds
        turn = next((t for t in (0.0, 360.0, -360.0) if low + t <= east and high + t >= west), 0.0)
        parts.append(affinity.translate(part, turn) if turn else part)
    return parts[0] if len(parts) == 1 else shapely.union_all(parts)


Holds = Callable[[GeoQuery, BaseGeometry], bool]

_RELATIONS: dict[str, Holds] = {
    "within": lambda query, target: bool(shapely.contains(query.whole, target)),
    "intersects": lambda query, target: bool(shapely.intersects(query.whole, target)),
    "disjoint": lambda query, target: not shapely.intersects(query.whole, target),
    "contains": lambda query, target: bool(shapely.contains(target, query.reference)),
    "overlaps": lambda query, target: bool(shapely.overlaps(query.reference, target)),
    "equals": lambda query, target: bool(shapely.equals(query.reference, target)),
}
