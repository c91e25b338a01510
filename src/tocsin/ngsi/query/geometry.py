"""GeoJSON geometries (RFC 7946; clause 4.7.1) read with all their rules, and made whole at the antimeridian.

An edge goes the shorter way round: where two neighbouring longitudes are more than 180 and less than 360
degrees apart, the line crosses the antimeridian. Something wider than that says so by a position between.
Longitudes beyond 180 are the same places 360 degrees away. Numbers after the two (altitude) are not used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import msgspec
import shapely
from shapely import affinity
from shapely.geometry.base import BaseGeometry

from tocsin.kernel.geo import Box, Point
from tocsin.ngsi.problems import BadRequestData
from tocsin.ngsi.query.refusals import bad, bounded

#: positions of a geometry in a request, of one in an entity, and characters of ``coordinates`` that are text
MOST_POSITIONS, MOST_KEPT, LONGEST = 10_000, 100_000, 1_000_000

GEOMETRIES = ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon")

Position = tuple[float, float]


def read_geometry(
    kind: object, coordinates: object, field: str = "coordinates", most: int = MOST_POSITIONS
) -> BaseGeometry:
    """The geometry, its longitudes running on where it crosses the antimeridian.

    Raises ``BadRequestData``: another type (GeometryCollection too), wrong nesting, numbers off the globe,
    rings that are open or cross themselves, more than ``most`` positions.
    """
    if kind not in GEOMETRIES:
        raise bad(
            "geometry",
            "no geometry that can be asked for",
            value=kind,
            cure=f"one of {', '.join(GEOMETRIES)}",
        )
    if isinstance(coordinates, str | bytes):
        coordinates = _decoded(coordinates, field)
    return _Geometry(field, most).read(str(kind), coordinates)


def geometry_of(value: object) -> BaseGeometry | None:
    """The geometry of an entity's GeoProperty; None for what is none, which no geo-query matches."""
    if isinstance(value, str):
        try:
            value = msgspec.json.decode(value)
        except (msgspec.DecodeError, RecursionError):
            return None
    if not isinstance(value, Mapping):
        return None
    try:
        return read_geometry(value.get("type"), value.get("coordinates"), most=MOST_KEPT)
    except BadRequestData:
        return None


def point_of(value: object) -> Point | None:
    """The position of a Point whose numbers need no further look; None for all else."""
    if type(value) is not dict or value.get("type") != "Point":
        return None
    at = value.get("coordinates")
    if (
        type(at) is not list
        or len(at) != 2
        or type(at[0]) not in (int, float)
        or type(at[1]) not in (int, float)
    ):
        return None
    return Point(at[0], at[1]) if -180 < at[0] < 180 and -90 <= at[1] <= 90 else None


def boxes_of(shape: BaseGeometry, east_west: float = 0.0, north_south: float = 0.0) -> tuple[Box, ...]:
    """Boxes that hold ``shape``, made wider by so many degrees: two or three at the antimeridian, else one.

    What touches 180 touches -180 too, so that two shapes which meet have boxes which meet.
    """
    west, south, east, north = (float(edge) for edge in shape.bounds)
    west, east = west - east_west, east + east_west
    south, north = max(-90.0, south - north_south), min(90.0, north + north_south)
    if east - west >= 360.0:
        return (Box(-180.0, south, 180.0, north),)
    turns = [(max(west + turn, -180.0), min(east + turn, 180.0)) for turn in (-360.0, 0.0, 360.0)]
    return tuple(Box(w, south, e, north) for w, e in turns if w <= e)


def _decoded(text: str | bytes, field: str) -> object:
    written = text.decode(errors="replace") if isinstance(text, bytes) else text
    bounded(field, written, LONGEST)
    try:
        return msgspec.json.decode(written)
    except (msgspec.DecodeError, RecursionError) as problem:
        raise bad(field, f"no JSON: {problem}", value=written, cure="an array, [8,40] for a Point") from None


