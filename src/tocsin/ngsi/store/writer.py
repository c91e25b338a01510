"""Writes through NGSI-LD: many requests, one transaction; state, document and log together or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar, cast

import msgspec

from tocsin.bus.codec import encode
from tocsin.context import repository
from tocsin.context.documents import repository as documents
from tocsin.context.documents.document import Document, packed, unpacked
from tocsin.context.journal import repository as journal
from tocsin.context.journal.repository import ANY, Change, Watched
from tocsin.context.repository import Changes, Gone, Known
from tocsin.context.stage import WRITER, WRITES
from tocsin.db import Connection, Database, outbox, positions
from tocsin.kernel.clock import Clock
from tocsin.kernel.errors import TocsinError, Unavailable
from tocsin.kernel.events import Observation, ObservationBatch
from tocsin.kernel.ids import random_id
from tocsin.kernel.state import EntityState
from tocsin.ngsi.model.checks import told
from tocsin.ngsi.model.kinds import Entity
from tocsin.ngsi.store.names import short
from tocsin.ngsi.store.overlay import entity_of
from tocsin.ngsi.store.protect import Protect
from tocsin.ngsi.store.settle import SOURCE, add, deleted, settle

T = TypeVar("T")
_JSON = msgspec.json.Encoder().encode
SUBJECT = f"obs.api.{SOURCE}"
#: requests that may wait for a transaction; beyond it a caller is told to come back
_WAITING = 2_000
_ENTITIES_AT_ONCE = 5_000
#: observations in one message of the log
_IN_MESSAGE = 500


class Desk:
    """One transaction's entities. ``get``, ``put`` and ``drop`` see what earlier work of it did."""

    def __init__(self, now: datetime, protect: Protect, watched: frozenset[str] = frozenset()) -> None:
        self._watched = watched
        self._changes: list[journal.Row] = []
        self.at = now
        #: the time of the change, as it stands in documents
        self.now = told(now)
        self._protect = protect
        self._write = random_id()
        self._known: dict[str, Known] = {}
        self._documents: dict[str, Document | None] = {}
        self._shown: dict[str, Entity | None] = {}
        self._was: dict[str, Known] = {}
        self._rows: dict[str, documents.Row] = {}
        self._said: list[Observation] = []

    def load(self, conn: Connection, ids: Collection[str]) -> None:
        self._known = {**dict.fromkeys(ids), **repository.load(conn, ids)}
        self._was = dict(self._known)
        rows = documents.load(conn, ids)
        self._documents = {entity: unpacked(rows[entity]) if entity in rows else None for entity in ids}

    def get(self, entity: str) -> Entity | None:
        """As it stands now; None where there is none."""
        if entity not in self._shown:
            state = self._known[entity]
            self._shown[entity] = (
                entity_of(state, self._documents[entity]) if isinstance(state, EntityState) else None
            )
        return self._shown[entity]

    def put(self, after: Entity) -> None:
        """New or changed."""
        entity = after["id"]
        before = self.get(entity)
        write = f"{self._write}:{len(self._said)}"
        made = settle(
            before, after, self._known[entity], self._documents[entity], self.at, self._protect, write
        )
        self._known[entity], self._documents[entity] = made.state, made.document
        self._shown[entity] = made.document.body
        self._rows[entity] = (entity, packed(made.document), made.many, made.shaped, made.mixed)
        self._said += made.observations
        self._note(entity, before, made.document.body)

    def known(self, entity: str) -> tuple[Known, Document | None]:
        """As it is stored."""
        return self._known[entity], self._documents[entity]

    def tell(self, observations: Iterable[Observation]) -> None:
        """Into the log alone: what was so before what is known."""
        self._said += observations

    @property
    def protect(self) -> Protect:
        return self._protect

    def drop(self, entity: str) -> None:
        """Delete one that is there."""
        state = self._known[entity]
        assert isinstance(state, EntityState)
        self._note(entity, self.get(entity), None)
        gone, observation = deleted(state, self.at)
        self._known[entity], self._documents[entity], self._shown[entity] = gone, None, None
        self._rows.pop(entity, None)
        self._said.append(observation)

    def _note(self, entity: str, before: Entity | None, after: Entity | None) -> None:
        """What somebody may have subscribed to is kept as it was and as it is now."""
        if not self._watched:
            return
        types = {*(before["type"] if before else ()), *(after["type"] if after else ())}
        names = {short(one) for one in types}
        if ANY in self._watched or not self._watched.isdisjoint(names):
            change = Change(
                "written",
                _JSON(before) if before is not None else b"",
                _JSON(after) if after is not None else b"",
            )
            self._changes.append((entity, names.pop() if len(names) == 1 else ANY, change))

    def save(self, conn: Connection) -> None:
        """All of it, and the promise to tell."""
        if not self._said and not self._rows:
            return
        changes = Changes()
        dropped = []
        for entity, state in self._known.items():
            was = self._was[entity]
            if state is was:
                continue
            if isinstance(state, Gone):
                changes.gone[entity] = state
                changes.cleared.append(entity)
                dropped.append(entity)
            elif state is not None:
                add(changes, was, state)
        repository.save(conn, changes)
        documents.save(conn, list(self._rows.values()), dropped)
        journal.record(conn, self.at, self._changes)
        for start in range(0, len(self._said), _IN_MESSAGE):
            batch = ObservationBatch(SOURCE, self.at, tuple(self._said[start : start + _IN_MESSAGE]))
            outbox.add(conn, SUBJECT, encode(batch))
        positions.count(conn, WRITER, WRITES)


