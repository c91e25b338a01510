"""A space made ready for planning: regions, portals, and every walk between them. Independent of the crowd.

An *approach* is a portal seen from one region: where people of that region queue for it. A *leg* leads from a
cell to an approach of its region; a *hop* from an approach, through its portal, to one beyond.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from tocsin.sdk.spaces import Plane, Space, areas

from .floors import Floors, Portal, cut
from .walks import Walks, walks

Figures = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Approach:
    portal: int
    region: int
    beyond: int  # region on the other side; -1: out, safe


@dataclass(frozen=True)
class Scene:
    """``leg_m[n]``: metres from cell ``leg_cell[n]`` to approach ``leg_to[n]``; hops likewise; inf: none."""

    floors: Floors
    approaches: tuple[Approach, ...]
    walks: dict[int, Walks]
    local: dict[int, dict[int, int]]
    first_cell: Whole
    leg_cell: Whole
    leg_to: Whole
    leg_m: Figures
    hop_from: Whole
    hop_to: Whole
    hop_m: Figures

    @property
    def plane(self) -> Plane:
        return self.floors.plane

    def portal(self, approach: int) -> Portal:
        return self.floors.portals[self.approaches[approach].portal]

    def leg_path(self, leg: int) -> Figures:
        to = self.approaches[self.leg_to[leg]]
        cell = int(self.leg_cell[leg])
        return self.walks[to.region].path(
            cell - int(self.first_cell[to.region]), self.local[to.region][to.portal]
        )

    @cached_property
    def straight_m(self) -> dict[str, Figures]:
        """By way out: metres from every cell to it, through walls."""
        shapes = np.array(self.floors.cells.shape, object)
        return {way.id: shapely.distance(shapes, self.plane.lines[way.id]) for way in self.plane.space.exits}

    @cached_property
    def leg_lines(self) -> NDArray[np.object_]:
        """Every leg's walk as a LineString; of a leg that cannot be walked, or is none, a point twice."""
        paths = [self.leg_path(leg) for leg in range(self.leg_m.size)]
        return np.array(
            [shapely.linestrings(path if len(path) > 1 else np.repeat(path, 2, 0)) for path in paths], object
        )

    def hop_path(self, hop: int) -> Figures:
        a, b = self.approaches[self.hop_from[hop]], self.approaches[self.hop_to[hop]]
        mine = self.local[b.region]
        there = self.walks[b.region]
        return there.path(len(there.places) - len(mine) + mine[a.portal], mine[b.portal])

    def around(self, danger: BaseGeometry) -> Scene:
        """The same legs and hops, walked around ``danger``; inf where that is not possible."""
        changed = {
            region: _walks(self.floors, region, areas(shape.difference(danger)))
            for region, shape in enumerate(self.floors.regions)
            if region in self.walks and shape.intersects(danger)
        }
        every = {**self.walks, **changed}
        return _scene(self.floors, self.approaches, every)


def make_scene(space: Space, *, widest_m: float, cells: int) -> Scene:
    """Raises ``Invalid`` for a space without a place on the map; ``sdk.spaces.check`` it first."""
    floors = cut(Plane(space), widest_m=widest_m, cells=cells)
    approaches = tuple(
        Approach(n, side, -1 if portal.out else portal.sides[1 - k])
        for n, portal in enumerate(floors.portals)
        for k, side in enumerate(portal.sides)
    )
    used = {a.region for a in approaches}
    return _scene(floors, approaches, {r: _walks(floors, r, floors.regions[r]) for r in sorted(used)})


def _mine(floors: Floors, region: int) -> list[int]:
    return [n for n, portal in enumerate(floors.portals) if region in portal.sides]


def _walks(floors: Floors, region: int, area: BaseGeometry) -> Walks:
    here = floors.cells.region == region
    return walks(area, floors.cells.centre[here], [floors.portals[n].line for n in _mine(floors, region)])


def _scene(floors: Floors, approaches: tuple[Approach, ...], every: dict[int, Walks]) -> Scene:
    local = {region: {n: k for k, n in enumerate(_mine(floors, region))} for region in every}
    cells = floors.cells.region
    first = np.array([int(np.argmax(cells == r)) for r in range(len(floors.regions))], np.int64)
    legs: list[tuple[Whole, Whole, Figures]] = []
    for n, to in enumerate(approaches):
        here = np.flatnonzero(cells == to.region)
        length = every[to.region].length[: here.size, local[to.region][to.portal]]
        legs.append((here, np.full(here.size, n), length))
    hops: list[tuple[int, int, float]] = []
    for n, a in enumerate(approaches):
        if a.beyond < 0:
            continue
        there, mine = every[a.beyond], local[a.beyond]
        start = len(there.places) - len(mine) + mine[a.portal]
        hops += [
            (n, m, float(there.length[start, mine[b.portal]]))
            for m, b in enumerate(approaches)
            if b.region == a.beyond and b.portal != a.portal
        ]
    hop = np.array(hops).reshape(-1, 3)
    return Scene(
        floors, approaches, every, local, first,
        np.concatenate([x[0] for x in legs]) if legs else np.empty(0, np.int64),
        np.concatenate([x[1] for x in legs]) if legs else np.empty(0, np.int64),
        np.concatenate([x[2] for x in legs]) if legs else np.empty(0),
        hop[:, 0].astype(np.int64), hop[:, 1].astype(np.int64), hop[:, 2],
    )  # fmt: skip


def along(path: Figures, metres: Figures) -> Figures:
    """Places (n, 2) at ``metres`` along ``path``."""
    if len(path) == 1:
        return np.repeat(path, len(metres), 0)
    line = shapely.linestrings(path)
    found: Figures = shapely.get_coordinates(shapely.line_interpolate_point(line, metres))
    return found
