"""What whoever oversees asks of the whole record: is it whole, what does it come to, a copy to take away."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import Literal

import msgspec
import structlog

from tocsin.audit import beside, export, repository, service
from tocsin.audit.figures import DayFigures, count
from tocsin.audit.keys import FOLDER, PUBLIC, PublicKey, signing_key
from tocsin.audit.record import Entry
from tocsin.audit.verify import Verdict, judge_state
from tocsin.db import Connection, Database
from tocsin.kernel.clock import Clock, WallClock
from tocsin.kernel.errors import TocsinError, Unavailable
from tocsin.kernel.ids import random_id

log = structlog.get_logger(__name__)

#: faults told one by one; a broken chain has thousands, and the first ones say where
MOST_FAULTS = 100
#: rows between two looks at the clock, and the pause then: screens come before this
_ROWS, _PAUSE_S = 500, 0.003
#: a day is counted for good this long after its end
_SETTLED = timedelta(minutes=2)
_LEFT_S = 3600.0


class SignedUpTo(msgspec.Struct, frozen=True):
    """The last signed checkpoint: at ``at``, row ``seq`` was the last. ``key``: the key's fingerprint."""

    seq: int
    at: datetime
    key: str


class FaultItem(msgspec.Struct, frozen=True):
    """``seq`` to ``last``: the rows concerned."""

    kind: str
    seq: int
    last: int
    words: str


class VerdictItem(msgspec.Struct, frozen=True):
    """``head``: the last row; ``sealed``: rows up to here are signed; ``cut``: rows up to here have gone by
    retention, signed. ``faults``: the first of ``fault_count``. ``fingerprint``: of the public key."""

    whole: bool
    rows: int
    head: int
    sealed: int
    cut: int
    fingerprint: str
    faults: list[FaultItem]
    fault_count: int
    notes: list[str]


class Verification(msgspec.Struct, frozen=True):
    """How far a verification has come (``looked`` of ``rows``), or what the last one found."""

    state: Literal["never", "running", "done", "failed"]
    by: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    looked: int = 0
    rows: int = 0
    verdict: VerdictItem | None = None
    #: why it could not be carried out
    failure: str = ""
    signed: SignedUpTo | None = None


class Desk:
    """One an instance, in the process that answers. ``state``: the folder with key and checkpoints."""

    def __init__(self, db: Database, state: Path, clock: Clock | None = None) -> None:
        self._db, self._state = db, state
        self._clock = clock or WallClock()
        self._now = Verification("never")
        self._running: asyncio.Task[None] | None = None
        self._days: dict[date, DayFigures] = {}
        self._closed = False

    async def verification(self) -> Verification:
        last = await self._db.read(repository.last_checkpoint)
        signed = SignedUpTo(last.seq, last.at, last.key) if last else None
        return msgspec.structs.replace(self._now, signed=signed)

    async def verify(self, by: str) -> Verification:
        """Begin to look through every row, hash and signature, beside everything else; one at a time."""
        if self._now.state != "running":
            rows = await self._db.read(repository.count)
            self._now = Verification("running", by, self._clock.now(), rows=rows)
            self._running = asyncio.create_task(self._verify())
        return await self.verification()

    async def figures(self, days: int, fits: Callable[[Entry], bool]) -> list[DayFigures]:
        """Of the last ``days`` days in UTC, up to today, oldest first. A day that is over is counted once."""
        now = self._clock.now().astimezone(UTC)
        wanted = [now.date() - timedelta(days=back) for back in range(days - 1, -1, -1)]
        found = []
        for day in wanted:
            made = self._days.get(day) or await self._count(day, fits)
            if now >= _midnight(day + timedelta(days=1)) + _SETTLED:
                self._days[day] = made
            found.append(made)
        return found

    async def _count(self, day: date, fits: Callable[[Entry], bool]) -> DayFigures:
        start, end = _midnight(day), _midnight(day + timedelta(days=1))

        def look(conn: Connection) -> DayFigures:
            return count(day, repository.between(conn, start, end), fits)

        return await self._db.read(look)

    async def export(self) -> Path:
        """The whole record, signed to its end, in a file that the caller sends and then removes.

        Rows recorded before this was called are in it. Raises ``Unavailable``.
        """
        folder = self._state / "exports"
        out = folder / f"audit-{random_id()}.jsonl"

        def write() -> None:
            folder.mkdir(mode=0o700, exist_ok=True)
            _sweep(folder)
            key, file, now = signing_key(self._state), self._state / beside.NAME, self._clock.now()
            service.sign_now(self._db, key, file, now)
            try:
                export.write(self._db, file, key.public, out, now)
            except TocsinError:
                out.unlink(missing_ok=True)
                raise

        await asyncio.to_thread(write)
        return out

    async def close(self) -> None:
        """Give up what is under way."""
        self._closed = True
        if self._running is not None:
            await self._running

    async def _verify(self) -> None:
        try:
            verdict = await asyncio.to_thread(self._judge)
        except TocsinError as error:
            ended = self._clock.now()
            self._now = msgspec.structs.replace(self._now, state="failed", ended_at=ended, failure=str(error))
        except Exception:
            # the edge of a task that nobody awaits: a page must not wait for ever for what has broken
            log.exception("verification_failed")
            words = "something is wrong inside; look into the log of the door"
            self._now = msgspec.structs.replace(
                self._now, state="failed", ended_at=self._clock.now(), failure=words
            )
        else:
            self._now = msgspec.structs.replace(
                self._now,
                state="done",
                ended_at=self._clock.now(),
                looked=verdict.report.rows,
                rows=verdict.report.rows,
                verdict=_told(verdict),
            )

    def _judge(self) -> Verdict:
        looked = 0

        def seen() -> None:
            nonlocal looked
            looked += 1
            if self._closed:
                raise Unavailable("Tocsin is ending", cure="verify again once it runs")
            if looked % _ROWS == 0:
                self._now = msgspec.structs.replace(self._now, looked=looked)
                time.sleep(_PAUSE_S)

        public = PublicKey.load(self._state / FOLDER / PUBLIC)
        return judge_state(self._db, self._state / beside.NAME, public, seen)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time_of_day(), UTC)


def _told(verdict: Verdict) -> VerdictItem:
    report = verdict.report
    return VerdictItem(
        whole=verdict.whole,
        rows=report.rows,
        head=report.head.seq,
        sealed=report.sealed,
        cut=verdict.cut,
        fingerprint=verdict.fingerprint,
        faults=[FaultItem(f.kind, f.seq, f.last or f.seq, f.words) for f in verdict.faults[:MOST_FAULTS]],
        fault_count=len(verdict.faults),
        notes=list(verdict.notes),
    )


def _sweep(folder: Path) -> None:
    """Files that a client who left did not let us remove."""
    before = time.time() - _LEFT_S
    for old in folder.glob("audit-*.jsonl"):
        with suppress(OSError):
            if old.stat().st_mtime < before:
                old.unlink()
