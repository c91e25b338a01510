"""Where people are, step by step: on their ways those who walk, packed before portals those who queue."""

from __future__ import annotations

from typing import get_args

import numpy as np
from numpy.typing import NDArray

from .answer import Level
from .floors import Cells
from .queues import Drained
from .routes import Routes
from .scene import along

Figures = NDArray[np.float64]

#: Fruin (1971), walkways: people per m² from which on it is B, C, D, E, F
FRUIN = (0.31, 0.43, 0.72, 1.08, 2.17)
LEVELS: tuple[Level, ...] = get_args(Level)


def level(per_m2: float) -> Level:
    return LEVELS[int(np.searchsorted(FRUIN, per_m2, "right"))]


def standing(
    routes: Routes, drained: Drained, steps: NDArray[np.int64], *, packed_per_m2: float, speed: float = 1.0
) -> Figures:
    """People (len(steps), cells) at ``steps``; ``drained`` with history, of these routes alone.

    A queue fills the cells nearest to its portal up to ``packed_per_m2``; beyond that the region is full and
    all its cells are as dense as it takes.
    """
    reduced, scene = routes.reduced, routes.reduced.scene
    cells = scene.floors.cells
    people = np.zeros((len(steps), len(cells.area)))
    legs = np.flatnonzero((reduced.leg >= 0) & (routes.leg_people > 0))
    for arc in legs:
        leg = int(reduced.leg[arc])
        tau = max(1, round(int(reduced.network.tau[arc]) / speed))
        walking = np.flatnonzero(steps < tau)
        if walking.size:
            path = scene.leg_path(leg)
            here = cells.at(along(path, scene.leg_m[leg] * steps[walking] / tau))
            here = np.where(steps[walking] == 0, scene.leg_cell[leg], here)
            np.add.at(
                people, (walking, np.where(here < 0, scene.leg_cell[leg], here)), routes.leg_people[arc]
            )
    hops = np.flatnonzero((reduced.hop >= 0) & (routes.hop_share > 0))
    sources, count = reduced.cells.size, len(scene.approaches)
    last = len(drained.passed) - 1
    for arc in hops:
        hop = int(reduced.hop[arc])
        tau = max(1, round(int(reduced.network.tau[arc]) / speed))
        tail = int(reduced.network.tail[arc]) - sources - count
        path = scene.hop_path(hop)
        ages = np.arange(tau)
        here = cells.at(along(path, scene.hop_m[hop] * ages / tau))
        for row, step in enumerate(steps):
            set_out = step - ages
            fine = (set_out >= 0) & (set_out <= last) & (here >= 0)
            np.add.at(people[row], here[fine], drained.passed[set_out[fine], tail] * routes.hop_share[arc])
    queued = drained.queue[np.minimum(steps, last)] if last >= 0 else np.zeros((len(steps), count))
    room = np.maximum(cells.area[None, :] * packed_per_m2 - people, 0.0)
    for n in np.argsort(-queued.max(0, initial=0.0), kind="stable"):
        if queued.size and queued[:, n].max() > 0:
            _pack(people, room, queued[:, n], routes, int(n))
    return people


def give_way(people: Figures, cells: Cells, most_per_m2: float) -> Figures:
    """People (steps, cells) with none denser than ``most_per_m2`` as long as there is room on the floor.

    Queues are packed each as if it were alone, and who walks is counted where the way leads. Where several
    meet, the last to come stand in the nearest cells that have room; where none has, all are as dense.
    """
    room = np.maximum(cells.area, 0.05) * most_per_m2
    given = people.copy()
    for row in given:
        if row.sum() >= room.sum():
            row[:] = row.sum() * room / room.sum()
            continue
        over = np.flatnonzero(row > room)
        for n in over[np.argsort(room[over] - row[over], kind="stable")]:
            excess = row[n] - room[n]
            row[n] = room[n]
            near = np.argsort(((cells.centre - cells.centre[n]) ** 2).sum(1), kind="stable")
            left = np.maximum(room[near] - row[near], 0.0)
            row[near] += np.clip(excess - (np.cumsum(left) - left), 0.0, left)
    return given


def _pack(people: Figures, room: Figures, queue: Figures, routes: Routes, approach: int) -> None:
    """Fill what ``room`` is left in the cells of the region, those nearest to the portal first."""
    scene = routes.reduced.scene
    mine = np.flatnonzero((scene.leg_to == approach) & np.isfinite(scene.leg_m))
    if not mine.size:
        return
    mine = mine[np.argsort(scene.leg_m[mine], kind="stable")]
    cells = scene.leg_cell[mine]
    here = room[:, cells]
    before = np.cumsum(here, 1) - here
    filled = np.clip(queue[:, None] - before, 0.0, here)
    beyond = np.maximum(queue - here.sum(1), 0.0)
    area = scene.floors.cells.area[cells]
    people[:, cells] += filled + beyond[:, None] * (area / area.sum())[None, :]
    room[:, cells] -= filled
