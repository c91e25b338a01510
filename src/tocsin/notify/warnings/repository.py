"""Rows of warnings, one a CAP message, and of what happened to them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    func,
    select,
)

from tocsin.bus.codec import decode, encode
from tocsin.db.dialect import upsert
from tocsin.db.metadata import RowId, ops
from tocsin.db.reach import NAMES, columns, open_to, values
from tocsin.db.times import micros
from tocsin.kernel.errors import NotFound
from tocsin.notify.warnings.model import PublicWarning, WarningEvent, WarningState

_ID = re.compile(r"^W-(\d{4,18})\Z", re.ASCII)

#: ``cap``: the document as it went out. ``feed_until``: how long the public feed lists it; null: never
warnings = Table(
    "warnings",
    ops,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("status", String, nullable=False),
    Column("incident", String),
    Column("identifier", String),
    Column("expires_at", BigInteger),
    Column("feed_until", BigInteger),
    *columns(),
    Column("cap", LargeBinary),
    Column("doc", LargeBinary, nullable=False),
    Index("ix_warnings_state", "state", "number"),
    Index("ix_warnings_identifier", "identifier", unique=True),
    Index("ix_warnings_feed", "status", "feed_until"),
)
warning_events = Table(
    "warning_events",
    ops,
    Column("seq", RowId, primary_key=True, autoincrement=True),
    Column("warning", BigInteger, nullable=False),
    Column("doc", LargeBinary, nullable=False),
    # A number must never come twice: whoever delivers keeps the last one.
    sqlite_autoincrement=True,
)
_CHANGING = ("version", "state", "status", "incident", "identifier", "expires_at", *NAMES, "doc")


def number_of(warning: str) -> int:
    """The number in ``W-0007``. Raises ``NotFound``."""
    found = _ID.match(warning)
    if not found:
        raise NotFound(
            f"there is no warning {warning[:40]!r}", field="id", value=warning, cure="as in W-0001"
        )
    return int(found[1])


def next_number(conn: Connection) -> int:
    return int(conn.execute(select(func.coalesce(func.max(warnings.c.number), 0))).scalar_one()) + 1


def one(conn: Connection, warning: str) -> PublicWarning:
    """Raises ``NotFound``."""
    t = warnings.c
    doc = conn.execute(select(t.doc).where(t.number == number_of(warning))).scalar_one_or_none()
    if doc is None:
        raise NotFound(
            f"there is no warning {warning}", field="id", value=warning, cure="look at the list of warnings"
        )
    return decode(doc, PublicWarning)


def save(
    conn: Connection,
    warning: PublicWarning,
    *,
    cap: bytes | None = None,
    feed_until: datetime | None = None,
    unlisted: bool = False,
) -> None:
    """And what its last step was, as an event. ``cap`` and ``feed_until`` stay where None is given;
    ``unlisted`` takes it out of the feed.
    """
    changing = list(_CHANGING)
    if cap is not None:
        changing.append("cap")
    if feed_until is not None or unlisted:
        changing.append("feed_until")
    row = {
        "number": number_of(warning.id),
        "version": warning.version,
        "state": warning.state.value,
        "status": warning.status,
        "incident": warning.incident,
        "identifier": warning.identifier,
        "expires_at": None if warning.expires_at is None else micros(warning.expires_at),
        "feed_until": None if feed_until is None else micros(feed_until),
        **dict(zip(NAMES, values(warning.sharing), strict=True)),
        "cap": cap,
        "doc": encode(warning),
    }
    conn.execute(upsert(conn, warnings, ["number"], changing), row)
    last = warning.steps[-1]
    event = WarningEvent(0, last.act, last.by, last.at, warning)
    conn.execute(warning_events.insert(), {"warning": row["number"], "doc": encode(event)})


def find(
    conn: Connection,
    states: Sequence[WarningState],
    *,
    room: str,
    partner: bool,
    incident: str | None,
    limit: int,
    below: int | None,
) -> tuple[list[PublicWarning], int | None]:
    """Open to somebody who sits in ``room``, newest first, and what to pass as ``below`` for more."""
    t = warnings.c
    query = select(t.doc, t.number).where(
        t.state.in_([state.value for state in states]), open_to(warnings, room, partner=partner)
    )
    if incident is not None:
        query = query.where(t.incident == incident)
    if below is not None:
        query = query.where(t.number < below)
    found = conn.execute(query.order_by(t.number.desc()).limit(limit + 1)).all()
    more = int(found[limit - 1][1]) if len(found) > limit else None
    return [decode(doc, PublicWarning) for doc, _ in found[:limit]], more


def in_force(conn: Connection) -> list[PublicWarning]:
    """Issued and not over, oldest first."""
    t = warnings.c
    query = select(t.doc).where(t.state == WarningState.ISSUED.value).order_by(t.number)
    return [decode(doc, PublicWarning) for doc in conn.execute(query).scalars()]


def count(conn: Connection, states: Sequence[WarningState]) -> int:
    t = warnings.c
    which = t.state.in_([state.value for state in states])
    return int(conn.execute(select(func.count()).where(which)).scalar_one())


def in_feed(conn: Connection, now: datetime, limit: int) -> list[PublicWarning]:
    """What the public feed lists, newest first: real ones alone, whatever the realm of this table."""
    t = warnings.c
    query = select(t.doc).where(t.status == "Actual", t.feed_until > micros(now), t.cap.is_not(None))
    found = conn.execute(query.order_by(t.number.desc()).limit(limit)).scalars()
    return [decode(doc, PublicWarning) for doc in found]


def newest_public(conn: Connection) -> PublicWarning | None:
    """The last one that the public had, in force or not."""
    t = warnings.c
    query = select(t.doc).where(t.status == "Actual", t.cap.is_not(None)).order_by(t.number.desc()).limit(1)
    doc = conn.execute(query).scalar_one_or_none()
    return None if doc is None else decode(doc, PublicWarning)


def public_document(conn: Connection, identifier: str) -> bytes | None:
    """What went out under this identifier; None for what the public never had."""
    t = warnings.c
    query = select(t.cap).where(t.identifier == identifier, t.status == "Actual")
    found = conn.execute(query).scalar_one_or_none()
    return None if found is None else bytes(found)


def document(conn: Connection, warning: str) -> bytes | None:
    t = warnings.c
    found = conn.execute(select(t.cap).where(t.number == number_of(warning))).scalar_one_or_none()
    return None if found is None else bytes(found)


def events_after(conn: Connection, seq: int, limit: int) -> list[WarningEvent]:
    t = warning_events.c
    rows = conn.execute(select(t.seq, t.doc).where(t.seq > seq).order_by(t.seq).limit(limit))
    return [_numbered(int(number), doc) for number, doc in rows]


def _numbered(seq: int, doc: bytes) -> WarningEvent:
    event = decode(doc, WarningEvent)
    return WarningEvent(seq, event.act, event.by, event.at, event.warning)
