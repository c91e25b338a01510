"""Rows of subscriptions and of their ledgers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import Column, Connection, LargeBinary, String, Table, delete, func, select

from tocsin.context.journal.repository import ANY, VERSION, WATCHERS, ngsi_subscriptions
from tocsin.db import positions
from tocsin.db.dialect import execute_rows, upsert
from tocsin.db.metadata import context
from tocsin.db.times import micros
from tocsin.ngsi.subscriptions.model import (
    Kind,
    Ledger,
    Subscription,
    ledger_of,
    packed,
    subscription_of,
)

_S = ngsi_subscriptions.c
_CHUNK = 500
#: one row a subscription
ngsi_ledgers = Table(
    "ngsi_ledgers",
    context,
    Column("subscription", String, primary_key=True),
    Column("doc", LargeBinary, nullable=False),
)
#: what a subscription to registrations was told last of each that matches
ngsi_told = Table(
    "ngsi_told",
    context,
    Column("subscription", String, primary_key=True),
    Column("registration", String, primary_key=True),
    Column("doc", LargeBinary, nullable=False),
)


def version(conn: Connection) -> int:
    """Counts up with every change of any subscription."""
    return positions.load(conn, WATCHERS, VERSION)


def revisions(conn: Connection) -> dict[str, int]:
    """Every subscription to entities, and the version of its last change."""
    rows = conn.execute(select(_S.id, _S.revision).where(_S.kind == "entities"))
    return {str(one): int(n) for one, n in rows}


def get(conn: Connection, subscription: str) -> Subscription | None:
    doc = conn.execute(select(_S.doc).where(_S.id == subscription)).scalar()
    return None if doc is None else subscription_of(bytes(doc))


def several(conn: Connection, ids: Iterable[str]) -> list[Subscription]:
    wanted, found = list(ids), []
    for start in range(0, len(wanted), _CHUNK):
        rows = conn.execute(select(_S.doc).where(_S.id.in_(wanted[start : start + _CHUNK]))).scalars()
        found += [subscription_of(bytes(doc)) for doc in rows]
    return found


def watching(conn: Connection, ids: Collection[str]) -> list[str]:
    """Those of ``ids`` for which changes are kept."""
    rows = conn.execute(select(_S.id).where(_S.active)).scalars()
    return [name for one in rows if (name := str(one)) in ids]


def every(conn: Connection) -> list[Subscription]:
    """Oldest first."""
    rows = conn.execute(select(_S.doc).order_by(_S.created_at, _S.id)).scalars()
    return [subscription_of(bytes(doc)) for doc in rows]


def page(
    conn: Connection, kind: Kind, offset: int = 0, limit: int | None = None
) -> tuple[list[Subscription], int]:
    """Oldest first; and how many there are."""
    rows = conn.execute(
        select(_S.doc).where(_S.kind == kind).order_by(_S.created_at, _S.id).offset(offset).limit(limit)
    ).scalars()
    found = [subscription_of(bytes(doc)) for doc in rows]
    return found, count(conn, kind)


def count(conn: Connection, kind: Kind) -> int:
    return int(
        conn.execute(select(func.count()).select_from(ngsi_subscriptions).where(_S.kind == kind)).scalar_one()
    )


def save(conn: Connection, one: Subscription, watches: Collection[str], *, active: bool) -> None:
    """``watches``: names of types whose changes are kept for it; ``active``: whether any are."""
    number = version(conn) + 1
    positions.save(conn, WATCHERS, VERSION, number)
    row = {
        "id": one.id,
        "doc": packed(one),
        "types": " ".join(sorted(watches)) or ANY,
        "active": active,
        "revision": number,
        "created_at": micros(one.created_at),
        "kind": one.kind,
    }
    conn.execute(
        upsert(conn, ngsi_subscriptions, ["id"], [name for name in row if name not in ("id", "created_at")]),
        row,
    )


def drop(conn: Connection, subscription: str) -> bool:
    """Whether there was one."""
    positions.save(conn, WATCHERS, VERSION, version(conn) + 1)
    conn.execute(delete(ngsi_ledgers).where(ngsi_ledgers.c.subscription == subscription))
    forget_told(conn, subscription)
    return conn.execute(delete(ngsi_subscriptions).where(_S.id == subscription)).rowcount > 0


def ledgers(conn: Connection, ids: Collection[str]) -> dict[str, Ledger]:
    wanted, found = list(ids), {}
    for start in range(0, len(wanted), _CHUNK):
        rows = conn.execute(
            select(ngsi_ledgers).where(ngsi_ledgers.c.subscription.in_(wanted[start : start + _CHUNK]))
        )
        found.update({str(row.subscription): ledger_of(bytes(row.doc)) for row in rows})
    return found


def save_ledgers(conn: Connection, rows: Iterable[tuple[str, bytes]]) -> None:
    """Of subscriptions that are there; what was deleted meanwhile stays deleted."""
    given = dict(rows)
    there: set[str] = set()
    ids = list(given)
    for start in range(0, len(ids), _CHUNK):
        there.update(conn.execute(select(_S.id).where(_S.id.in_(ids[start : start + _CHUNK]))).scalars())
    execute_rows(
        conn,
        upsert(conn, ngsi_ledgers, ["subscription"], ["doc"]),
        ("subscription", "doc"),
        [(one, doc) for one, doc in given.items() if one in there],
    )


def told(conn: Connection, subscription: str) -> dict[str, bytes]:
    """What it was told last, by id of the registration."""
    rows = conn.execute(select(ngsi_told).where(ngsi_told.c.subscription == subscription))
    return {str(row.registration): bytes(row.doc) for row in rows}


def save_told(conn: Connection, subscription: str, docs: Mapping[str, bytes]) -> None:
    execute_rows(
        conn,
        upsert(conn, ngsi_told, ["subscription", "registration"], ["doc"]),
        ("subscription", "registration", "doc"),
        [(subscription, registration, doc) for registration, doc in docs.items()],
    )


def forget_told(conn: Connection, subscription: str, registrations: Collection[str] | None = None) -> None:
    """None: of all."""
    mine = ngsi_told.c.subscription == subscription
    if registrations is None:
        conn.execute(delete(ngsi_told).where(mine))
        return
    ids = list(registrations)
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        conn.execute(delete(ngsi_told).where(mine, ngsi_told.c.registration.in_(chunk)))
