"""The context stage: observations in, the city as it is now out, position and effect in one transaction."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

import structlog

from tocsin.bus.codec import decode
from tocsin.context.fold import changes, fold, touched
from tocsin.context.journal.folding import Step, note
from tocsin.context.journal.repository import Watched
from tocsin.context.repository import Gone, Known, holding, load, replace_all, save
from tocsin.db import Connection, Database, positions
from tocsin.kernel.clock import Clock, WallClock
from tocsin.kernel.errors import Invalid, TocsinError
from tocsin.kernel.events import ObservationBatch
from tocsin.kernel.ports import Bus, Health, Message
from tocsin.kernel.state import EntityState
from tocsin.kernel.subjects import AFAR, API, OBS

log = structlog.get_logger(__name__)

#: what is left of an entity and how many of its values go; None: nothing goes
Without = Callable[[EntityState], tuple[EntityState | Gone, int] | None]
#: whether anything of an attribute (type, name) may go
Touches = Callable[[str, str], bool]

CONSUMER, STREAM = "context", "OBS"
#: counts transactions that changed entities from outside of this stage, in the table of positions
WRITER, WRITES = "ngsi-ld", "writes"
_SUBJECTS = (OBS.pattern, API.pattern, AFAR.pattern)
_WRITTEN = API.pattern.removesuffix(">")
#: bytes that may wait while a write is under way; beyond it the bus holds the rest
_WAITING_BYTES = 2 << 20
#: rest after a write, in times of the write
_REST = 4.0
_RETRY_S = (0.1, 0.25, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class _Written:
    seq: int
    readings: int
    refused: int
    known: dict[str, EntityState | Gone]


class Context:
    """Keeps one row an entity in step with ``obs.src.>``.

    What NGSI-LD wrote (``obs.api.>``) is in the rows before it is told: it is passed by unread, but the
    position goes on with it, or OBS could not be trimmed in a city that has no other readings.

    Messages gather while a write is under way and rest after it, four times as long as it took, up to
    ``flush_s``: a busy city has many readings of an entity become one write, a quiet one is written at once.
    ``cache_entities`` states are held in memory (the least lately written leave first); any other is read
    from its row when a reading of it comes. ``journaled``: a stage of this realm tells subscribers.
    """

    def __init__(
        self,
        bus: Bus,
        db: Database,
        *,
        flush_s: float = 1.0,
        cache_entities: int = 200_000,
        clock: Clock | None = None,
        journaled: bool = True,
    ) -> None:
        self.name = "context"
        self._bus, self._db, self._clock = bus, db, clock or WallClock()
        self._flush_s, self._cache_entities = flush_s, cache_entities
        self._cache: dict[str, EntityState | Gone] = {}
        self._position = 0
        #: how many transactions of NGSI-LD writes there had been when the cache was last right
        self._written = 0
        self._watched = Watched(journaled=journaled)
        self._waiting: list[Message] = []
        self._bytes = 0
        self._changed = asyncio.Condition()
        #: one write at a time, with what is remembered of it: forgetting must not meet a half remembered
        #: write
        self._turn = asyncio.Lock()
        self._fault: str | None = None
        self._figures = {"readings": 0.0, "refused": 0.0, "writes": 0.0, "write_ms": 0.0}

    async def run(self) -> None:
        # A write that was under way when a run was cancelled may have gone through: forget, ask the rows.
        self._cache.clear()
        self._waiting, self._bytes = [], 0
        self._position = await self._db.read(lambda conn: positions.load(conn, CONSUMER, STREAM))
        reading = self._bus.read(STREAM, after=self._position, subjects=_SUBJECTS)
        try:
            async with reading as batches, asyncio.TaskGroup() as group:
                group.create_task(self._gather(batches))
                group.create_task(self._write_on())
        except BaseExceptionGroup as faults:
            raise faults.exceptions[
                0
            ] from None  # the first is the cause; the other task was cancelled for it

    def health(self) -> Health:
        return Health(
            name=self.name,
            state="degraded" if self._fault else "working",
            words=self._fault or "keeps the city as it is now",
            position={STREAM: self._position},
            figures={
                **self._figures,
                "cached": float(len(self._cache)),
                "waiting": float(len(self._waiting)),
            },
        )

    async def _gather(self, batches: AsyncIterator[Sequence[Message]]) -> None:
        async for messages in batches:
            async with self._changed:
                await self._changed.wait_for(lambda: self._bytes < _WAITING_BYTES)
                self._waiting.extend(messages)
                self._bytes += sum(len(m.data) for m in messages)
                self._changed.notify_all()

    async def _write_on(self) -> None:
        while True:
            async with self._changed:
                await self._changed.wait_for(lambda: bool(self._waiting))
            async with self._changed:
                messages, self._waiting, self._bytes = self._waiting, [], 0
                self._changed.notify_all()
            await self._write(messages)
            took_s = self._figures["write_ms"] / 1000
            await asyncio.sleep(min(self._flush_s, _REST * took_s))

    async def _write(self, messages: Sequence[Message]) -> None:
        failures = 0
        while True:
            start = time.perf_counter()
            try:
                async with self._turn:
                    written = await self._db.write(lambda conn: self._apply(conn, messages))
                    self._remember(written)
            except TocsinError as error:
                wait = _RETRY_S[min(failures, len(_RETRY_S) - 1)]
                failures += 1
                self._fault = str(error)
                log.warning("context_waits", reason=str(error), position=self._position, after_s=wait)
                await asyncio.sleep(wait)
                continue
            self._fault = None
            self._figures["writes"] += 1
            self._figures["write_ms"] = (time.perf_counter() - start) * 1000
            return

    async def expired(self, touches: Touches, without: Without) -> int:
        """How many values ``without`` would take away."""

        def count(conn: Connection) -> int:
            return sum(gone[1] for state in holding(conn, touches) if (gone := without(state)) is not None)

        return await self._db.read(count)

    async def forget(self, touches: Touches, without: Without) -> int:
        """Take away what ``without`` says, from the rows and from memory; how many values went."""

        def take(conn: Connection) -> tuple[int, list[str]]:
            gone = {
                state.id: left for state in holding(conn, touches) if (left := without(state)) is not None
            }
            replace_all(conn, {entity: left for entity, (left, _) in gone.items()})
            return sum(count for _, count in gone.values()), list(gone)

        async with self._turn:
            count, entities = await self._db.write(take)
            for entity in entities:
                self._cache.pop(entity, None)
        return count

    def _apply(self, conn: Connection, messages: Sequence[Message]) -> _Written:
        """On the writer thread, in the transaction. Memory changes only after the commit."""
        stored = positions.load(conn, CONSUMER, STREAM)
        if stored != self._position:  # somebody else has written since: what we remember may be old
            self._cache.clear()
        written = positions.load(conn, WRITER, WRITES)
        if written != self._written:  # by NGSI-LD, in another process: of which entities, the rows know
            self._cache.clear()
            self._written = written
        fresh = [message for message in messages if message.seq > stored]
        if not fresh:
            return _Written(stored, 0, 0, {})
        readings = [message for message in fresh if not message.subject.startswith(_WRITTEN)]
        batches = [batch for message in readings if (batch := _read(message)) is not None]
        entities = touched(batches)
        known: dict[str, Known] = dict.fromkeys(entities)
        known.update(load(conn, (entity for entity in entities if entity not in self._cache)))
        known.update((entity, self._cache[entity]) for entity in entities if entity in self._cache)
        watched = self._watched.load(conn)
        steps: list[Step] | None = [] if watched else None
        after = fold(known, batches, steps)
        save(conn, changes(known, after))
        if steps:
            note(conn, self._clock.now(), steps, watched)
        positions.save(conn, CONSUMER, STREAM, fresh[-1].seq)
        return _Written(
            seq=fresh[-1].seq,
            readings=sum(len(batch.observations) for batch in batches),
            refused=len(readings) - len(batches),
            known=after,
        )

    def _remember(self, written: _Written) -> None:
        self._position = written.seq
        self._figures["readings"] += written.readings
        self._figures["refused"] += written.refused
        cache = self._cache
        for entity, state in written.known.items():
            cache.pop(entity, None)
            cache[entity] = state  # last in order: lately written
        while len(cache) > self._cache_entities:
            del cache[next(iter(cache))]


def _read(message: Message) -> ObservationBatch | None:
    """The batch; None, said aloud, for bytes that normalise cannot have written."""
    try:
        return decode(message.data, ObservationBatch)
    except Invalid as error:
        log.error("context_refused", seq=message.seq, subject=message.subject, reason=str(error))
        return None
