"""Shortest walks within a region: exact geodesics by visibility.

A shortest path among polygons bends only at jutting corners (Lozano-Perez, T., Wesley, M. A. (1979).
Communications of the ACM 22, 560-570). Corners closer than ``grain_m`` to the straight line through their
neighbours are smoothed away.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, MultiPolygon, Polygon

Figures = NDArray[np.float64]
Whole = NDArray[np.int64]

#: how far walks keep from a portal's ends, and between places tried along it, m
_INSET_M, _APART_M = 0.3, 6.0
#: corners of one region; the outline is smoothed until there are no more
_MOST_CORNERS = 90


@dataclass(frozen=True)
class Walks:
    """Of one region. ``length[i, p]``: from place i (cells, then portals) to portal p, m, inf for none."""

    places: Figures
    stops: Figures
    stop_portal: Whole
    portals: int
    nodes: Figures
    between: Figures
    after: Whole
    first: Whole
    length: Figures
    final: Whole

    def path(self, place: int, portal: int) -> Figures:
        """Corners of the walk (n, 2), from the place to the portal."""
        points = [self.places[place]]
        node, end = int(self.first[place, portal]), int(self.final[place, portal])
        if node < 0:
            return np.array(points)
        points.append(self.nodes[node])
        while node != end:
            node = int(self.after[node, end])
            points.append(self.nodes[node])
        return np.array(points)


def walks(area: Polygon | MultiPolygon, places: Figures, portals: list[LineString]) -> Walks:
    """``places`` (n, 2) in ``area``; the portals themselves are added to them as places, at their middle."""
    if area.is_empty or not portals:
        none = np.full((len(places) + len(portals), len(portals)), np.inf)
        nowhere = np.full(none.shape, -1, np.int64)
        at = np.concatenate([places, [[*line.centroid.coords[0]] for line in portals]]) if portals else places
        empty = np.empty((0, 2))
        return Walks(at, empty, nowhere[0], len(portals), empty, empty, nowhere, nowhere, none, nowhere)
    stops, stop_portal = _stops(area, portals)
    corners = _corners(area)
    nodes = np.concatenate([stops, corners]) if len(corners) else stops
    middles = np.array(
        [stops[np.flatnonzero(stop_portal == p)[(stop_portal == p).sum() // 2]] for p in range(len(portals))]
    )
    everywhere = np.concatenate([places, middles.reshape(-1, 2)])
    seen = area.buffer(0.05, join_style="mitre")
    shapely.prepare(seen)
    between = _seen(seen, nodes, nodes)
    after = np.where(np.isfinite(between), np.arange(len(nodes))[None, :], -1)
    for k in range(
        len(stops), len(nodes)
    ):  # Floyd-Warshall over corners alone: nobody walks through a portal
        over = between[:, k, None] + between[None, k, :]
        better = over < between - 1e-9
        between = np.where(better, over, between)
        after = np.where(better, after[:, k, None], after)
    start = _seen(seen, everywhere, nodes)
    length = np.full((len(everywhere), len(portals)), np.inf)
    first = np.full(length.shape, -1, np.int64)
    final = np.full(length.shape, -1, np.int64)
    for s, p in enumerate(stop_portal):
        total = start + between[None, :, s]
        best = total.argmin(1)
        value = total[np.arange(len(everywhere)), best]
        better = value < length[:, p]
        length[better, p], first[better, p], final[better, p] = value[better], best[better], s
    return Walks(everywhere, stops, stop_portal, len(portals), nodes, between, after, first, length, final)


def _seen(area: Polygon, a: Figures, b: Figures) -> Figures:
    """Distances between places that see each other, inf where a wall is between."""
    pairs = np.stack([np.repeat(a, len(b), 0), np.tile(b, (len(a), 1))], axis=1)
    distance = np.hypot(*(pairs[:, 0] - pairs[:, 1]).T)
    clear = distance < 1e-6
    todo = np.flatnonzero(~clear)
    if todo.size:
        clear[todo] = shapely.covers(area, shapely.linestrings(pairs[todo]))
    return np.where(clear, distance, np.inf).reshape(len(a), len(b))


def _stops(area: Polygon | MultiPolygon, portals: list[LineString]) -> tuple[Figures, Whole]:
    found: list[tuple[float, float]] = []
    owner: list[int] = []
    for number, line in enumerate(portals):
        inset = min(_INSET_M, line.length / 3)
        count = max(1, min(7, int(line.length / _APART_M) + 1))
        at = (
            np.linspace(inset, line.length - inset, count + 2)[1:-1]
            if count < 3
            else np.linspace(inset, line.length - inset, count)
        )
        for distance in at:
            point = line.interpolate(distance)
            inside = point if area.intersects(point) else shapely.ops.nearest_points(area, point)[0]
            found.append((inside.x, inside.y))
            owner.append(number)
    return np.array(found).reshape(-1, 2), np.array(owner, np.int64)


def _corners(area: Polygon | MultiPolygon) -> Figures:
    """Jutting corners, smoothed until they are few enough."""
    for grain in (0.02, 0.2, 0.5, 1.0, 2.0, 4.0):
        found: list[tuple[float, float]] = []
        for part in getattr(area, "geoms", (area,)):
            for n, ring in enumerate((part.exterior, *part.interiors)):
                xy = np.asarray(ring.simplify(grain).coords)[:-1]
                if len(xy) < 3:
                    continue
                if shapely.is_ccw(ring) != (n == 0):
                    xy = xy[::-1]
                u, v = xy - np.roll(xy, 1, 0), np.roll(xy, -1, 0) - xy
                found += [tuple(p) for p in xy[u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0] < -1e-9]]
        if len(found) <= _MOST_CORNERS:
            break
    return np.array(found).reshape(-1, 2)