@dataclass(slots=True)
class _Job:
    ids: Collection[str]
    work: Callable[[Desk], Any]
    future: asyncio.Future[Any] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Writer:
    """``apply`` gathers what comes while a transaction is under way into the next one.

    Work that raises must not have put or dropped anything before; work of several entities answers for each.
    ``journaled``: a stage of this realm tells subscribers.
    """

    def __init__(
        self, db: Database, clock: Clock, protect: Protect | None = None, *, journaled: bool = True
    ) -> None:
        self._db, self._clock = db, clock
        self._protect = protect or Protect()
        self._watched = Watched(journaled=journaled)
        self._waiting: list[_Job] = []
        self._task: asyncio.Task[None] | None = None

    async def apply(self, ids: Iterable[str], work: Callable[[Desk], T]) -> T:
        """``work(desk)`` with the entities ``ids`` at hand; committed when this returns.

        Raises what ``work`` raises, and ``Unavailable`` (locked, disk full, too many wait): nothing was done.
        """
        if len(self._waiting) >= _WAITING:
            raise Unavailable("too many writes wait", cure="send them again in a moment")
        job = _Job(set(ids), work)
        self._waiting.append(job)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write_on())
        return cast("T", await job.future)

    async def close(self) -> None:
        """Let what waits be written."""
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    async def _write_on(self) -> None:
        while self._waiting:
            jobs: list[_Job] = []
            count = 0
            while self._waiting and (not jobs or count + len(self._waiting[0].ids) <= _ENTITIES_AT_ONCE):
                count += len(self._waiting[0].ids)
                jobs.append(self._waiting.pop(0))
            await self._write(jobs)

    async def _write(self, jobs: list[_Job]) -> None:
        answers: list[tuple[_Job, Any, BaseException | None]] = []

        def transaction(conn: Connection) -> None:
            answers.clear()
            desk = Desk(self._clock.now(), self._protect, self._watched.load(conn))
            desk.load(conn, set().union(*(job.ids for job in jobs)))
            for job in jobs:
                try:
                    answers.append((job, job.work(desk), None))
                except TocsinError as error:
                    answers.append((job, None, error))
            desk.save(conn)

        try:
            await self._db.write(transaction)
        except BaseException as error:
            if isinstance(error, Exception) and not isinstance(error, TocsinError) and len(jobs) > 1:
                # a defect in the work of one: the others must not go down with it
                for job in jobs:
                    await self._write([job])
                return
            for job in jobs:
                if not job.future.done():
                    job.future.set_exception(
                        error if isinstance(error, Exception) else Unavailable("the door closes")
                    )
            if not isinstance(error, Exception):
                raise
            return
        for job, result, refusal in answers:
            if job.future.done():
                continue
            if refusal is None:
                job.future.set_result(result)
            else:
                job.future.set_exception(refusal)
