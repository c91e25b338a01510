"""What people and programs do with evidence, and what they ask. Who may, the caller has asked the policy.

Every function takes the connection of its caller's transaction. Erasure is two steps, so that neither a kill
nor a full disk leaves it half true: the entry says *erased* in one commit with its record, from then on
nobody is let near; then the key is destroyed (``complete``), again and again until it is done.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from tocsin.db import Connection, Database
from tocsin.evidence import custody, repository
from tocsin.evidence.exhibit import Custody, Exhibit, Retention
from tocsin.evidence.intake import Received
from tocsin.evidence.repository import Row
from tocsin.evidence.retention import expiry
from tocsin.evidence.vault import Kept, Vault
from tocsin.kernel.errors import Conflict, Damaged
from tocsin.kernel.events import Place
from tocsin.kernel.sharing import Sharing


def add(
    conn: Connection,
    received: Received,
    *,
    name: str,
    alert: str | None,
    incident: str | None,
    place: Place | None,
    taken_at: datetime | None,
    sharing: Sharing,
    room: str,
    retention: Retention,
    by: str,
    program: bool,
    at: datetime,
) -> Exhibit:
    """Enter what was received. ``sharing``: of the alert or incident that it belongs to."""
    made = Exhibit(
        id=repository.next_id(conn),
        version=1,
        kind=received.sort.kind,
        media=received.sort.media,
        size=received.size,
        sha256=received.sha256,
        name=custody.file_name(name),
        alert=alert,
        incident=incident,
        place=place,
        taken_at=taken_at or at,
        added_at=at,
        added_by=by,
        source="tool" if program else "person",
        sharing=custody.beginning(sharing, room),
        retention=retention,
        expires_at=expiry(retention, at),
        width=received.width,
        height=received.height,
        custody=(Custody("added", by, at, f"SHA-256 {received.sha256}"),),
    )
    repository.save(conn, Row(made, received.kept))
    return made


def get(conn: Connection, exhibit: str) -> Exhibit:
    """Raises ``NotFound``."""
    return repository.one(conn, exhibit).exhibit


def where(conn: Connection, exhibit: str) -> tuple[Exhibit, Kept]:
    """It, and where its bytes lie. Raises ``NotFound`` for one that is erased."""
    row = repository.one(conn, exhibit)
    custody.require_readable(row.exhibit)
    if row.kept is None:
        raise Damaged(f"{exhibit} has no file", field="id", value=exhibit, cure="tocsin evidence verify")
    return row.exhibit, row.kept


def of(conn: Connection, alerts: Sequence[str], incidents: Sequence[str]) -> list[Exhibit]:
    """What belongs to any of these, oldest first; erased ones as what is left of them."""
    return repository.of(conn, alerts, incidents)


def revise(
    conn: Connection, exhibit: str, version: int | None, move: Callable[[Exhibit], Exhibit]
) -> Exhibit:
    """One act of ``custody``. Raises what it raises, ``NotFound``, and ``Conflict`` for the version."""
    row = repository.one(conn, exhibit)
    if version is not None and version != row.exhibit.version:
        last = row.exhibit.custody[-1]
        raise Conflict(
            f"{exhibit} has moved on since you looked: {last.act} by {last.by}",
            field="version",
            value=version,
            cure="look again, then decide",
        )
    moved = move(row.exhibit)
    repository.save(conn, Row(moved, row.kept))
    return moved


def follow(
    conn: Connection, thing: str, giver: str, pass_on: Callable[[Sharing], Sharing], by: str, at: datetime
) -> None:
    """``thing`` (an alert or incident) was taken over from the room ``giver``: so is its evidence there.

    What other rooms brought stays theirs.
    """
    for exhibit in repository.of(conn, [thing], [thing], most=None):
        if exhibit.sharing.room == giver:
            after = pass_on(exhibit.sharing)
            revise(conn, exhibit.id, None, partial(custody.handed_over, sharing=after, by=by, at=at))


async def complete(db: Database, vault: Vault) -> int:
    """Destroy the keys and files of all that is erased; how many. Blocks nobody; raises ``Unavailable``."""
    rows = await db.read(repository.undestroyed)
    for row in rows:
        if row.kept is not None:
            await asyncio.to_thread(vault.destroy, row.kept)
        await db.write(partial(repository.destroyed, exhibit=row.exhibit.id))
    return len(rows)


def sweep(db: Database, vault: Vault) -> int:
    """At start: destroy what no entry holds. How many things. Blocks."""
    rows = db.read_now(repository.kept)
    return vault.sweep(row.kept for row in rows if row.kept is not None)
