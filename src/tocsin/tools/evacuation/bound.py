"""A lower bound on the clearing time that does not use the reduced network: no plan can be faster.

Two relaxations of the unreduced floor; the greater counts.

*exits*: everybody walks in a straight line through walls, at free speed, and no way out lets more pass than
its clear width allows. Quickest flow with walks and capacities rounded in the crowd's favour.
*cut*: nobody needs time to walk, but every line of a raster over the floor lets only so many pass as its
length on the floor, 0.15 m off the walls, allows (a raster line across a passage is never shorter than the
passage, so that no true capacity is missed). The least T such that capacities times T carry everybody out:
that is the worst ratio of people to outflow over all cuts (max-flow min-cut).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, MultiPolygon, Polygon

from tocsin.sdk.spaces import TOUCH_M

from .diagrams import BOUNDARY_M, Diagram
from .quickest import FREE, Network, quickest
from .scene import Scene

Figures = NDArray[np.float64]
Whole = NDArray[np.int64]

#: whole units a person for the static flow: fractions of people count there
_UNIT = 100


@dataclass(frozen=True)
class Raster:
    """Floor cut along a raster: pieces ``a[n]`` and ``b[n]`` share ``width[n]`` m of open raster line."""

    size_m: float
    pieces: NDArray[np.object_]
    a: Whole
    b: Whole
    width: Figures

    def at(self, xy: Figures) -> Whole:
        """The piece nearest to each place."""
        found: Whole = shapely.STRtree(self.pieces).nearest(shapely.points(xy)).astype(np.int64)
        return found


def raster(floor: MultiPolygon, count: int = 2500) -> Raster:
    """About ``count`` pieces. What a wall parts within a square of the raster are two pieces."""
    x0, y0, x1, y1 = floor.bounds
    size = max(0.5, sqrt(floor.area / count))
    nx, ny = int((x1 - x0) / size) + 1, int((y1 - y0) / size) + 1
    i, j = (v.ravel() for v in np.meshgrid(np.arange(nx), np.arange(ny), indexing="ij"))
    boxes = shapely.box(x0 + i * size, y0 + j * size, x0 + (i + 1) * size, y0 + (j + 1) * size)
    shapely.prepare(floor)
    on = np.flatnonzero(shapely.intersects(floor, boxes))
    cut = boxes[on]
    partly = ~shapely.covers(floor, cut)
    cut[partly] = shapely.intersection(floor, cut[partly])
    pieces, square = shapely.get_parts(cut, return_index=True)
    kept = shapely.area(pieces) > 1e-9
    pieces, square = pieces[kept], on[square[kept]]
    shapely.prepare(pieces)
    of: list[list[int]] = [[] for _ in range(nx * ny)]
    for n, place in enumerate(square):
        of[place].append(n)
    free = floor.buffer(-BOUNDARY_M, join_style="mitre")
    shapely.prepare(free)
    joined: list[tuple[int, int, float]] = []
    for near, line in _lines(of, nx, ny, x0, y0, size):
        if free.covers(line) and len(near[0]) == len(near[1]) == 1:
            joined.append((near[0][0], near[1][0], size))
            continue
        for open_part in shapely.get_parts(shapely.intersection(free, line)):
            if open_part.length > 1e-9:
                a, b = (min(side, key=lambda n: pieces[n].distance(open_part)) for side in near)
                joined.append((a, b, float(open_part.length)))
    table = np.array(joined).reshape(-1, 3)
    return Raster(size, pieces, table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), table[:, 2])


def _lines(
    of: list[list[int]], nx: int, ny: int, x0: float, y0: float, size: float
) -> Iterator[tuple[tuple[list[int], list[int]], LineString]]:
    """Every raster line between two squares with pieces, and the pieces on its two sides."""
    for i in range(nx):
        for j in range(ny):
            here = of[i * ny + j]
            x, y = x0 + (i + 1) * size, y0 + (j + 1) * size
            if here and i + 1 < nx and (there := of[(i + 1) * ny + j]):
                yield (here, there), LineString([(x, y - size), (x, y)])
            if here and j + 1 < ny and (there := of[i * ny + j + 1]):
                yield (here, there), LineString([(x - size, y), (x, y)])


def by_exits(
    shapes: tuple[Polygon, ...],
    people: Whole,
    scene: Scene,
    per_second: Mapping[str, float],
    *,
    speed_mps: float,
    step_s: float,
    shut: Mapping[str, tuple[tuple[int, int], ...]],
) -> float:
    """Seconds; 0 where nobody can get out. ``per_second`` of each way out that is open, by id."""
    cells = np.flatnonzero(people > 0)
    ways = [key for key, rate in per_second.items() if rate > 0]
    if not cells.size or not ways:
        return 0.0
    lines = [scene.plane.lines[key] for key in ways]
    where = np.array([shapes[c] for c in cells], object)
    tail, head, tau = [], [], []
    n, e = cells.size, len(ways)
    for k, line in enumerate(lines):
        metres = shapely.distance(where, line)
        tail.append(np.arange(n))
        head.append(np.full(n, n + k))
        tau.append(np.floor(metres / speed_mps / step_s).astype(np.int64))
    network = Network(
        nodes=n + 2 * e,
        supply=np.concatenate([people[cells], np.zeros(2 * e, np.int64)]),
        sinks=n + e + np.arange(e),
        tail=np.concatenate([*tail, n + np.arange(e)]),
        head=np.concatenate([*head, n + e + np.arange(e)]),
        tau=np.concatenate([*tau, np.zeros(e, np.int64)]),
        capacity=np.concatenate([np.full(n * e, FREE), [per_second[key] * step_s for key in ways]]),
        shut=tuple((n * e + k, *when) for k, key in enumerate(ways) for when in shut.get(key, ())),
    )
    total = int(people.sum())
    low = int(total / max(1e-9, sum(per_second[key] for key in ways)) / step_s)
    found = quickest(network, low=max(0, low - 1), guess=low + 2, most=50 * (low + 50))
    return 0.0 if found.steps is None else found.steps * step_s


def by_cut(
    grid: Raster,
    cells: Figures,
    people: Whole,
    scene: Scene,
    per_second: Mapping[str, float],
    diagram: Diagram,
) -> float:
    """Seconds. ``cells``: centres of the people's cells."""
    from ortools.graph.python.max_flow import SimpleMaxFlow

    some = np.flatnonzero(people > 0)
    ways = [key for key, rate in per_second.items() if rate > 0]
    if not some.size or not ways:
        return 0.0
    count = len(grid.pieces)
    supply = np.bincount(grid.at(cells[some]), people[some], count)
    sources = np.flatnonzero(supply > 0)
    source, sink = count + len(ways), count + len(ways) + 1
    ends: list[tuple[Whole, Whole]] = []
    for k, key in enumerate(ways):
        near = np.flatnonzero(shapely.distance(grid.pieces, scene.plane.lines[key]) <= TOUCH_M + 0.1)
        ends.append((near, np.full(near.size, count + k)))
    total = int(supply.sum())
    rates = np.array([per_second[key] for key in ways])

    def carried(seconds: float) -> bool:
        solver = SimpleMaxFlow()
        room = np.floor(grid.width * diagram.peak * seconds * _UNIT).astype(np.int64)
        for a, b in ((grid.a, grid.b), (grid.b, grid.a)):
            solver.add_arcs_with_capacity(a, b, room)
        for a, b in ends:
            solver.add_arcs_with_capacity(a, b, np.full(a.size, total * _UNIT))
        out = np.floor(rates * seconds * _UNIT).astype(np.int64)
        solver.add_arcs_with_capacity(count + np.arange(len(ways)), np.full(len(ways), sink), out)
        solver.add_arcs_with_capacity(
            np.full(sources.size, source), sources, (supply[sources] * _UNIT).astype(np.int64)
        )
        solver.solve(source, sink)
        return bool(solver.optimal_flow() >= total * _UNIT - 1)

    low = total / rates.sum()
    if carried(low * 1.02):
        return float(low)
    high = low * 2
    while not carried(high):
        low, high = high, 2 * high
        if high > 1e6:
            return float(total / rates.sum())  # some stand where the raster knows no way: no word on them
    while high > 1.02 * low:
        middle = (low + high) / 2
        low, high = (low, middle) if carried(middle) else (middle, high)
    return float(low)
