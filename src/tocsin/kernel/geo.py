"""Places on the ground, WGS 84 degrees; distances in metres."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple

from tocsin.kernel.errors import Misconfigured

EARTH_RADIUS_M = 6_371_008.8


class Point(NamedTuple):
    lon: float
    lat: float


class Box(NamedTuple):
    """West, south, east, north. A box never crosses the antimeridian."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, point: Point) -> bool:
        return self.west <= point.lon <= self.east and self.south <= point.lat <= self.north


def distance_m(a: Point, b: Point) -> float:
    """Great-circle distance, haversine."""
    dlat, dlon = radians(b.lat - a.lat), radians(b.lon - a.lon)
    h = sin(dlat / 2) ** 2 + cos(radians(a.lat)) * cos(radians(b.lat)) * sin(dlon / 2) ** 2
    return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(h)))


def stated_place(words: str) -> Point | None:
    """The place of the setting ``city.place``: ``lon,lat`` in degrees; None where it states none.

    Raises ``Misconfigured``.
    """
    if not words.strip():
        return None
    try:
        lon, lat = (float(part) for part in words.split(","))
    except ValueError:
        lon = lat = float("nan")
    if not (-180.0 <= lon <= 180.0 and -90.0 <= lat <= 90.0):  # NaN fails here too
        raise Misconfigured(
            "not a place on the map",
            field="city.place",
            value=words,
            cure="longitude, then latitude, in degrees: 11.8768,45.4064",
        )
    return Point(lon, lat)
