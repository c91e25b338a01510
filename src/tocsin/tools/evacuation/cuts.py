"""The cut through the unreduced floor that holds a crowd up for longest.

Nobody needs time to walk, but every line of a raster over the floor lets only so many pass as its length on
the floor, 0.15 m off the walls, allows (a raster line across a passage is never shorter than the passage, so
that no true capacity is missed). The least T such that capacities times T carry everybody out is the worst
ratio of people to outflow over all cuts: Ford, L. R., Fulkerson, D. R. (1956). Maximal flow through a
network. Canadian Journal of Mathematics 8, 399-404.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import sqrt

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from tocsin.sdk.spaces import Plane, Way

from .diagrams import BOUNDARY_M, Diagram
from .scene import Scene

Figures = NDArray[np.float64]
Whole = NDArray[np.int64]

#: whole units a person for the static flow: fractions of people count there
_UNIT = 100
#: pieces that near to a way out lead to it; walls are thicker
_REACH_M = 0.05


@dataclass(frozen=True)
class Raster:
    """Floor cut along a raster: pieces ``a[n]`` and ``b[n]`` share ``width[n]`` m of ``line[n]``. ``away``:
    metres of every piece from each way out, 0 at it. ``nearest``: the piece at the centre of each cell."""

    pieces: NDArray[np.object_]
    a: Whole
    b: Whole
    width: Figures
    line: NDArray[np.object_]
    away: dict[str, Figures]
    centres: NDArray[np.object_]
    nearest: Whole

    @cached_property
    def part(self) -> Whole:
        """By piece: the same number for all that hang together by open lines."""
        part = np.arange(len(self.pieces))
        while True:
            least = np.minimum(part[self.a], part[self.b])
            before = part.copy()
            np.minimum.at(part, self.a, least)
            np.minimum.at(part, self.b, least)
            part = part[part]
            if (part == before).all():
                return part

    def standing(self, ends: Sequence[Whole]) -> Whole:
        """By cell: the nearest piece of those that some piece of ``ends`` can be reached from. A sliver along
        a wall, too narrow for a raster line to be open, is no place to be held up in."""
        found = self.nearest.copy()
        able = np.isin(self.part, self.part[np.concatenate(ends)])
        wrong = np.flatnonzero(~able[found])
        if wrong.size and able.any():
            some = np.flatnonzero(able)
            found[wrong] = some[shapely.STRtree(self.pieces[some]).nearest(self.centres[wrong])]
        return found


def raster(scene: Scene, count: int = 2500) -> Raster:
    """About ``count`` pieces. What a wall parts within a square of the raster are two pieces. At the ways
    out the floor ends without a wall: nobody keeps off there."""
    plane, floor = scene.plane, scene.plane.floor
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
    openings = np.array([plane.lines[way.id] for way in plane.space.exits], object)
    beyond = shapely.buffer(openings, 2 * BOUNDARY_M, cap_style="flat")
    free = shapely.union_all([floor, *beyond]).buffer(-BOUNDARY_M, join_style="mitre")
    free = free.intersection(floor)
    shapely.prepare(free)
    joined: list[tuple[int, int, float]] = []
    lines: list[LineString] = []
    for near, line in _lines(of, nx, ny, x0, y0, size):
        if free.covers(line) and len(near[0]) == len(near[1]) == 1:
            joined.append((near[0][0], near[1][0], size))
            lines.append(line)
            continue
        for open_part in shapely.get_parts(shapely.intersection(free, line)):
            if open_part.length > 1e-9:
                a, b = (min(side, key=lambda n: pieces[n].distance(open_part)) for side in near)
                joined.append((a, b, float(open_part.length)))
                lines.append(line)
    table = np.array(joined).reshape(-1, 3)
    centres = shapely.points(scene.floors.cells.centre)
    return Raster(
        pieces, table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), table[:, 2],
        np.array(lines, object), {way.id: _away(plane, way, pieces) for way in plane.space.exits},
        centres, shapely.STRtree(pieces).nearest(centres).astype(np.int64),
    )  # fmt: skip


def _away(plane: Plane, way: Way, pieces: NDArray[np.object_]) -> Figures:
    """Metres from every piece to ``way``, which may be drawn a little off the floor."""
    line = plane.lines[way.id]
    off = shapely.distance(shapely.points(shapely.get_coordinates(line)), plane.floor)
    metres: Figures = shapely.distance(pieces, line) - float(off.max()) - _REACH_M
    return np.maximum(metres, 0.0)


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


@dataclass(frozen=True)
class Cut:
    """The cut that takes most time: ``seconds`` without walking. Cells for which ``behind`` holds, and the
    ways out ``exits``, lie behind its ``doors``, which let ``per_second`` people through; no doors: exits
    alone hold the crowd up."""

    seconds: float
    behind: NDArray[np.bool_]
    exits: frozenset[str] = frozenset()
    doors: tuple[BaseGeometry, ...] = ()
    per_second: tuple[float, ...] = ()


def worst_cut(
    grid: Raster,
    people: Whole,
    per_second: Mapping[str, float],
    diagram: Diagram,
    wider_m: Mapping[str, float],
) -> Cut:
    """``people`` by cell; ``per_second`` of each way out, by id; ``wider_m``: by how much a way is wider than
    it is drawn, half of that to each side."""
    from ortools.graph.python.max_flow import SimpleMaxFlow

    some = np.flatnonzero(people > 0)
    ways = [key for key, rate in per_second.items() if rate > 0]
    if not some.size or not ways:
        return Cut(0.0, np.zeros(people.size, bool))
    count = len(grid.pieces)
    source, sink = count + len(ways), count + len(ways) + 1
    ends = [np.flatnonzero(grid.away[key] <= wider_m.get(key, 0.0) / 2) for key in ways]
    piece = grid.standing(ends)
    supply = np.bincount(piece, people, count)
    sources = np.flatnonzero(supply > 0)
    total = int(supply.sum())
    rates = np.array([per_second[key] for key in ways])

    def behind(seconds: float) -> NDArray[np.bool_] | None:
        """Pieces and ways out that lie behind the cut which holds people up for longer; None: all are out."""
        solver = SimpleMaxFlow()
        room = np.floor(grid.width * diagram.peak * seconds * _UNIT).astype(np.int64)
        for a, b in ((grid.a, grid.b), (grid.b, grid.a)):
            solver.add_arcs_with_capacity(a, b, room)
        for k, end in enumerate(ends):
            solver.add_arcs_with_capacity(end, np.full(end.size, count + k), np.full(end.size, total * _UNIT))
        out = np.floor(rates * seconds * _UNIT).astype(np.int64)
        solver.add_arcs_with_capacity(count + np.arange(len(ways)), np.full(len(ways), sink), out)
        solver.add_arcs_with_capacity(
            np.full(sources.size, source), sources, (supply[sources] * _UNIT).astype(np.int64)
        )
        solver.solve(source, sink)
        if solver.optimal_flow() >= total * _UNIT - 1:
            return None
        found = np.ones(sink + 1, bool)
        found[solver.get_sink_side_min_cut()] = False
        return found

    low = total / rates.sum()
    every = Cut(float(low), np.ones(people.size, bool), frozenset(ways))
    if behind(low * 1.02) is None:
        return every
    high, held = low * 2, None
    while (more := behind(high)) is not None:
        low, high, held = high, 2 * high, more
        if high > 1e6:
            return every  # some stand where the raster knows no way: no word on them
    while high > 1.02 * low:
        middle = (low + high) / 2
        if (more := behind(middle)) is None:
            high = middle
        else:
            low, held = middle, more
    crossed = np.flatnonzero(held[grid.a] != held[grid.b]) if held is not None else np.empty(0, np.int64)
    if held is None or not crossed.size:
        return replace(every, seconds=float(low))
    doors, rate = _doors(grid, crossed)
    inside = frozenset(key for k, key in enumerate(ways) if held[count + k])
    return Cut(float(low), held[piece], inside, doors, tuple(rate * diagram.peak))


def _doors(grid: Raster, crossed: Whole) -> tuple[tuple[BaseGeometry, ...], Figures]:
    """Lines of a cut that hang together, as one each, and their open widths."""
    lines = grid.line[crossed]
    doors = shapely.get_parts(shapely.union_all(shapely.buffer(lines, 1e-6)))
    of = shapely.STRtree(doors).nearest(lines)
    return tuple(doors), np.bincount(of, grid.width[crossed], len(doors)).astype(np.float64)
