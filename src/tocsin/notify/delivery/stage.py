"""The stage that plans: reads alerts, incidents and warnings, and writes down who is to be told of what.

Its position in each stream is committed with the deliveries that it planned: each is planned exactly once.
Warnings are of this stage's own database: their table is read once a second, no message says that they moved.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence

import structlog

from tocsin.bus.codec import decode
from tocsin.db import Connection, Database, positions
from tocsin.kernel.access import REQUEST_SUBJECT, AccessRequest
from tocsin.kernel.advice import CONSULTATION_SUBJECT
from tocsin.kernel.clock import Clock
from tocsin.kernel.decisions import AlertEvent, IncidentEvent
from tocsin.kernel.errors import Invalid, TocsinError
from tocsin.kernel.ports import Bus, Health, Message
from tocsin.kernel.proposals import PROPOSAL_SUBJECT
from tocsin.kernel.subjects import ALERT, INCIDENT
from tocsin.notify.delivery import notices, planning, repository, watching
from tocsin.notify.delivery.escalation import Escalations
from tocsin.notify.delivery.model import Notice, Stands
from tocsin.notify.delivery.planning import Terms
from tocsin.notify.delivery.warned import of_warning
from tocsin.notify.warnings import events

log = structlog.get_logger(__name__)

CONSUMER = "notify"
#: the name of its position in the table of what happened to warnings
WARNINGS = "warning_events"
_RETRY_S = (0.1, 0.25, 0.5, 1.0)
_TICK_S = 1.0
#: a flood for many people is written while others wait for the same lock: little at a time
_BATCH = 50


class Notify:
    """``stands``: how a thing is now, for alerts that wait for somebody. Wired in the live realm alone."""

    def __init__(
        self,
        bus: Bus,
        db: Database,
        clock: Clock,
        *,
        rules: Escalations,
        stands: Stands,
        terms: Terms | None = None,
        wake: Callable[[], None] = lambda: None,
        tick_s: float = _TICK_S,
    ) -> None:
        self.name = "notify"
        self._bus, self._db, self._clock = bus, db, clock
        self._rules, self._stands, self._terms = rules, stands, terms or Terms()
        self._wake, self._tick_s = wake, tick_s
        self._position: dict[str, int] = {}
        self._faults: dict[str, str] = {}
        self._figures = {"planned": 0, "escalated": 0, "refused": 0}
        self._waiting = 0

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow("ALERT", ALERT.pattern, self._alerts))
            tasks.create_task(self._follow("INCIDENT", INCIDENT.pattern, self._incidents))
            tasks.create_task(self._every("watch", "escalation_waits", self.tick))
            tasks.create_task(self._every(WARNINGS, "warnings_wait", self.warn))

    def health(self) -> Health:
        fault = next(iter(self._faults.values()), None)
        return Health(
            name=self.name,
            state="degraded" if fault else "working",
            words=fault or "plans who is told of what",
            position=dict(self._position),
            figures={
                **{name: float(n) for name, n in self._figures.items()},
                "watched": float(self._waiting),
            },
        )

    async def _follow(
        self, stream: str, pattern: str, read: Callable[[Connection, Message], Iterator[Notice]]
    ) -> None:
        start = await self._db.read(lambda conn: positions.load(conn, CONSUMER, stream))
        self._position[stream] = start
        async with self._bus.read(stream, after=start, subjects=[pattern], max_batch=_BATCH) as batches:
            async for messages in batches:
                await self._take(stream, messages, read)

    async def _take(
        self,
        stream: str,
        messages: Sequence[Message],
        read: Callable[[Connection, Message], Iterator[Notice]],
    ) -> None:
        def apply(conn: Connection) -> tuple[int, int]:
            return self._apply(conn, stream, messages, read)

        failures = 0
        while True:
            try:
                seq, planned = await self._db.write(apply)
            except TocsinError as error:
                wait = _RETRY_S[min(failures, len(_RETRY_S) - 1)]
                failures += 1
                self._faults[stream] = str(error)
                log.warning("notify_waits", reason=str(error), stream=stream, after_s=wait)
                await asyncio.sleep(wait)
                continue
            self._faults.pop(stream, None)
            self._position[stream] = seq
            self._figures["planned"] += planned
            if planned:
                self._wake()
            return

    def _apply(
        self,
        conn: Connection,
        stream: str,
        messages: Sequence[Message],
        read: Callable[[Connection, Message], Iterator[Notice]],
    ) -> tuple[int, int]:
        """On the writer thread, in the transaction."""
        stored = positions.load(conn, CONSUMER, stream)
        fresh = [message for message in messages if message.seq > stored]
        if not fresh:
            return stored, 0
        found = [notice for message in fresh for notice in self._read(conn, message, read)]
        planned = planning.plan(conn, found, self._clock.now(), self._terms)
        positions.save(conn, CONSUMER, stream, fresh[-1].seq)
        return fresh[-1].seq, planned

    def _read(
        self,
        conn: Connection,
        message: Message,
        read: Callable[[Connection, Message], Iterator[Notice]],
    ) -> list[Notice]:
        """What is worth telling of it; nothing, said aloud, for bytes that no stage can have written."""
        try:
            return list(read(conn, message))
        except Invalid as error:
            self._figures["refused"] += 1
            log.error("event_refused", seq=message.seq, subject=message.subject, reason=str(error))
            return []

    def _alerts(self, conn: Connection, message: Message) -> Iterator[Notice]:
        event = decode(message.data, AlertEvent)
        watching.hear(conn, event, self._rules)
        return notices.of_alert(event)

    def _incidents(self, _conn: Connection, message: Message) -> Iterator[Notice]:
        if message.subject.startswith((PROPOSAL_SUBJECT, CONSULTATION_SUBJECT)):
            return iter(())
        if message.subject.startswith(REQUEST_SUBJECT):
            return notices.of_request(decode(message.data, AccessRequest))
        return notices.of_incident(decode(message.data, IncidentEvent))

    async def _every(self, what: str, waits: str, tick: Callable[[], Awaitable[int]]) -> None:
        while True:
            try:
                await tick()
                self._faults.pop(what, None)
            except TocsinError as error:
                self._faults[what] = str(error)
                log.warning(waits, reason=str(error))
            await asyncio.sleep(self._tick_s)

    async def warn(self) -> int:
        """Plan what happened to warnings since it was last asked; how many deliveries that made."""

        def look(conn: Connection) -> bool:
            return bool(events.after(conn, positions.load(conn, CONSUMER, WARNINGS), 1))

        if not await self._db.read(look):
            return 0
        planned = await self._db.write(self._warn)
        self._figures["planned"] += planned
        if planned:
            self._wake()
        return planned

    def _warn(self, conn: Connection) -> int:
        """On the writer thread: their position and what they plan in one transaction."""
        found = events.after(conn, positions.load(conn, CONSUMER, WARNINGS), _BATCH)
        if not found:
            return 0
        notices = [notice for event in found for notice in of_warning(event)]
        planned = planning.plan(conn, notices, self._clock.now(), self._terms)
        positions.save(conn, CONSUMER, WARNINGS, found[-1].seq)
        return planned

    async def tick(self) -> int:
        """Bring alerts whose time is up to somebody. Returns how many levels were told."""
        now = self._clock.now()
        due, self._waiting = await self._db.read(
            lambda conn: (bool(repository.due_watches(conn, now, 1)), repository.count_watches(conn))
        )
        if not due:
            return 0
        told = await self._db.write(
            lambda conn: watching.tick(conn, self._rules, self._stands, now, self._terms)
        )
        self._figures["escalated"] += told
        self._wake()
        return told
