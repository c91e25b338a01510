"""Which way people take: as planned, or to the nearest way out. Parts of each cell and each portal."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from .quickest import FREE
from .reduced import Reduced
from .schedule import Schedule

Figures = NDArray[np.float64]
Whole = NDArray[np.int64]

#: steps by which a way that will be shut counts as farther than all that will not
_LAST = 1e9


@dataclass(frozen=True)
class Routes:
    """``leg_people[n]``: who sets out on leg arc n; ``hop_share[n]``: part of those who pass a portal that
    goes on by hop arc n. Indexed by arc of ``reduced.network``; 0 on other arcs."""

    reduced: Reduced
    leg_people: Figures
    hop_share: Figures

    @cached_property
    def towards(self) -> Figures:
        """Part (approaches, approaches) of those at an approach who leave by each way out in the end."""
        network, count = self.reduced.network, len(self.reduced.scene.approaches)
        sources = self.reduced.cells.size
        step = np.zeros((count, count))
        hops = np.flatnonzero(self.reduced.hop >= 0)
        tail, head = network.tail[hops] - sources - count, network.head[hops] - sources
        np.add.at(step, (tail, head), self.hop_share[hops])
        out = np.diag([1.0 if a.beyond < 0 else 0.0 for a in self.reduced.scene.approaches])
        found: Figures = np.linalg.lstsq(np.eye(count) - step, out, rcond=None)[0].clip(0, 1)
        return found

    @property
    def exposed_people(self) -> float:
        """How many cross a danger somewhere on their way."""
        reduced, network = self.reduced, self.reduced.network
        count, sources = len(reduced.scene.approaches), reduced.cells.size
        through = np.zeros(count, bool)
        serve = reduced.approach >= 0
        through[reduced.approach[serve]] = reduced.exposed[serve]
        unharmed = np.where(through, 0.0, [1.0 if a.beyond < 0 else 0.0 for a in reduced.scene.approaches])
        hops = np.flatnonzero((reduced.hop >= 0) & (self.hop_share > 0))
        tail, head = network.tail[hops] - sources - count, network.head[hops] - sources
        last = unharmed
        for _ in range(count):
            onward = np.bincount(tail, self.hop_share[hops] * ~reduced.exposed[hops] * last[head], count)
            last = np.where(through, 0.0, unharmed + onward)
        legs = np.flatnonzero(self.leg_people > 0)
        safe = ~reduced.exposed[legs] * last[network.head[legs] - sources]
        return float((self.leg_people[legs] * (1.0 - safe)).clip(0).sum())


def planned(made: Schedule) -> Routes:
    reduced, flow = made.reduced, made.flow.astype(float)
    network = reduced.network
    legs, hops = reduced.leg >= 0, reduced.hop >= 0
    through = np.bincount(network.tail[hops], flow[hops], network.nodes)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(hops, np.nan_to_num(flow / through[network.tail]), 0.0)
    return Routes(reduced, np.where(legs, flow, 0.0), share)


def nearest(reduced: Reduced) -> Routes:
    """Everybody by the shortest walk to a way out that is open. Ways that a danger shuts at some time do not
    count for those who have others."""
    network = reduced.network
    usable = np.ones(network.tail.size, bool)
    usable[[arc for arc, _, _ in network.shut if reduced.approach[arc] >= 0]] = False
    safe, far = _distance(reduced, usable), _distance(reduced, np.ones_like(usable))
    far = np.where(np.isfinite(safe), safe, far + _LAST)
    legs, hops = np.flatnonzero(reduced.leg >= 0), np.flatnonzero(reduced.hop >= 0)
    people, share = np.zeros(network.tail.size), np.zeros(network.tail.size)
    _choose(people, legs, network.tail[legs], network.tau[legs] + far[network.head[legs]],
            network.supply.astype(float))  # fmt: skip
    _choose(
        share, hops, network.tail[hops], network.tau[hops] + far[network.head[hops]], np.ones(network.nodes)
    )
    return Routes(reduced, people, share)


def _distance(reduced: Reduced, usable: NDArray[np.bool_]) -> Figures:
    """Steps from each node to the nearest sink (Bellman-Ford)."""
    network = reduced.network
    far = np.full(network.nodes, FREE)
    far[network.sinks] = 0.0
    while True:
        before = far.copy()
        np.minimum.at(far, network.tail[usable], network.tau[usable] + before[network.head[usable]])
        if (far == before).all():
            return far


def _choose(into: Figures, arcs: Whole, group: Whole, cost: Figures, amount: Figures) -> None:
    """For each group the whole amount onto its cheapest arc."""
    fine = np.isfinite(cost)
    arcs, group, cost = arcs[fine], group[fine], cost[fine]
    order = np.lexsort((cost, group))
    arcs, group = arcs[order], group[order]
    first = np.concatenate([[True], np.diff(group) != 0]) if group.size else np.empty(0, bool)
    into[arcs[first]] = amount[group[first]]
