"""Who goes where, which gates to open, how long it takes, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import msgspec
import numpy as np

from tocsin.kernel.errors import Invalid
from tocsin.kernel.events import Advice
from tocsin.sdk.spaces import Defect, Space, defects, read_geojson, write_geojson
from tocsin.sdk.tool import Context, OutOfTime, Progress

from . import tell
from .answer import Baseline, Bound, Hazard, Measure, Plan, as_dict, read_plan
from .crowd import Zones, counted, spread, whole, zones
from .cuts import Raster, raster
from .differences import differences
from .forecast import COMPLIANCE, both, clearing_s, course, forecasts
from .measures import gates, stewards
from .params import Params
from .planner import Case, Solved, bound, out_per_second, solve, step_for
from .request import Request, read_request
from .scene import Scene, make_scene
from .shut import shut
from .threats import Dangers, dangers
from .words import time

_BY = {
    "exits": "all ways out at their full width from the first arrival on, everybody walking straight",
    "cut": "the narrowest cross-section of the floor at full flow, with straight walks to it and on from it",
    "walk": "the farthest person's walk",
    "none": "nobody can get out",
}
_ASSUMPTIONS = (
    "Everybody sets out at once and goes where told; the forecasts say what comes of it if fewer follow.",
    "Nobody falls or turns back; queues do not block each other.",
    "Widths are as given, 0.15 m off each side; flows by {diagram}.",
)

#: a what-if is answered at once: its quantiles are coarser
_WHAT_IF_SAMPLES = 10


@dataclass(frozen=True)
class _Ready:
    space: Space
    scene: Scene
    zones: Zones
    grid: Raster
    defects: tuple[Defect, ...]


class Advisor:
    def __init__(self, params: Params) -> None:
        self.params = params
        #: geometry made ready for the space asked for last; a memo, it changes no answer
        self._ready: _Ready | None = None

    def advise(self, request: Mapping[str, Any], context: Context, progress: Progress) -> Advice:
        """See `request.Request`; the answer's ``plan`` is an `answer.Plan`. Raises ``Invalid``."""
        asked = read_request(request)
        space = _space(asked, context)
        progress(0.02, "geometry")
        scene, parts, grid, found = self._made_ready(space)
        warnings = [d.words for d in found]
        case = self._case(asked, scene, parts, context, warnings)
        watch = _Watch(progress)
        previous = _previous(asked)
        solved = solve(case, guess_s=previous.clearing_s if previous else None, go_on=watch.at(0.1, "plan"))
        plan = _plan(asked, solved, parts, grid, warnings, previous, watch)
        return _advice(plan, context, self.params)

    def _made_ready(self, space: Space) -> tuple[Scene, Zones, Raster, tuple[Defect, ...]]:
        if self._ready is None or self._ready.space != space:
            found = tuple(defects(space))
            grave = [d for d in found if d.grave]
            if grave:
                raise Invalid(
                    "; ".join(d.words for d in grave), field=f"space.{grave[0].part}", cure=grave[0].cure
                )
            scene = make_scene(space, widest_m=self.params.chokepoint_widest_m, cells=self.params.cells_count)
            self._ready = _Ready(space, scene, zones(scene), raster(scene), found)
        ready = self._ready
        return ready.scene, ready.zones, ready.grid, ready.defects

    def _case(
        self, asked: Request, scene: Scene, parts: Zones, context: Context, warnings: list[str]
    ) -> Case:
        space = scene.plane.space
        ways = {way.id: way.open for way in space.ways}
        for field, named in (("close", asked.close), ("open", asked.open), ("widen_m", asked.widen_m)):
            for way in named:
                if way not in ways:
                    raise Invalid("no such way", field=field, value=way, cure=f"one of {', '.join(ways)}")
        for lane in asked.responders:
            if lane.way not in ways:
                raise Invalid(
                    "no such way", field="responders", value=lane.way, cure=f"one of {', '.join(ways)}"
                )
        reported = shut(scene, context.entities(type="ItemFlowObserved"))
        warnings += [
            f"{way.name or way.id} is {reported[way.id]}: not used"
            for way in space.ways
            if way.id in reported and way.id not in asked.open
        ]
        ways |= dict.fromkeys(reported, False)
        ways |= dict.fromkeys(asked.open, True) | dict.fromkeys(asked.close, False)
        crowd = asked.crowd
        if crowd is None:
            drawn = sum(z.people or 0.0 for z in space.zones) + sum(asked.zones.values())
            crowd, trouble = counted(scene, context.entities(type="CrowdFlowObserved"))
            warnings += trouble
            crowd = max(crowd, drawn)
        people = spread(scene, parts, crowd, asked.zones)
        chairs = np.minimum(whole((people * asked.wheelchairs_share).astype(np.float64)), people)
        case = Case(scene, self.params, people - chairs, chairs, ways, dict(asked.widen_m), asked.responders)
        step_s = step_for(case)
        threat = dangers(
            asked.threats, scene.plane.projection, horizon_s=3 * step_s * self.params.steps_count
        )
        return replace(case, step_s=step_s, dangers=threat)


class _Watch:
    """Asks between solves whether time is left. ``over``: it is; what is known by then is answered."""

    def __init__(self, progress: Progress) -> None:
        self.progress, self.over = progress, False

    def at(self, share: float, words: str) -> Any:
        def go_on() -> bool:
            if not self.over:
                try:
                    self.progress(share, words)
                except OutOfTime:
                    self.over = True
            return not self.over

        return go_on


def _space(asked: Request, context: Context) -> Space:
    given = context.space(asked.space) if isinstance(asked.space, str) else asked.space
    return given if isinstance(given, Space) else read_geojson(given)


