"""Rows of hosted contexts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, Column, Connection, LargeBinary, String, Table, delete, select

from tocsin.db.dialect import upsert
from tocsin.db.metadata import context
from tocsin.db.times import micros, moment

ngsi_contexts = Table(
    "ngsi_contexts",
    context,
    Column("id", String, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("kind", String, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)


@dataclass(frozen=True, slots=True)
class HostedContext:
    """``body``: the JSON document; ``kind``: ``Hosted``, or ``ImplicitlyCreated`` for a context that came
    inside of a request and must be named in answers.
    """

    id: str
    body: bytes
    kind: str
    created_at: datetime


def one(conn: Connection, context_id: str) -> HostedContext | None:
    row = conn.execute(select(ngsi_contexts).where(ngsi_contexts.c.id == context_id)).first()
    return None if row is None else HostedContext(row.id, bytes(row.body), row.kind, moment(row.created_at))


def every(conn: Connection) -> list[HostedContext]:
    """Oldest first."""
    rows = conn.execute(select(ngsi_contexts).order_by(ngsi_contexts.c.created_at, ngsi_contexts.c.id))
    return [HostedContext(r.id, bytes(r.body), r.kind, moment(r.created_at)) for r in rows]


def add(conn: Connection, made: HostedContext) -> None:
    conn.execute(
        upsert(conn, ngsi_contexts, ["id"], ["body", "kind"]),
        {"id": made.id, "body": made.body, "kind": made.kind, "created_at": micros(made.created_at)},
    )


def drop(conn: Connection, context_id: str) -> bool:
    """Whether there was one."""
    return conn.execute(delete(ngsi_contexts).where(ngsi_contexts.c.id == context_id)).rowcount > 0
