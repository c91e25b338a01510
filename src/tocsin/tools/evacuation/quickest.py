"""Quickest transshipment: the least T by which all supplies can have reached a sink.

Bisection on T over a time-expanded network: arcs with a travel time and a capacity a step; whoever waits at a
node may stay there. Time is in whole steps; an arrival at step t counts if t <= T. Exact for whole people
and steps: Ford, L. R., Fulkerson, D. R. (1958). Constructing maximal dynamic flows from static flows.
Operations Research 6, 419-433; transshipment by the same expansion, Hoppe, B., Tardos, E. (2000), Mathematics
of Operations Research 25, 36-62, whose polynomial method is slower at these sizes.
Max-flow: OR-tools' push-relabel (``SimpleMaxFlow``); 0.11 s at 310,000 arcs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Figures = NDArray[np.float64]

#: no capacity; whoever wants to go may go
FREE = np.inf


@dataclass(frozen=True)
class Network:
    """Nodes are 0..nodes-1; ``supply`` whole people at each. Arc n leads ``tail[n]`` to ``head[n]`` in
    ``tau[n]`` steps, ``capacity[n]`` people a step; ``shut`` lists (arc, first step, end step) in which
    nobody may set out on it. Sinks are where people are safe."""

    nodes: int
    supply: Whole
    sinks: Whole
    tail: Whole
    head: Whole
    tau: Whole
    capacity: Figures
    shut: tuple[tuple[int, int, int], ...] = ()

    @property
    def static(self) -> NDArray[np.bool_]:
        """Sources that nothing leads to and that only free, never shut arcs leave: to leave at once is never
        worse there, so that they need one copy, not one a step."""
        still = np.ones(self.nodes, bool)
        still[self.head] = False
        still[self.tail[np.isfinite(self.capacity)]] = False
        for arc, _, _ in self.shut:
            still[self.tail[arc]] = False
        still[self.sinks] = False
        return still


@dataclass(frozen=True)
class Expanded:
    """The network over steps 0..T. Expanded arc n is a copy of ``arc[n]`` (-1: waiting, -2: supply, -3: out)
    that sets out at ``step[n]``."""

    steps: int
    start: Whole
    end: Whole
    room: Whole
    arc: Whole
    step: Whole
    source: int
    sink: int


def expand(network: Network, steps: int) -> Expanded:
    """All arcs that arrive by ``steps``. Fractions of a person a step are handed out in whole people."""
    n, k = network.nodes, steps + 1
    static = network.static
    number = np.full((n, k), -1, np.int64)
    moving = np.flatnonzero(~static)
    number[moving] = np.arange(moving.size * k).reshape(moving.size, k)
    number[static] = (moving.size * k + np.arange(int(static.sum())))[:, None]
    source = moving.size * k + int(static.sum())
    sink = source + 1
    total = int(network.supply.sum())
    times = np.arange(k)

    still = static[network.tail]
    pieces: list[tuple[Whole, Whole, Whole, Whole, Whole]] = []
    once = np.flatnonzero(still & (network.tau <= steps))
    pieces.append(
        (
            number[network.tail[once], 0],
            number[network.head[once], network.tau[once]],
            network.supply[network.tail[once]],
            once,
            np.zeros(once.size, np.int64),
        )
    )
    often = np.flatnonzero(~still)
    if often.size:
        arcs, at = (a.ravel() for a in np.meshgrid(often, times, indexing="ij"))
        fits = at + network.tau[arcs] <= steps
        for arc, first, end in network.shut:
            fits &= ~((arcs == arc) & (at >= first) & (at < end))
        arcs, at = arcs[fits], at[fits]
        pieces.append(
            (number[network.tail[arcs], at], number[network.head[arcs], at + network.tau[arcs]],
             whole_people(network.capacity[arcs], at, total), arcs, at)
        )  # fmt: skip
    waits = np.setdiff1d(moving, network.sinks)
    here, at = (a.ravel() for a in np.meshgrid(waits, times[:-1], indexing="ij"))
    pieces.append(
        (number[here, at], number[here, at + 1], np.full(here.size, total), np.full(here.size, -1), at)
    )
    full = np.flatnonzero(network.supply > 0)
    pieces.append(
        (np.full(full.size, source), number[full, 0], network.supply[full], np.full(full.size, -2), 0 * full)
    )
    safe, at = (a.ravel() for a in np.meshgrid(network.sinks, times, indexing="ij"))
    pieces.append(
        (number[safe, at], np.full(safe.size, sink), np.full(safe.size, total), np.full(safe.size, -3), at)
    )
    columns = [np.concatenate([p[c] for p in pieces]).astype(np.int64) for c in range(5)]
    return Expanded(steps, columns[0], columns[1], columns[2], columns[3], columns[4], source, sink)


def whole_people(capacity: Figures, at: Whole, total: int) -> Whole:
    """Capacity at step ``at``, such that the first n steps together let floor(n c) pass."""
    c = np.minimum(capacity, float(total))
    given = np.floor((at + 1) * c + 1e-9) - np.floor(at * c + 1e-9)
    whole: Whole = given.astype(np.int64)
    return whole


def most_out(expanded: Expanded) -> tuple[int, Any]:
    """How many can be out by the last step, and the solver that knows the flow of each arc."""
    from ortools.graph.python.max_flow import SimpleMaxFlow

    solver = SimpleMaxFlow()
    solver.add_arcs_with_capacity(expanded.start, expanded.end, expanded.room)
    if solver.solve(expanded.source, expanded.sink) != SimpleMaxFlow.OPTIMAL:
        return 0, solver  # no source or no sink among the arcs
    return int(solver.optimal_flow()), solver


@dataclass(frozen=True)
class Quickest:
    """``steps`` is the least T, proven if ``proven``; None when even ``most`` steps do not do.
    ``out`` people are out by then: all who can be."""

    steps: int | None
    out: int
    proven: bool = True


def quickest(
    network: Network,
    *,
    low: int = 0,
    guess: int | None = None,
    most: int = 100_000,
    need: int | None = None,
    go_on: Callable[[], bool] = lambda: True,
) -> Quickest:
    """The least number of steps in which all supplies get out. ``low``: known to be a lower bound.

    ``guess`` (of an earlier plan, say) warms the search up. Once some T is known to do, ``go_on`` is asked
    before every solve; when it says no, the best known so far is answered, with ``proven`` False.
    ``need``: that many are enough.
    """
    total = int(network.supply.sum()) if need is None else need
    if total == 0:
        return Quickest(0, 0)

    def enough(steps: int) -> bool:
        return most_out(expand(network, steps))[0] >= total

    low = max(0, low) - 1  # known not to do
    high = max(1, guess if guess is not None else 2 * (low + 1), low + 1)
    while not enough(high):
        low = high
        if high >= most:
            return Quickest(None, most_out(expand(network, most))[0])
        high = min(most, 2 * high + 1)
    if guess is not None and high == guess:  # near an earlier answer: look close by first
        step = max(1, high // 16)
        while high - step > low and go_on():
            if enough(high - step):
                high -= step
                step *= 2
            else:
                low = high - step
                break
    while high - low > 1:
        if not go_on():
            return Quickest(high, total, proven=False)
        middle = (low + high) // 2
        if enough(middle):
            high = middle
        else:
            low = middle
    return Quickest(high, total)
