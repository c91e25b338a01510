"""The ledger ``lake.db``: position, counts, quarantine, newest reading of each entity.

Every function takes a connection and belongs to its caller's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from tocsin.db.dialect import execute_rows, upsert
from tocsin.kernel.events import Quarantined
from tocsin.privacy.seal import HEAD_ROOM

metadata = sa.MetaData()

#: names in the table ``positions``: effects committed, and up to where ``newest`` was written down
CONSUMER, NEWEST = "lake", "lake.newest"
_CHUNK = 500

sa.Table(
    "positions",
    metadata,
    sa.Column("consumer", sa.String, primary_key=True),
    sa.Column("stream", sa.String, primary_key=True),
    sa.Column("seq", sa.BigInteger, nullable=False),
)
counts = sa.Table(
    "counts",
    metadata,
    sa.Column("source", sa.String, primary_key=True),
    sa.Column("stored", sa.BigInteger, nullable=False),
    sa.Column("quarantined", sa.BigInteger, nullable=False),
    sa.Column("duplicates", sa.BigInteger, nullable=False),
)
newest = sa.Table(
    "newest",
    metadata,
    sa.Column("entity", sa.String, primary_key=True),
    sa.Column("observed_at", sa.BigInteger, nullable=False),
)
quarantine = sa.Table(
    "quarantine",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("source", sa.String, nullable=False),
    sa.Column("device", sa.String),
    sa.Column("format", sa.String, nullable=False),
    sa.Column("reason", sa.String, nullable=False),
    sa.Column("field", sa.String),
    sa.Column("cure", sa.String),
    sa.Column("payload", sa.LargeBinary, nullable=False),
    sa.Column("received_at", sa.BigInteger, nullable=False),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("marked_by", sa.String),
    sa.Index("ix_quarantine_state", "state", "received_at", "id"),
    sa.Index("ix_quarantine_received_at", "received_at", "id"),
)


def add_counts(
    conn: Connection, source: str, *, stored: int = 0, quarantined: int = 0, duplicates: int = 0
) -> None:
    """Add to a source's counts (also below zero)."""
    c = counts.c
    changed = conn.execute(
        counts.update()
        .where(c.source == source)
        .values(
            stored=c.stored + stored,
            quarantined=c.quarantined + quarantined,
            duplicates=c.duplicates + duplicates,
        )
    )
    if not changed.rowcount:
        conn.execute(
            counts.insert().values(
                source=source, stored=stored, quarantined=quarantined, duplicates=duplicates
            )
        )


def totals(conn: Connection, source: str | None = None) -> tuple[int, int, int]:
    """Stored, quarantined, duplicates of a source or of all."""
    c = counts.c
    query = sa.select(sa.func.sum(c.stored), sa.func.sum(c.quarantined), sa.func.sum(c.duplicates))
    if source is not None:
        query = query.where(c.source == source)
    stored, quarantined, duplicates = conn.execute(query).one()
    return int(stored or 0), int(quarantined or 0), int(duplicates or 0)


def load_newest(conn: Connection, entities: Sequence[str]) -> dict[str, int]:
    """Microseconds of the newest stored reading of those that have one."""
    found: dict[str, int] = {}
    for start in range(0, len(entities), _CHUNK):
        some = entities[start : start + _CHUNK]
        query = sa.select(newest.c.entity, newest.c.observed_at).where(newest.c.entity.in_(some))
        found.update((entity, int(us)) for entity, us in conn.execute(query))
    return found


def save_newest(conn: Connection, known: Mapping[str, int]) -> None:
    statement = upsert(conn, newest, ["entity"], ["observed_at"])
    execute_rows(conn, statement, ["entity", "observed_at"], list(known.items()))


def forget_newest(conn: Connection, entities: Sequence[str]) -> None:
    """These entities were never heard of."""
    for start in range(0, len(entities), _CHUNK):
        conn.execute(newest.delete().where(newest.c.entity.in_(entities[start : start + _CHUNK])))


