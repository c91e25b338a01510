"""How the crowd really drains: queues at portals, walks between them, many samples at once.

People walk their leg, queue where it ends, pass at no more than the portal's capacity, and walk on. Between
portals the crowd thins the speed by the fundamental diagram at half the density that it starts with (it is
that on average while a region empties). A point-queue model: Vickrey, W. S. (1969). Congestion theory and
transport investment. American Economic Review 59, 251-260; queues take no room and do not block each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .diagrams import Diagram
from .quickest import whole_people
from .reduced import Reduced
from .routes import Routes

#: steps between two looks whether all are out
_LOOK = 8

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
    hops = _hops(routes, samples, slow)
    coming = _Coming(n * classes * count, hops.longest)
    total = np.zeros(n)
    for c, route in enumerate(routes):
        total += _set_out(route, samples, slow, c, classes, coming)
    enough = total - 0.5 - 1e-6 * total
    out_of = np.array([float(a.beyond < 0) for a in reduced.scene.approaches])
    queue, gone = np.zeros((n, classes, count)), np.zeros(n)
    left: list[Figures] = []
    told: list[tuple[Figures, Figures, Figures]] = []
    for k in range(most_steps):
        if k % _LOOK == 0 and (gone >= enough).all():
            break
        come = coming.at(k).reshape(n, classes, count)
        queue = queue + come
        together = np.add.reduce(queue, 1)
        passing = np.minimum(together, capacity[min(k, len(capacity) - 1)] * samples.capacity[:, None])
        moved = queue * (passing / np.maximum(together, 1e-300))[:, None, :]
        queue -= moved
        left.append(passing @ out_of)
        gone += left[-1]
        if hops.tail.size:
            coming.add(k, hops.ahead, moved.reshape(n, -1)[:, hops.tail] * hops.share)
        if history:
            told.append((np.add.reduce(queue[0]), np.add.reduce(come[0]), np.add.reduce(moved[0])))
    return _drained(reduced.step_s, np.array(left).reshape(-1, n), total, enough, told, count)


def _drained(
    step_s: float, left: Figures, total: Figures, enough: Figures,
    told: list[tuple[Figures, Figures, Figures]], count: int,
) -> Drained:  # fmt: skip
    """``left`` (steps, samples): who got out in each step; up to the step by which in all samples all are."""
    out = np.cumsum(left, 0)
    done = out >= enough
    first = np.where(done.any(0), done.argmax(0) + 1.0, np.inf) if len(left) else np.full(total.size, np.inf)
    first[total <= 0] = 0.0
    last = int(first.max(initial=0.0)) if np.isfinite(first).all() else len(left)
    gone = out[last - 1] if last else np.zeros(total.size)
    late = (left[:last] * (np.arange(last) + 0.5)[:, None]).sum(0)
    mean = np.divide(late, gone, out=np.zeros(total.size), where=gone > 0) * step_s
    histories = [np.array([t[i] for t in told[:last]]).reshape(-1, count) for i in range(3)]
    return Drained(step_s, first * step_s, mean, gone, *histories)


class _Coming:
    """Who arrives where at which step; places are numbered through samples, routes and approaches. First legs
    are known from the start, the rest no more than ``longest`` steps ahead: a ring of rows."""

    def __init__(self, places: int, longest: int) -> None:
        self.places = places
        self.first = np.zeros((0, places))
        self.ring = np.zeros((longest + 1) * places)

    def start(self, step: Whole, where: Whole, people: Figures) -> None:
        """Those who set out at step 0."""
        rows = max(len(self.first), int(step.max(initial=-1)) + 1)
        at = step.ravel() * self.places + where.ravel()
        more = np.bincount(at, people.ravel(), rows * self.places).astype(np.float64)
        more[: self.first.size] += self.first.ravel()
        self.first = more.reshape(rows, self.places)

    def add(self, now: int, ahead: Whole, people: Figures) -> None:
        """Those who set out at step ``now``; ``ahead``: steps times places, and the place they come to."""
        np.add.at(self.ring, (ahead + now * self.places) % self.ring.size, people.ravel())

    def at(self, step: int) -> Figures:
        row = step * self.places % self.ring.size
        found = self.ring[row : row + self.places].copy()
        self.ring[row : row + self.places] = 0.0
        return found + self.first[step] if step < len(self.first) else found


@dataclass(frozen=True)
class _Hops:
    """Of all routes: from which (route, approach), what share; in how many steps, ``longest`` at most, times
    places, and to which place (``ahead``, sample by sample)."""

    tail: Whole
    share: Figures
    ahead: Whole
    longest: int


def _hops(routes: Sequence[Routes], samples: Samples, slow: Figures) -> _Hops:
    tails, shares, places, times = [], [], [], []
    for c, route in enumerate(routes):
        used = np.flatnonzero(route.hop_share > 0)
        count, sources = len(route.reduced.scene.approaches), route.reduced.cells.size
        took, where = _walk(route, used, samples, slow, c, len(routes))
        tails.append(c * count + route.reduced.network.tail[used] - sources - count)
        shares.append(route.hop_share[used])
        places.append(where)
        times.append(np.maximum(took, 1))
    every = samples.crowd.size * len(routes) * len(routes[0].reduced.scene.approaches)
    where, took = np.concatenate(places, 1), np.concatenate(times, 1)
    ahead = (took * every + where).ravel()
    return _Hops(np.concatenate(tails), np.concatenate(shares), ahead, int(took.max(initial=1)))


def _set_out(
    route: Routes, samples: Samples, slow: Figures, c: int, classes: int, coming: _Coming
) -> Figures:
    """Everybody on his first leg; answers how many there are in each sample."""
    used = np.flatnonzero((route.reduced.leg >= 0) & (route.leg_people > 0))
    people = route.leg_people[used][None, :] * (samples.crowd * samples.parts[:, c])[:, None]
    took, where = _walk(route, used, samples, slow, c, classes)
    coming.start(took, where, people)
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