class _Geometry:
    def __init__(self, field: str, most: int) -> None:
        self.field, self.most, self.positions = field, most, 0

    def read(self, kind: str, coordinates: object) -> BaseGeometry:
        match kind:
            case "Point":
                shape: BaseGeometry = shapely.Point(_home(self.position(coordinates)))
            case "MultiPoint":
                shape = shapely.MultiPoint([_home(self.position(one)) for one in self.array(coordinates, 1)])
            case "LineString":
                shape = self.line(coordinates)
            case "MultiLineString":
                shape = _sewn(shapely.MultiLineString([self.line(one) for one in self.array(coordinates, 1)]))
            case "Polygon":
                shape = self.polygon(coordinates)
            case _:
                parts = [self.polygon(one) for one in self.array(coordinates, 1)]
                shape = self.valid(shapely.MultiPolygon(parts)) if len(parts) == 1 else self.several(parts)
        return shape

    def several(self, parts: list[BaseGeometry]) -> BaseGeometry:
        return _sewn(self.valid(shapely.MultiPolygon(parts)))

    def array(self, value: object, least: int) -> Sequence[Any]:
        if not isinstance(value, list | tuple) or len(value) < least:
            raise bad(
                self.field, f"no array of at least {least}", value=value, cure="nest as RFC 7946, 3.1 does"
            )
        return value

    def position(self, value: object) -> Position:
        self.positions += 1
        if self.positions > self.most:
            raise bad(self.field, f"more than {self.most} positions", cure="simplify the geometry")
        if not isinstance(value, list | tuple) or not 2 <= len(value) <= 4:
            raise bad(self.field, "no position", value=value, cure="[longitude, latitude]")
        if any(type(number) not in (int, float) for number in value):
            raise bad(
                self.field, "a position that is not of numbers", value=value, cure="[longitude, latitude]"
            )
        lon, lat = value[0], value[1]
        if not (-540 <= lon <= 540 and -90 <= lat <= 90):
            raise bad(
                self.field,
                "off the globe",
                value=value,
                cure="longitude -180 to 180 first, then latitude -90 to 90",
            )
        return float(lon), float(lat)

    def path(self, value: object, least: int) -> list[Position]:
        """The positions, longitudes running on across the antimeridian."""
        read = [self.position(one) for one in self.array(value, least)]
        turned, path = 0.0, [read[0]]
        for (before, _), (lon, lat) in pairwise(read):
            step = lon - before
            if 180.0 < abs(step) < 360.0:
                turned -= 360.0 if step > 0 else -360.0
            path.append((lon + turned, lat))
        if read[0] == read[-1] and turned and len(read) > 2:
            raise bad(
                self.field,
                "goes round a pole",
                value=value,
                cure="cut it at the antimeridian (RFC 7946, 3.1.9)",
            )
        return path

    def line(self, value: object) -> BaseGeometry:
        return _at_home(self.valid(shapely.LineString(self.path(value, 2))))

    def polygon(self, value: object) -> BaseGeometry:
        rings = [self.ring(one) for one in self.array(value, 1)]
        west, east = min(x for x, _ in rings[0]), max(x for x, _ in rings[0])
        holes = [_beside(hole, west, east) for hole in rings[1:]]
        return _at_home(self.valid(shapely.Polygon(rings[0], holes)))

    def ring(self, value: object) -> list[Position]:
        ring = self.path(value, 4)
        if ring[0] != ring[-1]:
            raise bad(
                self.field, "a ring that is not closed", value=value, cure="end it with its first position"
            )
        return ring

    def valid(self, shape: BaseGeometry) -> BaseGeometry:
        if not shapely.is_valid(shape):
            why = str(shapely.is_valid_reason(shape))
            raise bad(
                self.field, f"no valid geometry: {why}", cure="rings and polygons may not cross themselves"
            )
        return shape


def _home(position: Position) -> Position:
    lon = position[0]
    return position if -180.0 <= lon <= 180.0 else ((lon + 180.0) % 360.0 - 180.0, position[1])


def _at_home(shape: BaseGeometry) -> BaseGeometry:
    """Its west end in [-180, 180), so that the same place has the same numbers."""
    west, _, east, _ = shape.bounds
    if west >= -180.0 and (east <= 180.0 or west < 180.0):
        return shape
    return affinity.translate(shape, -360.0 * ((west + 180.0) // 360.0))


def _beside(ring: list[Position], west: float, east: float) -> list[Position]:
    """A hole, turned so often that it lies in its shell."""
    for turn in (0.0, 360.0, -360.0):
        if all(west <= lon + turn <= east for lon, _ in ring):
            return [(lon + turn, lat) for lon, lat in ring]
    return ring


def _sewn(shape: BaseGeometry) -> BaseGeometry:
    """What was cut at the antimeridian, as RFC 7946 (3.1.9) asks, is one again."""
    west, _, east, _ = shape.bounds
    if west > -180.0 or east < 180.0:
        return shape
    parts = [
        affinity.translate(part, 360.0) if part.bounds[0] == -180.0 and part.bounds[2] < 0.0 else part
        for part in shape.geoms
    ]
    return shapely.union_all(parts)
