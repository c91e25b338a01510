"""A plan for the reduced network: least time first, then least exposure, then least time on average.

With T from `quickest`, the rest is one min-cost flow over the same expanded network, small enough for it:
cost of an exposed arc above all others together, cost of arriving at step t is t; of plans alike in that,
the one that walks least, so that nobody wanders while he would otherwise wait. Goldberg, A. V. (1997),
An efficient implementation of a scaling minimum-cost flow algorithm, J. Algorithms 22, 1-29 (OR-tools).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .quickest import Expanded, Network, expand, most_out, quickest
from .reduced import Reduced

Figures = NDArray[np.float64]
Whole = NDArray[np.int64]

#: a step later out weighs as much as that many steps walked
_AHEAD = 4


@dataclass(frozen=True)
class Schedule:
    """``flow``: people on each arc of the network in all; ``out[k]``: people out at step k; ``served``:
    those who get out of all, by source. ``steps``: None when nobody can. Time is ``(steps + 1) * step_s``:
    whoever passes in the last step has passed at its end."""

    reduced: Reduced
    steps: int | None
    flow: Whole
    out: Whole
    served: Whole
    proven: bool

    @property
    def seconds(self) -> float:
        return 0.0 if self.steps is None or not self.flow.any() else (self.steps + 1) * self.reduced.step_s

    @property
    def mean_s(self) -> float:
        people = self.out.sum()
        return (
            float((self.out * (np.arange(self.out.size) + 0.5)).sum() / people * self.reduced.step_s)
            if people
            else 0.0
        )


def schedule(
    reduced: Reduced,
    *,
    horizon: int,
    guess: int | None = None,
    go_on: Callable[[], bool] = lambda: True,
) -> Schedule:
    """``horizon``: steps by which all who can get out at all surely are."""
    steps, need, proven = least_steps(reduced, horizon=horizon, guess=guess, go_on=go_on)
    if steps is None or need == 0:
        return Schedule(reduced, steps if need == 0 else None, *_nothing(reduced), proven)
    over = expand(reduced.network, steps)
    return _cheapest(reduced, over, need, proven)


def least_steps(
    reduced: Reduced,
    *,
    horizon: int,
    guess: int | None = None,
    go_on: Callable[[], bool] = lambda: True,
) -> tuple[int | None, int, bool]:
    """Least steps for all who can get out, how many those are, and whether that is proven."""
    network = reduced.network
    reaching = _reaching(network)
    need = int(network.supply[reaching].sum())
    if need == 0:
        return 0, 0, True
    most = horizon if network.shut else 64 * horizon
    found = quickest(network, guess=guess, need=need, most=most, go_on=go_on)
    if found.steps is None and network.shut:  # some ways shut before all have passed
        need = found.out
        found = quickest(network, guess=guess, need=need, most=horizon, go_on=go_on)
    return found.steps, need, found.proven


def _nothing(reduced: Reduced) -> tuple[Whole, Whole, Whole]:
    return (
        np.zeros(reduced.network.tail.size, np.int64),
        np.zeros(1, np.int64),
        np.zeros(reduced.cells.size, np.int64),
    )


def _reaching(network: Network) -> NDArray[np.bool_]:
    """Nodes from which some sink can be reached, however long it takes."""
    able = np.zeros(network.nodes, bool)
    able[network.sinks] = True
    while True:
        more = np.zeros_like(able)
        more[network.tail[able[network.head]]] = True
        more |= able
        if (more == able).all():
            return able
        able = more


def _avoidable(reduced: Reduced) -> NDArray[np.bool_]:
    """Arcs through danger, but for the first legs of those who have no other."""
    legs = np.flatnonzero(reduced.leg >= 0)
    tail = reduced.network.tail[legs]
    choice = np.bincount(tail, ~reduced.exposed[legs], reduced.network.nodes) > 0
    found = reduced.exposed.copy()
    found[legs] &= choice[tail]
    return found


def _cheapest(reduced: Reduced, over: Expanded, need: int, proven: bool) -> Schedule:
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

    network = reduced.network
    avoidable = _avoidable(reduced)
    if avoidable.any():
        unharmed = over.only((over.arc < 0) | ~avoidable[over.arc])
        if most_out(unharmed)[0] >= need:  # nobody need be exposed who is not so anyway
            over, avoidable = unharmed, np.zeros_like(avoidable)
    moving = over.arc >= 0
    cost = np.where(over.arrives >= 0, _AHEAD * over.arrives, 0)
    cost[moving] += network.tau[over.arc[moving]]
    cost[moving] += avoidable[over.arc[moving]] * (need * _AHEAD * (over.steps + 1) + 1)
    solver = SimpleMinCostFlow()
    solver.add_arcs_with_capacity_and_unit_cost(over.start, over.end, over.room, cost)
    solver.set_node_supply(over.source, need)
    solver.set_node_supply(over.sink, -need)
    solved = solver.solve() == SimpleMinCostFlow.OPTIMAL
    every = np.arange(over.start.size)
    if solved:
        flow = np.asarray(solver.flows(every), np.int64)
    else:  # its cost range is exhausted: the plain greatest flow is as quick, only not as early
        _, plain = most_out(over)
        flow = np.asarray(plain.flows(every), np.int64)
    total = np.bincount(over.arc[moving], flow[moving], network.tail.size).astype(np.int64)
    safe = over.arrives >= 0
    out = np.bincount(over.arrives[safe], flow[safe], over.steps + 1).astype(np.int64)
    served = np.zeros(reduced.cells.size, np.int64)
    legs = reduced.leg >= 0
    np.add.at(served, network.tail[legs], total[legs])
    return Schedule(reduced, over.steps, total, out, served, proven and solved)
