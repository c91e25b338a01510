"""Rows of evidence: one a piece, for good. An erased one keeps its entry, and no object."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

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
    func,
    or_,
    select,
    update,
)

from tocsin.bus.codec import decode, encode
from tocsin.db.dialect import upsert
from tocsin.db.metadata import ops
from tocsin.db.times import micros
from tocsin.evidence.exhibit import Exhibit
from tocsin.evidence.vault import Kept
from tocsin.kernel.errors import NotFound

_ID = re.compile(r"^EV-(\d{4,18})\Z")
MOST = 500

#: ``object``: where its bytes lie; null once they are destroyed
evidence = Table(
    "evidence",
    ops,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("alert", String),
    Column("incident", String),
    Column("size", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("held", Boolean, nullable=False),
    Column("erased", Boolean, nullable=False),
    Column("object", LargeBinary),
    Column("doc", LargeBinary, nullable=False),
    Index("ix_evidence_alert", "alert"),
    Index("ix_evidence_incident", "incident"),
    Index("ix_evidence_expiry", "erased", "held", "expires_at"),
)
_CHANGING = ("version", "alert", "incident", "size", "expires_at", "held", "erased", "object", "doc")


@dataclass(frozen=True, slots=True)
class Row:
    exhibit: Exhibit
    kept: Kept | None


def number_of(exhibit: str) -> int:
    """The number in ``EV-0007``. Raises ``NotFound``."""
    found = _ID.match(exhibit)
    if not found:
        raise NotFound(
            f"there is no evidence {exhibit[:40]!r}", field="id", value=exhibit, cure="as in EV-0001"
        )
    return int(found[1])


def next_id(conn: Connection) -> str:
    last = conn.execute(select(func.coalesce(func.max(evidence.c.number), 0))).scalar_one()
    return f"EV-{int(last) + 1:04}"


def one(conn: Connection, exhibit: str) -> Row:
    """Raises ``NotFound``."""
    columns = select(evidence.c.doc, evidence.c.object)
    found = conn.execute(columns.where(evidence.c.number == number_of(exhibit))).one_or_none()
    if found is None:
        raise NotFound(
            f"there is no evidence {exhibit}", field="id", value=exhibit, cure="look at its alert or incident"
        )
    return _row(*found)


def save(conn: Connection, row: Row) -> None:
    exhibit = row.exhibit
    conn.execute(
        upsert(conn, evidence, ["number"], _CHANGING),
        {
            "number": number_of(exhibit.id),
            "version": exhibit.version,
            "alert": exhibit.alert,
            "incident": exhibit.incident,
            "size": exhibit.size,
            "expires_at": micros(exhibit.expires_at),
            "held": exhibit.held is not None,
            "erased": exhibit.erased is not None,
            "object": None if row.kept is None else encode(row.kept),
            "doc": encode(exhibit),
        },
    )


def of(
    conn: Connection, alerts: Collection[str], incidents: Collection[str], *, most: int | None = MOST
) -> list[Exhibit]:
    """What belongs to any of these, oldest first, at most ``most``."""
    which = or_(evidence.c.alert.in_(list(alerts)), evidence.c.incident.in_(list(incidents)))
    found = conn.execute(select(evidence.c.doc).where(which).order_by(evidence.c.number).limit(most))
    return [decode(doc, Exhibit) for doc in found.scalars()]


def stored_bytes(conn: Connection) -> int:
    """Of everything that is not erased."""
    total = select(func.coalesce(func.sum(evidence.c.size), 0)).where(evidence.c.erased.is_(False))
    return int(conn.execute(total).scalar_one())


def over(conn: Connection, now: datetime, limit: int = 100) -> list[Row]:
    """Whose time is over and that nobody holds."""
    t = evidence.c
    which = (t.erased.is_(False), t.held.is_(False), t.expires_at <= micros(now))
    found = conn.execute(select(t.doc, t.object).where(*which).order_by(t.expires_at).limit(limit))
    return [_row(*row) for row in found]


def undestroyed(conn: Connection) -> list[Row]:
    """Erased by word, and their keys not yet known to be destroyed."""
    t = evidence.c
    found = conn.execute(select(t.doc, t.object).where(t.erased.is_(True), t.object.is_not(None)))
    return [_row(*row) for row in found]


def kept(conn: Connection) -> Sequence[Row]:
    """All that is not erased."""
    t = evidence.c
    found = conn.execute(select(t.doc, t.object).where(t.erased.is_(False)).order_by(t.number))
    return [_row(*row) for row in found]


def destroyed(conn: Connection, exhibit: str) -> None:
    """Its key and files are no more."""
    conn.execute(update(evidence).where(evidence.c.number == number_of(exhibit)).values(object=None))


def _row(doc: bytes, where: bytes | None) -> Row:
    return Row(decode(doc, Exhibit), None if where is None else decode(where, Kept))
