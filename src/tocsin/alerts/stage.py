"""The alerts stage: findings in, alerts out, position and effect in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

import structlog

from tocsin.alerts.intake import Intake, Tally
from tocsin.alerts.routing import Routing, read_routing
from tocsin.alerts.rules import Rules, read_rules
from tocsin.alerts.tick import is_due, tick
from tocsin.alerts.tidy import tidy
from tocsin.bus.codec import decode
from tocsin.db import Connection, Database, positions
from tocsin.identity.repository import standing_ids
from tocsin.kernel.clock import Clock, FileClock
from tocsin.kernel.errors import Invalid, TocsinError
from tocsin.kernel.events import Finding
from tocsin.kernel.ports import Bus, Health, Message
from tocsin.kernel.subjects import FINDING, FOUND

log = structlog.get_logger(__name__)

CONSUMER, STREAM = "alerts", "FINDING"
_TICK_S = 1.0
_RETRY_S = (0.1, 0.25, 0.5, 1.0)


class Alerts:
    """Turns findings into alerts and does what time alone does to them.

    Knows nothing between two transactions: any number of restarts, also in the midst of one, leaves the same
    alerts. ``tick_s``: how often shelves, floods and quiet changes are looked after.
    """

    def __init__(
        self,
        bus: Bus,
        db: Database,
        clock: Clock,
        *,
        rules: Rules | None = None,
        routing: Routing | None = None,
        tick_s: float = _TICK_S,
    ) -> None:
        self.name = "alerts"
        self._bus, self._db, self._clock = bus, db, clock
        self._rules = rules or read_rules()
        self._routing = routing or read_routing()
        self._tick_s = tick_s
        self._position = 0
        self._fault: str | None = None
        self._refused: str | None = None
        self._figures = {**dict.fromkeys(asdict(Tally()), 0), "refused": 0}

    async def run(self) -> None:
        self._position = await self._db.read(lambda conn: positions.load(conn, CONSUMER, STREAM))
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._consume())
                group.create_task(self._keep_time())
        except BaseExceptionGroup as faults:
            raise faults.exceptions[0] from None  # the first is the cause; the other was cancelled for it

    def health(self) -> Health:
        words = self._fault or self._refused or "turns findings into alerts"
        return Health(
            name=self.name,
            state="degraded" if self._fault else "working",
            words=words,
            position={STREAM: self._position},
            figures={name: float(value) for name, value in self._figures.items()},
        )

    async def _consume(self) -> None:
        reading = self._bus.read(
            STREAM, after=self._position, subjects=[FINDING.pattern, FOUND.pattern], max_batch=500
        )
        async with reading as batches:
            async for messages in batches:
                await self._take(messages)

    async def _take(self, messages: Sequence[Message]) -> None:
        """One batch, however often it must be tried."""
        failures = 0
        while True:
            try:
                seq, tally, refused, now = await self._db.write(lambda conn: self._apply(conn, messages))
            except TocsinError as error:
                wait = _RETRY_S[min(failures, len(_RETRY_S) - 1)]
                failures += 1
                self._fault = str(error)
                log.warning("alerts_wait", reason=str(error), position=self._position, after_s=wait)
                await asyncio.sleep(wait)
                continue
            except Exception as error:  # one finding must not silence all tools for ever
                if len(messages) > 1:
                    for message in messages:
                        await self._take([message])
                    return
                log.exception("finding_breaks_alerts", seq=messages[0].seq, subject=messages[0].subject)
                await self._pass_by(messages[0], error)
                return
            self._fault = None
            self._position = seq
            if isinstance(self._clock, FileClock):  # once it is committed: a second try has the same times
                self._clock.advance(now)
            for name, count in asdict(tally).items():
                self._figures[name] += count
            self._figures["refused"] += refused
            return

    def _apply(self, conn: Connection, messages: Sequence[Message]) -> tuple[int, Tally, int, datetime]:
        """On the writer thread, in the transaction."""
        stored = positions.load(conn, CONSUMER, STREAM)
        fresh = [message for message in messages if message.seq > stored]
        if not fresh:
            return stored, Tally(), 0, self._clock.now()
        findings = [finding for message in fresh if (finding := _read(message)) is not None]
        tally, times = Tally(), self._times(findings)
        if findings:
            intake = Intake(conn, self._rules, times[0], self._routing.among(standing_ids(conn)))
            intake.take(findings, times)
            intake.finish()
            tally = intake.tally
        positions.save(conn, CONSUMER, STREAM, fresh[-1].seq)
        now = times[-1] if times else self._clock.now()
        return fresh[-1].seq, tally, len(fresh) - len(findings), now

    def _times(self, findings: Sequence[Finding]) -> list[datetime]:
        """When each is to be decided. On a recorded day that is when it was found, not when we are handed it:
        a batch may hold years."""
        now = self._clock.now()
        if not isinstance(self._clock, FileClock):
            return [now] * len(findings)
        return [now := max(now, finding.observed_at) for finding in findings]

    async def _pass_by(self, message: Message, error: Exception) -> None:
        """Leave a finding that we cannot use, and say so on the wall."""
        await self._db.write(lambda conn: positions.save(conn, CONSUMER, STREAM, message.seq))
        self._position = message.seq
        self._figures["refused"] += 1
        self._refused = (
            f"a finding on {message.subject} could not be used ({type(error).__name__}); see the log"
        )

    async def _keep_time(self) -> None:
        while True:
            await asyncio.sleep(self._tick_s)
            try:
                if await self._db.read(self._is_due):
                    await self._db.write(self._tick)
            except TocsinError as error:
                log.warning("alerts_tick_waits", reason=str(error))

    def _is_due(self, conn: Connection) -> bool:
        return is_due(conn, self._rules, self._clock.now())

    def _tick(self, conn: Connection) -> int:
        return tick(conn, self._rules, self._clock.now())


def _read(message: Message) -> Finding | None:
    """The finding; None, said aloud, for bytes that no runner can have written."""
    try:
        return tidy(decode(message.data, Finding))
    except Invalid as error:
        log.error("finding_refused", seq=message.seq, subject=message.subject, reason=str(error))
        return None
