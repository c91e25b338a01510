"""What people tried and were refused: rows of the record, of which nobody can make many.

A refusal undoes its transaction, so its row has one of its own. The first refusal of a person and an action
in a minute is written at once; those that follow in that minute become one more row with their number when
the minute is over. So a flood of refused calls costs two rows a minute and action, however long it lasts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from tocsin.db import Connection, Database
from tocsin.identity.policy import Subject
from tocsin.identity.recording import record
from tocsin.kernel.clock import Clock, iso
from tocsin.kernel.errors import TocsinError

log = structlog.get_logger(__name__)

_MINUTE = timedelta(minutes=1)
#: objects named in the row of the many; the rest is counted
_NAMED = 5
#: person and action pairs of one minute; beyond them refusals of that minute share one row a person
_MOST = 500
OTHERS = "call.others"


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was tried: ``action`` as the record would have named it, ``kind`` and ``object_id`` its object."""

    action: str
    kind: str = ""
    object_id: str = ""


@dataclass(slots=True)
class _Tally:
    """Refusals of one person and action since ``since``, of which ``more`` are not in the record yet."""

    by: Subject
    since: datetime
    kind: str = ""
    more: int = 0
    words: str = ""
    objects: dict[str, None] = field(default_factory=dict)


class Refusals:
    """``clock`` is the wall, in every realm. What is counted but not written yet dies with the process: at
    most the rest of a minute, of which the first row stands."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._tallies: dict[tuple[str, str, str], _Tally] = {}
        self._timer: asyncio.Task[None] | None = None

    async def note(self, by: Subject, attempt: Attempt, error: TocsinError) -> None:
        """Say that ``by`` was refused. A record that cannot be written is logged: refused is refused."""
        if error.noted or not by.known:
            return
        error.noted = True
        now = self._clock.now()
        await self._over(now)
        key = (by.name, by.organisation or "", attempt.action)
        if key not in self._tallies and len(self._tallies) >= _MOST:
            key = (by.name, by.organisation or "", OTHERS)
        tally = self._tallies.get(key)
        if tally is None:
            self._tallies[key] = _Tally(by, now, attempt.kind)
            await self._write(lambda conn: _first(conn, by, key[2], attempt, error))
        else:
            tally.more += 1
            tally.words = error.message
            if attempt.object_id and len(tally.objects) < _NAMED:
                tally.objects[attempt.object_id] = None
        if self._timer is None or self._timer.done():
            self._timer = asyncio.create_task(self._later())

    async def close(self) -> None:
        """Write what was counted."""
        if self._timer is not None:
            self._timer.cancel()
            await asyncio.gather(self._timer, return_exceptions=True)
        await self._over(self._clock.now(), all_of_them=True)

    async def _later(self) -> None:
        while self._tallies:
            await asyncio.sleep(_MINUTE.total_seconds())
            await self._over(self._clock.now())

    async def _over(self, now: datetime, *, all_of_them: bool = False) -> None:
        """Write the rows of minutes that have ended."""
        ended = [
            key
            for key, tally in self._tallies.items()
            # a wall clock that was set back must not keep a tally open for hours
            if all_of_them or not tally.since <= now < tally.since + _MINUTE
        ]
        many = [(key[2], tally) for key in ended if (tally := self._tallies.pop(key)).more]
        if many:
            await self._write(lambda conn: _several(conn, many))

    async def _write(self, row: Callable[[Connection], object]) -> None:
        try:
            await self._db.write(row)
        except TocsinError as error:
            log.warning("refusal_not_recorded", reason=str(error))


def _first(conn: Connection, by: Subject, action: str, attempt: Attempt, error: TocsinError) -> None:
    detail = {"refusal": error.kind, "count": 1}
    if error.field is not None:
        detail["field"] = error.field
    record(
        conn,
        by,
        action,
        kind=attempt.kind,
        object_id=attempt.object_id,
        reason=error.message,
        outcome="refused",
        detail=detail,
    )


def _several(conn: Connection, many: Sequence[tuple[str, _Tally]]) -> None:
    for action, tally in many:
        detail = {"count": tally.more, "since": iso(tally.since), "objects": " ".join(tally.objects)}
        record(conn, tally.by, action, kind=tally.kind, reason=tally.words, outcome="refused", detail=detail)
