"""Rows of the privacy engine in ``ops``: deletions and published counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from tocsin.bus.codec import decode, encode
from tocsin.db.metadata import RowId, ops
from tocsin.db.times import micros
from tocsin.privacy.records import Deletion, Release

#: ``finished_at`` null: begun; found so after a crash, it is done again
deletions = sa.Table(
    "privacy_deletions",
    ops,
    sa.Column("id", RowId, primary_key=True, autoincrement=True),
    sa.Column("store", sa.String, nullable=False),
    sa.Column("rule", sa.String, nullable=False),
    sa.Column("doc", sa.LargeBinary, nullable=False),
    sa.Column("begun_at", sa.BigInteger, nullable=False),
    sa.Column("finished_at", sa.BigInteger),
    sa.Index("ix_privacy_deletions_open", "store", "finished_at"),
    sqlite_autoincrement=True,
)
releases = sa.Table(
    "privacy_releases",
    ops,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("dataset", sa.String, nullable=False),
    sa.Column("period", sa.String, nullable=False),
    sa.Column("epsilon", sa.Float, nullable=False),
    sa.Column("released_at", sa.BigInteger, nullable=False),
    sa.Column("doc", sa.LargeBinary, nullable=False),
    sa.Index("ix_privacy_releases_budget", "dataset", "period"),
    sa.Index("ix_privacy_releases_at", "released_at", "id"),
)


def begin(conn: Connection, made: Deletion) -> Deletion:
    """Write down what is about to be deleted; answers it with its number."""
    given = conn.execute(
        deletions.insert().values(
            store=made.store,
            rule=made.rule,
            doc=encode(made),
            begun_at=micros(made.begun_at),
            finished_at=None,
        )
    )
    key = given.inserted_primary_key
    assert key is not None
    return msgspec.structs.replace(made, id=int(key[0]))


def finish(conn: Connection, done: Deletion) -> bool:
    """Write down what it came to. False where that was written already."""
    assert done.finished_at is not None
    d = deletions.c
    changed = conn.execute(
        deletions.update()
        .where(d.id == done.id, d.finished_at.is_(None))
        .values(doc=encode(done), finished_at=micros(done.finished_at))
    )
    return bool(changed.rowcount)


def unfinished(conn: Connection, store: str) -> list[Deletion]:
    """Begun and not finished, oldest first."""
    d = deletions.c
    rows = conn.execute(
        sa.select(d.id, d.doc).where(d.store == store, d.finished_at.is_(None)).order_by(d.id)
    )
    return [_deletion(number, doc) for number, doc in rows]


def newest(conn: Connection, store: str, rule: str) -> Deletion | None:
    """The last finished one of a store and rule."""
    d = deletions.c
    row = conn.execute(
        sa.select(d.id, d.doc)
        .where(d.store == store, d.rule == rule, d.finished_at.is_not(None))
        .order_by(d.id.desc())
        .limit(1)
    ).first()
    return _deletion(row.id, row.doc) if row else None


def find(
    conn: Connection, *, store: str | None, rule: str | None, limit: int, after: int | None
) -> list[Deletion]:
    """Newest first, of a store and a rule where they are given."""
    d = deletions.c
    query = sa.select(d.id, d.doc).order_by(d.id.desc()).limit(limit)
    if store is not None:
        query = query.where(d.store == store)
    if rule is not None:
        query = query.where(d.rule == rule)
    if after is not None:
        query = query.where(d.id < after)
    return [_deletion(number, doc) for number, doc in conn.execute(query)]


def _deletion(number: int, doc: bytes) -> Deletion:
    return msgspec.structs.replace(decode(doc, Deletion), id=int(number))


def release(conn: Connection, release_id: str) -> Release | None:
    doc = conn.execute(sa.select(releases.c.doc).where(releases.c.id == release_id)).scalar()
    return None if doc is None else decode(doc, Release)


def spent(conn: Connection, dataset: str, period: str) -> float:
    """Sum of the losses of all that was published of a dataset and period."""
    r = releases.c
    total = conn.execute(
        sa.select(sa.func.sum(r.epsilon)).where(r.dataset == dataset, r.period == period)
    ).scalar()
    return float(total or 0.0)


def publish(conn: Connection, made: Release) -> None:
    conn.execute(
        releases.insert().values(
            id=made.id,
            dataset=made.dataset,
            period=made.period,
            epsilon=made.epsilon,
            released_at=micros(made.released_at),
            doc=encode(made),
        )
    )


def published(conn: Connection, *, limit: int, before: tuple[datetime, str] | None) -> Sequence[Release]:
    """Newest first."""
    r = releases.c
    query = sa.select(r.doc).order_by(r.released_at.desc(), r.id.desc()).limit(limit)
    if before is not None:
        mark = (sa.literal(micros(before[0])), sa.literal(before[1]))
        query = query.where(sa.tuple_(r.released_at, r.id) < sa.tuple_(*mark))
    return [decode(doc, Release) for doc in conn.execute(query).scalars()]


def budgets(conn: Connection, limit: int = 200) -> list[tuple[str, str, float, int]]:
    """(dataset, period, spent, releases), newest period first."""
    r = releases.c
    rows = conn.execute(
        sa.select(r.dataset, r.period, sa.func.sum(r.epsilon), sa.func.count())
        .group_by(r.dataset, r.period)
        .order_by(r.period.desc(), r.dataset)
        .limit(limit)
    )
    return [(dataset, period, float(total), int(count)) for dataset, period, total, count in rows]
