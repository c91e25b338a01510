"""Rows of alerts: the view, the events (only ever added to), findings seen, floods under way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    delete,
    func,
    or_,
    select,
)

from tocsin.alerts.arrivals import repository as arrivals
from tocsin.alerts.episodes import Memory, dedup_key
from tocsin.alerts.flood import Flood
from tocsin.alerts.rules import rank
from tocsin.bus.codec import decode, encode
from tocsin.db import outbox, reach, search
from tocsin.db.dialect import execute_rows, upsert
from tocsin.db.metadata import ops
from tocsin.db.times import micros, moment
from tocsin.kernel.decisions import Alert, AlertEvent, AlertState
from tocsin.kernel.errors import NotFound

_CHUNK = 500
_ID = re.compile(r"^AL-(\d{4,18})\Z")

#: ``pending``: the view has moved on since its last event; the next tick tells of it
alerts = Table(
    "alerts",
    ops,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("kind", String, nullable=False),
    Column("tool", String, nullable=False),
    Column("dedup_key", String, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("flapping", Boolean, nullable=False),
    Column("raised_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("closed_at", BigInteger),
    Column("shelved_until", BigInteger),
    Column("suppressed_by", String),
    Column("out_of_service", String),
    Column("incident", String),
    *reach.columns(),
    Column("doc", LargeBinary, nullable=False),
    Column("memory", LargeBinary, nullable=False),
    Column("pending", LargeBinary),
    Index("ix_alerts_queue", "is_open", "severity", "number"),
    Index("ix_alerts_dedup", "dedup_key", "number"),
    Index("ix_alerts_raised", "raised_at", "tool"),
    Index("ix_alerts_closed", "closed_at", "raised_at", "number"),
    # with what cuts a list to a room: who may see little of much is not made to wait for all the documents
    Index("ix_alerts_state", "state", "number", *reach.NAMES),
    Index("ix_alerts_severity", "severity", "number", *reach.NAMES),
)
alert_events = Table(
    "alert_events",
    ops,
    Column("alert", BigInteger, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("act", String, nullable=False),
    Column("actor", String, nullable=False),
    Column("state", String, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("doc", LargeBinary, nullable=False),
    Index("ix_alert_events_at", "alert", "at", "version"),
)
alert_findings = Table(
    "alert_findings",
    ops,
    Column("finding", String, primary_key=True),
    Column("alert", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
)
alert_floods = Table(
    "alert_floods",
    ops,
    Column("rule", String, primary_key=True),
    Column("scope", String, primary_key=True),
    Column("since", BigInteger, nullable=False),
    Column("counted", BigInteger, nullable=False),
    Column("summary", BigInteger),
)
_COLUMNS = tuple(alerts.columns.keys())


@dataclass(slots=True)
class Row:
    number: int
    alert: Alert
    memory: Memory
    pending: str | None = None


def number_of(alert: str) -> int:
    """The number in ``AL-0387``. Raises ``NotFound``."""
    found = _ID.match(alert)
    if not found:
        raise NotFound(f"there is no alert {alert[:40]!r}", field="id", value=alert, cure="as in AL-0001")
    return int(found[1])


def rows(conn: Connection, numbers: Iterable[int]) -> dict[int, Row]:
    wanted, found = list(numbers), {}
    columns = (alerts.c.number, alerts.c.doc, alerts.c.memory, alerts.c.pending)
    for start in range(0, len(wanted), _CHUNK):
        chunk = wanted[start : start + _CHUNK]
        for number, doc, memory, pending in conn.execute(select(*columns).where(alerts.c.number.in_(chunk))):
            found[number] = Row(
                number,
                decode(doc, Alert),
                decode(memory, Memory),
                None if pending is None else bytes(pending).decode(),
            )
    return found


def one(conn: Connection, alert: str) -> Row:
    """Raises ``NotFound``."""
    number = number_of(alert)
    row = rows(conn, [number]).get(number)
    if row is None:
        raise NotFound(
            f"there is no alert {alert}", field="id", value=alert, cure="look at the list of alerts"
        )
    return row


def next_number(conn: Connection) -> int:
    return int(conn.execute(select(func.coalesce(func.max(alerts.c.number), 0))).scalar_one()) + 1


def open_by_key(conn: Connection, keys: Iterable[str]) -> dict[str, int]:
    """The newest alert of each key that is not closed."""
    wanted, found = list(keys), {}
    for start in range(0, len(wanted), _CHUNK):
        newest = (
            select(alerts.c.dedup_key, func.max(alerts.c.number))
            .where(alerts.c.dedup_key.in_(wanted[start : start + _CHUNK]), alerts.c.is_open.is_(True))
            .group_by(alerts.c.dedup_key)
        )
        found.update({key: int(number) for key, number in conn.execute(newest)})
    return found


def save(conn: Connection, changed: Iterable[Row], events: Sequence[AlertEvent]) -> None:
    """Write the views, add the events, and promise to publish each. One transaction with the caller's."""
    views = list(changed)
    execute_rows(
        conn, upsert(conn, alerts, ["number"], _COLUMNS[1:]), _COLUMNS, [_values(row) for row in views]
    )
    arrivals.save(conn, [(row.number, dedup_key(row.alert.finding), row.alert) for row in views])
    search.put(conn, "alert", [searchable(row.alert) for row in views])
    execute_rows(
        conn,
        alert_events,
        ("alert", "version", "at", "act", "actor", "state", "severity", "doc"),
        [
            (
                number_of(e.alert.id),
                e.alert.version,
                micros(e.at),
                e.act,
                e.by,
                e.alert.state.value,
                rank(e.alert.severity),
                encode(_light(e)),
            )
            for e in events
        ],
    )
    outbox.add_many(conn, [(f"alert.{event.alert.id}", encode(event)) for event in events])


