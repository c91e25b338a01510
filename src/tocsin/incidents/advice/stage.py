"""The stage *advice*: tells advisors what they may know, keeps what they answer, asks what is to be asked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from functools import partial
from typing import TypeVar

import structlog

from tocsin.bus.codec import decode, encode
from tocsin.db import Connection, Database, positions
from tocsin.incidents.advice import service
from tocsin.incidents.advice.asking import Asking
from tocsin.incidents.advice.city import City
from tocsin.incidents.advice.rules import AdviceRules
from tocsin.kernel.advice import AdviceAnswered, SurroundingsAsked, ThreatsAsked
from tocsin.kernel.clock import Clock
from tocsin.kernel.errors import Invalid, TocsinError
from tocsin.kernel.ports import Bus, Health, Message
from tocsin.kernel.subjects import ADVICE_GIVEN, SURROUNDINGS, THREATS

log = structlog.get_logger(__name__)

T = TypeVar("T")
CONSUMER, STREAM = "advice", "ADVICE"
_RETRY_S = (0.1, 0.25, 0.5, 1.0)
_TICK_S = 1.0


class AdviceStage:
    """``tools``: the advisors that are installed; None: any. ``tick_s``: how often open incidents are looked
    at for what is to be asked.
    """

    name = "advice"

    def __init__(
        self,
        bus: Bus,
        db: Database,
        clock: Clock,
        city: City,
        rules: AdviceRules,
        *,
        tools: Collection[str] | None = None,
        tick_s: float = _TICK_S,
    ) -> None:
        self._bus, self._db, self._clock, self._city = bus, db, clock, city
        self.asking = Asking(db, clock, city, rules, tools)
        self._tick_s = tick_s
        self._position = 0
        self._fault: str | None = None
        self._figures = {"kept": 0, "too_late": 0, "told": 0}

    async def run(self) -> None:
        async with (
            self._bus.answer(SURROUNDINGS.subject, self._tell),
            self._bus.answer(THREATS.subject, self._tell_threats),
            asyncio.TaskGroup() as group,
        ):
            group.create_task(self._follow())
            group.create_task(self._ask_along())

    def health(self) -> Health:
        figures = {**self._figures, **self.asking.figures}
        return Health(
            name=self.name,
            state="degraded" if self._fault else "working",
            words=self._fault or "asks advisors and keeps what they say",
            position={STREAM: self._position},
            figures={name: float(value) for name, value in figures.items()},
        )

    async def _tell(self, data: bytes) -> bytes:
        self._figures["told"] += 1
        return encode(await self._city.surroundings(decode(data, SurroundingsAsked)))

    async def _tell_threats(self, data: bytes) -> bytes:
        return encode(await self.asking.threats(decode(data, ThreatsAsked)))

    async def _follow(self) -> None:
        self._position = await self._db.read(lambda conn: positions.load(conn, CONSUMER, STREAM))
        reading = self._bus.read(STREAM, after=self._position, subjects=[ADVICE_GIVEN.pattern])
        async with reading as batches:
            async for messages in batches:
                self._position = await self._insist(partial(self._keep_all, messages))

    async def _keep_all(self, messages: Sequence[Message]) -> int:
        return await self._db.write(lambda conn: self._keep(conn, messages))

    def _keep(self, conn: Connection, messages: Sequence[Message]) -> int:
        """On the writer thread, in the transaction."""
        stored = positions.load(conn, CONSUMER, STREAM)
        for message in [m for m in messages if m.seq > stored]:
            try:
                told = decode(message.data, AdviceAnswered)
            except Invalid as error:
                log.error("answer_refused", seq=message.seq, subject=message.subject, reason=str(error))
                continue
            kept = service.answered(conn, told, self._clock.now())
            self._figures["kept" if kept else "too_late"] += 1
        stored = max(stored, messages[-1].seq)
        positions.save(conn, CONSUMER, STREAM, stored)
        return stored

    async def _ask_along(self) -> None:
        while True:
            await self._insist(self.asking.tick)
            await asyncio.sleep(self._tick_s)

    async def _insist(self, work: Callable[[], Awaitable[T]]) -> T:
        failures = 0
        while True:
            try:
                done = await work()
            except TocsinError as error:
                wait = _RETRY_S[min(failures, len(_RETRY_S) - 1)]
                failures += 1
                self._fault = str(error)
                log.warning("advice_waits", reason=str(error), after_s=wait)
                await asyncio.sleep(wait)
                continue
            self._fault = None
            return done
