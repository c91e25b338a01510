"""The correlation stage: alerts in, proposals out, position and effect in one transaction."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import structlog

from tocsin.bus.codec import decode
from tocsin.db import Connection, Database, positions
from tocsin.incidents.correlation import machine, repository
from tocsin.incidents.correlation.candidates import Draft, candidate
from tocsin.incidents.correlation.propose import propose
from tocsin.incidents.correlation.rules import Rules, read_rules
from tocsin.kernel.clock import Clock
from tocsin.kernel.decisions import AlertEvent
from tocsin.kernel.errors import Invalid, TocsinError
from tocsin.kernel.ports import Bus, Health, Message
from tocsin.kernel.subjects import ALERT

log = structlog.get_logger(__name__)

T = TypeVar("T")
_Run = Callable[[Callable[[Connection], T]], Awaitable[T]]
CONSUMER, STREAM = "correlation", "ALERT"
#: so many free alerts are looked at, the newest by onset; beyond it the wall says so
MOST_FREE = 1000
#: in a flood each look takes long, and the other stages of this process wait for the interpreter: we rest so
#: many times as long as it took, and what has come meanwhile is one look
_REST, _REST_S = 4.0, 1.0
#: a look is made anew where people decided something meanwhile; the last time they wait for it
_TRIES = 3
#: an alert that was closed may still be told of late; after this it is forgotten
_KEEP = timedelta(days=2)
_RETRY_S = (0.1, 0.25, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class _Heard:
    position: int
    events: int = 0
    refused: int = 0
    #: when a look is due: the time of the newest event, where one could change a proposal
    look_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Thought:
    drafts: tuple[Draft, ...]
    #: what people had decided when this was thought
    decided: tuple[object, ...]


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
        self._position = await self._insist(self._begin)
        await self._look(self._clock.now())
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
        heard = await self._insist(lambda conn: self._hear(conn, messages))
        self._figures["heard"] += heard.events
        self._figures["refused"] += heard.refused
        if heard.look_at is not None:
            await self._look(heard.look_at)
        self._position = heard.position

    async def _look(self, at: datetime) -> None:
        """Think on a state that stands still, with no lock held; write if nobody decided anything since."""
        for _ in range(_TRIES):
            thought = await self._insist(self._think, self._db.read)
            told = await self._insist(partial(_tell, thought=thought, at=at))
            if told is not None:
                break
        else:  # people decide faster than we think: they wait for once
            told = await self._insist(lambda conn: _tell(conn, self._think(conn), at))
        for act in told or ():
            self._figures[act] += 1

    async def _insist(self, work: Callable[[Connection], T], run: _Run[T] | None = None) -> T:
        failures = 0
        while True:
            try:
                done = await (run or self._db.write)(work)
            except TocsinError as error:
                wait = _RETRY_S[min(failures, len(_RETRY_S) - 1)]
                failures += 1
                self._fault = str(error)
                log.warning("correlation_waits", reason=str(error), position=self._position, after_s=wait)
                await asyncio.sleep(wait)
                continue
            self._fault = None
            return done

    def _begin(self, conn: Connection) -> int:
        repository.forget(conn, self._clock.now() - _KEEP)
        return positions.load(conn, CONSUMER, STREAM)

    def _hear(self, conn: Connection, messages: Sequence[Message]) -> _Heard:
        """On the writer thread, in the transaction. A look that is lost with the process is made at start."""
        stored = positions.load(conn, CONSUMER, STREAM)
        fresh = [message for message in messages if message.seq > stored]
        if not fresh:
            return _Heard(stored)
        events = [event for message in fresh if (event := _read(message)) is not None]
        at = max(e.at for e in events) if _remember(conn, events) else None
        positions.save(conn, CONSUMER, STREAM, fresh[-1].seq)
        return _Heard(fresh[-1].seq, len(events), len(fresh) - len(events), at)

    def _think(self, conn: Connection) -> _Thought:
        decided = repository.decided(conn)
        free = repository.free(conn, MOST_FREE + 1)
        self._full = len(free) > MOST_FREE
        free = free[:MOST_FREE]
        incidents = repository.held(conn)
        others = [alert.id for incident in incidents for alert in incident.alerts]
        past = repository.past(conn, [alert.id for alert in free], others)
        return _Thought(propose(self._rules, free, incidents, past), decided)


def _tell(conn: Connection, thought: _Thought, at: datetime) -> list[str] | None:
    """Write what was thought; None where people have decided something since."""
    if repository.decided(conn) != thought.decided:
        return None
    pending, number = repository.pending(conn), repository.next_number(conn)
    events = machine.follow(pending, thought.drafts, number, at)
    for event in events:
        repository.save(conn, event)
    return [event.act for event in events]


def _remember(conn: Connection, events: Sequence[AlertEvent]) -> bool:
    """Keep what these say; whether any of it could change a proposal."""
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


def _read(message: Message) -> AlertEvent | None:
    """The event; None, said aloud, for bytes that the alerts stage cannot have written."""
    try:
        return decode(message.data, AlertEvent)
    except Invalid as error:
        log.error("alert_event_refused", seq=message.seq, subject=message.subject, reason=str(error))
        return None
