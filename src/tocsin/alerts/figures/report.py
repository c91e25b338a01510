"""The figures of one room over one period, each beside its target."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

import msgspec

from tocsin.alerts.figures import repository
from tocsin.alerts.figures.floods import folded, in_flood, share
from tocsin.alerts.figures.repository import Standing
from tocsin.alerts.figures.targets import FLOOD_START, STALE_H, TARGETS, TOP, FigureId
from tocsin.alerts.rules import Rules
from tocsin.db import Connection
from tocsin.identity.policy import Seat
from tocsin.kernel.events import SEVERITIES, Severity

Period = Literal["10min", "shift", "24h", "30d"]
PERIODS: dict[Period, timedelta] = {
    "10min": timedelta(minutes=10),
    "shift": timedelta(hours=8),
    "24h": timedelta(hours=24),
    "30d": timedelta(days=30),
}
WINDOW = timedelta(minutes=10)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: points of the small chart: minutes, ten minutes, half hours, days
_POINTS: dict[Period, int] = {"10min": 10, "shift": 48, "24h": 48, "30d": 30}


class Figure(msgspec.Struct, frozen=True):
    """``value`` None: nothing to count. ``meets`` None: no target, or no value. ``most``: the target is an
    upper limit, else an aim that may be missed by ``slack``.
    """

    id: FigureId
    value: float | None
    unit: Literal["alerts", "%", "sources"]
    target: float | None
    most: bool
    slack: float
    meets: bool | None
    clause: str


class LoadPoint(msgspec.Struct, frozen=True):
    """``count`` alerts from ``at`` on, and the most in any ten minutes of them."""

    at: datetime
    count: int
    peak: int


class AlarmSource(msgspec.Struct, frozen=True):
    """What raised most: kind and leading entity; ``alert``: the newest."""

    kind: str
    tool: str
    entity: str | None
    place: str | None
    count: int
    share: float
    alert: str


class StandingAlarms(msgspec.Struct, frozen=True):
    """Open alerts now. ``unauthorised``: hidden though no rule, person or window says so."""

    open: int
    active: int
    unacknowledged: int
    stale: int
    chattering: int
    held: int
    out_of_service: int
    shelved: int
    unauthorised: int


class AlarmFigures(msgspec.Struct, frozen=True):
    """Load that reaches a room and its seats. It says nothing of how any person works.

    ``seats``: people with an open session who sit there now, None where nobody could say. ``sources`` is
    empty for a room that the caller does not sit in.
    """

    at: datetime
    room: str
    period: Period
    start: datetime
    seats: int | None
    alerts: int
    by_severity: dict[Severity, int]
    figures: tuple[Figure, ...]
    course: tuple[LoadPoint, ...]
    sources: tuple[AlarmSource, ...]
    standing: StandingAlarms


def figures(
    conn: Connection,
    rules: Rules,
    now: datetime,
    *,
    room: str,
    seat: Seat | None,
    period: Period = "24h",
    seats: int | None = None,
    with_sources: bool = True,
) -> AlarmFigures:
    """``seat``: alerts open to it; None: all of the city's."""
    span = PERIODS[period]
    if period == "10min":
        start, end, width = now - span, now, timedelta(minutes=1)
        counted = repository.minutes(conn, seat, start, end)
    else:  # whole ten minutes of the clock, the last one still under way
        end = _EPOCH - (_EPOCH - now) // WINDOW * WINDOW
        start, width = end - span, WINDOW
        counted = repository.slots(conn, seat, start, end)
    counts = [0] * (span // width)
    by_severity = [0] * len(SEVERITIES)
    for (age, severity), count in counted.items():
        counts[len(counts) - 1 - age] += count
        by_severity[severity] += count
    total = sum(counts)
    tens = [total] if period == "10min" else counts
    top = repository.top(conn, seat, start, end, TOP)
    held_by = [rule.id for rule in rules.flood] + [rules.overflow.id]
    stand = repository.standing(conn, seat, now, held_by, STALE_H)
    values: dict[FigureId, float | None] = {
        "average": total / len(tens),
        "per_seat": total / len(tens) / seats if seats else None,
        "peak": max(tens),
        "busy_windows": share(sum(count > FLOOD_START for count in tens), len(tens)),
        "flood_time": share(sum(in_flood(tens)), len(tens)),
        "top_sources": share(sum(source.many for source in top), total),
        "chattering": stand.chattering,
        "stale": stand.stale,
        "low": share(by_severity[0], total),
        "medium": share(by_severity[1], total),
        "grave": share(by_severity[2] + by_severity[3], total),
        "unauthorised": stand.unauthorised,
    }
    return AlarmFigures(
        at=now,
        room=room,
        period=period,
        start=start,
        seats=seats,
        alerts=total,
        by_severity=dict(zip(SEVERITIES, by_severity, strict=True)),
        figures=tuple(_figure(name, value) for name, value in values.items()),
        course=_course(counts, _POINTS[period], start, span),
        sources=tuple(_source(source, total) for source in top) if with_sources else (),
        standing=_standing(stand),
    )


def _figure(name: FigureId, value: float | None) -> Figure:
    target = TARGETS[name]
    return Figure(
        name, value, target.unit, target.limit, target.most, target.slack, target.meets(value), target.clause
    )


def _course(counts: list[int], points: int, start: datetime, span: timedelta) -> tuple[LoadPoint, ...]:
    groups = folded(counts, points)
    step = span / len(groups)
    return tuple(LoadPoint(start + step * i, count, peak) for i, (count, peak) in enumerate(groups))


def _source(source: repository.Source, total: int) -> AlarmSource:
    alert = source.newest
    return AlarmSource(
        kind=alert.kind,
        tool=alert.tool,
        entity=alert.entities[0] if alert.entities else None,
        place=alert.place.name if alert.place else None,
        count=source.many,
        share=100.0 * source.many / total,
        alert=alert.id,
    )


def _standing(stand: Standing) -> StandingAlarms:
    return StandingAlarms(
        open=stand.open,
        active=stand.active,
        unacknowledged=stand.unacknowledged,
        stale=stand.stale,
        chattering=stand.chattering,
        held=stand.held,
        out_of_service=stand.resting,
        shelved=stand.shelved,
        unauthorised=stand.unauthorised,
    )
