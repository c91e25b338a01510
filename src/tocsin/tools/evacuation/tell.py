"""From what was solved to what is shown: shares, routes, exits and densities as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from .answer import Choke, Density, ExitUse, Flow, Geometry, Instruction, Stuck, Worst, ZonePart
from .crowd import Zones
from .density import give_way, level, standing
from .planner import Solved, out_per_second
from .queues import Drained
from .routes import Routes
from .scene import Scene
from .words import instruction

Figures = NDArray[np.float64]

#: moments of a plan that are told
_TIMES = 24


def geojson(scene: Scene, geometry: BaseGeometry) -> Geometry:
    told = shapely.geometry.mapping(scene.plane.projection.degrees(geometry, digits=6))
    return {"type": told["type"], "coordinates": _lists(told.get("coordinates", ()))}


def _lists(coordinates: object) -> object:
    return [_lists(c) for c in coordinates] if isinstance(coordinates, tuple) else coordinates


def moments(solved: Solved, drained: Sequence[Drained]) -> NDArray[np.int64]:
    """Steps that are told: from 0 to the last one out, evenly."""
    last = max([int(np.ceil(solved.seconds / solved.case.step_s)), *(len(d.queue) for d in drained), 1])
    return np.unique(np.linspace(0, last, _TIMES + 1).round().astype(np.int64))


def out_by(drained: Drained, steps: NDArray[np.int64]) -> Figures:
    """(steps, approaches): how many have passed before each step begins."""
    passed = np.concatenate([np.zeros((1, drained.passed.shape[1])), np.cumsum(drained.passed, 0)])
    found: Figures = passed[np.minimum(steps, len(passed) - 1)]
    return found


def flows(
    solved: Solved,
    routes: Sequence[Routes],
    drained: Sequence[Drained],
    parts: Zones,
    steps: NDArray[np.int64],
) -> tuple[Flow, ...]:
    """People of each zone to each way out, the largest of a zone first."""
    scene, found = solved.case.scene, []
    in_zone = np.bincount(parts.of, solved.case.people.astype(float), len(parts.ids))
    for group, route, drain in zip(solved.groups, routes, drained, strict=True):
        sources = route.reduced.cells.size
        network, towards = route.reduced.network, route.towards
        legs = np.flatnonzero(route.leg_people > 0)
        first = network.head[legs] - sources
        zone = parts.of[route.reduced.cells[network.tail[legs]]]
        out = out_by(drain, steps)
        for e in np.flatnonzero(towards.max(0) > 1e-6):
            people = route.leg_people[legs] * towards[first, e]
            total = max(float(out[-1, e]), 1e-9)
            for z in np.unique(zone[people > 1e-6]):
                mine = np.flatnonzero((zone == z) & (people > 1e-6))
                number = float(people[mine].sum())
                if number < 0.5:
                    continue
                typical = int(legs[mine[np.argmax(people[mine])]])
                path, metres = route_line(route, typical, int(e))
                found.append(
                    Flow(
                        zone=parts.ids[z],
                        exit=scene.portal(int(e)).key,
                        people=round(number, 1),
                        share=round(number / max(in_zone[z], 1e-9), 4),
                        route=geojson(scene, shapely.linestrings(path))
                        if len(path) > 1
                        else geojson(scene, shapely.Point(path[0])),
                        walk_s=round(metres / group.situation.speed_mps, 1),
                        last_s=_last_s(drain, int(e)),
                        out=tuple(round(float(v), 4) for v in out[:, e] / total),
                        wheelchairs=group.kind == "wheelchairs",
                        exposed=bool(route.reduced.exposed[legs[mine]].any()),
                    )
                )
    return tuple(sorted(found, key=lambda f: (f.zone, f.wheelchairs, -f.people)))


def route_line(route: Routes, arc: int, to: int) -> tuple[Figures, float]:
    """The walk of leg ``arc`` and of the hops most taken after it to the way out ``to``, and its metres."""
    reduced, scene = route.reduced, route.reduced.scene
    network, sources, count = reduced.network, reduced.cells.size, len(scene.approaches)
    towards = route.towards
    pieces = [scene.leg_path(int(reduced.leg[arc]))]
    at = int(network.head[arc]) - sources
    seen = {at}
    hops = np.flatnonzero((reduced.hop >= 0) & (route.hop_share > 0))
    while at != to:
        onward = hops[network.tail[hops] == sources + count + at]
        scored = [(route.hop_share[n] * towards[int(network.head[n]) - sources, to], int(n)) for n in onward]
        scored = [s for s in scored if s[0] > 0 and int(network.head[s[1]]) - sources not in seen]
        if not scored:
            break
        _, best = max(scored)
        pieces.append(scene.hop_path(int(reduced.hop[best])))
        at = int(network.head[best]) - sources
        seen.add(at)
    line = np.concatenate(pieces)
    end = scene.portal(at).line
    line = np.concatenate(
        [line, np.array(shapely.ops.nearest_points(end, shapely.Point(line[-1]))[0].coords)]
    )
    keep = np.concatenate([[True], np.hypot(*np.diff(line, axis=0).T) > 0.01])
    line = line[keep]
    return line, float(np.hypot(*np.diff(line, axis=0).T).sum())


def _last_s(drained: Drained, approach: int) -> float:
    used = np.flatnonzero(drained.passed[:, approach] > 1e-6)
    return round(float((used[-1] + 1) * drained.step_s), 1) if used.size else 0.0


def exits(
    solved: Solved, drained: Sequence[Drained], nearest: Sequence[Drained], steps: NDArray[np.int64]
) -> tuple[ExitUse, ...]:
    case, found = solved.case, []
    rates = out_per_second(case)
    numbers = {a.portal: n for n, a in enumerate(case.scene.approaches) if a.beyond < 0}
    seconds = np.maximum(np.diff(steps, append=steps[-1] + 1), 1) * case.step_s
    for p, portal in enumerate(case.scene.floors.portals):
        if not portal.out or portal.way is None:
            continue
        n = numbers[p]
        out = sum((out_by(d, steps)[:, n] for d in drained), np.zeros(len(steps)))
        last = sum(float(d.passed[:, n].sum()) for d in drained)
        per_min = np.diff(out, append=last) / seconds * 60
        shut = _shut_s(solved, n)
        state: Literal["open", "shut", "threatened"] = "open" if case.open.get(portal.key) else "shut"
        found.append(
            ExitUse(
                id=portal.key,
                name=portal.way.name,
                kind=portal.way.kind,
                state="threatened" if shut is not None and state == "open" else state,
                line=geojson(case.scene, portal.line),
                width_m=case.width_m.get(portal.key, portal.width_m),
                capacity_per_min=round(60 * rates.get(portal.key, 0.0), 1),
                people=round(last, 1),
                people_nearest=round(sum(float(d.passed[:, n].sum()) for d in nearest), 1),
                last_s=max((_last_s(d, n) for d in drained), default=0.0),
                per_min=tuple(round(float(v), 1) for v in per_min),
                shut_s=shut,
            )
        )
    return tuple(found)


def _shut_s(solved: Solved, approach: int) -> float | None:
    """When a danger first reaches the way out of ``approach``."""
    dangers = solved.case.dangers
    if dangers is None:
        return None
    middle = solved.case.scene.portal(approach).line.interpolate(0.5, normalized=True)
    hit = [k for k, area in enumerate(dangers.areas) if area.intersects(middle)]
    return float(dangers.edges_s[hit[0]]) if hit else None


def chokes(solved: Solved, drained: Sequence[Drained]) -> tuple[Choke, ...]:
    """Chokepoints that people pass, the longest queue first."""
    case, found = solved.case, []
    for p, portal in enumerate(case.scene.floors.portals):
        if portal.out:
            continue
        mine = [n for n, a in enumerate(case.scene.approaches) if a.portal == p]
        people = sum(float(d.passed[:, mine].sum()) for d in drained)
        queue = sum(float(d.queue[:, mine].sum(1).max()) if len(d.queue) else 0.0 for d in drained)
        if people >= 0.5:
            width = case.width_m.get(portal.key, portal.width_m)
            rate = 60 * case.diagram.capacity(width)
            found.append(
                Choke(
                    portal.key,
                    geojson(case.scene, portal.line),
                    round(width, 2),
                    round(rate, 1),
                    round(people, 1),
                    round(queue, 1),
                )
            )
    return tuple(sorted(found, key=lambda c: (-c.queue, c.id)))


def densities(
    solved: Solved,
    routes: Sequence[Routes],
    drained: Sequence[Drained],
    parts: Zones,
    steps: NDArray[np.int64],
) -> Density:
    cells = solved.case.scene.floors.cells
    people = np.zeros((len(steps), len(cells.area)))
    for route, drain in zip(routes, drained, strict=True):
        people += standing(route, drain, steps, packed_per_m2=solved.case.params.queue_per_m2)
    for group in solved.groups:
        people += group.stuck[None, :]
    people = give_way(people, cells, solved.case.diagram.jam_per_m2)
    rho = people / np.maximum(cells.area, 0.05)[None, :]
    told = np.where(cells.area >= 0.3 * np.median(cells.area), rho, 0.0) if cells.area.size else rho
    k, n = np.unravel_index(int(np.argmax(told)), told.shape) if told.size else (0, 0)
    top = float(told[k, n]) if told.size else 0.0
    worst = Worst(
        int(n),
        _place(solved.case.scene, parts, int(n)),
        float(steps[k] * solved.case.step_s),
        round(top, 2),
        level(top),
    )
    return Density(
        times_s=tuple(round(float(s * solved.case.step_s), 1) for s in steps),
        cells=tuple(geojson(solved.case.scene, shape) for shape in cells.shape),
        per_m2=tuple(tuple(round(float(v), 2) for v in row) for row in rho),
        worst=worst,
    )


def _place(scene: Scene, parts: Zones, cell: int) -> str:
    middle = shapely.Point(scene.floors.cells.centre[cell])
    named = [p for p in scene.floors.portals if p.way is not None]
    if named:
        near = min(named, key=lambda p: p.line.distance(middle))
        if near.way is not None and near.line.distance(middle) < 2 * scene.floors.cells.size_m:
            return f"before {near.way.name}"
    return parts.names[int(parts.of[cell])]


def zone_parts(solved: Solved, parts: Zones) -> tuple[ZonePart, ...]:
    people = np.bincount(parts.of, solved.case.people.astype(float), len(parts.ids))
    left = sum((g.stuck for g in solved.groups), np.zeros(len(parts.of), np.int64))
    stuck = np.bincount(parts.of, left.astype(float), len(parts.ids))
    area = np.bincount(parts.of, solved.case.scene.floors.cells.area, len(parts.ids))
    return tuple(
        ZonePart(
            key,
            name,
            geojson(solved.case.scene, shape),
            float(people[n]),
            round(float(people[n] / max(area[n], 0.1)), 3),
            float(stuck[n]),
        )
        for n, (key, name, shape) in enumerate(zip(parts.ids, parts.names, parts.shapes, strict=True))
        if people[n] > 0 or n < parts.drawn
    )


def stuck(solved: Solved, parts: Zones) -> tuple[Stuck, ...]:
    found = []
    for group in solved.groups:
        why: Literal["no-way-out", "stairs", "threat"] = (
            "stairs" if group.kind == "wheelchairs" else "no-way-out"
        )
        if group.kind == "trapped" or (solved.stuck_by_threat and group.kind == "walkers"):
            why = "threat"
        left = np.bincount(parts.of, group.stuck.astype(float), len(parts.ids))
        found += [Stuck(parts.ids[z], parts.names[z], float(left[z]), why) for z in np.flatnonzero(left > 0)]
    return tuple(found)


def instructions(solved: Solved, told: Sequence[Flow], parts: Zones) -> tuple[Instruction, ...]:
    """Where each zone with people goes. Shares too small to be told apart are added to the largest."""
    least, found = solved.case.params.instruction_least_share, []
    names = {way.id: way.name for way in solved.case.scene.plane.space.ways}
    people = np.bincount(parts.of, solved.case.people.astype(float), len(parts.ids))
    for z in np.flatnonzero(people > 0):
        mine = [f for f in told if f.zone == parts.ids[z] and not f.wheelchairs]
        total = sum(f.people for f in mine)
        by_exit: dict[str, float] = {}
        for f in mine:
            by_exit[f.exit] = by_exit.get(f.exit, 0.0) + f.people / max(total, 1e-9)
        ranked = sorted(by_exit.items(), key=lambda item: -item[1])
        kept = [item for n, item in enumerate(ranked) if n == 0 or item[1] >= least]
        spare = 1.0 - sum(share for _, share in kept)
        shares = [(key, round(share + (spare if n == 0 else 0.0), 3)) for n, (key, share) in enumerate(kept)]
        words = instruction(parts.names[z], [(names.get(key, key), share) for key, share in shares])
        found.append(Instruction(parts.ids[z], parts.names[z], float(people[z]), tuple(shares), words))
    return tuple(found)
