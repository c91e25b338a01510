"""Solves one situation: who is in which group, how each group leaves, what nobody can beat.

Groups leave at once and share every way: each has a fixed part of its width. *walkers* have all of it unless
there are others; *wheelchairs* keep off stairs, are slower and need more room; *trapped* are those that a
threat leaves no safe way: they cross it where that is least, rather than get no advice at all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .bound import by_exits
from .cuts import Raster, worst_cut
from .diagrams import Diagram, diagram
from .params import Params
from .reduced import Reduced, Situation, danger_at, per_second, reduce
from .request import Responders
from .scene import Scene
from .schedule import Schedule, least_steps, schedule
from .threats import Dangers

Figures = NDArray[np.float64]
Whole = NDArray[np.int64]
#: copies of arcs over all steps: a min-cost flow over that many takes about a second
_MOST_ARCS, _LEAST_STEPS = 500_000, 25
Kind = Literal["walkers", "wheelchairs", "trapped"]


@dataclass(frozen=True)
class Case:
    """What is to be solved: the space made ready, who is where, and how every way stands."""

    scene: Scene
    params: Params
    walkers: Whole
    wheelchairs: Whole
    open: dict[str, bool]
    width_m: dict[str, float]
    lanes: tuple[Responders, ...] = ()
    dangers: Dangers | None = None
    step_s: float = 1.0

    @property
    def diagram(self) -> Diagram:
        return diagram(self.params.diagram).slowed(self.params.walk_ratio)

    @property
    def people(self) -> Whole:
        return self.walkers + self.wheelchairs

    def opened(self, way: str, is_open: bool) -> Case:
        return replace(self, open={**self.open, way: is_open})

    @property
    def horizon(self) -> int:
        return 6 * self.params.steps_count


@dataclass(frozen=True)
class Group:
    kind: Kind
    situation: Situation
    made: Schedule

    @property
    def reduced(self) -> Reduced:
        return self.made.reduced

    @property
    def stuck(self) -> Whole:
        """By cell: who gets out by no way."""
        left = np.zeros(len(self.situation.people), np.int64)
        left[self.reduced.cells] = self.situation.people[self.reduced.cells] - self.made.served
        return left


@dataclass(frozen=True)
class Solved:
    case: Case
    groups: tuple[Group, ...]
    stuck_by_threat: bool

    @property
    def seconds(self) -> float:
        return max((g.made.seconds for g in self.groups), default=0.0)

    @property
    def mean_s(self) -> float:
        out = [(g.made.out.sum(), g.made.mean_s) for g in self.groups]
        people = sum(n for n, _ in out)
        return float(sum(n * m for n, m in out) / people) if people else 0.0

    @property
    def proven(self) -> bool:
        return all(g.made.proven for g in self.groups)


def out_per_second(case: Case) -> dict[str, float]:
    """People a second through each way out together, by id; 0 for one that is shut."""
    rates = per_second(case.scene, _situation(case, "walkers", case.walkers, {}), case.diagram)
    return {
        case.scene.portal(n).key: float(rate)
        for n, rate in enumerate(rates)
        if case.scene.approaches[n].beyond < 0
    }


def step_for(case: Case) -> float:
    """A time step such that a plan has about ``steps_count`` of them, fewer where the network is large: s, at
    least 0.25."""
    people, rate = int(case.people.sum()), sum(out_per_second(case).values())
    drain = people / rate if rate > 0 else 0.0
    legs = case.scene.leg_m[np.isfinite(case.scene.leg_m)]
    walk = float(np.median(legs)) / case.diagram.free_mps if legs.size else 1.0
    arcs = case.scene.hop_m.size + 2 * len(case.scene.approaches)
    steps = min(case.params.steps_count, max(_LEAST_STEPS, _MOST_ARCS // max(1, arcs)))
    return max(0.25, max(drain, walk) / steps)


def solve(case: Case, *, guess_s: float | None = None, go_on: Callable[[], bool] = lambda: True) -> Solved:
    """The plan of every group. ``go_on``: see `quickest`."""

    def made(kind: Kind, people: Whole, share: dict[str, float]) -> Group:
        situation = _situation(case, kind, people, share)
        reduced = reduce(case.scene, situation, case.diagram, case.step_s, case.horizon)
        guess = None if guess_s is None else max(1, round(guess_s / case.step_s) - 1)
        return Group(kind, situation, schedule(reduced, horizon=case.horizon, guess=guess, go_on=go_on))

    shares = _wheelchair_share(case)
    rest = {key: 1.0 - part for key, part in shares.items()}
    room = case.params.wheelchair_room_factor
    groups = [made("walkers", case.walkers, rest)]
    if case.wheelchairs.any():
        groups.append(made("wheelchairs", case.wheelchairs, {k: part / room for k, part in shares.items()}))
    trapped = (
        sum((g.stuck for g in groups), np.zeros_like(case.walkers)) if case.dangers is not None else None
    )
    if trapped is None or not trapped.any():
        return Solved(case, tuple(groups), False)
    part = float(np.clip(trapped.sum() / max(1, case.people.sum()), 0.05, 1.0))
    keys = [portal.key for portal in case.scene.floors.portals]
    again = [
        made(
            g.kind,
            g.situation.people - g.stuck,
            {k: g.situation.share.get(k, 1.0) * (1 - part) for k in keys},
        )
        for g in groups
        if (g.situation.people - g.stuck).any()
    ]
    return Solved(case, (*again, made("trapped", trapped, dict.fromkeys(keys, part))), True)


def seconds(case: Case, *, guess_s: float | None = None) -> float:
    """The clearing time alone, s; inf where some can get out by no way."""
    worst = 0.0
    shares = _wheelchair_share(case)
    for kind, people, share in (
        ("walkers", case.walkers, {k: 1.0 - p for k, p in shares.items()}),
        (
            "wheelchairs",
            case.wheelchairs,
            {k: p / case.params.wheelchair_room_factor for k, p in shares.items()},
        ),
    ):
        if not people.any():
            continue
        situation = _situation(case, kind, people, share)  # type: ignore[arg-type]
        reduced = reduce(case.scene, situation, case.diagram, case.step_s, case.horizon)
        guess = None if guess_s is None else max(1, round(guess_s / case.step_s) - 1)
        steps, need, _ = least_steps(reduced, horizon=case.horizon, guess=guess)
        if steps is None or need < people.sum():
            return float("inf")
        worst = max(worst, (steps + 1) * case.step_s)
    return worst


def bound(solved: Solved, grid: Raster) -> tuple[float, Literal["exits", "cut", "none"]]:
    """Seconds that no plan can beat for those who get out by this one, and by which relaxation."""
    case = solved.case
    scene, rates = case.scene, out_per_second(case)
    people = case.people - sum((g.stuck for g in solved.groups), np.zeros_like(case.walkers))
    shut = {
        scene.portal(n).key: tuple(danger_at(scene, n, case.dangers, case.step_s))
        for n, approach in enumerate(scene.approaches)
        if approach.beyond < 0 and not solved.stuck_by_threat
    }
    fastest = max(case.diagram.free_mps, case.params.wheelchair_mps if case.wheelchairs.any() else 0.0)
    wider = {
        way.id: max(0.0, case.width_m.get(way.id, way.width_m) - scene.plane.lines[way.id].length)
        for way in scene.plane.space.exits
    }
    cut = worst_cut(grid, people, rates, case.diagram, wider)
    straight = by_exits(
        people, scene, rates, cut,
        speed_mps=fastest, step_s=case.step_s, shut=shut,
    )  # fmt: skip
    if max(straight, cut.seconds) <= 0:
        return 0.0, "none"
    return max(straight, cut.seconds), "cut" if cut.doors or cut.seconds > straight else "exits"


def _situation(case: Case, kind: Kind, people: Whole, share: dict[str, float]) -> Situation:
    chairs = kind == "wheelchairs"
    able = {way.id: way.accessible or not chairs for way in case.scene.plane.space.ways}
    return Situation(
        people=people,
        open={key: value and able.get(key, True) for key, value in case.open.items()},
        width_m=case.width_m,
        speed_mps=case.params.wheelchair_mps if chairs else case.diagram.free_mps,
        share=share,
        lanes=case.lanes,
        dangers=case.dangers,
        relaxed=kind == "trapped",
    )


def _wheelchair_share(case: Case) -> dict[str, float]:
    """Part of each way's width that is kept for wheelchairs: as much as they need, at most 0.6 of it."""
    if not case.wheelchairs.any():
        return {}
    rates = out_per_second(case)
    able = {way.id for way in case.scene.plane.space.ways if way.accessible}
    theirs = sum(rate for key, rate in rates.items() if key in able)
    need = case.params.wheelchair_room_factor * case.wheelchairs.sum() / max(1, case.people.sum())
    part = float(np.clip(need * sum(rates.values()) / theirs if theirs else 0.0, 0.05, 0.6))
    inner = [p.key for p in case.scene.floors.portals if p.way is None]
    return dict.fromkeys((*sorted(able), *inner), part)
