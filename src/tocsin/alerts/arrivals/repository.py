"""What is counted of alerts. A month of 100,000 is 20 MB here and 300 MB in the table of views.

``room``, ``reach`` and ``rooms`` follow ``identity.policy.relation``: by them a figure is cut to what a room
may see, in the query itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    String,
    Table,
    or_,
)

from tocsin.db.dialect import execute_rows, upsert
from tocsin.db.metadata import ops
from tocsin.db.times import micros
from tocsin.kernel.decisions import Alert, AlertState
from tocsin.kernel.events import SEVERITIES
from tocsin.kernel.sharing import LEVELS, Level

#: ``slot``: the ten minutes of the clock that it was raised in. ``source``: kind, leading entity, attribute.
#: ``hidden``: 0 shown to people, 1 held back by a rule, 2 out of service, 3 shelved.
#: ``verdict``: 1 confirmed, -1 rejected, 0 neither
alert_arrivals = Table(
    "alert_arrivals",
    ops,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("raised_at", BigInteger, nullable=False),
    Column("slot", BigInteger, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("tool", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("source", BigInteger, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("hidden", Integer, nullable=False),
    Column("verdict", Integer, nullable=False),
    Column("incident", String),
    Column("unseen", Boolean, nullable=False),
    Column("flapping", Boolean, nullable=False),
    Column("suppressed_by", String),
    Column("out_of_service", String),
    Column("shelved_until", BigInteger),
    Column("room", String, nullable=False),
    Column("reach", Integer, nullable=False),
    Column("rooms", String, nullable=False),
    # each grouping reads one index in its own order and nothing else: no sorting of a month
    Index("ix_alert_arrivals_slot", "slot", "severity", "raised_at", "hidden", "reach", "room", "rooms"),
    Index("ix_alert_arrivals_source", "source", "raised_at", "hidden", "reach", "room", "rooms", "number"),
    Index("ix_alert_arrivals_raised", "raised_at", "hidden"),
    Index("ix_alert_arrivals_tool", "tool", "raised_at"),
    Index("ix_alert_arrivals_open", "is_open"),
)
SLOT_US = 600_000_000
SHOWN, HELD, RESTING, SHELVED = range(4)
_COLUMNS = tuple(alert_arrivals.columns.keys())


def save(conn: Connection, changed: Iterable[tuple[int, str, Alert]]) -> None:
    """(number, source, alert) as it stands now."""
    execute_rows(
        conn,
        upsert(conn, alert_arrivals, ["number"], _COLUMNS[1:]),
        _COLUMNS,
        [_values(*row) for row in changed],
    )


def open_to(organisation: str, *, partner: bool) -> ColumnElement[bool]:
    """Rows that somebody who sits in ``organisation`` may see (``policy.relation`` >= SEES)."""
    t = alert_arrivals.c
    wide = LEVELS.index(Level.CITY if partner else Level.ALL)
    named = t.rooms.contains(f"|{organisation}|", autoescape=True)
    return or_(t.reach >= wide, t.room == organisation, named)


def verdict_of(alert: Alert) -> int:
    """1 confirmed, -1 rejected, 0 neither; a closed alert keeps what it was before."""
    return -1 if alert.rejected else 1 if alert.confirmed else 0


def slot_of(us: int) -> int:
    """Ten-minute periods since 1970; each holds its end, as (10:00, 10:10]."""
    return (us - 1) // SLOT_US


def source_of(dedup_key: str) -> int:
    """63 bits of what alerts of one trouble have in common: quicker to group by than the text."""
    return int.from_bytes(sha256(dedup_key.encode()).digest()[:8], "big") >> 1


def hidden_by(alert: Alert) -> int:
    if alert.out_of_service:
        return RESTING
    if alert.suppressed:
        return HELD
    return SHELVED if alert.shelved else SHOWN


def _values(number: int, source: str, a: Alert) -> tuple[object, ...]:
    sharing = a.sharing
    named = set(sharing.rooms) if sharing.level is not Level.OWN else set()
    if sharing.offer is not None:
        named.add(sharing.offer.to)
    return (
        number,
        micros(a.raised_at),
        slot_of(micros(a.raised_at)),
        SEVERITIES.index(a.severity),
        a.tool,
        a.kind,
        source_of(source),
        a.state is not AlertState.CLOSED,
        a.active,
        hidden_by(a),
        verdict_of(a),
        a.incident,
        a.state is AlertState.NEW,
        a.flapping,
        a.suppressed.rule.id if a.suppressed else None,
        a.out_of_service.window if a.out_of_service else None,
        micros(a.shelved.until) if a.shelved else None,
        sharing.room,
        LEVELS.index(sharing.level),
        "".join(f"|{room}|" for room in sorted(named)),
    )
