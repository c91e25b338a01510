"""What is worth doing: every gate that could open and every exit that could be lost, by a new plan with it;
every place for a steward, by a new forecast in which that zone follows. Ranked by seconds saved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from .answer import Measure
from .crowd import Zones
from .planner import Solved, seconds
from .queues import Samples, drain
from .routes import Routes
from .tell import geojson
from .words import time


def gates(solved: Solved, go_on: Callable[[], bool]) -> tuple[Measure, ...]:
    """Each shut way out opened, each open one lost. Of a plan that leaves nobody behind alone."""
    case, now, found = solved.case, solved.seconds, []
    if any(g.stuck.any() for g in solved.groups) or solved.stuck_by_threat:
        now = float("inf")
    for way in case.scene.plane.space.exits:
        if not go_on():
            break
        is_open = case.open.get(way.id, False)
        if is_open and not np.isfinite(now):
            continue
        then = seconds(case.opened(way.id, not is_open), guess_s=now if np.isfinite(now) else None)
        if not np.isfinite(then):
            words = f"without {way.name} not everybody gets out" if is_open else ""
            saves = -1e6 if is_open else 0.0
        elif not np.isfinite(now):
            words, saves = f"with {way.name} open everybody gets out, in {time(then)}", 1e6
        else:
            saves = now - then
            words = (
                f"the loss of {way.name} costs {time(-saves)}"
                if is_open
                else f"opening {way.name} saves {time(max(0.0, saves))}"
            )
        if words and abs(saves) >= case.step_s:
            place = geojson(case.scene, case.scene.plane.lines[way.id])
            found.append(
                Measure("lose" if is_open else "open", way.id, way.name, round(saves, 1), words, place)
            )
    return tuple(sorted(found, key=lambda m: -m.saves_s))


def stewards(
    solved: Solved,
    routes: Sequence[tuple[Routes, Routes]],
    parts: Zones,
    compliance: float,
    go_on: Callable[[], bool],
) -> tuple[Measure, ...]:
    """A steward at each of the largest zones: there nearly everyone follows, elsewhere ``compliance`` do."""
    params, found = solved.case.params, []
    if not solved.groups or compliance >= params.steward_compliance_share:
        return ()
    planned, nearest = routes[0]
    most = int(12 * solved.seconds / solved.case.step_s) + 200

    def clear(extra: int | None) -> float:
        share = np.full(len(parts.ids), compliance)
        if extra is not None:
            share[extra] = params.steward_compliance_share
        cells = planned.reduced.cells
        network = planned.reduced.network
        legs = planned.reduced.leg >= 0
        follow = np.zeros(network.tail.size)
        follow[legs] = share[parts.of[cells[network.tail[legs]]]]
        mixed = (
            replace(planned, leg_people=planned.leg_people * follow),
            replace(nearest, leg_people=nearest.leg_people * (1.0 - follow) * legs),
        )
        return float(drain(mixed, Samples.exactly(1.0, 1.0), solved.case.diagram, most_steps=most).clear_s[0])

    now = clear(None)
    people = np.bincount(parts.of, solved.case.people.astype(float), len(parts.ids))
    differing = _differing(planned, nearest, parts)
    for z in np.argsort(-people * differing, kind="stable")[: params.stewards_count]:
        if people[z] <= 0 or differing[z] <= 0 or not go_on():
            continue
        saves = now - clear(int(z))
        if np.isfinite(saves) and saves >= solved.case.step_s:
            words = f"a steward at {parts.names[z]} saves {time(saves)} if {compliance:.0%} follow elsewhere"
            place = geojson(solved.case.scene, parts.shapes[z].representative_point())
            found.append(Measure("steward", parts.ids[z], parts.names[z], round(saves, 1), words, place))
    return tuple(sorted(found, key=lambda m: -m.saves_s))


def _differing(
    planned: Routes, nearest: Routes, parts: Zones
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """By zone: the part of its people whom the plan sends elsewhere than they would go."""
    network = planned.reduced.network
    legs = np.flatnonzero(planned.reduced.leg >= 0)
    zone = parts.of[planned.reduced.cells[network.tail[legs]]]
    moved = np.abs(planned.leg_people[legs] - nearest.leg_people[legs]) / 2
    total = np.bincount(zone, planned.leg_people[legs], len(parts.ids))
    return np.bincount(zone, moved, len(parts.ids)) / np.maximum(total, 1e-9)
