"""The reduced network: sources are cells, inner nodes are approaches of portals, sinks are ways out.

Node numbers: one for each cell with people; then one where each approach queues; then one behind each portal
(a sink, where that is out). Arcs: legs, then services (queue -> behind, with the capacity of the width), then
hops. Built on `scene.Scene`; solved by `quickest`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from .diagrams import STAIRS_FLOW, Diagram
from .quickest import FREE, Network
from .request import Responders
from .scene import Scene, along
from .threats import Dangers

Figures = NDArray[np.float64]
Whole = NDArray[np.int64]

_FOREVER = 1 << 40
#: walks are tested against dangers at places that far apart, m
_LOOK_M = 4.0


@dataclass(frozen=True)
class Situation:
    """What holds for one group of walkers. ``people``: whole, by cell. ``open``: way by way, True if it may
    be passed. ``share``: part of a way's capacity that is theirs. ``relaxed``: dangers may be crossed."""

    people: Whole
    open: Mapping[str, bool]
    width_m: Mapping[str, float]
    speed_mps: float
    share: Mapping[str, float]
    lanes: tuple[Responders, ...] = ()
    dangers: Dangers | None = None
    relaxed: bool = False


@dataclass(frozen=True)
class Reduced:
    """``leg``, ``hop``, ``approach``: for each arc what it is of the scene, -1 otherwise; ``exposed`` arcs
    cross a danger. ``cells``: of each source."""

    scene: Scene
    network: Network
    step_s: float
    cells: Whole
    leg: Whole
    hop: Whole
    approach: Whole
    exposed: NDArray[np.bool_]


def per_second(scene: Scene, situation: Situation, diagram: Diagram) -> Figures:
    """People a second through each approach; 0 where it is shut."""
    found = np.zeros(len(scene.approaches))
    for n in range(len(found)):
        portal = scene.portal(n)
        key = portal.key
        if portal.way is not None and not situation.open.get(key, False):
            continue
        width = situation.width_m.get(key, portal.width_m)
        flow = diagram.capacity(width) * situation.share.get(key, 1.0)
        found[n] = flow * (STAIRS_FLOW if portal.way is not None and portal.way.kind == "stairs" else 1.0)
    return found


def reduce(scene: Scene, situation: Situation, diagram: Diagram, step_s: float, horizon: int) -> Reduced:
    """``horizon``: steps for which dangers are looked up one by one."""
    cells = np.flatnonzero(situation.people > 0)
    count, sources = len(scene.approaches), cells.size
    queue, behind = sources + np.arange(count), sources + count + np.arange(count)
    capacity = per_second(scene, situation, diagram)
    source_of = np.full(len(situation.people), -1, np.int64)
    source_of[cells] = np.arange(sources)
    arcs = _Arcs()

    ever = situation.dangers.ever if situation.dangers is not None else None
    safe = scene.around(ever) if ever is not None and not ever.is_empty else None
    wanted = np.flatnonzero(
        np.isfinite(scene.leg_m) & (source_of[scene.leg_cell] >= 0) & (capacity[scene.leg_to] > 0)
    )
    start_s, metres, exposed = _legs(scene, safe, situation, wanted)
    fine = np.isfinite(metres)
    wanted, start_s, metres, exposed = wanted[fine], start_s[fine], metres[fine], exposed[fine]
    tau = _steps(start_s + metres / situation.speed_mps, step_s)
    arcs.add(source_of[scene.leg_cell[wanted]], queue[scene.leg_to[wanted]], tau, FREE, exposed, leg=wanted)

    shut: list[tuple[int, int, int]] = []
    for n in np.flatnonzero(capacity > 0):
        for part, when in _lanes(scene, int(n), situation, diagram, capacity[n] * step_s, step_s):
            closed = [*when, *danger_at(scene, int(n), situation.dangers, step_s)]
            shut += [(arcs.count, first, end) for first, end in closed if not situation.relaxed]
            exposed_there = situation.relaxed and bool(closed)
            arcs.add(
                queue[[n]], behind[[n]], np.zeros(1, np.int64), part, exposed_there, approach=np.array([n])
            )
    for hop in np.flatnonzero(
        np.isfinite(scene.hop_m) & (capacity[scene.hop_from] > 0) & (capacity[scene.hop_to] > 0)
    ):
        ends = behind[[scene.hop_from[hop]]], queue[[scene.hop_to[hop]]]
        times = _danger_along(scene, int(hop), situation, step_s, horizon) if ever is not None else []
        if not situation.relaxed:
            shut += [(arcs.count, first, end) for first, end in times]
        tau = _steps(scene.hop_m[[hop]] / situation.speed_mps, step_s)
        arcs.add(*ends, tau, FREE, situation.relaxed and bool(times), hop=hop)
        if times and safe is not None and np.isfinite(safe.hop_m[hop]):
            tau = _steps(safe.hop_m[[hop]] / situation.speed_mps, step_s)
            arcs.add(*ends, tau, FREE, False, hop=hop)
    out = np.array([n for n in range(count) if scene.approaches[n].beyond < 0], np.int64)
    network = Network(
        nodes=sources + 2 * count,
        supply=np.concatenate([situation.people[cells], np.zeros(2 * count, np.int64)]),
        sinks=behind[out],
        tail=arcs.column(0), head=arcs.column(1), tau=arcs.column(2), capacity=arcs.capacities(),
        shut=tuple(shut),
    )  # fmt: skip
    return Reduced(
        scene, network, step_s, cells, arcs.column(3), arcs.column(4), arcs.column(5), arcs.column(6) > 0
    )


