"""Threats as areas over time, on the plane of a space. Between two edges an area is taken as whole: what it
covers at any moment of that while is out of bounds for all of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Point
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring, unary_union

from tocsin.kernel.errors import Invalid
from tocsin.sdk.spaces import Projection

from .plume import plume
from .request import Threat

Figures = NDArray[np.float64]


@dataclass(frozen=True)
class Dangers:
    """``areas[k]`` (m) are dangerous from ``edges_s[k]`` to ``edges_s[k + 1]``, the last one for good."""

    edges_s: Figures
    areas: tuple[BaseGeometry, ...]

    @cached_property
    def ever(self) -> BaseGeometry:
        every = unary_union(self.areas)
        shapely.prepare(every)
        return every

    def at(self, seconds: float) -> BaseGeometry:
        return self.areas[int(np.searchsorted(self.edges_s, seconds, "right")) - 1]

    def epoch(self, seconds: Figures) -> NDArray[np.int64]:
        """Which of ``areas`` holds at each time."""
        found: NDArray[np.int64] = np.clip(np.searchsorted(self.edges_s, seconds, "right") - 1, 0, None)
        return found

    def over(self, xy: Figures) -> NDArray[np.bool_]:
        """(areas, places): which places each area covers."""
        found = np.zeros((len(self.areas), len(xy)), bool)
        near = np.flatnonzero(shapely.intersects_xy(self.ever, xy[:, 0], xy[:, 1]))
        for covered, area in zip(found, self.areas, strict=True):
            covered[near] = shapely.contains_xy(area, xy[near, 0], xy[near, 1])
        return found

    def holds(self, xy: Figures, seconds: Figures) -> NDArray[np.bool_]:
        """For places (n, 2) and times (n): is it dangerous there and then."""
        epoch = self.epoch(seconds)
        found = np.zeros(len(xy), bool)
        for k in np.unique(epoch):
            some = epoch == k
            if not self.areas[k].is_empty:
                found[some] = shapely.contains_xy(self.areas[k], xy[some, 0], xy[some, 1])
        return found


def dangers(
    threats: tuple[Threat, ...], projection: Projection, *, horizon_s: float, epochs: int = 16
) -> Dangers | None:
    """None without threats. Times are ``epochs`` even parts of ``horizon_s``, split at begins and ends."""
    if not threats:
        return None
    marks = {0.0, *np.linspace(0, horizon_s, epochs, endpoint=False).tolist()}
    for threat in threats:
        marks |= {t for t in (threat.from_s, threat.until_s) if t is not None and t < 4 * horizon_s}
    edges = np.array(sorted(marks))
    ends = np.append(edges[1:], 2 * max(horizon_s, float(edges[-1])))
    placed = [(threat, _placed(threat, projection)) for threat in threats]
    found = []
    for begin, end in zip(edges, ends, strict=True):
        area = unary_union([_area(t, g, float(begin), float(end)) for t, g in placed])
        shapely.prepare(area)
        found.append(area)
    return Dangers(edges, tuple(found))


def _placed(threat: Threat, projection: Projection) -> BaseGeometry:
    try:
        drawn = shape(threat.place)
        if drawn.is_empty or not np.isfinite(shapely.get_coordinates(drawn)).all():
            raise ValueError("empty or not a number")
        if not drawn.is_valid:
            drawn = shapely.make_valid(drawn)
    except (
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        IndexError,
        shapely.errors.ShapelyError,
    ) as error:
        raise Invalid(
            f"not a place: {error}", field="threats.place", value=threat.place, cure="a GeoJSON geometry"
        ) from None
    west, south, east, north = drawn.bounds
    if not (west >= -180 and east <= 180 and south >= -90 and north <= 90):
        raise Invalid(
            "outside the degrees of the map", field="threats.place", value=drawn.bounds, cure="WGS 84 degrees"
        )
    return projection.metres(drawn)


def _area(threat: Threat, place: BaseGeometry, begin: float, end: float) -> BaseGeometry:
    """What it covers at any moment from ``begin`` to ``end``."""
    over = threat.until_s if threat.until_s is not None else float("inf")
    if end <= threat.from_s or begin >= over:
        return Point()
    before = threat.from_s - threat.age_s
    since, until = max(begin, threat.from_s) - before, min(end, over) - before
    if threat.kind == "plume":
        return plume(
            (place.x, place.y), strength=threat.strength, wind_mps=threat.wind_mps,
            wind_from_deg=threat.wind_from_deg, stability=threat.stability, after_s=until,
        )  # fmt: skip
    radius = max(threat.radius_m + threat.spread_mps * until, 0.1)
    if threat.kind == "area" or not isinstance(place, LineString):
        return place.buffer(radius) if radius > 0.1 or place.area == 0 else place
    start = min(threat.speed_mps * since, place.length)
    reach = place.length if threat.kind == "vehicle" else min(threat.speed_mps * until, place.length)
    if threat.kind == "vehicle" and threat.speed_mps * since >= place.length:
        return Point(place.coords[-1]).buffer(radius)
    return substring(place, start, max(reach, start)).buffer(radius)
