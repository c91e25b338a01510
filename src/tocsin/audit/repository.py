"""Tables of the record and its checkpoints, and every statement on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Index, LargeBinary, String, Table, delete, func, select
from sqlalchemy import Row as Line

from tocsin.audit.chain import BEGINNING, Mark, Row, canonical, read
from tocsin.audit.keys import Checkpoint
from tocsin.audit.record import Entry
from tocsin.db.dialect import any_text
from tocsin.db.metadata import RowId, ops
from tocsin.db.times import micros, moment

# ``body`` is what was hashed. The other columns are there to be searched; ``stored`` compares them with it.
audit = Table(
    "audit",
    ops,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("person", String, nullable=False),
    Column("organisation", String, nullable=False),
    Column("action", String, nullable=False),
    Column("object_kind", String, nullable=False),
    Column("object_id", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("prev", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index("audit_person", "person", "seq"),
    Index("audit_object", "object_kind", "object_id", "seq"),
    Index("audit_action", "action", "seq"),
    Index("audit_at", "at"),
    Index("audit_organisation", "organisation", "seq"),
)

audit_checkpoints = Table(
    "audit_checkpoints",
    ops,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("kind", String, nullable=False),
    Column("seq", BigInteger, nullable=False, index=True),
    Column("hash", String(64), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("key", String, nullable=False),
    Column("signature", String, nullable=False),
)

_CHUNK = 2000


def head(conn: Connection) -> Mark:
    """The last row; the last one cut where there is none; the beginning before the first."""
    found = conn.execute(select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)).first()
    if found is None:
        cuts = checkpoints(conn, kind="cut")
        return cuts[-1].mark if cuts else BEGINNING
    return Mark(int(found.seq), str(found.hash))


def append(conn: Connection, row: Row, entry: Entry) -> None:
    conn.execute(
        audit.insert(),
        {**_columns(entry), "seq": row.seq, "body": row.body, "prev": row.prev, "hash": row.hash},
    )


def find(
    conn: Connection,
    *,
    person: str | None,
    organisation: str | None,
    action: str | None,
    object_kind: str | None,
    object_id: str | None,
    start: datetime | None,
    end: datetime | None,
    limit: int,
    after: int | None,
) -> Sequence[tuple[int, Entry]]:
    """(seq, entry), newest first, older than row ``after``. ``action`` alone or its first word."""
    statement = select(audit.c.seq, audit.c.body).order_by(audit.c.seq.desc()).limit(limit)
    for name, wanted in (
        ("person", person),
        ("organisation", organisation),
        ("object_kind", object_kind),
        ("object_id", object_id),
    ):
        if wanted is not None:
            statement = statement.where(audit.c[name] == wanted)
    if action is not None:
        # '/' comes after '.': all names that begin with the word and a dot, by the index
        statement = statement.where(
            audit.c.action == action
            if "." in action
            else (audit.c.action >= f"{action}.") & (audit.c.action < f"{action}/")
        )
    if start is not None:
        statement = statement.where(audit.c.at >= micros(start))
    if end is not None:
        statement = statement.where(audit.c.at < micros(end))
    if after is not None:
        statement = statement.where(audit.c.seq < after)
    return [(int(row.seq), read(row.body)) for row in conn.execute(statement)]


def between(conn: Connection, start: datetime, end: datetime) -> Iterator[Entry]:
    """Entries of [start, end) in the order of their times."""
    at, seq = micros(start), 0
    while True:
        found = conn.execute(
            select(audit.c.at, audit.c.seq, audit.c.body)
            .where(audit.c.at >= at, audit.c.at < micros(end), (audit.c.at > at) | (audit.c.seq > seq))
            .order_by(audit.c.at, audit.c.seq)
            .limit(_CHUNK)
        ).all()
        for row in found:
            yield read(row.body)
        if len(found) < _CHUNK:
            return
        at, seq = int(found[-1].at), int(found[-1].seq)


def count(conn: Connection) -> int:
    """Rows there are, as their numbers tell."""
    first = conn.execute(select(audit.c.seq).order_by(audit.c.seq).limit(1)).scalar()
    return 0 if first is None else head(conn).seq - int(first) + 1


def last_checkpoint(conn: Connection) -> Checkpoint | None:
    """The newest statement of how far the chain has come."""
    statement = select(audit_checkpoints).where(audit_checkpoints.c.kind == "checkpoint")
    row = conn.execute(statement.order_by(audit_checkpoints.c.id.desc()).limit(1)).first()
    return None if row is None else _checkpoint(row)


def stored(conn: Connection) -> Iterator[tuple[Row, str]]:
    """Every row by its number, and the name of a search column that differs from its body ('' for none).

    Reads what is there, damaged or not.
    """
    any_text(conn)
    after = -(1 << 63)
    while True:
        found = conn.execute(
            select(audit).where(audit.c.seq > after).order_by(audit.c.seq).limit(_CHUNK)
        ).all()
        for line in found:
            row = Row(int(line.seq), str(line.prev), str(line.hash), _bytes(line.body))
            yield row, _differing(line._mapping, row.body)
        if len(found) < _CHUNK:
            return
        after = int(found[-1].seq)


def expired(conn: Connection, before: datetime, most: int) -> tuple[int, Mark] | None:
    """The first row, and the last of up to ``most`` that follow it, all older than ``before`` and signed."""
    limit, last = micros(before), None
    statement = select(audit.c.seq, audit.c.hash, audit.c.at).order_by(audit.c.seq).limit(most)
    signed, oldest = last_signed(conn), 0
    for row in conn.execute(statement):
        if row.at >= limit or row.seq > signed:
            break
        oldest, last = oldest or int(row.seq), Mark(int(row.seq), str(row.hash))
    return None if last is None else (oldest, last)


def forget(conn: Connection, statement: Checkpoint) -> None:
    """Delete what ``statement`` says was cut; the tables allow no other deletion."""
    add_checkpoint(conn, statement)
    conn.execute(delete(audit).where(audit.c.seq <= statement.seq))
    conn.execute(delete(audit_checkpoints).where(audit_checkpoints.c.seq < statement.seq))


def add_checkpoint(conn: Connection, checkpoint: Checkpoint) -> None:
    conn.execute(
        audit_checkpoints.insert(),
        {
            "kind": checkpoint.kind,
            "seq": checkpoint.seq,
            "hash": checkpoint.hash,
            "at": micros(checkpoint.at),
            "first": checkpoint.first,
            "key": checkpoint.key,
            "signature": checkpoint.signature,
        },
    )


def checkpoints(conn: Connection, kind: str | None = None) -> Sequence[Checkpoint]:
    """In the order in which they were signed."""
    statement = select(audit_checkpoints).order_by(audit_checkpoints.c.id)
    if kind is not None:
        statement = statement.where(audit_checkpoints.c.kind == kind)
    return [_checkpoint(row) for row in conn.execute(statement)]


def last_signed(conn: Connection) -> int:
    """The newest row that a checkpoint speaks for; 0 where there is none."""
    return int(conn.execute(select(func.max(audit_checkpoints.c.seq))).scalar() or 0)


def _checkpoint(row: Line[Any]) -> Checkpoint:
    return Checkpoint(
        kind="cut" if row.kind == "cut" else "checkpoint",
        seq=int(row.seq),
        hash=str(row.hash),
        at=moment(int(row.at)),
        first=int(row.first),
        key=str(row.key),
        signature=str(row.signature),
    )


def _columns(entry: Entry) -> dict[str, object]:
    return {
        "at": micros(entry.at),
        "person": entry.person,
        "organisation": entry.organisation,
        "action": entry.action,
        "object_kind": entry.object_kind,
        "object_id": entry.object_id,
    }


def _differing(line: object, body: bytes) -> str:
    try:
        entry = read(body)
    except ValueError:
        return ""  # the hash tells
    told = _columns(entry)
    if canonical(entry) != body:
        return ""
    return next((name for name, value in told.items() if line[name] != value), "")  # type: ignore[index]


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()