class _Arcs:
    """Columns tail, head, tau, leg, hop, approach, exposed, and the capacities, grown piece by piece."""

    def __init__(self) -> None:
        self.pieces: list[Whole] = []
        self.rooms: list[Figures] = []
        self.count = 0

    def add(self, tail: Whole, head: Whole, tau: Whole, room: float, exposed: Any,
            *, leg: Any = -1, hop: Any = -1, approach: Any = -1) -> None:  # fmt: skip
        n = len(tail)
        piece = np.empty((7, n), np.int64)
        for row, values in enumerate((tail, head, tau, leg, hop, approach, exposed)):
            piece[row] = values
        self.pieces.append(piece)
        self.rooms.append(np.full(n, room))
        self.count += n

    def column(self, row: int) -> Whole:
        return np.concatenate([p[row] for p in self.pieces]) if self.pieces else np.empty(0, np.int64)

    def capacities(self) -> Figures:
        return np.concatenate(self.rooms) if self.rooms else np.empty(0)


def _steps(seconds: Figures, step_s: float) -> Whole:
    found: Whole = np.ceil(seconds / step_s - 1e-9).astype(np.int64)
    return found


def _lanes(
    scene: Scene, n: int, situation: Situation, diagram: Diagram, room: float, step_s: float
) -> list[tuple[float, list[tuple[int, int]]]]:
    """The service of approach ``n`` as arcs: what stays with those who leave; the lane others take."""
    portal = scene.portal(n)
    lanes = [lane for lane in situation.lanes if lane.way == portal.key]
    if not lanes:
        return [(room, [])]
    width = situation.width_m.get(portal.key, portal.width_m)
    whole = diagram.capacity(width)
    left = diagram.capacity(width - sum(lane.lane_m for lane in lanes))
    part = room * left / whole if whole > 0 else 0.0
    times = [
        (int(lane.from_s // step_s), _FOREVER if lane.until_s is None else int(-(-lane.until_s // step_s)))
        for lane in lanes
    ]
    return [(part, []), (room - part, times)]


def danger_at(scene: Scene, n: int, dangers: Dangers | None, step_s: float) -> list[tuple[int, int]]:
    """Steps from, until which the portal of approach ``n`` lies in danger."""
    if dangers is None:
        return []
    line = scene.portal(n).line
    hit = [
        not a.is_empty and shapely.intersects(a, line.interpolate(0.5, normalized=True))
        for a in dangers.areas
    ]
    edges = [*(dangers.edges_s / step_s).tolist(), float("inf")]
    return [
        (int(begin), _FOREVER if end == float("inf") else int(-(-end // 1)))
        for begin, end, bad in zip(edges[:-1], edges[1:], hit, strict=True)
        if bad
    ]


def _danger_along(
    scene: Scene, hop: int, situation: Situation, step_s: float, horizon: int
) -> list[tuple[int, int]]:
    """Steps at which nobody may set out on ``hop``: he would walk into a danger."""
    dangers = situation.dangers
    path = scene.hop_path(hop)
    if dangers is None or len(path) < 2 or not shapely.intersects(dangers.ever, shapely.linestrings(path)):
        return []
    metres = np.linspace(0, scene.hop_m[hop], max(2, min(30, int(scene.hop_m[hop] / _LOOK_M) + 2)))
    places = along(path, metres)
    starts = np.arange(horizon) * step_s
    when = starts[:, None] + metres[None, :] / situation.speed_mps
    bad = dangers.over(places)[dangers.epoch(when), np.arange(len(metres))[None, :]].any(1)
    change = np.flatnonzero(np.diff(np.concatenate([[False], bad, [False]])))
    runs = [(int(a), int(b)) for a, b in change.reshape(-1, 2)]
    return [(a, _FOREVER if b == horizon else b) for a, b in runs]


def _legs(
    scene: Scene, safe: Scene | None, situation: Situation, wanted: Whole
) -> tuple[Figures, Figures, NDArray[np.bool_]]:
    """For each leg wanted: when to start (s), how far (inf: not to be walked), whether through danger."""
    start, metres = np.zeros(wanted.size), scene.leg_m[wanted].copy()
    exposed = np.zeros(wanted.size, bool)
    dangers = situation.dangers
    if safe is None or dangers is None:
        return start, metres, exposed
    centre = scene.floors.cells.centre
    cells = scene.leg_cell[wanted]
    inside = dangers.holds(centre, np.zeros(len(centre)))
    exposed |= inside[cells]  # out of it by the shortest way
    lines = scene.leg_lines[wanted]
    ever = dangers.ever
    crossing = np.flatnonzero(~exposed & shapely.intersects(ever, lines))
    if not crossing.size:
        return start, metres, exposed
    counts = np.clip((metres[crossing] / _LOOK_M).astype(np.int64) + 2, 2, 30)
    of = np.repeat(np.arange(crossing.size), counts)
    first = np.repeat(np.cumsum(counts) - counts, counts)
    look = metres[crossing][of] * (np.arange(of.size) - first) / (counts[of] - 1)
    places = shapely.get_coordinates(shapely.line_interpolate_point(lines[crossing][of], look))
    bad = dangers.over(places)
    free = np.full(crossing.size, np.inf)
    for s in dangers.edges_s[::-1]:
        hit = bad[dangers.epoch(s + look / situation.speed_mps), np.arange(of.size)]
        free[np.bincount(of, hit, crossing.size) == 0] = s
    around = safe.leg_m[wanted[crossing]] / situation.speed_mps
    direct = metres[crossing] / situation.speed_mps
    for n, leg in enumerate(crossing):
        waits = np.isfinite(free[n]) and not (free[n] and _caught(dangers, centre[cells[leg]], free[n]))
        if waits and free[n] + direct[n] <= around[n]:
            start[leg] = free[n]
        elif np.isfinite(around[n]):
            metres[leg] = around[n] * situation.speed_mps
        elif situation.relaxed:
            exposed[leg] = True
        else:
            metres[leg] = np.inf
    return start, metres, exposed


def _caught(dangers: Dangers, place: Figures, until_s: float) -> bool:
    """Whether the danger comes over ``place`` while people wait there."""
    when = np.append(dangers.edges_s[dangers.edges_s < until_s], until_s)
    return bool(dangers.holds(np.repeat(place[None, :], when.size, 0), when).any())
