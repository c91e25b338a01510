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
    network of the plan reckons with: then the plan is at least as fast as any other routes."""
    reduced = routes[0].reduced
    network, count, n = reduced.network, len(reduced.scene.approaches), samples.crowd.size
    sources = reduced.cells.size
    capacity = _capacity(reduced, most_steps)
    slow = _slowness(reduced, diagram)
    classes = len(routes)
    width = n * classes * count
    legs = np.flatnonzero(reduced.leg >= 0)
    waiting: dict[int, Figures] = {}

    def push(step: Whole, where: Whole, people: Figures) -> None:
        order = np.argsort(step, kind="stable")
        step, where, people = step[order], where[order], people[order]
        cuts = np.flatnonzero(np.diff(step)) + 1
        for begin, end in zip([0, *cuts.tolist()], [*cuts.tolist(), step.size], strict=True):
            if begin == end:
                continue
            at = int(step[begin])
            added = np.bincount(where[begin:end], people[begin:end], width)
            waiting[at] = waiting[at] + added if at in waiting else added

    sample = np.arange(n)
    total = np.zeros(n)
    for c, route in enumerate(routes):
        used = legs[route.leg_people[legs] > 0]
        if not used.size:
            continue
        to = network.head[used] - sources
        region = np.array([reduced.scene.approaches[a].region for a in to])
        steps: Figures = np.ceil(
            network.tau[used][None, :] * slow[region][None, :] / samples.speed[:, None] - 1e-9
        )
        people = route.leg_people[used][None, :] * (samples.crowd * samples.parts[:, c])[:, None]
        total += people.sum(1)
        where = (sample[:, None] * classes + c) * count + to[None, :]
        kept = people.ravel() > 0
        push(steps.astype(np.int64).ravel()[kept], where.ravel()[kept], people.ravel()[kept])

    hops = [np.flatnonzero(route.hop_share > 0) for route in routes]
    queue = np.zeros((n, classes, count))
    out_of = np.array([a.beyond < 0 for a in reduced.scene.approaches])
    clear, gone, weight = np.full(n, np.inf), np.zeros(n), np.zeros(n)
    clear[total <= 0] = 0.0
    told: list[tuple[Figures, Figures, Figures]] = []
    k = 0
    while k < most_steps and not np.isfinite(clear).all():
        come = waiting.pop(k, None)
        if come is not None:
            queue += come.reshape(queue.shape)
        together = queue.sum(1)
        room = capacity[min(k, len(capacity) - 1)][None, :] * samples.capacity[:, None]
        passing = np.minimum(together, room)
        with np.errstate(invalid="ignore", divide="ignore"):
            part = np.where(together > 0, passing / together, 0.0)
        moved = queue * part[:, None, :]
        queue = queue - moved
        left = passing[:, out_of].sum(1)
        gone += left
        weight += left * (k + 0.5)
        clear[np.isinf(clear) & (gone >= total - 0.5 - 1e-6 * total)] = (k + 1) * reduced.step_s
        for c, hop in enumerate(hops):
            if not hop.size:
                continue
            tail, to = network.tail[hop] - sources - count, network.head[hop] - sources
            people = moved[:, c, tail] * routes[c].hop_share[hop][None, :]
            if people.max() <= 1e-9:
                continue
            region = np.array([reduced.scene.approaches[a].region for a in to])
            steps = k + np.ceil(
                network.tau[hop][None, :] * slow[region][None, :] / samples.speed[:, None] - 1e-9
            )
            steps = np.maximum(steps, k + 1)
            where = (sample[:, None] * classes + c) * count + to[None, :]
            kept = people.ravel() > 1e-9
            push(steps.astype(np.int64).ravel()[kept], where.ravel()[kept], people.ravel()[kept])
        if history:
            come0 = come.reshape(queue.shape)[0].sum(0) if come is not None else np.zeros(count)
            told.append((queue[0].sum(0), come0, moved[0].sum(0)))
        k += 1
    history_of = [np.array([t[i] for t in told]) if told else np.zeros((0, count)) for i in range(3)]
    mean = np.divide(weight, gone, out=np.zeros(n), where=gone > 0) * reduced.step_s
    return Drained(reduced.step_s, clear, mean, gone, *history_of)


def _capacity(reduced: Reduced, most_steps: int) -> Figures:
    """(steps, approaches) people a step; one row where nothing changes."""
    network, count = reduced.network, len(reduced.scene.approaches)
    steps = 1
    for _, first, end in network.shut:
        steps = max(steps, min(most_steps, first + 1), min(most_steps, end + 1))
    found = np.zeros((steps, count))
    for arc in np.flatnonzero(reduced.approach >= 0):
        row = np.full(steps, network.capacity[arc])
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
