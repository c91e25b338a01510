"""Rows of kept analyses. Every function takes its caller's transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    delete,
    func,
    insert,
    select,
    update,
)

from tocsin.bus.codec import decode, encode
from tocsin.db.metadata import ops
from tocsin.db.times import micros, moment
from tocsin.lake.kept.records import Asked, Kept

#: ``next_at`` None: not on schedule
analytics_kept = Table(
    "analytics_kept",
    ops,
    Column("id", String, primary_key=True),
    Column("room", String, nullable=False),
    Column("owner", String, nullable=False),
    Column("name", String, nullable=False),
    Column("doc", LargeBinary, nullable=False),
    Column("entity", String, nullable=False),
    Column("every_s", Integer, nullable=True),
    Column("next_at", BigInteger, nullable=True),
    Column("made_at", BigInteger, nullable=False),
    Column("tried_at", BigInteger, nullable=True),
    Column("done_at", BigInteger, nullable=True),
    Column("trouble", String, nullable=False),
    Index("ix_analytics_kept_next", "next_at"),
)
_T = analytics_kept.c


def listed(conn: Connection, room: str, owner: str) -> list[Kept]:
    """Those of the room, or of who sits in none; by name."""
    query = select(analytics_kept).where(_T.room == room).order_by(_T.name, _T.id)
    return [_kept(row) for row in conn.execute(query if room else query.where(_T.owner == owner))]


def found(conn: Connection, kept_id: str) -> Kept | None:
    row = conn.execute(select(analytics_kept).where(_T.id == kept_id)).first()
    return None if row is None else _kept(row)


def count(conn: Connection, room: str) -> int:
    return int(
        conn.execute(select(func.count()).select_from(analytics_kept).where(_T.room == room)).scalar_one()
    )


def scheduled(conn: Connection) -> int:
    query = select(func.count()).select_from(analytics_kept).where(_T.next_at.is_not(None))
    return int(conn.execute(query).scalar_one())


def due(conn: Connection, at: datetime, limit: int) -> list[Kept]:
    """Those whose time has come, the longest waiting first."""
    query = select(analytics_kept).where(_T.next_at <= micros(at)).order_by(_T.next_at).limit(limit)
    return [_kept(row) for row in conn.execute(query)]


def add(conn: Connection, kept: Kept) -> None:
    conn.execute(
        insert(analytics_kept).values(
            id=kept.id,
            room=kept.room,
            owner=kept.owner,
            name=kept.name,
            doc=encode(kept.asked),
            entity=kept.entity,
            every_s=kept.every_s,
            made_at=micros(kept.made_at),
            **_tries(kept),
        )
    )


def tried(conn: Connection, kept: Kept) -> None:
    conn.execute(update(analytics_kept).where(_T.id == kept.id).values(_tries(kept)))


def drop(conn: Connection, kept_id: str) -> None:
    conn.execute(delete(analytics_kept).where(_T.id == kept_id))


def _tries(kept: Kept) -> dict[str, Any]:
    return {
        "next_at": _or_none(kept.next_at),
        "tried_at": _or_none(kept.tried_at),
        "done_at": _or_none(kept.done_at),
        "trouble": kept.trouble,
    }


def _or_none(at: datetime | None) -> int | None:
    return None if at is None else micros(at)


def _kept(row: Row[Any]) -> Kept:
    return Kept(
        id=row.id,
        name=row.name,
        owner=row.owner,
        room=row.room,
        asked=decode(row.doc, Asked),
        entity=row.entity,
        every_s=row.every_s,
        next_at=None if row.next_at is None else moment(row.next_at),
        made_at=moment(row.made_at),
        tried_at=None if row.tried_at is None else moment(row.tried_at),
        done_at=None if row.done_at is None else moment(row.done_at),
        trouble=row.trouble,
    )
