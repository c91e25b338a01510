"""Builds findings: what an operator reads, and what it rests on. Numbers first, no adjectives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import cos, radians

from tocsin.kernel.events import (
    Expected,
    Factor,
    Finding,
    Neighbour,
    Phase,
    Place,
    Severity,
    TracePoint,
)
from tocsin.kernel.geo import Point, distance_m
from tocsin.sdk.episodes import episode_id

from .city import site_name
from .egress import Egress, Share
from .exits import Exit
from .params import Params

STARTED = "egress.started"
UNIT = "people/min"
#: Exits whose readings are shown.
MOST = 12


def egress(
    site: Sequence[Exit], it: Egress, lead: str, onset: datetime, at: datetime, phase: Phase, p: Params
) -> Finding:
    """``lead`` is the exit that the episode is named by; the shares are those of ``it``."""
    rising = sorted(it.rising, key=lambda s: (-s.per_min, s.exit.entity)) or list(it.shares)
    name = site_name(site)
    wide = 2 * it.usual_per_min * it.spread
    expected = Expected(
        round(max(0.0, it.usual_per_min - wide), 1),
        round(it.usual_per_min, 1),
        round(it.usual_per_min + wide, 1),
    )
    probability = _fault(it)
    others = [s.exit.entity for s in rising if s.exit.entity != lead]
    return Finding(
        id=episode_id(STARTED, lead, onset),
        version=1,
        tool="egress",
        tool_version="",
        kind=STARTED,
        phase=phase,
        entities=(lead, *others[: MOST - 1]),
        onset=onset,
        observed_at=at,
        headline=f"People leave {name} all at once" if phase is Phase.STARTED else f"Egress at {name}",
        words=_words(site, it, rising, name),
        score=round(it.score, 2),
        score_means="log likelihood ratio of an egress against a usual hour, nats",
        severity=_severity(it),
        fault_probability=probability,
        evidence=tuple(e for s in rising[:MOST] for e in s.exit.evidence(2)),
        place=_place([s.exit for s in rising], name),
        attribute="outflow",
        unit=UNIT,
        seen=round(it.per_min, 1),
        expected=expected,
        factors=_factors(rising),
        neighbours=tuple(
            Neighbour(
                s.exit.entity, s.rises, f"{s.exit.name}: {s.per_min:.0f} /min, usual {s.usual_per_min:.0f}"
            )
            for s in it.shares[:MOST]
        ),
        trace=_trace([s.exit for s in it.shares], expected),
        limit=round(p.least_ratio * it.usual_per_min, 1),
        limit_name=f"{p.least_ratio:g} times the usual of this hour",
    )


def _words(site: Sequence[Exit], it: Egress, rising: Sequence[Share], name: str) -> str:
    times = it.per_min / it.usual_per_min
    most = ", ".join(f"{s.exit.name} {s.per_min:.0f}" for s in rising[:3])
    words = (
        f"{it.per_min:.0f} people a minute leave {name}; usual at this hour are {it.usual_per_min:.0f} "
        f"({times:.0f} times as many). {len(rising)} of {len(it.shares)} exits show it; most by "
        f"{most} a minute."
    )
    closed = [f"{e.name} is {e.state}" for e in site if e.state != "open"]
    if closed:
        words += f" Mind: {', '.join(closed[:3])}."
    return words + " Find out what they run from before anybody is sent there; keep the exits free."


def _severity(it: Egress) -> Severity:
    """High: somebody must look at once. Critical: nearly every exit at many times the usual."""
    all_over = len(it.rising) >= 0.6 * len(it.shares) and len(it.shares) >= 3
    return "critical" if all_over and it.per_min >= 6 * it.usual_per_min else "high"


def _fault(it: Egress) -> float:
    """One counter may be wrong, several at once hardly: judgement, not fitted to labelled faults."""
    rising = len(it.rising)
    if len(it.shares) == 1:
        return 0.35
    return 0.15 if rising <= 2 else 0.05


def _factors(rising: Sequence[Share]) -> tuple[Factor, ...]:
    more = [(s.exit.name, max(0.01, s.per_min - s.usual_per_min)) for s in rising[:MOST]]
    total = sum(v for _, v in more)
    return tuple(Factor(f"More by {name}", round(v / total, 4)) for name, v in more)


def _place(exits: Sequence[Exit], name: str) -> Place | None:
    spots = [Point(e.lon, e.lat) for e in exits if e.lon is not None and e.lat is not None]
    if not spots:
        return None
    # about the first, so that a place by the antimeridian has its middle there
    lons = [(s.lon - spots[0].lon + 540.0) % 360.0 - 180.0 for s in spots]
    middle = Point(spots[0].lon + sum(lons) / len(spots), sum(s.lat for s in spots) / len(spots))
    radius = max(distance_m(middle, s) for s in spots) if cos(radians(middle.lat)) > 0 else 0.0
    return Place(round(middle.lon, 6), round(middle.lat, 6), round(radius, 1), name)


def _trace(exits: Sequence[Exit], expected: Expected) -> tuple[TracePoint, ...]:
    """The sum of what the counters showed; an exit that has not yet reported at a time counts as it was."""
    times = sorted({p.at_s for e in exits for p in e.points})
    if not times:
        return ()
    begin = max(e.points[0].at_s for e in exits if e.points)
    zone = exits[0].now.tzinfo
    out = []
    for t in times:
        if t >= begin:
            seen = sum(next((p.per_min for p in reversed(e.points) if p.at_s <= t), 0.0) for e in exits)
            out.append(
                TracePoint(
                    datetime.fromtimestamp(0, zone) + timedelta(seconds=t), seen, expected.low, expected.high
                )
            )
    return tuple(out[-60:])
