"""The counts behind the figures: three queries over narrow rows, whatever the period."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, or_, select, true

from tocsin.alerts.arrivals.repository import HELD, RESTING, SHELVED, SHOWN, alert_arrivals, open_to
from tocsin.alerts.maintenance import repository as maintenance
from tocsin.alerts.repository import alerts, rows
from tocsin.db import Connection
from tocsin.db.times import micros
from tocsin.identity.policy import Seat
from tocsin.kernel.decisions import Alert

#: time for a tick that is late before a shelf that is over counts as hidden by nobody
_GRACE = timedelta(minutes=1)


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


def arrivals(
    conn: Connection, seat: Seat | None, start: datetime, end: datetime, width: timedelta
) -> dict[tuple[int, int], int]:
    """Alerts raised in (start, end] that were put before people, by age in ``width`` and severity.

    What is held back by a rule or out of service was put before nobody; what has come back since, was.
    """
    t = alert_arrivals.c
    us = width // timedelta(microseconds=1)
    age = ((micros(end) - t.raised_at) // us).label("age")
    query = select(age, t.severity, func.count()).where(*_period(seat, start, end)).group_by(age, t.severity)
    return {(int(when), int(severity)): int(count) for when, severity, count in conn.execute(query)}


def top(conn: Connection, seat: Seat | None, start: datetime, end: datetime, most: int) -> list[Source]:
    """The sources (kind, leading entity, attribute) that came most, and the newest alert of each."""
    t = alert_arrivals.c
    count = func.count()
    query = (
        select(count, func.max(t.number))
        .where(*_period(seat, start, end))
        .group_by(t.source)
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
    t, a = alert_arrivals.c, alerts.c
    old = micros(now - timedelta(hours=stale_h))
    running = [window.id for window in maintenance.running(conn)]
    unlawful = or_(
        and_(a.suppressed_by.is_not(None), a.suppressed_by.not_in(list(rules))),
        and_(a.shelved_until.is_not(None), a.shelved_until < micros(now - _GRACE)),
        and_(a.out_of_service.is_not(None), a.out_of_service.not_in(running)),
    )
    query = (
        select(
            func.count(),
            _count(t.active.is_(True)),
            _count(a.state == "new"),
            _count(and_(t.active.is_(True), t.raised_at <= old)),
            _count(a.flapping.is_(True)),
            _count(t.hidden == HELD),
            _count(t.hidden == RESTING),
            _count(t.hidden == SHELVED),
            _count(unlawful),
        )
        .select_from(alert_arrivals.join(alerts, a.number == t.number))
        .where(t.is_open.is_(True), _seen(seat))
    )
    return Standing(*(int(value) for value in conn.execute(query).one()))


def _period(seat: Seat | None, start: datetime, end: datetime) -> tuple[ColumnElement[bool], ...]:
    t = alert_arrivals.c
    return (
        t.raised_at > micros(start),
        t.raised_at <= micros(end),
        t.hidden.in_((SHOWN, SHELVED)),
        _seen(seat),
    )


def _seen(seat: Seat | None) -> ColumnElement[bool]:
    return true() if seat is None else open_to(seat.organisation, partner=seat.partner)


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
