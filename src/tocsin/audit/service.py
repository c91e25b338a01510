"""Recording, asking, and letting go of what is older than it may be kept.

``record`` and ``find`` take the connection of their caller's transaction: the action and its row are one.
Writers take turns (``db.Database``), so the last row that ``record`` sees is the last there is, whichever
process wrote it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from tocsin.audit import beside, repository
from tocsin.audit.chain import Mark, follow
from tocsin.audit.keys import Checkpoint, SigningKey
from tocsin.audit.record import Entry, entry
from tocsin.db import Connection, Database
from tocsin.kernel.errors import Misconfigured

#: Regulation (EU) 2024/1689, Articles 19 and 26(6): logs are kept for at least six months
LEAST_DAYS = 183
#: rows that one page of a filtered question looks through
MOST_LOOKED = 50_000
_LOOK = 1000
#: rows of one cut, so that no writer waits long for it
MOST_CUT = 5000


@dataclass(frozen=True, slots=True)
class Found:
    """An entry and the number of its row."""

    seq: int
    entry: Entry


def record(conn: Connection, made: Entry) -> Mark:
    """Add ``made`` to the chain in the caller's transaction: it holds if, and only if, that commits."""
    row = follow(repository.head(conn), made)
    repository.append(conn, row, made)
    return Mark(row.seq, row.hash)


def find(
    conn: Connection,
    *,
    person: str | None = None,
    organisation: str | None = None,
    action: str | None = None,
    object_kind: str | None = None,
    object_id: str | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
    limit: int = 100,
    after: int | None = None,
    only: Callable[[Entry], bool] | None = None,
) -> tuple[Sequence[Found], int | None]:
    """Entries newest first, of [start, end); the second is ``after`` of the next page, None at the end.

    ``action``: a whole name (``alert.confirm``) or its first word (``alert``). ``only``: what no column
    says. Then a page looks through ``MOST_LOOKED`` rows at most, and may be short while there are more.
    """
    looked, shown = 0, list[Found]()
    while True:
        most = limit - len(shown) + 1 if only is None else _LOOK
        rows = repository.find(
            conn,
            person=person,
            organisation=organisation,
            action=action,
            object_kind=object_kind,
            object_id=object_id,
            start=start,
            end=end,
            limit=most,
            after=after,
        )
        for seq, one in rows:
            if only is None or only(one):
                if len(shown) == limit:
                    return shown, after
                shown.append(Found(seq, one))
            after = seq
        looked += len(rows)
        if len(rows) < most:
            return shown, None
        if looked >= MOST_LOOKED:
            return shown, after


def checked_keeping(days: int) -> timedelta:
    """How long rows are kept. Raises ``Misconfigured`` for less than the law asks."""
    if days < LEAST_DAYS:
        raise Misconfigured(
            f"the record is kept for at least {LEAST_DAYS} days (AI Act, Articles 19 and 26(6))",
            field="audit.keep_days",
            value=days,
            cure=f"give {LEAST_DAYS} or more",
        )
    return timedelta(days=days)


async def sign(db: Database, key: SigningKey, file: Path, now: datetime) -> Checkpoint | None:
    """Sign how far the chain has come, in the file first and then in the table; None if nothing is new."""
    head = await db.read(_unsigned)
    if head is None:
        return None
    made = _in_the_file(key, file, head, now)
    await db.write(lambda conn: repository.add_checkpoint(conn, made))
    return made


def sign_now(db: Database, key: SigningKey, file: Path, now: datetime) -> Checkpoint | None:
    """As ``sign``, for commands and the end of a process: blocks the caller."""
    head = db.read_now(_unsigned)
    if head is None:
        return None
    made = _in_the_file(key, file, head, now)
    db.write_now(lambda conn: repository.add_checkpoint(conn, made))
    return made


def _unsigned(conn: Connection) -> Mark | None:
    head = repository.head(conn)
    return head if head.seq > repository.last_signed(conn) else None


def _in_the_file(key: SigningKey, file: Path, head: Mark, now: datetime) -> Checkpoint:
    # The file first: whatever the table holds must stand in the file, also after a kill between the two.
    made = key.checkpoint(head, now)
    beside.append(file, made)
    return made


async def cut(
    db: Database, key: SigningKey, file: Path, now: datetime, keep: timedelta, most: int = MOST_CUT
) -> Checkpoint | None:
    """Delete the oldest rows that are older than ``keep``, at most ``most``; None if there are none.

    What was cut is stated, signed, in the file and in the table, and recorded as an action. Only rows that a
    checkpoint speaks for are cut, and only from the beginning: the rest still verifies.
    """
    before = now - keep
    found = await db.read(lambda conn: repository.expired(conn, before, most))
    if found is None:
        return None
    first, last = found
    made = key.cut(first, last, now)
    beside.append(file, made)

    def forget(conn: Connection) -> None:
        record(
            conn,
            entry(
                "audit.cut",
                at=now,
                person="retention",
                object_kind="audit",
                object_id=f"{first}-{last.seq}",
                purpose="storage limitation",
                reason=f"older than {keep.days} days",
                detail={"rows": last.seq - first + 1},
            ),
        )
        repository.forget(conn, made)

    await db.write(forget)
    return made
