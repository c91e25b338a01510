"""Rows of changes, written in the transaction that changes the entity, and only where somebody watches."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Literal

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    LargeBinary,
    String,
    Table,
    delete,
    func,
    or_,
    select,
)

from tocsin.db import positions
from tocsin.db.dialect import execute_rows
from tocsin.db.metadata import RowId, context
from tocsin.db.times import micros, moment

_CHUNK = 500
#: stands in the column ``type`` for an entity of several types, and in a subscription for all types
ANY = "*"
#: counts changes of subscriptions, in the table of positions
WATCHERS, VERSION = "ngsi-subscriptions", "version"

ngsi_changes = Table(
    "ngsi_changes",
    context,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("entity", String, nullable=False),
    Column("type", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    # a number must never come twice, also when the table was empty between: subscriptions stand at one
    sqlite_autoincrement=True,
)
#: ``doc``: as ``ngsi.subscriptions.model`` packs it; ``types``: names of types that it watches, joined by
#: spaces, or ``*``; ``revision``: the count of changes when it was last changed; ``kind``: to what it is
ngsi_subscriptions = Table(
    "ngsi_subscriptions",
    context,
    Column("id", String, primary_key=True),
    Column("doc", LargeBinary, nullable=False),
    Column("types", String, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("kind", String, nullable=False, server_default="entities"),
)


class Change(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """``written``: the entity before and after as JSON (expanded, as NGSI-LD shows it). ``read``: its
    ``EntityState`` before and after as MessagePack, and its document. Empty: there was none, there is none.
    """

    kind: Literal["written", "read"]
    before: bytes = b""
    after: bytes = b""
    document: bytes = b""


_ENCODE = msgspec.msgpack.Encoder().encode
_DECODE = msgspec.msgpack.Decoder(Change).decode
#: entity, type (or ``ANY``), change
Row = tuple[str, str, Change]
#: number, when, entity, change
Kept = tuple[int, datetime, str, Change]


class Watched:
    """Names of types that some active subscription watches, as the transaction sees them.

    ``journaled`` False: no stage of this realm sends, so that nobody watches, whoever subscribed.
    """

    def __init__(self, *, journaled: bool = True) -> None:
        self._journaled = journaled
        self._version = -1
        self._types: frozenset[str] = frozenset()

    def load(self, conn: Connection) -> frozenset[str]:
        """Empty where nobody watches anything."""
        if not self._journaled:
            return self._types
        version = positions.load(conn, WATCHERS, VERSION)
        if version != self._version:
            rows = conn.execute(
                select(ngsi_subscriptions.c.types).where(ngsi_subscriptions.c.active).distinct()
            ).scalars()
            self._types = frozenset(name for row in rows for name in str(row).split(" "))
            self._version = version
        return self._types


def record(conn: Connection, at: datetime, rows: Sequence[Row]) -> None:
    stamp = micros(at)
    execute_rows(
        conn,
        ngsi_changes,
        ("at", "entity", "type", "body"),
        [(stamp, entity, type_name, _ENCODE(change)) for entity, type_name, change in rows],
    )


def after(
    conn: Connection,
    seq: int,
    limit: int,
    *,
    types: Collection[str] | None = None,
    entities: Collection[str] | None = None,
) -> list[Kept]:
    """Up to ``limit`` changes beyond ``seq`` in their order, of ``types`` or ``entities`` alone if given."""
    query = select(ngsi_changes.c.id, ngsi_changes.c.at, ngsi_changes.c.entity, ngsi_changes.c.body).where(
        ngsi_changes.c.id > seq
    )
    if entities is not None and len(entities) <= _CHUNK:
        query = query.where(ngsi_changes.c.entity.in_(sorted(entities)))
    elif types is not None and len(types) <= _CHUNK:
        query = query.where(or_(ngsi_changes.c.type.in_(sorted(types)), ngsi_changes.c.type == ANY))
    rows = conn.execute(query.order_by(ngsi_changes.c.id).limit(limit))
    return [(int(number), moment(at), str(entity), _DECODE(body)) for number, at, entity, body in rows]


def head(conn: Connection) -> int:
    """Number of the newest change; 0 where there is none."""
    return int(conn.execute(select(func.max(ngsi_changes.c.id))).scalar() or 0)


def first(conn: Connection) -> tuple[int, datetime] | None:
    """Number and time of the oldest change that is kept."""
    row = conn.execute(
        select(ngsi_changes.c.id, ngsi_changes.c.at).order_by(ngsi_changes.c.id).limit(1)
    ).first()
    return None if row is None else (int(row.id), moment(row.at))


def before(conn: Connection, since: datetime) -> int:
    """Number of the last change before ``since``: where a replay of all from then on begins."""
    oldest = first(conn)
    if oldest is None:
        return head(conn)
    # times grow with numbers but for clocks that step: looked for by halves, no index to pay for
    low, high, wanted = oldest[0] - 1, head(conn), micros(since)
    while low < high:
        middle = (low + high + 1) // 2
        at = conn.execute(
            select(ngsi_changes.c.at)
            .where(ngsi_changes.c.id <= middle)
            .order_by(ngsi_changes.c.id.desc())
            .limit(1)
        ).scalar()
        if at is None or int(at) < wanted:
            low = middle
        else:
            high = middle - 1
    return low


def trim(conn: Connection, older_than: datetime, most: int, chunk: int = 50_000) -> int:
    """Let go of changes before ``older_than`` and beyond the newest ``most``; how many (at most a chunk)."""
    beyond = head(conn) - most
    gone = select(ngsi_changes.c.id).order_by(ngsi_changes.c.id).limit(chunk).subquery()
    return int(
        conn.execute(
            delete(ngsi_changes).where(
                ngsi_changes.c.id.in_(select(gone.c.id)),
                or_(ngsi_changes.c.at < micros(older_than), ngsi_changes.c.id <= beyond),
            )
        ).rowcount
    )


def forget(conn: Connection, entities: Iterable[str]) -> None:
    """What was changed of these entities is told to nobody any more."""
    ids = list(entities)
    for start in range(0, len(ids), _CHUNK):
        conn.execute(delete(ngsi_changes).where(ngsi_changes.c.entity.in_(ids[start : start + _CHUNK])))
