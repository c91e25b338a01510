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
from dataclasses import dataclass, replace
from functools import cached_property
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

    @cached_property
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

    @cached_property
    def early(self) -> Figures:
        """By node: the first step at which anybody can be there; inf: nobody ever."""
        first = np.full(self.nodes, np.inf)
        first[self.supply > 0] = 0
        return _spread(first, self.tail, self.head, self.tau)

    @cached_property
    def late(self) -> Figures:
        """By node: steps from there to the nearest sink; inf: none can be reached."""
        left = np.full(self.nodes, np.inf)
        left[self.sinks] = 0
        return _spread(left, self.head, self.tail, self.tau)


def _spread(known: Figures, tail: Whole, head: Whole, tau: Whole) -> Figures:
    """Least steps to every node, from those known (Bellman-Ford)."""
    while True:
        before = known.copy()
        np.minimum.at(known, head, before[tail] + tau)
        if (known == before).all():
            return known


@dataclass(frozen=True)
class Expanded:
    """The network over steps 0..T. Expanded arc n is a copy of ``arc[n]`` (-1: waiting, -2: supply) that sets
    out at ``step[n]`` and, at step ``arrives[n]``, is out; -1: it leads to no sink."""

    steps: int
    start: Whole
    end: Whole
    room: Whole
    arc: Whole
    step: Whole
    arrives: Whole
    source: int
    sink: int

    def only(self, kept: NDArray[np.bool_]) -> Expanded:
        """Without the other arcs."""
        columns = {
            name: getattr(self, name)[kept] for name in ("start", "end", "room", "arc", "step", "arrives")
        }
        return replace(self, **columns)


def expand(network: Network, steps: int) -> Expanded:
    """All arcs that somebody can reach and from which he can be out by ``steps``. Fractions of a person a
    step are handed out in whole people."""
    n, k = network.nodes, steps + 1
    static, early, late = network.static, network.early, network.late
    safe = np.zeros(n, bool)
    safe[network.sinks] = True
    times = np.arange(k)
    alive = (times >= early[:, None]) & (times + late[:, None] <= steps)
    alive[static, 1:] = False
    alive[safe] = False
    number = np.full((n, k), -1, np.int64)
    source = int(alive.sum())
    number[alive] = np.arange(source)
    number[static] = number[static, :1]
    sink = source + 1
    number[safe] = sink
    total = int(network.supply.sum())

    pieces: list[tuple[Whole, ...]] = []

    def add(start: Whole, head: Whole, then: Any, room: Any, arc: Any, at: Any) -> None:
        end, arrives = number[head, then], np.where(safe[head], then, -1)
        fits = (start >= 0) & (end >= 0)
        row = np.broadcast_arrays(start, end, room, arc, at, arrives)
        pieces.append(tuple(column[fits] for column in row))

    still = static[network.tail]
    once = np.flatnonzero(still & (network.tau <= steps))
    tail = network.tail[once]
    add(number[tail, 0], network.head[once], network.tau[once], network.supply[tail], once, 0)
    often = np.flatnonzero(~still)
    if often.size:
        fits = times + network.tau[often, None] + late[network.head[often], None] <= steps
        place = np.full(network.tail.size, -1, np.int64)
        place[often] = np.arange(often.size)
        for arc, first, end in network.shut:
            fits[place[arc], first:end] = False
        row, at = np.nonzero(fits & alive[network.tail[often]])
        arcs = often[row]
        tail, head, then = network.tail[arcs], network.head[arcs], at + network.tau[arcs]
        add(number[tail, at], head, then, whole_people(network.capacity[arcs], at, total), arcs, at)
    here, at = np.nonzero(alive[:, :-1] & alive[:, 1:])
    add(number[here, at], here, at + 1, total, -1, at)
    full = np.flatnonzero(network.supply > 0)
    add(np.full(full.size, source), full, 0, network.supply[full], -2, 0)
    names = ("start", "end", "room", "arc", "step", "arrives")
    columns = {name: np.concatenate([p[c] for p in pieces]).astype(np.int64) for c, name in enumerate(names)}
    return Expanded(steps=steps, source=source, sink=sink, **columns)


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
    guess: int | None = None,
    most: int = 100_000,
    need: int | None = None,
    go_on: Callable[[], bool] = lambda: True,
) -> Quickest:
    """The least number of steps in which all supplies get out.

    ``guess`` (of an earlier plan, say) is where the search begins, else a lower bound. Once some T is known
    to do, ``go_on`` is asked before every solve; when it says no, the best known so far is answered, with
    ``proven`` False. ``need``: that many are enough.
    """
    total = int(network.supply.sum()) if need is None else need
    if total == 0:
        return Quickest(0, 0)

    def enough(steps: int) -> bool:
        return most_out(expand(network, steps))[0] >= total

    low = min(_too_few(network, total), most - 1)  # known not to do
    high = max(low + 1, guess) if guess is not None else low + 1 + max(low, 0) // 32
    high, ahead = min(high, most), 1 + max(low, 0) // 16
    while not enough(high):
        low = high
        if high >= most:
            return Quickest(None, most_out(expand(network, most))[0])
        high, ahead = min(most, high + ahead), 2 * ahead
    back = 1 + max(high, 0) // 32
    while high - low > 1:
        if not go_on():
            return Quickest(high, total, proven=False)
        middle = max((low + high) // 2, high - back)  # the answer is near where the search began
        back *= 2
        if enough(middle):
            high = middle
        else:
            low = middle
    return Quickest(high, total)


def _too_few(network: Network, need: int) -> int:
    """Steps in which ``need`` surely cannot be out: all arcs to sinks together let too few pass, or the
    farthest have not walked so far. -1 where nothing is known."""
    last = np.isin(network.head, network.sinks)
    rate = float(network.capacity[last].sum())
    by_flow = int(np.ceil(need / rate - 1e-6)) - 2 if 0 < rate < FREE else -1
    walks = network.late[network.supply > 0]
    able = np.isfinite(walks)
    everybody = int(network.supply[network.supply > 0][able].sum()) <= need
    by_walk = int(walks[able].max(initial=0)) - 1 if everybody else -1
    return max(by_flow, by_walk, -1)