def _previous(asked: Request) -> Plan | None:
    if not asked.previous:
        return None
    try:
        return read_plan(asked.previous)
    except msgspec.ValidationError as error:
        raise Invalid(
            f"not a plan: {error}", field="previous", cure="the plan of an earlier answer"
        ) from None


def _plan(
    asked: Request, solved: Solved, parts: Zones, grid: Raster, warnings: list[str],
    previous: Plan | None, watch: _Watch,
) -> Plan:  # fmt: skip
    case, scene = solved.case, solved.case.scene
    least_s, by = bound(solved, grid)
    routes = [both(group) for group in solved.groups]
    plain, near = [p for p, _ in routes], [n for _, n in routes]
    near_course = course(solved, near, free=True)
    go_on = watch.at(0.4, "forecasts")
    most = 0 if asked.detail == "full" else _WHAT_IF_SAMPLES
    expected = forecasts(solved, routes, asked.seed, (*COMPLIANCE, 0.0), most) if go_on() else ()
    drained = course(solved, plain, free=False)
    steps = tell.moments(solved, drained)
    told = tell.flows(solved, plain, drained, parts, steps)
    full = asked.detail == "full" and watch.at(0.6, "density")()
    dense = tell.densities(solved, plain, drained, parts, steps) if full else None
    near_steps = tell.moments(solved, near_course)
    worst_near = tell.densities(solved, near, near_course, parts, near_steps).worst if full else None
    measures: tuple[Measure, ...] = ()
    if full:
        measures = gates(solved, watch.at(0.7, "gates"))
        measures += stewards(solved, routes, parts, asked.compliance_share, watch.at(0.9, "stewards"))
    stuck = tell.stuck(solved, parts)
    exposed = sum(route.exposed_people for route in plain)
    if solved.stuck_by_threat:
        warnings = [
            *warnings,
            "the threat leaves no safe way to all: some are led through it where that is least",
        ]
    if case.people.sum() and not any(out_per_second(case).values()):
        warnings = [*warnings, "every way out is shut"]
    if solved.seconds < least_s:
        warnings = [
            *warnings,
            f"nobody can be out before {time(least_s)}: a passage of more than "
            f"{case.params.chokepoint_widest_m:g} m, or a way out wider than the floor before it, is not "
            "seen by the plan",
        ]
    plan = Plan(
        space=scene.plane.space.id,
        name=scene.plane.space.name,
        people=float(case.people.sum()),
        clearing_s=round(solved.seconds, 1),
        mean_s=round(solved.mean_s, 1),
        bound=Bound(round(least_s, 1), by, _BY[by]),
        gap=round(max(0.0, solved.seconds / least_s - 1), 4) if least_s > 0 else 0.0,
        times_s=tuple(round(float(s * case.step_s), 1) for s in steps),
        zones=tell.zone_parts(solved, parts),
        flows=told,
        exits=tell.exits(solved, drained, near_course, steps),
        chokes=tell.chokes(solved, drained),
        baseline=Baseline(
            clearing_s=round(_finite(clearing_s(near_course)), 1),
            mean_s=round(max((float(d.mean_s[0]) for d in near_course), default=0.0), 1),
            forecast=expected[-1] if expected else None,
            worst=worst_near,
        ),
        forecasts=expected[:-1],
        density=dense,
        measures=measures,
        instructions=tell.instructions(solved, told, parts),
        hazards=_hazards(scene, case.dangers, solved.seconds),
        stuck=stuck,
        exposed_people=round(exposed, 1),
        finished=solved.proven and not watch.over,
        warnings=tuple(warnings),
        map=write_geojson(scene.plane.space) if full else {},
    )
    return msgspec.structs.replace(plan, differences=differences(previous, plan)) if previous else plan


def _finite(value: float) -> float:
    return value if np.isfinite(value) else -1.0


def _hazards(scene: Scene, threat: Dangers | None, until_s: float) -> tuple[Hazard, ...]:
    if threat is None:
        return ()
    around = scene.plane.floor.envelope.buffer(200.0)
    return tuple(
        Hazard(round(float(t), 1), tell.geojson(scene, area.intersection(around)))
        for t, area in zip(threat.edges_s, threat.areas, strict=True)
        if t <= until_s
    )


def _advice(plan: Plan, context: Context, params: Params) -> Advice:
    middle = plan.forecasts[0] if plan.forecasts else None
    words = f"{plan.people:,.0f} people out of {plan.name} in {time(plan.clearing_s)} if all follow"
    if plan.baseline.clearing_s > plan.clearing_s:
        words += f", {time(plan.baseline.clearing_s)} if everybody takes the nearest way"
    words += f". No plan is faster than {time(plan.bound.seconds)} (gap {plan.gap:.0%})."
    if middle is not None:
        words += f" Forecast {time(middle.p50_s)}, {time(middle.p10_s)} to {time(middle.p90_s)}."
    left = sum(s.people for s in plan.stuck)
    if left:
        words += f" {left:,.0f} people have no way out."
    if plan.exposed_people:
        words += f" {plan.exposed_people:,.0f} people pass through danger."
    bounds = {"clearing_s": plan.clearing_s, "bound_s": plan.bound.seconds, "gap": plan.gap}
    for one in plan.forecasts:
        bounds |= {f"p{q}_s_at_{one.compliance_share:.0%}": getattr(one, f"p{q}_s") for q in (10, 50, 90)}
    return Advice(
        id="",
        request="",
        tool="evacuation",
        tool_version="",
        words=words,
        plan=as_dict(plan),
        bounds=bounds,
        assumptions=tuple(a.format(diagram=params.diagram) for a in _ASSUMPTIONS),
        valid_until=context.now + timedelta(minutes=params.valid_min),
        complete=plan.finished,
    )
