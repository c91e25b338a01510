"""Deletion on schedule: what is past its term goes, and what went is written down.

Each deletion is written down as begun, done, and written down as finished together with its row of the audit.
All steps can be repeated: after a crash the next round does what was begun again, under the same ``before``.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

import msgspec
import structlog

from tocsin.audit import service as audit
from tocsin.audit.record import entry
from tocsin.db import Connection, Database
from tocsin.kernel.clock import Clock, WallClock
from tocsin.kernel.errors import TocsinError
from tocsin.kernel.ports import Health
from tocsin.kernel.rounds import pause
from tocsin.privacy import repository
from tocsin.privacy.records import Deletion

log = structlog.get_logger(__name__)

#: a wall clock that moved by more than this against the machine's own is not trusted to delete anything
_JUMP = timedelta(hours=1)


class Term(msgspec.Struct, frozen=True):
    """What is past its term: values that ``rule`` speaks of, older than ``before``."""

    rule: str
    words: str
    class_: str
    purpose: str
    before: datetime


class Shelf(Protocol):
    """A store that can forget. Both may be repeated with the same term; neither touches anything else."""

    name: str

    def terms(self, now: datetime) -> Sequence[Term]:
        """What is past its term at ``now``, rule by rule."""
        ...

    async def due(self, term: Term) -> int:
        """How many are past it."""
        ...

    async def forget(self, term: Term) -> int:
        """Delete them; how many went."""
        ...

    async def settle(self) -> None:
        """After all terms: let the bytes go as well."""
        ...


class Forgetting:
    """Stage, hosted beside the stores it empties. ``every_s``: seconds between two rounds; after one that
    failed the next comes sooner."""

    def __init__(
        self,
        name: str,
        ops: Database,
        shelves: Sequence[Shelf],
        *,
        every_s: float = 3600.0,
        clock: Clock | None = None,
        first_s: float = 20.0,
    ) -> None:
        self.name = name
        self._ops, self._shelves = ops, shelves
        self._every_s, self._first_s = every_s, min(first_s, every_s)
        self._clock = clock or WallClock()
        self._started = (self._clock.now(), time.monotonic())
        self._fault = ""
        self._figures = {"deleted": 0.0, "rounds": 0.0}

    async def run(self) -> None:
        await asyncio.sleep(self._first_s)
        failures = 0
        while True:
            await self.once()
            failures = failures + 1 if self._fault else 0
            await asyncio.sleep(pause(self._every_s, failures))

    def health(self) -> Health:
        return Health(
            name=self.name,
            state="degraded" if self._fault else "working",
            words=self._fault or "deletes what is past its term",
            figures=dict(self._figures),
        )

    async def once(self) -> list[Deletion]:
        """One round over all stores; what was deleted. A store that fails is said in ``health``."""
        done: list[Deletion] = []
        if self._jumped():
            self._fault = (
                "the wall clock has jumped since the start; nothing is deleted until it is set right"
            )
            return done
        self._fault = ""
        for shelf in self._shelves:
            try:
                done += await self._round(shelf)
            except TocsinError as error:
                self._fault = f"{shelf.name}: {error}"
            except Exception as error:
                self._fault = f"{shelf.name}: {type(error).__name__}"
                log.exception("forgetting_defect", store=shelf.name)
            if self._fault:
                log.warning("forgetting_failed", store=shelf.name, reason=self._fault)
        self._figures["rounds"] += 1
        self._figures["deleted"] += sum(one.deleted for one in done)
        return done

    async def _round(self, shelf: Shelf) -> list[Deletion]:
        done = [
            await self._do(shelf, begun, _term(begun), resumed=True)
            for begun in await self._ops.read(lambda conn: repository.unfinished(conn, shelf.name))
        ]
        for term in shelf.terms(self._clock.now()):
            due = await shelf.due(term)
            if not due:
                continue
            begun = Deletion(
                store=shelf.name,
                rule=term.rule,
                words=term.words,
                class_=term.class_,
                purpose=term.purpose,
                before=term.before,
                begun_at=self._clock.now(),
                due=due,
            )
            begun = await self._ops.write(lambda conn, made=begun: repository.begin(conn, made))  # type: ignore[misc]
            done.append(await self._do(shelf, begun, term, resumed=False))
        await shelf.settle()
        return done

    async def _do(self, shelf: Shelf, begun: Deletion, term: Term, *, resumed: bool) -> Deletion:
        deleted = await shelf.forget(term)
        # what a crash cut short had been counted before it: that many are gone
        deleted = max(deleted, begun.due) if resumed else deleted
        finished = msgspec.structs.replace(
            begun, finished_at=self._clock.now(), deleted=deleted, resumed=resumed
        )
        await self._ops.write(lambda conn: write_down(conn, finished, WallClock().now()))
        log.info("forgotten", store=shelf.name, rule=term.rule, deleted=deleted)
        return finished

    def _jumped(self) -> bool:
        wall, machine = self._started
        ran = timedelta(seconds=time.monotonic() - machine)
        return abs(self._clock.now() - wall - ran) > _JUMP


def _term(begun: Deletion) -> Term:
    return Term(begun.rule, begun.words, begun.class_, begun.purpose, begun.before)


def write_down(conn: Connection, done: Deletion, now: datetime) -> None:
    """A finished deletion and its row of the audit, once."""
    if not repository.finish(conn, done):
        return
    assert done.finished_at is not None
    audit.record(
        conn,
        entry(
            "privacy.delete",
            at=now,
            person="retention",
            object_kind=done.store,
            object_id=done.rule,
            purpose="storage limitation",
            reason=f"{done.words}: older than {done.before:%Y-%m-%d %H:%M} UTC",
            detail={"deleted": done.deleted, "purpose": done.purpose, "number": done.id},
        ),
    )
