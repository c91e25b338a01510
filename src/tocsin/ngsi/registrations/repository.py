"""Rows of context source registrations. Times in microseconds."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, Connection, LargeBinary, String, Table, delete, func, or_, select

from tocsin.db import positions
from tocsin.db.dialect import upsert
from tocsin.db.metadata import context

ngsi_registrations = Table(
    "ngsi_registrations",
    context,
    Column("id", String, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
)
_TABLE = ngsi_registrations.c
#: counts changes of registrations, in the table of positions
_COUNTED = ("ngsi-registrations", "version")


@dataclass(frozen=True, slots=True)
class Row:
    """``body``: the registration as JSON, its names expanded."""

    id: str
    body: bytes
    created_at: int
    expires_at: int | None


def one(conn: Connection, registration: str, now: int) -> Row | None:
    """None also for one that has expired."""
    found = conn.execute(select(ngsi_registrations).where(_TABLE.id == registration, _lasting(now))).first()
    return None if found is None else Row(found.id, bytes(found.body), found.created_at, found.expires_at)


def every(conn: Connection, now: int) -> list[Row]:
    """Those that have not expired, oldest first."""
    rows = conn.execute(
        select(ngsi_registrations).where(_lasting(now)).order_by(_TABLE.created_at, _TABLE.id)
    )
    return [Row(r.id, bytes(r.body), r.created_at, r.expires_at) for r in rows]


def count(conn: Connection) -> int:
    return int(conn.execute(select(func.count()).select_from(ngsi_registrations)).scalar_one())


def put(conn: Connection, row: Row) -> None:
    given = {
        "id": row.id,
        "body": row.body,
        "created_at": row.created_at,
        "expires_at": row.expires_at,
    }
    conn.execute(upsert(conn, ngsi_registrations, ["id"], ["body", "expires_at"]), given)


def drop(conn: Connection, registration: str) -> None:
    conn.execute(delete(ngsi_registrations).where(_TABLE.id == registration))


def drop_expired(conn: Connection, now: int) -> None:
    conn.execute(delete(ngsi_registrations).where(_TABLE.expires_at <= now))


def version(conn: Connection) -> int:
    """Counts up with every change of any registration."""
    return positions.load(conn, *_COUNTED)


def moved(conn: Connection) -> None:
    positions.save(conn, *_COUNTED, version(conn) + 1)


def next_end(conn: Connection, now: int) -> int | None:
    """When the next one expires."""
    end = conn.execute(select(func.min(_TABLE.expires_at)).where(_TABLE.expires_at > now)).scalar()
    return None if end is None else int(end)


def _lasting(now: int):  # type: ignore[no-untyped-def]
    return or_(_TABLE.expires_at.is_(None), _TABLE.expires_at > now)
