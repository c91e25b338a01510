"""Alerts and their steps up to a moment, from the events, which are only ever added to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace
from sqlalchemy import and_, func, or_, select

from tocsin.alerts.maintenance.repository import maintenance_windows
from tocsin.alerts.past.repository import standing
from tocsin.alerts.repository import alert_events, alerts, number_of
from tocsin.bus.codec import decode
from tocsin.db import Connection
from tocsin.db.times import micros
from tocsin.kernel.decisions import Alert, AlertEvent
from tocsin.kernel.maintenance import MaintenanceWindow
from tocsin.kernel.steps import AlertStep

__all__ = ["as_of", "standing", "steps", "steps_between", "windows"]

_CHUNK = 500
#: how far ahead planned maintenance is told of
_AHEAD = timedelta(days=1)


def as_of(conn: Connection, ids: Iterable[str], at: datetime) -> list[Alert]:
    """Each of these as its newest event up to ``at`` left it, closed or not; none that came later."""
    e, inner, found = alert_events.c, alert_events.alias(), list[Alert]()
    for some in _chunks(ids):
        newest = (
            select(inner.c.alert, func.max(inner.c.version).label("version"))
            .where(inner.c.alert.in_(some), inner.c.at <= micros(at))
            .group_by(inner.c.alert)
            .subquery()
        )
        query = (
            select(e.doc)
            .join_from(newest, alert_events, and_(e.alert == newest.c.alert, e.version == newest.c.version))
            .order_by(e.alert)
        )
        found += [decode(doc, AlertEvent).alert for doc in conn.execute(query).scalars()]
    return found


def steps(conn: Connection, ids: Iterable[str], at: datetime) -> list[AlertStep]:
    """What happened to these up to ``at``, alert by alert; a newer reading alone is no step."""
    e, found = alert_events.c, list[AlertStep]()
    for some in _chunks(ids):
        query = (
            select(e.doc)
            .where(e.alert.in_(some), e.at <= micros(at), e.act != "updated")
            .order_by(e.alert, e.version)
        )
        found += [decode(doc, AlertStep) for doc in conn.execute(query).scalars()]
    return found


def steps_between(conn: Connection, since: datetime, until: datetime) -> list[AlertStep]:
    """What happened to all alerts in [since, until], in order of time."""
    t, e = alerts.c, alert_events.c
    # a closed one that was closed before has no step in here
    query = (
        select(e.doc)
        .join_from(alerts, alert_events, e.alert == t.number)
        .where(
            t.raised_at <= micros(until),
            or_(t.closed_at.is_(None), t.closed_at >= micros(since)),
            e.at >= micros(since),
            e.at <= micros(until),
            e.act != "updated",
        )
        .order_by(e.at, e.alert, e.version)
    )
    return [decode(doc, AlertStep) for doc in conn.execute(query).scalars()]


def windows(conn: Connection, at: datetime) -> list[MaintenanceWindow]:
    """Maintenance that ran at ``at`` or was planned by then for the day after; its state is that of then."""
    t = maintenance_windows.c
    query = select(t.doc).where(t.ends_at > micros(at), t.starts_at <= micros(at + _AHEAD)).order_by(t.number)
    found = [decode(doc, MaintenanceWindow) for doc in conn.execute(query).scalars()]
    return [
        replace(w, state="running" if w.start <= at else "planned")
        for w in found
        if w.planned_at <= at and (w.ended is None or w.ended.at > at)
    ]


def _chunks(ids: Iterable[str]) -> Iterable[Sequence[int]]:
    numbers = sorted({number_of(alert) for alert in ids})
    return (numbers[start : start + _CHUNK] for start in range(0, len(numbers), _CHUNK))
