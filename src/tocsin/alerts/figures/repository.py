"""The counts behind the figures: three queries over narrow rows, whatever the period."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, or_, select, true

from tocsin.alerts.arrivals.repository import HELD, RESTING, SHELVED, SHOWN, alert_arrivals, open_to, slot_of
from tocsin.alerts.maintenance import repository as maintenance
from tocsin.alerts.repository import rows
from tocsin.db import Connection
from tocsin.db.times import micros
from tocsin.identity.policy import Seat
from tocsin.kernel.decisions import Alert

#: time for a tick that is late before a shelf that is over counts as hidden by nobody
_GRACE = timedelta(minutes=1)
_LONG = timedelta(days=2)
#: (age, severity) to how many
Counts = dict[tuple[int, int], int]


class Standing(NamedTuple):
    open: int
    active: int
    unacknowledged: int
    stale: int
    chattering: int
    held: int
    resting: int
    shelved: int
    unauthorised: int


class Source(NamedTuple):
    many: int
    newest: Alert


def minutes(conn: Connection, seat: Seat | None, start: datetime, end: datetime) -> Counts:
    """Alerts raised in (start, end] that were put before people, by age in minutes and severity.

    What is held back by a rule or out of service was put before nobody; what has come back since, was.
    """
    t = alert_arrivals.c
    age = ((micros(end) - t.raised_at) // 60_000_000).label("age")
    query = select(age, t.severity, func.count()).where(*_period(seat, start, end)).group_by(age, t.severity)
    return {(int(when), int(severity)): int(count) for when, severity, count in conn.execute(query)}


def slots(conn: Connection, seat: Seat | None, start: datetime, end: datetime) -> Counts:
    """The same by age in ten-minute periods; ``start`` and ``end`` are whole ones of the clock."""
    t = alert_arrivals.c
    first, beyond = slot_of(micros(start) + 1), slot_of(micros(end) + 1)
    query = (
        select(t.slot, t.severity, func.count())
        .where(t.slot >= first, t.slot < beyond, _shown(), _seen(seat))
        .group_by(t.slot, t.severity)
    )
    return {(beyond - 1 - int(slot), int(sev)): int(count) for slot, sev, count in conn.execute(query)}


def top(conn: Connection, seat: Seat | None, start: datetime, end: datetime, most: int) -> list[Source]:
    """The sources (kind, leading entity, attribute) that came most, and the newest alert of each."""
    t = alert_arrivals.c
    count, long = func.count(), end - start > _LONG
    # "+ 0" says which index not to take: of a day the few rows by time, of a month all rows by source
    source = t.source if long else t.source + 0
    raised = t.raised_at + 0 if long else t.raised_at
    query = (
        select(count, func.max(t.number))
        .where(raised > micros(start), raised <= micros(end), _shown(), _seen(seat))
        .group_by(source)
        .order_by(count.desc(), func.max(t.number).desc())
        .limit(most)
    )
    found = [(int(many), int(number)) for many, number in conn.execute(query)]
    newest = rows(conn, [number for _, number in found])
    return [Source(many, newest[number].alert) for many, number in found if number in newest]


def standing(
    conn: Connection, seat: Seat | None, now: datetime, rules: Iterable[str], stale_h: int
) -> Standing:
    """Open alerts as they are now. ``rules``: ids of those that may hold an alert back.

    ``unauthorised``: in nobody's sight though no rule, no person's shelf and no running window says so.
    """
    t = alert_arrivals.c
    old = micros(now - timedelta(hours=stale_h))
    running = [window.id for window in maintenance.running(conn)]
    unlawful = or_(
        and_(t.suppressed_by.is_not(None), t.suppressed_by.not_in(list(rules))),
        and_(t.shelved_until.is_not(None), t.shelved_until < micros(now - _GRACE)),
        and_(t.out_of_service.is_not(None), t.out_of_service.not_in(running)),
    )
    query = select(
        func.count(),
        _count(t.active.is_(True)),
        _count(t.unseen.is_(True)),
        _count(and_(t.active.is_(True), t.raised_at <= old)),
        _count(t.flapping.is_(True)),
        _count(t.hidden == HELD),
        _count(t.hidden == RESTING),
        _count(t.hidden == SHELVED),
        _count(unlawful),
    ).where(t.is_open.is_(True), _seen(seat))
    return Standing(*(int(value) for value in conn.execute(query).one()))


def _period(seat: Seat | None, start: datetime, end: datetime) -> tuple[ColumnElement[bool], ...]:
    t = alert_arrivals.c
    return (
        t.raised_at > micros(start),
        t.raised_at <= micros(end),
        _shown(),
        _seen(seat),
    )


def _shown() -> ColumnElement[bool]:
    return alert_arrivals.c.hidden.in_((SHOWN, SHELVED))


def _seen(seat: Seat | None) -> ColumnElement[bool]:
    return true() if seat is None else open_to(seat.organisation, partner=seat.partner)


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
