"""Chokepoints: the narrow cross-sections of a floor, found from its shape.

From every corner that juts into the floor the shortest way across to another wall is a candidate; the
narrowest first, those that cross or repeat one already taken are left out. Every constriction between walls
has a jutting corner at its narrowest place, so that none is missed; one too many does no harm, since its
width is true.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, MultiPolygon

Figures = NDArray[np.float64]

#: a corner must turn by that much, rad; less is the roundness of a drawn curve
_TURN = 0.2


def necks(floor: MultiPolygon, widest_m: float, most: int = 200) -> list[LineString]:
    """Cross-sections up to ``widest_m``, m, the narrowest first; each ends on two walls."""
    rings = [ring for part in floor.geoms for ring in (part.exterior, *part.interiors)]
    outer = [n == 0 for part in floor.geoms for n in range(1 + len(part.interiors))]
    if not rings:
        return []
    starts, ends, corners = [], [], []
    for number, ring in enumerate(rings):
        xy = np.asarray(ring.simplify(0.05).coords)[:-1]
        if shapely.is_ccw(ring) != outer[number]:
            xy = xy[::-1]  # the floor lies to the left
        after, before = np.roll(xy, -1, 0), np.roll(xy, 1, 0)
        u, v = xy - before, after - xy
        turn = np.arctan2(u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0], (u * v).sum(1))
        jutting = xy[turn < -_TURN]
        corners.append(jutting)
        starts.append(xy)
        ends.append(after)
    a, b, c = np.concatenate(starts), np.concatenate(ends), np.concatenate(corners)
    if not len(c):
        return []
    found = _across(c, a, b, widest_m)
    lines = shapely.linestrings(found)
    inner = floor.buffer(0.02, join_style="mitre")
    shapely.prepare(inner)
    middle = found.mean(1)
    inside = shapely.covers(inner, lines) & shapely.contains_xy(
        floor.buffer(-0.02), middle[:, 0], middle[:, 1]
    )
    return _apart(lines[inside], most)


def _across(c: Figures, a: Figures, b: Figures, widest_m: float) -> Figures:
    """Segments (n, 2, 2) from corners ``c`` to the nearest point of each wall ``a``-``b`` within reach."""
    made: list[Figures] = []
    along = b - a
    length2 = np.maximum((along**2).sum(1), 1e-12)
    for corner in c:
        t = np.clip(((corner - a) * along).sum(1) / length2, 0.0, 1.0)
        near = a + t[:, None] * along
        distance = np.hypot(*(near - corner).T)
        made += [np.array([corner, p]) for p in near[(distance < widest_m) & (distance > 0.3)]]
    return np.array(made) if made else np.empty((0, 2, 2))


def _apart(lines: NDArray[np.object_], most: int) -> list[LineString]:
    """The narrowest first, none that crosses another or only repeats it."""
    taken: list[LineString] = []
    middles: list[tuple[float, float, float]] = []
    for line in lines[np.argsort(shapely.length(lines), kind="stable")]:
        (x0, y0), (x1, y1) = line.coords
        mx, my, width = (x0 + x1) / 2, (y0 + y1) / 2, line.length
        if any(np.hypot(mx - x, my - y) < 0.5 + 0.5 * max(w, width) for x, y, w in middles):
            continue
        if any(line.crosses(other) for other in taken):
            continue
        taken.append(line)
        middles.append((mx, my, width))
        if len(taken) >= most:
            break
    return taken
