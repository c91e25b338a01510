"""Builds findings: density, surge, jam. Everything that is shown comes from readings that were seen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tocsin.kernel.events import Expected, Factor, Finding, Phase, Severity, TracePoint
from tocsin.sdk.episodes import episode_id

from . import words
from .cell import Cell
from .city import City
from .exits import Exit
from .params import Params
from .trust import fault, opinions

DENSITY, SURGE, JAM = "crowd.density", "crowd.surge", "crowd.jam"
UNIT = "people/m²"
#: Above this a finding is more likely the counter than the crowd.
DOUBT = 0.5


def density(city: City, cell: Cell, onset: datetime, phase: Phase, p: Params) -> Finding:
    expected, (rise, _) = cell.expected(onset), cell.rise(p.surge_window_s)
    asked = opinions(cell, city.cells_near(cell, p.neighbour_m), p)
    probability, signs = fault(cell, asked, p)
    near = city.exits_near(cell, p.exit_m)
    slow = next((s for s in (_slow(e, p) for e in near) if s is not None), None)
    severity: Severity = "high"
    if cell.density >= p.extreme_per_m2 or rise > 0.2 or slow is not None:
        severity = "critical"
    doubtful = probability >= DOUBT
    headline = f"Crush risk {words.where(cell, slow[0] if slow else near[0] if near else None)}"
    excess = cell.density / p.crush_per_m2
    parts = [(f"Density at {cell.name}", excess)]
    if slow:
        parts.append(
            (f"Outflow at {slow[0].name}, {slow[2]:.0f} to {slow[1]:.0f} /min", 1 - slow[1] / slow[2])
        )
    if rise > 0.1:
        parts.append((f"Still rising, {rise:+.1f} people/m² in {p.surge_window_s:.0f} s", min(1.0, rise)))
    evidence = cell.evidence(4) + tuple(e for n in asked for e in city.cells[n.entity].evidence(1))
    if slow:
        evidence += slow[0].evidence(2)
    return Finding(
        id=episode_id(DENSITY, cell.entity, onset),
        version=1,
        tool="crowd",
        tool_version="",
        kind=DENSITY,
        phase=phase,
        entities=(cell.entity, *((slow[0].entity,) if slow else ())),
        onset=onset,
        observed_at=cell.now or onset,
        headline=f"Counter fault likely, {cell.name}" if doubtful else headline,
        words=words.density(
            cell,
            expected,
            rise,
            slow,
            near[0] if near else None,
            hourly=cell.profile.expected(onset) is not None,
        )
        + words.doubtful(signs),
        score=round(excess, 3),
        score_means=f"density as a multiple of the limit of {p.crush_per_m2:g} people/m²",
        severity="low" if doubtful else severity,
        fault_probability=probability,
        evidence=evidence,
        place=cell.place,
        attribute="peopleCount",
        unit=UNIT,
        seen=round(cell.density, 3),
        expected=expected,
        factors=_shares(parts),
        neighbours=asked,
        trace=cell.trace(expected),
        limit=p.crush_per_m2,
        limit_name=f"{p.crush_per_m2:g} people/m² for {p.hold_s:.0f} s",
    )


def surge(city: City, cell: Cell, onset: datetime, phase: Phase, p: Params, window_s: float) -> Finding:
    expected, (rise, sigmas) = cell.expected(onset), cell.rise(window_s)
    asked = opinions(cell, city.cells_near(cell, p.neighbour_m), p)
    probability, signs = fault(cell, asked, p)
    doubtful = probability >= DOUBT
    severity: Severity = "high" if cell.density + rise >= p.crush_per_m2 else "medium"
    return Finding(
        id=episode_id(SURGE, cell.entity, onset),
        version=1,
        tool="crowd",
        tool_version="",
        kind=SURGE,
        phase=phase,
        entities=(cell.entity,),
        onset=onset,
        observed_at=cell.now or onset,
        headline=f"Counter fault likely, {cell.name}" if doubtful else f"Crowd surge, {cell.name}",
        words=words.surge(cell, rise, window_s, p.crush_per_m2) + words.doubtful(signs),
        score=round(sigmas, 2),
        score_means="rise as a multiple of this place's own ups and downs",
        severity="low" if doubtful else severity,
        fault_probability=probability,
        evidence=cell.evidence(4) + tuple(e for n in asked for e in city.cells[n.entity].evidence(1)),
        place=cell.place,
        attribute="peopleCount",
        unit=UNIT,
        seen=round(cell.density, 3),
        expected=expected,
        factors=_shares([("Rise", rise / p.surge_rise_per_m2), ("Density", cell.density / p.crush_per_m2)]),
        neighbours=asked,
        trace=cell.trace(expected),
        limit=p.surge_rise_per_m2,
        limit_name=f"rise of {p.surge_rise_per_m2:g} people/m² in {window_s:.0f} s",
    )


def jam(
    exit_: Exit, press: Cell, now: float, before: float, onset: datetime, phase: Phase, p: Params
) -> Finding:
    expected = Expected(p.jam_drop_share * before, before, 1.3 * before)
    severity: Severity = "critical" if press.density >= p.crush_per_m2 else "high"
    drop = 1 - now / before if before else 0.0
    return Finding(
        id=episode_id(JAM, exit_.entity, onset),
        version=1,
        tool="crowd",
        tool_version="",
        kind=JAM,
        phase=phase,
        entities=(exit_.entity, press.entity),
        onset=onset,
        observed_at=exit_.now or onset,
        headline=f"Jam at {exit_.name}",
        words=words.jam(exit_, now, before, press),
        score=round(drop, 3),
        score_means="share of its outflow that is missing",
        severity=severity,
        fault_probability=0.1,
        evidence=exit_.evidence(4) + press.evidence(2),
        place=exit_.place,
        attribute="outflow",
        unit="people/min",
        seen=round(now, 1),
        expected=expected,
        factors=_shares(
            [
                (f"Outflow at {exit_.name}, {before:.0f} to {now:.0f} /min", drop),
                (f"Density at {press.name}", press.density / p.crush_per_m2),
            ]
        ),
        trace=_flow_trace(exit_, expected),
        limit=round(p.jam_drop_share * before, 1),
        limit_name=f"{100 * p.jam_drop_share:.0f} % of its recent outflow",
    )


def _slow(exit_: Exit, p: Params) -> tuple[Exit, float, float] | None:
    """The exit with its outflow now and before, if it lets out clearly less."""
    flows = exit_.now_and_before(p.jam_recent_s, p.jam_level_s, p.jam_peak_s)
    if flows is None or exit_.state != "open" or flows[1] < p.jam_from_per_min:
        return None
    return (exit_, *flows) if flows[0] <= p.jam_drop_share * flows[1] else None


def _shares(parts: Sequence[tuple[str, float]]) -> tuple[Factor, ...]:
    positive = [(label, max(0.01, weight)) for label, weight in parts]
    total = sum(weight for _, weight in positive)
    return tuple(Factor(label, round(weight / total, 4)) for label, weight in positive)


def _flow_trace(exit_: Exit, expected: Expected) -> tuple[TracePoint, ...]:
    if exit_.now is None:
        return ()
    points = list(exit_.flow)[-60:]
    zone = exit_.now.tzinfo
    return tuple(
        TracePoint(datetime.fromtimestamp(t, zone), v, expected.low, expected.high) for t, v in points
    )
