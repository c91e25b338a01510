"""Event time goes on in silence: an empty envelope each second in ``live``."""

from __future__ import annotations

import asyncio

import structlog

from tocsin.bus.codec import encode
from tocsin.kernel.clock import Clock
from tocsin.kernel.errors import Unavailable
from tocsin.kernel.events import RawBatch
from tocsin.kernel.ports import Bus, Health, Outgoing

EVERY_S = 1.0
SOURCE = "clock"

log = structlog.get_logger(__name__)


class ClockIntake:
    """Stage. Only the realm whose clock is the wall has one."""

    name = "ingest.clock"

    def __init__(self, bus: Bus, clock: Clock, *, every_s: float = EVERY_S) -> None:
        self._bus = bus
        self._clock = clock
        self._every_s = every_s
        self._words = ""

    def health(self) -> Health:
        return Health(self.name, state="degraded" if self._words else "working", words=self._words)

    async def run(self) -> None:
        while True:
            batch = RawBatch(SOURCE, "json", self._clock.now(), ())
            try:
                await self._bus.publish(Outgoing(f"raw.{SOURCE}", encode(batch)))
                self._words = ""
            except Unavailable as error:
                self._words = f"waiting for the bus: {error.message}"
                log.warning("clock_waits", reason=str(error))
            await asyncio.sleep(self._every_s)
