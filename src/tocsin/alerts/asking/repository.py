"""The queries behind lists of alerts. ``after`` is what the page before answered as ``next``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select

from tocsin.alerts.repository import alert_events, alerts, number_of, one
from tocsin.alerts.rules import rank
from tocsin.bus.codec import decode
from tocsin.db import Connection, reach
from tocsin.db.times import micros
from tocsin.identity import policy
from tocsin.identity.policy import Relation, Seat
from tocsin.kernel.decisions import Alert, AlertEvent, AlertState
from tocsin.kernel.errors import Invalid
from tocsin.kernel.events import SEVERITIES, Severity

MOST = 500
#: beside the states themselves: ``open`` is all but closed, shelved and held back ones among them
STATES = ("open", "all", "active", "shelved", "suppressed", *(state.value for state in AlertState))
Page = tuple[Sequence[Alert], str | None]


def find(
    conn: Connection,
    *,
    seat: Seat | None,
    state: str = "open",
    severity: Severity | None = None,
    limit: int = 100,
    after: str | None = None,
    at: datetime | None = None,
) -> Page:
    """Alerts, and what to pass as ``after`` for more (None: no more). Raises ``Invalid`` naming the field.

    ``seat``: those open to it; None: all, for the house itself. With ``at``: those that were open to it then.
    ``open`` ones come gravest first, any other list newest first. ``at``: as they stood then (without the
    points of their charts), newest first.
    """
    if state not in STATES:
        raise Invalid("no such state", field="state", value=state, cure=f"use one of {', '.join(STATES)}")
    if severity is not None and severity not in SEVERITIES:
        cure = f"use one of {', '.join(SEVERITIES)}"
        raise Invalid("no such severity", field="severity", value=severity, cure=cure)
    _bounded(limit)
    if at is not None:
        return _as_of(conn, seat, state, severity, limit, after, at)
    t = alerts.c
    query = select(alerts.c.doc, t.severity, t.number).where(*_state(state))
    if severity is not None:
        query = query.where(t.severity == rank(severity))
    if seat is not None:
        query = query.where(reach.open_to(alerts, seat.organisation, partner=seat.partner))
    if state == "open":
        if after is not None:
            grave, number = _cursor(after)
            query = query.where(or_(t.severity < grave, and_(t.severity == grave, t.number < number)))
        query = query.order_by(t.severity.desc(), t.number.desc())
    else:
        if after is not None:
            query = query.where(t.number < _cursor(after)[1])
        query = query.order_by(t.number.desc())
    found = conn.execute(query.limit(limit + 1)).all()
    items = [decode(doc, Alert) for doc, _, _ in found[:limit]]
    more = f"{found[limit - 1][1]}.{found[limit - 1][2]}" if len(found) > limit else None
    return items, more


def events(
    conn: Connection, alert: str, *, limit: int = 100, after: str | None = None
) -> tuple[Sequence[AlertEvent], str | None]:
    """Events of one alert, oldest first (without the points of charts). Raises ``NotFound``, ``Invalid``."""
    _bounded(limit)
    one(conn, alert)
    beyond = 0 if after is None else _cursor(f"0.{after}")[1]
    found = _events(conn, alert, alert_events.c.version > beyond, limit + 1)
    items = found[:limit]
    return items, str(items[-1].alert.version) if len(found) > limit else None


def since(conn: Connection, alert: str, version: int) -> Sequence[AlertEvent]:
    """The event that made ``version``, and all after it."""
    return _events(conn, alert, alert_events.c.version >= version, None)


def _events(conn: Connection, alert: str, which: ColumnElement[bool], limit: int | None) -> list[AlertEvent]:
    t = alert_events.c
    query = select(t.doc).where(t.alert == number_of(alert), which).order_by(t.version).limit(limit)
    return [decode(doc, AlertEvent) for doc in conn.execute(query).scalars()]


def _as_of(
    conn: Connection,
    seat: Seat | None,
    state: str,
    severity: Severity | None,
    limit: int,
    after: str | None,
    at: datetime,
) -> Page:
    """Each alert's newest event up to then; who was closed by then and never reopened is left out early."""
    us, t, e = micros(at), alerts.c, alert_events.c
    wanted = _test(state)
    below = None if after is None else _cursor(after)[1]
    items: list[Alert] = []
    while True:
        query = select(t.number).where(t.raised_at <= us)
        if state in ("open", "active", "shelved", "suppressed"):
            query = query.where(or_(t.closed_at.is_(None), t.closed_at > us))
        if below is not None:
            query = query.where(t.number < below)
        numbers = list(conn.execute(query.order_by(t.number.desc()).limit(MOST)).scalars())
        if not numbers:
            return items, None
        inner = alert_events.alias()
        newest = (
            select(func.max(inner.c.version))
            .where(inner.c.alert == e.alert, inner.c.at <= us)
            .scalar_subquery()
        )
        found = conn.execute(
            select(e.doc).where(e.alert.in_(numbers), e.version == newest).order_by(e.alert.desc())
        )
        for doc in found.scalars():
            alert = decode(doc, AlertEvent).alert
            seen = seat is None or policy.relation(seat, alert.sharing) >= Relation.SEES
            if seen and wanted(alert) and severity in (None, alert.severity):
                if len(items) == limit:
                    return items, f"0.{number_of(items[-1].id)}"
                items.append(alert)
        below = numbers[-1]


def _state(state: str) -> Sequence[ColumnElement[bool]]:
    t = alerts.c
    opened = t.is_open.is_(True)
    match state:
        case "all":
            return []
        case "open":
            return [opened]
        case "active":
            return [opened, t.active.is_(True)]
        case "shelved":
            return [opened, t.shelved_until.is_not(None)]
        case "suppressed":
            return [opened, t.suppressed_by.is_not(None)]
        case _:
            return [t.state == state]


def _test(state: str) -> Callable[[Alert], bool]:
    """The same as ``_state``, of an alert in hand."""
    tests: dict[str, Callable[[Alert], bool]] = {
        "all": lambda _: True,
        "open": lambda a: a.state is not AlertState.CLOSED,
        "active": lambda a: a.active and a.state is not AlertState.CLOSED,
        "shelved": lambda a: a.shelved is not None,
        "suppressed": lambda a: a.suppressed is not None,
    }
    return tests.get(state, lambda a: a.state.value == state)


def _bounded(limit: int) -> None:
    if not 1 <= limit <= MOST:
        raise Invalid("limit is out of bounds", field="limit", value=limit, cure=f"ask for 1 to {MOST}")


def _cursor(after: str) -> tuple[int, int]:
    grave, _, number = after.partition(".")
    if not (grave.isdigit() and number.isdigit() and len(after) < 24):
        raise Invalid(
            "not a page of this list", field="after", value=after, cure="use 'next' of the last page"
        )
    return int(grave), int(number)
