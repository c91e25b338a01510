"""How the crowd really drains: queues at portals, walks between them, many samples at once.

People walk their leg, queue where it ends, pass at no more than the portal's capacity, and walk on. Between
portals the crowd thins the speed by the fundamental diagram at half the density that it starts with (it is
that on average while a region empties). A point-queue model: Vickrey, W. S. (1969). Congestion theory and
transport investment. American Economic Review 59, 251-260; queues take no room and do not block each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .diagrams import Diagram
from .quickest import whole_people
from .reduced import Reduced
from .routes import Routes

Figures = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Samples:
    """By sample: factors of people, speed and capacity; ``parts`` (samples, routes): who follows which."""

    crowd: Figures
    speed: Figures
    capacity: Figures
    parts: Figures

    @classmethod
    def exactly(cls, *parts: float) -> Samples:
        one = np.ones(1)
        return cls(one, one, one, np.array([parts], float))


@dataclass(frozen=True)
class Drained:
    """``clear_s`` of each sample, inf where some never get out. With history, of the first sample, by step:
    ``queue``, ``arrived`` and ``passed`` (steps, approaches)."""

    step_s: float
    clear_s: Figures
    mean_s: Figures
    out: Figures
    queue: Figures
    arrived: Figures
    passed: Figures


def drain(
    routes: Sequence[Routes],
    samples: Samples,
    diagram: Diagram | None,
    *,
    most_steps: int,
    history: bool = False,
) -> Drained:
    """``routes`` share one reduced network. Without ``diagram`` everybody walks freely, which is what the
    network of the plan reckons with, and portals let whole people pass by the same count: then routes of
    whole people are one of the flows that the plan was chosen from, and it is never slower than they are."""
    reduced = routes[0].reduced
    count, n, classes = len(reduced.scene.approaches), samples.crowd.size, len(routes)
    capacity = _capacity(reduced, most_steps, whole=diagram is None)
    slow = _slowness(reduced, diagram)
    hops = [_hops(route, samples, slow, c, classes) for c, route in enumerate(routes)]
    coming = _Coming(n * classes * count)
    total = np.zeros(n)
    for c, route in enumerate(routes):
        total += _set_out(route, samples, slow, c, classes, coming)
    queue = np.zeros((n, classes, count))
    out_of = np.array([a.beyond < 0 for a in reduced.scene.approaches])
    clear, gone, late = np.full(n, np.inf), np.zeros(n), np.zeros(n)
    clear[total <= 0] = 0.0
    told: list[tuple[Figures, Figures, Figures]] = []
    for k in range(most_steps):
        if np.isfinite(clear).all():
            break
        come = coming.at(k).reshape(queue.shape)
        queue = queue + come
        together: Figures = queue.sum(1)
        room = capacity[min(k, len(capacity) - 1)][None, :] * samples.capacity[:, None]
        passing = np.minimum(together, room)
        part = np.zeros_like(together)
        np.divide(passing, together, out=part, where=together > 0)
        moved = queue * part[:, None, :]
        queue -= moved
        left = passing[:, out_of].sum(1)
        gone += left
        late += left * (k + 0.5)
        clear[np.isinf(clear) & (gone >= total - 0.5 - 1e-6 * total)] = (k + 1) * reduced.step_s
        for c, hop in enumerate(hops):
            people = moved[:, c, hop.tail] * hop.share
            if people.size and people.max() > 1e-9:
                coming.add(k + hop.took, hop.where, people)
        if history:
            told.append((queue[0].sum(0), come[0].sum(0), moved[0].sum(0)))
    histories = [np.array([t[i] for t in told]) if told else np.zeros((0, count)) for i in range(3)]
    mean = np.divide(late, gone, out=np.zeros(n), where=gone > 0) * reduced.step_s
    return Drained(reduced.step_s, clear, mean, gone, *histories)


class _Coming:
    """Who arrives where at which step; places are numbered through samples, routes and approaches."""

    def __init__(self, places: int) -> None:
        self.places = places
        self.steps: dict[int, Figures] = {}

    def add(self, step: Whole, where: Whole, people: Figures) -> None:
        kept = people.ravel() > 1e-9
        step, where, people = step.ravel()[kept], where.ravel()[kept], people.ravel()[kept]
        order = np.argsort(step, kind="stable")
        step, where, people = step[order], where[order], people[order]
        cuts = [0, *(np.flatnonzero(np.diff(step)) + 1).tolist(), step.size]
        for begin, end in pairwise(cuts):
            if begin < end:
                added: Figures = np.bincount(where[begin:end], people[begin:end], self.places).astype(
                    np.float64
                )
                at = int(step[begin])
                self.steps[at] = self.steps[at] + added if at in self.steps else added

    def at(self, step: int) -> Figures:
        found = self.steps.pop(step, None)
        return np.zeros(self.places) if found is None else found


@dataclass(frozen=True)
class _Hops:
    tail: Whole
    share: Figures
    where: Whole
    took: Whole


def _hops(route: Routes, samples: Samples, slow: Figures, c: int, classes: int) -> _Hops:
    used = np.flatnonzero(route.hop_share > 0)
    count, sources = len(route.reduced.scene.approaches), route.reduced.cells.size
    tail = route.reduced.network.tail[used] - sources - count
    took, where = _walk(route, used, samples, slow, c, classes)
    return _Hops(tail, route.hop_share[used], where, np.maximum(took, 1))


def _set_out(
    route: Routes, samples: Samples, slow: Figures, c: int, classes: int, coming: _Coming
) -> Figures:
    """Everybody on his first leg; answers how many there are in each sample."""
    used = np.flatnonzero((route.reduced.leg >= 0) & (route.leg_people > 0))
    people = route.leg_people[used][None, :] * (samples.crowd * samples.parts[:, c])[:, None]
    took, where = _walk(route, used, samples, slow, c, classes)
    coming.add(took, where, people)
    found: Figures = people.sum(1)
    return found


def _walk(
    route: Routes, arcs: Whole, samples: Samples, slow: Figures, c: int, classes: int
) -> tuple[Whole, Whole]:
    """Steps that each arc takes in each sample, and the place where it ends."""
    approaches = route.reduced.scene.approaches
    to = route.reduced.network.head[arcs] - route.reduced.cells.size
    region = np.array([approaches[a].region for a in to], np.int64)
    took = route.reduced.network.tau[arcs][None, :] * slow[region][None, :] / samples.speed[:, None]
    where = (np.arange(samples.crowd.size)[:, None] * classes + c) * len(approaches) + to[None, :]
    return np.ceil(took - 1e-9).astype(np.int64), where


def _capacity(reduced: Reduced, most_steps: int, *, whole: bool) -> Figures:
    """(steps, approaches) people a step; one row where nothing changes. ``whole``: in whole people."""
    network, count = reduced.network, len(reduced.scene.approaches)
    total = int(network.supply.sum())
    steps = max(1, most_steps) if whole else 1
    for _, first, end in network.shut:
        steps = max(steps, min(most_steps, first + 1), min(most_steps, end + 1))
    found = np.zeros((steps, count))
    for arc in np.flatnonzero(reduced.approach >= 0):
        row = np.full(steps, network.capacity[arc])
        if whole:
            row = whole_people(row, np.arange(steps), total).astype(float)
        for other, first, end in network.shut:
            if other == arc:
                row[first : min(end, steps)] = 0.0
        found[:, reduced.approach[arc]] += row
    return found


def _slowness(reduced: Reduced, diagram: Diagram | None) -> Figures:
    """How many times longer a walk in each region takes than one through the empty region."""
    cells = reduced.scene.floors.cells
    regions = len(reduced.scene.floors.regions)
    if diagram is None:
        return np.ones(regions)
    supply = reduced.network.supply[: reduced.cells.size].astype(float)
    people = np.bincount(cells.region[reduced.cells], supply, regions)
    area = np.bincount(cells.region, cells.area, regions)
    density = 0.5 * np.divide(people, area, out=np.zeros(regions), where=area > 0)
    found: Figures = diagram.free_mps / np.maximum(diagram.speed(np.maximum(density, 1e-6)), 0.1)
    return np.maximum(found, 1.0)
