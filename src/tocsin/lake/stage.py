"""The lake as a stage: OBS into Delta, every reading once, across kill -9 at any moment.

Two stores take the effect of a run of messages one after the other: the Delta commit, which carries the
position as app transaction, then the ledger with counts, quarantine and position. When the ledger is found
behind the table, the messages between are read again and decided by the rows that they left there (``seq``),
so nothing is stored, counted or held twice. A full disk halts the consumer at its position until there is
room.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from typing import TypeVar

import structlog

from tocsin.db import Connection, Database, positions
from tocsin.kernel.errors import Misconfigured, Unavailable
from tocsin.kernel.outcomes import Retry
from tocsin.kernel.ports import Bus, Health, Message
from tocsin.lake import repository
from tocsin.lake.bucket import Home
from tocsin.lake.duplicates import Duplicates
from tocsin.lake.gather import Gather
from tocsin.lake.judge import Verdict, judge, replay, unpack
from tocsin.lake.ledger import settle
from tocsin.lake.newest import Newest
from tocsin.lake.shelf import Shelf, refused

log = structlog.get_logger(__name__)

T = TypeVar("T")
_STREAM = "OBS"
#: Envelopes taken at once: of 500 readings each they are 25,000, about 25 MB.
_BATCH = 50
_SAVE_NEWEST_S = 30.0
_SAVE_NEWEST_AT = 50_000
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 15.0
#: tries of one append beside others that change the table, before it is said and waited
_COMMITS = 4


class Lake:
    """Stage. ``folder`` holds the table, ``db`` the ledger; ``flush_s``: longest wait for a commit, seconds;
    ``max_rows``: readings that end the wait."""

    name = "lake"

    def __init__(
        self, bus: Bus, db: Database, folder: Home, *, flush_s: float = 2.0, max_readings: int = 10_000
    ) -> None:
        self._bus = bus
        self._db = db
        self._folder = folder
        self._gather = Gather(flush_s, max_readings)
        self._newest = Newest()
        self._duplicates = Duplicates()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="lake")
        self._shelf: Shelf | None = None
        self._position = 0
        self._newest_saved_at = time.monotonic()
        self._trouble: Retry | None = None
        #: set, and a new one made, whenever the position has moved
        self._moved = asyncio.Event()
        self._figures = {"stored": 0.0, "quarantined": 0.0, "duplicates": 0.0, "commit_ms": 0.0, "rows": 0.0}

    async def run(self) -> None:
        await self._redo(self._open)
        try:
            async with (
                self._bus.read(_STREAM, after=self._position, max_batch=_BATCH) as batches,
                aclosing(self._gather.runs(batches)) as runs,
            ):
                async for messages in runs:
                    await self._consume(messages)
        finally:
            self._thread.shutdown(wait=True)
            self._duplicates.close()

    def forget(self, entities: Iterable[str]) -> None:
        """They were erased: their ids are written down nowhere again, unless they are heard of anew."""
        self._newest.forget(entities)

    def uncommitted(self) -> list[Message]:
        """What has come in and is in no file yet; the last of it may be by the time this is read."""
        return list(self._gather.run)

    async def heard(self, seq: int, timeout_s: float) -> bool:
        """Until all messages up to ``seq`` are committed or in ``uncommitted``; False: not in time."""
        return await self._until(lambda: self._heard() >= seq, timeout_s)

    async def committed(self, seq: int, timeout_s: float) -> bool:
        """Until all messages up to ``seq`` are in the table, without waiting for company."""

        def there() -> bool:
            if self._position < seq:
                self._gather.hurry()
            return self._position >= seq

        return await self._until(there, timeout_s)

    def _heard(self) -> int:
        run = self._gather.run
        return run[-1].seq if run else self._position

    async def _until(self, holds: Callable[[], bool], timeout_s: float) -> bool:
        end = time.monotonic() + timeout_s
        while not holds():
            left = end - time.monotonic()
            if left <= 0:
                return False
            waiting = [asyncio.ensure_future(one.wait()) for one in (self._gather.grown, self._moved)]
            try:
                await asyncio.wait(waiting, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in waiting:
                    task.cancel()
        return True

    def health(self) -> Health:
        trouble = self._trouble
        words = f"{trouble.reason}; waits at {self._position}, nothing is lost" if trouble else ""
        return Health(
            self.name,
            state="degraded" if trouble else "working",
            words=words,
            position={_STREAM: self._position},
            figures=dict(self._figures),
        )

    async def _off_loop(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def _looked(self, look: Callable[[], T]) -> T:
        """What is seen in the table; waits where its storage is out of reach."""
        seen: list[T] = []

        async def step() -> None:
            seen.append(await self._off_loop(look))

        await self._redo(step)
        return seen[-1]

    async def _open(self) -> None:
        """Find both stores and where they stand; bring what is known of newest readings up to date."""
        self._shelf = shelf = await self._off_loop(lambda: _opened(self._folder))
        self._position, saved = await self._db.read(
            lambda conn: (
                positions.load(conn, repository.CONSUMER, _STREAM),
                positions.load(conn, repository.NEWEST, _STREAM),
            )
        )
        self._count(await self._db.read(repository.totals))
        in_table = await self._looked(shelf.committed)
        if in_table > saved:
            since = await self._looked(lambda: self._duplicates.stored_since(saved, shelf))
            entities = {key[0] for key in since}
            await self._learn(entities)
            for key in since:
                self._newest.raise_to({key[0]: key[1]})
        if in_table > self._position:
            log.info("lake_reconciles", ledger=self._position, table=in_table)

    async def _learn(self, entities: set[str]) -> None:
        asked = self._newest.missing(entities)
        if asked:
            found = await self._db.read(lambda conn: repository.load_newest(conn, asked))
            self._newest.learn(asked, found)

    async def _consume(self, messages: Sequence[Message]) -> None:
        envelopes = unpack(messages)
        shelf = self._shelf
        assert shelf is not None, "opened first"
        in_table = await self._looked(shelf.committed)
        behind = [e for e in envelopes if e[0] <= in_table]
        ahead = envelopes[len(behind) :]
        if behind:
            known = await self._looked(lambda: self._duplicates.stored_since(self._position, shelf))
            again = replay(behind, known)
            await self._redo(lambda: self._write_ledger(again))
        if ahead:
            await self._learn({o.entity for _, batch in ahead for o in batch.observations})
            verdict = await self._looked(
                lambda: judge(ahead, self._newest.get, lambda keys: self._duplicates.among(keys, shelf))
            )
            took_s = 0.0
            if len(verdict.rows):
                took_s += await self._redo(lambda: self._off_loop(lambda: _append(shelf, verdict)))
            took_s += await self._redo(lambda: self._write_ledger(verdict))
            self._figures |= {"commit_ms": took_s * 1e3, "rows": float(len(verdict.rows))}
            self._gather.took(took_s)

    async def _write_ledger(self, verdict: Verdict) -> None:
        newest = dict(self._newest.changed) if self._newest_due() else None
        position = self._position

        def write(conn: Connection) -> tuple[int, int, int]:
            settle(conn, verdict)
            if newest is not None:
                # What this verdict raises comes with the next save: these stand for all before it.
                repository.save_newest(conn, newest)
                positions.save(conn, repository.NEWEST, _STREAM, position)
            positions.save(conn, repository.CONSUMER, _STREAM, verdict.seq)
            return repository.totals(conn)

        self._count(await self._db.write(write))
        self._position = verdict.seq
        self._moved.set()
        self._moved = asyncio.Event()
        if newest is not None:
            self._newest.saved(newest)
            self._newest_saved_at = time.monotonic()
        self._newest.raise_to(verdict.newest)

    def _newest_due(self) -> bool:
        old = time.monotonic() - self._newest_saved_at > _SAVE_NEWEST_S
        return bool(self._newest.changed) and (old or len(self._newest.changed) > _SAVE_NEWEST_AT)

    def _count(self, totals: tuple[int, int, int]) -> None:
        self._figures |= dict(zip(("stored", "quarantined", "duplicates"), map(float, totals), strict=True))

    async def _redo(self, step: Callable[[], object]) -> float:
        """Until it goes through: this consumer halts here, its messages stay in the stream.

        Seconds that the attempt took which went through: waiting for room says nothing of the next commit.
        """
        pause_s = _FIRST_PAUSE_S
        while True:
            started = time.perf_counter()
            try:
                await step()  # type: ignore[misc]
            except (Unavailable, OSError) as error:
                self._trouble = Retry(pause_s, str(error))
            except Misconfigured:
                raise
            else:
                self._trouble = None
                return time.perf_counter() - started
            log.warning("lake_waits", reason=self._trouble.reason, after_s=pause_s, position=self._position)
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)


def _opened(folder: Home) -> Shelf:
    shelf = Shelf.open(folder, create=True)
    assert shelf is not None, "was created"
    return shelf


def _append(shelf: Shelf, verdict: Verdict) -> None:
    """Once: an attempt whose outcome was not heard is found by its position. Raises ``Unavailable``.

    Whoever deletes or puts files together may commit first; the view is brought up to date then, and the
    same rows go in after it.
    """
    from deltalake.exceptions import CommitFailedError, DeltaError

    for attempt in range(_COMMITS):
        if shelf.committed() >= verdict.seq:
            return
        try:
            shelf.append(verdict.rows.table(), verdict.seq)
            return
        except CommitFailedError as error:
            _look_again(shelf)
            if attempt == _COMMITS - 1 and shelf.committed() < verdict.seq:
                raise Unavailable(
                    f"others changed the lake at the same moment, {_COMMITS} times in a row",
                    cure="nothing to do; it is tried again by itself",
                ) from error
        except (DeltaError, OSError) as error:
            _look_again(shelf)
            raise refused(error) from error


def _look_again(shelf: Shelf) -> None:
    from deltalake.exceptions import DeltaError

    try:
        shelf.refresh()
    except (DeltaError, OSError, Unavailable) as error:
        log.warning("lake_refresh", reason=str(error)[:200])