def searchable(a: Alert) -> search.Doc:
    """What an alert is found by."""
    number = number_of(a.id)
    place = a.place.name if a.place and a.place.name else ""
    return number, (a.id, str(number), a.headline, a.words, a.kind, a.tool, place, *a.entities), a.sharing


def _values(row: Row) -> tuple[object, ...]:
    a = row.alert
    return (
        row.number,
        a.version,
        a.state.value,
        a.state is not AlertState.CLOSED,
        rank(a.severity),
        a.kind,
        a.tool,
        dedup_key(a.finding),
        a.active,
        a.flapping,
        micros(a.raised_at),
        micros(a.updated_at),
        micros(a.closed.at) if a.closed else None,
        micros(a.shelved.until) if a.shelved else None,
        a.suppressed.rule.id if a.suppressed else None,
        a.out_of_service.window if a.out_of_service else None,
        a.incident,
        *reach.values(a.sharing),
        encode(a),
        encode(row.memory),
        None if row.pending is None else row.pending.encode(),
    )


def _light(event: AlertEvent) -> AlertEvent:
    """Without the chart's points, nine tenths of its bytes: the view has them, and the lake the readings."""
    if not event.alert.finding.trace:
        return event
    finding = msgspec.structs.replace(event.alert.finding, trace=())
    return msgspec.structs.replace(event, alert=msgspec.structs.replace(event.alert, finding=finding))


# --- findings seen ---------------------------------------------------------------------------------------


def findings(conn: Connection, ids: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Alert number and newest version of each finding that was seen."""
    wanted: list[str] = list(ids)
    found: dict[str, tuple[int, int]] = {}
    t = alert_findings.c
    for start in range(0, len(wanted), _CHUNK):
        chunk = select(t.finding, t.alert, t.version).where(t.finding.in_(wanted[start : start + _CHUNK]))
        found.update({finding: (int(alert), int(version)) for finding, alert, version in conn.execute(chunk)})
    return found


def save_findings(conn: Connection, seen: dict[str, tuple[int, int]]) -> None:
    execute_rows(
        conn,
        upsert(conn, alert_findings, ["finding"], ["alert", "version"]),
        ("finding", "alert", "version"),
        [(finding, alert, version) for finding, (alert, version) in seen.items()],
    )


# --- floods ----------------------------------------------------------------------------------------------


def raised(conn: Connection, since: datetime) -> list[tuple[datetime, str]]:
    """When alerts were raised after ``since``, in order of time, and by which tool; those held back among
    them. What is out of service starts no flood: a sensor that is worked on must not hold back what others
    see.
    """
    t = alerts.c
    found = conn.execute(
        select(t.raised_at, t.tool)
        .where(t.raised_at > micros(since), t.out_of_service.is_(None))
        .order_by(t.raised_at)
    )
    return [(moment(at), tool) for at, tool in found]


def floods(conn: Connection) -> list[Flood]:
    t = alert_floods.c
    found = conn.execute(select(t.rule, t.scope, t.since, t.counted, t.summary).order_by(t.rule, t.scope))
    return [
        Flood(rule, scope, moment(since), counted, summary) for rule, scope, since, counted, summary in found
    ]


def save_floods(conn: Connection, running: Iterable[Flood]) -> None:
    """Exactly these are under way."""
    conn.execute(delete(alert_floods))
    execute_rows(
        conn,
        alert_floods,
        ("rule", "scope", "since", "counted", "summary"),
        [(f.rule, f.scope, micros(f.since), f.counted, f.summary) for f in running],
    )


# --- what is due -----------------------------------------------------------------------------------------


def due(conn: Connection, now: datetime) -> list[int]:
    """Open alerts that a tick may change: shelf over, view ahead of its events, flapping."""
    t = alerts.c
    found = conn.execute(
        select(t.number)
        .where(
            t.is_open.is_(True),
            or_(t.shelved_until <= micros(now), t.pending.is_not(None), t.flapping.is_(True)),
        )
        .order_by(t.number)
    )
    return [int(number) for number in found.scalars()]


def held_back(conn: Connection, rules: Iterable[str]) -> list[int]:
    """Open alerts held back by one of these rules, oldest first."""
    t = alerts.c
    found = conn.execute(
        select(t.number).where(t.is_open.is_(True), t.suppressed_by.in_(list(rules))).order_by(t.number)
    )
    return [int(number) for number in found.scalars()]


def out_of_service(conn: Connection) -> list[int]:
    """Alerts that a maintenance window has set aside, oldest first."""
    t = alerts.c
    found = conn.execute(select(t.number).where(t.out_of_service.is_not(None)).order_by(t.number))
    return [int(number) for number in found.scalars()]


def in_hand(conn: Connection) -> list[int]:
    """Open alerts that nobody has decided on and that are part of no incident, oldest first."""
    t = alerts.c
    undecided = (AlertState.NEW.value, AlertState.ACKNOWLEDGED.value)
    found = conn.execute(
        select(t.number)
        .where(t.is_open.is_(True), t.state.in_(undecided), t.incident.is_(None))
        .order_by(t.number)
    )
    return [int(number) for number in found.scalars()]
