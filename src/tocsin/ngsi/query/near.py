"""Distances on the WGS 84 ellipsoid in metres, and georel ``near`` (clause 4.10).

Between positions the geodesic (C. F. F. Karney, Algorithms for geodesics, J. Geodesy 87, 2013). To a line
or polygon the geodesic to its nearest position, which is sought in a plane that is scaled at the latitude
between.
"""

from __future__ import annotations

from math import cos, radians

import numpy as np
import shapely
from geographiclib.geodesic import Geodesic
from shapely import affinity
from shapely.geometry.base import BaseGeometry

from tocsin.kernel.geo import Box, Point, distance_m
from tocsin.ngsi.query.geometry import boxes_of
from tocsin.ngsi.query.refusals import bad

_EXACT = Geodesic.WGS84
#: sphere and ellipsoid differ by 0.6 % at most: outside of this band the quick distance decides
_SURE = 0.01
#: metres of a degree of latitude, at the least, and of a degree of longitude on the equator
_LATITUDE, _LONGITUDE = 110_574.0, 111_320.0
_ROUNDS = 3
#: positions that an outline is divided into, where the reference is no single point, and positions of which
#: each is measured
_MOST, _FEW = 1_000, 16
#: positions of a reference: every position of a target is compared with all of them
MOST_POSITIONS = 1_000


def metres(a: Point, b: Point) -> float:
    """Length of the geodesic."""
    return float(_EXACT.Inverse(a.lat, a.lon, b.lat, b.lon, Geodesic.DISTANCE)["s12"])


class Near:
    """``reference``'s surroundings: the target lies whole within ``furthest`` metres of it, if given, and
    no part of the target within ``nearest`` metres, if given (clause 4.10: within, and disjoint with, the
    buffer).

    Raises ``BadRequestData`` for a reference of more than ``MOST_POSITIONS``.
    """

    def __init__(self, reference: BaseGeometry, furthest: float | None, nearest: float | None) -> None:
        self.reference, self.furthest, self.nearest = reference, furthest, nearest
        positions = shapely.get_num_coordinates(reference)
        if positions > MOST_POSITIONS:
            raise bad(
                "coordinates",
                f"more than {MOST_POSITIONS} positions to be near",
                cure="simplify the geometry, or ask what it intersects",
            )
        few = "Point" in reference.geom_type and positions <= _FEW
        self.points = _points(reference) if few else None
        self._middle, self._narrow = reference.centroid.x, _narrow(reference.centroid.y)
        self._flat = _scaled(reference, self._narrow)

    def holds_point(self, point: Point) -> bool:
        """Whether the relation holds of one position."""
        if self.furthest is not None and not self._within(point, self.furthest):
            return False
        return self.nearest is None or not self._within(point, self.nearest)

    def holds(self, target: BaseGeometry) -> bool:
        """Whether the relation holds of any geometry."""
        if self.furthest is not None:
            limit = self.furthest
            if not all(self._within(point, limit) for point in self._furthest_of(target)):
                return False
        return self.nearest is None or between(target, self.reference) > self.nearest

    def boxes(self) -> tuple[Box, ...] | None:
        """Boxes outside of which nothing matches; None where the relation sets no such bound."""
        if self.furthest is None:
            return None
        high = self.furthest / _LATITUDE * 1.02
        _, south, _, north = self.reference.bounds
        pole = max(abs(south), abs(north)) + high
        wide = 360.0 if pole > 89.0 else self.furthest / (_LONGITUDE * cos(radians(pole))) * 1.02
        return boxes_of(self.reference, wide, high)

    def _within(self, point: Point, limit: float) -> bool:
        if self.points is not None:
            return any(_no_further(point, one, limit) for one in self.points)
        return between(shapely.Point(point), self.reference) <= limit

    def _furthest_of(self, target: BaseGeometry) -> list[Point]:
        """Positions of which one is the target's furthest: of its corners, and of its edges too where
        the reference is more than a point; of many the few that are furthest in the plane.
        """
        if self.points is None or len(self.points) > 1:
            step = max((self.furthest or 0.0) / _LONGITUDE / 8, target.length / _MOST)
            target = shapely.segmentize(target, step) if target.length else target
        at = shapely.get_coordinates(target)
        if len(at) > _FEW:
            at[:, 0] += 360.0 * np.round((self._middle - at[:, 0]) / 360.0)
            away = shapely.distance(shapely.points(at[:, 0] * self._narrow, at[:, 1]), self._flat)
            at = at[np.argpartition(away, -_FEW)[-_FEW:]]
        return [Point(float(x), float(y)) for x, y in at]


def _no_further(a: Point, b: Point, limit: float) -> bool:
    quick = distance_m(a, b)
    if quick < limit * (1 - _SURE):
        return True
    return quick <= limit * (1 + _SURE) and metres(a, b) <= limit


def between(a: BaseGeometry, b: BaseGeometry) -> float:
    """Metres between the nearest positions of two geometries; 0 where they meet."""
    turns = round((b.centroid.x - a.centroid.x) / 360.0)
    if turns:
        a = affinity.translate(a, 360.0 * turns)
    if shapely.intersects(a, b):
        return 0.0
    level = b.centroid.y
    at, to = Point(0.0, 0.0), Point(0.0, 0.0)
    for _ in range(_ROUNDS):
        narrow = _narrow(level)
        pair = shapely.shortest_line(_scaled(a, narrow), _scaled(b, narrow))
        (x1, y1), (x2, y2) = shapely.get_coordinates(pair)
        at, to = Point(x1 / narrow, y1), Point(x2 / narrow, y2)
        level = (y1 + y2) / 2
    return metres(at, to)


def _narrow(latitude: float) -> float:
    """How much shorter a degree of longitude is there than on the equator."""
    return max(cos(radians(latitude)), 1e-6)


def _scaled(shape: BaseGeometry, narrow: float) -> BaseGeometry:
    return shapely.transform(shape, lambda xy: xy * np.array([narrow, 1.0]))


def _points(shape: BaseGeometry) -> list[Point]:
    return [Point(float(x), float(y)) for x, y in shapely.get_coordinates(shape)]
