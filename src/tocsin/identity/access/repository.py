"""Rows of requests for access."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    LargeBinary,
    String,
    Table,
    func,
    or_,
    select,
)

from tocsin.bus.codec import decode, encode
from tocsin.db import outbox
from tocsin.db.dialect import upsert
from tocsin.db.metadata import ops
from tocsin.kernel.access import REQUEST_SUBJECT, AccessRequest
from tocsin.kernel.errors import NotFound

_ID = re.compile(r"^AR-(\d{4,18})\Z")

access_requests = Table(
    "access_requests",
    ops,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("state", String, nullable=False),
    Column("owner", String, nullable=False),
    Column("room", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("object", String, nullable=False),
    Column("doc", LargeBinary, nullable=False),
    Index("ix_access_requests_owner", "state", "owner"),
    Index("ix_access_requests_object", "kind", "object", "room", "state"),
)
_T = access_requests.c


def next_number(conn: Connection) -> int:
    return int(conn.execute(select(func.coalesce(func.max(_T.number), 0))).scalar_one()) + 1


def one(conn: Connection, request: str) -> AccessRequest:
    """Raises ``NotFound``."""
    found = _ID.match(request)
    doc = conn.execute(select(_T.doc).where(_T.number == int(found[1]))).scalar() if found else None
    if doc is None:
        raise NotFound(
            f"there is no request {request[:40]!r}", field="id", value=request, cure="look at the list"
        )
    return decode(doc, AccessRequest)


def waiting(conn: Connection, kind: str, thing: str, room: str) -> AccessRequest | None:
    mine = (_T.kind == kind, _T.object == thing, _T.room == room, _T.state == "open")
    doc = conn.execute(select(_T.doc).where(*mine)).scalar()
    return None if doc is None else decode(doc, AccessRequest)


def find(
    conn: Connection, room: str | None, *, state: str, limit: int, below: int | None = None
) -> tuple[Sequence[AccessRequest], int | None]:
    """Made to or by ``room`` (None: all, for the house), newest first, and ``below`` for more."""
    query = select(_T.number, _T.doc)
    if room is not None:
        query = query.where(or_(_T.owner == room, _T.room == room))
    if state != "all":
        query = query.where(_T.state == state)
    if below is not None:
        query = query.where(_T.number < below)
    found = conn.execute(query.order_by(_T.number.desc()).limit(limit + 1)).all()
    items = [decode(doc, AccessRequest) for _, doc in found[:limit]]
    return items, int(found[limit - 1][0]) if len(found) > limit else None


def save(conn: Connection, request: AccessRequest) -> None:
    """Write it and promise to publish it. One transaction with the caller's."""
    conn.execute(
        upsert(conn, access_requests, ["number"], ("state", "owner", "room", "kind", "object", "doc")),
        {
            "number": int(request.id.removeprefix("AR-")),
            "state": request.state,
            "owner": request.owner,
            "room": request.room,
            "kind": request.kind,
            "object": request.object,
            "doc": encode(request),
        },
    )
    outbox.add(conn, f"{REQUEST_SUBJECT}{request.id}", encode(request))
