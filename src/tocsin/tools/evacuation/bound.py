"""A lower bound on the clearing time that does not use the reduced network: no plan can be faster.

Everybody walks in a straight line through walls, at free speed, and no way out lets more pass than its clear
width allows. Whoever stands behind the worst cut of the floor (`cuts`) passes one of its doors on the way to
an exit beyond it: at least once he does, and the last time is meant. Quickest flow with walks and capacities
rounded in the crowd's favour.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import shapely
from numpy.typing import NDArray

from .cuts import Cut
from .quickest import FREE, Network, quickest
from .scene import Scene

Figures = NDArray[np.float64]
Whole = NDArray[np.int64]


def by_exits(
    people: Whole,
    scene: Scene,
    per_second: Mapping[str, float],
    worst: Cut,
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
    where = np.array([scene.floors.cells.shape[c] for c in cells], object)
    lines = np.array([scene.plane.lines[key] for key in ways], object)
    n, e, d = cells.size, len(ways), len(worst.doors)
    queue, behind = n + np.arange(e + d), n + e + d + np.arange(e + d)
    here, held = np.arange(n), np.flatnonzero(worst.behind[cells])
    outside = np.flatnonzero(~worst.behind[cells])
    arcs: list[tuple[Whole, Whole, Whole, Figures]] = []

    def walk(tail: Whole, head: Whole, metres: Figures) -> None:
        took = np.floor(metres / speed_mps / step_s).astype(np.int64)
        both = np.broadcast_arrays(tail, head)
        arcs.append((both[0], both[1], took, np.full(took.size, FREE)))

    for k, key in enumerate(ways):
        free = here if key in worst.exits else outside
        walk(free, queue[k], scene.straight_m[key][cells[free]])
    for k, door in enumerate(worst.doors):
        walk(held, queue[e + k], shapely.distance(where[held], door))
        walk(behind[e + k], queue[:e], shapely.distance(lines, door))
    first = sum(len(a[0]) for a in arcs)
    rates = np.concatenate([[per_second[key] for key in ways], worst.per_second])
    arcs.append((queue, behind, np.zeros(e + d, np.int64), rates * step_s))
    tail, head, tau, capacity = (np.concatenate(column) for column in zip(*arcs, strict=True))
    network = Network(
        nodes=n + 2 * (e + d),
        supply=np.concatenate([people[cells], np.zeros(2 * (e + d), np.int64)]),
        sinks=behind[:e],
        tail=tail, head=head, tau=tau, capacity=capacity,
        shut=tuple((first + k, *when) for k, key in enumerate(ways) for when in shut.get(key, ())),
    )  # fmt: skip
    found = quickest(network)
    return 0.0 if found.steps is None else found.steps * step_s
