"""The journal does not grow for ever, and who has expired is watched for no longer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from tocsin.context.journal import repository as journal
from tocsin.db import Connection, Database
from tocsin.ngsi.subscriptions import repository
from tocsin.ngsi.subscriptions.lane import Lane
from tocsin.ngsi.subscriptions.matching import Rule
from tocsin.ngsi.subscriptions.model import Subscription

#: rows let go of in one transaction; between two of them others may write
_CHUNK, _BREATH_S = 20_000, 0.01


async def trim(
    db: Database, lanes: Iterable[Lane], now: datetime, *, keep: timedelta, most: int, head: int
) -> None:
    """Let go of old changes, and say in whose ledgers that tells. ``head``: number of the newest change."""
    while await db.write(lambda conn: journal.trim(conn, now - keep, most, _CHUNK)) >= _CHUNK:  # noqa: ASYNC110
        await asyncio.sleep(_BREATH_S)
    first = await db.read(journal.first)
    number, at = first if first is not None else (head + 1, now)
    for lane in lanes:
        lane.let_go(number, at)


async def close_expired(db: Database, found: Sequence[Subscription], now: datetime) -> None:
    """No more changes are kept for those of ``found`` that have expired."""
    over = [one.id for one in found if one.status(now) == "expired"]
    if not over:
        return

    def close(conn: Connection) -> None:
        for one in repository.several(conn, repository.watching(conn, over)):
            if one.status(now) == "expired":
                repository.save(conn, one, Rule(one).watches, active=False)

    await db.write(close)