def hold(conn: Connection, source: str, received_us: int, items: Sequence[Quarantined]) -> int:
    """Take items into quarantine; how many of them were new (an id is held once)."""
    known: set[str] = set()
    ids = [item.id for item in items]
    for start in range(0, len(ids), _CHUNK):
        some = ids[start : start + _CHUNK]
        known.update(conn.execute(sa.select(quarantine.c.id).where(quarantine.c.id.in_(some))).scalars())
    fresh = {item.id: item for item in items if item.id not in known}
    if fresh:
        conn.execute(
            quarantine.insert(),
            [
                {
                    "id": item.id,
                    "source": source,
                    "device": item.device,
                    "format": item.format,
                    "reason": item.reason,
                    "field": item.field,
                    "cure": item.cure,
                    "payload": item.payload,
                    "received_at": received_us,
                    "state": "open",
                    "tries": 0,
                    "marked_by": None,
                }
                for item in fresh.values()
            ],
        )
    return len(fresh)


def resolve(conn: Connection, item: str) -> str | None:
    """A retry was understood: the source that the item counts for; None where it is not held or done
    already.
    """
    return _leave(conn, item, state="resolved")


def reopen(conn: Connection, again: Quarantined) -> bool:
    """A retry was not understood: the item is open again with its new reason. False where it is not held."""
    q = quarantine.c
    changed = conn.execute(
        quarantine.update()
        .where(q.id == again.retry_of, q.state.in_(("open", "retried")))
        .values(state="open", reason=again.reason, field=again.field, cure=again.cure)
    )
    if changed.rowcount:
        return True
    return conn.execute(sa.select(q.id).where(q.id == again.retry_of)).first() is not None


def _leave(conn: Connection, item: str, *, state: str) -> str | None:
    q = quarantine.c
    source = conn.execute(sa.select(q.source).where(q.id == item, q.state != "resolved")).scalar()
    if source is None:
        return None
    conn.execute(quarantine.update().where(q.id == item).values(state=state))
    return str(source)


def find(conn: Connection, item: str) -> Any | None:
    """The whole row of an item."""
    return conn.execute(sa.select(quarantine).where(quarantine.c.id == item)).first()


def mark(conn: Connection, item: str, state: str, by: str, *, only_from: Iterable[str]) -> bool:
    """Set the state where it is one of ``only_from``."""
    q = quarantine.c
    changed = conn.execute(
        quarantine.update()
        .where(q.id == item, q.state.in_(list(only_from)))
        .values(state=state, marked_by=by, tries=q.tries + (1 if state == "retried" else 0))
    )
    return bool(changed.rowcount)


def page(
    conn: Connection, *, states: Sequence[str], source: str | None, limit: int, before: tuple[int, str] | None
) -> list[Any]:
    """Items newest first, the payload cut to what holds its first 4 kB, also sealed."""
    q = quarantine.c
    columns = [c for c in q if c.name != "payload"]
    query = sa.select(
        *columns,
        sa.func.substr(q.payload, 1, HEAD_ROOM).label("payload"),
        sa.func.length(q.payload).label("payload_bytes"),
    ).where(q.state.in_(list(states)))
    if source is not None:
        query = query.where(q.source == source)
    if before is not None:
        query = query.where(sa.tuple_(q.received_at, q.id) < sa.tuple_(*map(sa.literal, before)))
    return list(conn.execute(query.order_by(q.received_at.desc(), q.id.desc()).limit(limit)))


def count_older(conn: Connection, before_us: int) -> int:
    """How many items were received before."""
    query = sa.select(sa.func.count()).where(quarantine.c.received_at < before_us)
    return int(conn.execute(query).scalar() or 0)


def drop_older(conn: Connection, before_us: int) -> int:
    """Delete items received before; counts stay."""
    return int(conn.execute(quarantine.delete().where(quarantine.c.received_at < before_us)).rowcount)
