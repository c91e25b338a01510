"""The correlation stage: alerts in, proposals out, position and effect in one transaction."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

import structlog

from tocsin.bus.codec import decode
from tocsin.db import Connection, Database, positions
from tocsin.incidents.correlation import machine, repository
from tocsin.incidents.correlation.candidates import candidate
from tocsin.incidents.correlation.propose import propose
from tocsin.incidents.correlation.rules import Rules, read_rules
from tocsin.kernel.clock import Clock
from tocsin.kernel.decisions import AlertEvent
from tocsin.kernel.errors import Invalid, TocsinError
from tocsin.kernel.ports import Bus, Health, Message
from tocsin.kernel.subjects import ALERT

log = structlog.get_logger(__name__)

T = TypeVar("T")
CONSUMER, STREAM = "correlation", "ALERT"
#: so many free alerts are looked at, the newest by onset; beyond it the wall says so. 5,000 take 0.6 s of the
#: one writer (2 cores), 1,000 about a tenth
MOST_FREE = 1000
#: in a flood each look takes long, and holds the write lock that alerts and people's decisions wait for: we
#: rest so many times as long as it took, and what has come meanwhile is one look
_REST, _REST_S = 4.0, 1.0
#: an alert that was closed may still be told of late; after this it is forgotten
_KEEP = timedelta(days=2)
_RETRY_S = (0.1, 0.25, 0.5, 1.0)


class Correlation:
    """Proposes which alerts belong together; joins nothing.

    Knows nothing between two transactions. At start everything is looked at once more: the rules may have
    changed.
    """

    def __init__(self, bus: Bus, db: Database, clock: Clock, *, rules: Rules | None = None) -> None:
        self.name = "correlation"
        self._bus, self._db, self._clock = bus, db, clock
        self._rules = read_rules() if rules is None else rules
        self._position = 0
        self._fault: str | None = None
        self._full = False
        self._figures = {"heard": 0, "proposed": 0, "revised": 0, "withdrawn": 0, "refused": 0}

    async def run(self) -> None:
        self._position, told = await self._insist(self._begin)
        self._count(told)
        async with self._bus.read(STREAM, after=self._position, subjects=[ALERT.pattern]) as batches:
            async for messages in batches:
                began = time.monotonic()
                await self._take(messages)
                await asyncio.sleep(min(_REST_S, _REST * (time.monotonic() - began)))

    def health(self) -> Health:
        words = "proposes which alerts belong together"
        if self._full:
            words = f"more than {MOST_FREE} open alerts in no incident: looks at the newest"
        return Health(
            name=self.name,
            state="degraded" if self._fault or self._full else "working",
            words=self._fault or words,
            position={STREAM: self._position},
            figures={name: float(value) for name, value in self._figures.items()},
        )

    async def _take(self, messages: Sequence[Message]) -> None:
        seq, heard, told = await self._insist(lambda conn: self._apply(conn, messages))
        self._position = seq
        self._figures["heard"] += heard
        self._count(told)

    async def _insist(self, work: Callable[[Connection], T]) -> T:
        failures = 0
        while True:
            try:
                done = await self._db.write(work)
            except TocsinError as error:
                wait = _RETRY_S[min(failures, len(_RETRY_S) - 1)]
                failures += 1
                self._fault = str(error)
                log.warning("correlation_waits", reason=str(error), position=self._position, after_s=wait)
                await asyncio.sleep(wait)
                continue
            self._fault = None
            return done

    def _count(self, told: Sequence[str]) -> None:
        for act in told:
            self._figures[act] += 1

    def _begin(self, conn: Connection) -> tuple[int, list[str]]:
        now = self._clock.now()
        repository.forget(conn, now - _KEEP)
        return positions.load(conn, CONSUMER, STREAM), self._propose(conn, now)

    def _apply(self, conn: Connection, messages: Sequence[Message]) -> tuple[int, int, list[str]]:
        """On the writer thread, in the transaction."""
        stored = positions.load(conn, CONSUMER, STREAM)
        fresh = [message for message in messages if message.seq > stored]
        if not fresh:
            return stored, 0, []
        events = [event for message in fresh if (event := _read(message)) is not None]
        told = self._propose(conn, max(e.at for e in events)) if self._hear(conn, events) else []
        told += ["refused"] * (len(fresh) - len(events))
        positions.save(conn, CONSUMER, STREAM, fresh[-1].seq)
        return fresh[-1].seq, len(events), told

    def _hear(self, conn: Connection, events: Sequence[AlertEvent]) -> bool:
        """Remember what these say; whether any of it could change a proposal."""
        known = repository.known(conn, {e.alert.id for e in events})
        heard, matters = {}, False
        for event in events:
            alert = event.alert
            version, before = known.get(alert.id, (0, None))
            if alert.version <= version:
                continue
            now = candidate(alert)
            known[alert.id] = heard[alert.id] = alert.version, now
            matters = matters or now != before or event.act in ("joined", "left")
        repository.put(conn, heard.values())
        return matters

    def _propose(self, conn: Connection, at: datetime) -> list[str]:
        free = repository.free(conn, MOST_FREE + 1)
        self._full = len(free) > MOST_FREE
        free = free[:MOST_FREE]
        incidents = repository.held(conn)
        others = [alert.id for incident in incidents for alert in incident.alerts]
        past = repository.past(conn, [alert.id for alert in free], others)
        drafts = propose(self._rules, free, incidents, past)
        pending = repository.pending(conn)
        events = machine.follow(pending, drafts, repository.next_number(conn), at)
        for event in events:
            repository.save(conn, event)
        return [event.act for event in events]


def _read(message: Message) -> AlertEvent | None:
    """The event; None, said aloud, for bytes that the alerts stage cannot have written."""
    try:
        return decode(message.data, AlertEvent)
    except Invalid as error:
        log.error("alert_event_refused", seq=message.seq, subject=message.subject, reason=str(error))
        return None
