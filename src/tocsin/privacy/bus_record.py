"""What the bus let go: the keeper trims its streams by itself; here that is written down among the deletions.

Counted in messages, each of up to 500 readings, from the first number that a stream still holds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta

import structlog

from tocsin.db import Connection, Database, positions
from tocsin.kernel.clock import Clock
from tocsin.kernel.errors import TocsinError
from tocsin.kernel.ports import Bus, Health
from tocsin.kernel.rounds import pause
from tocsin.privacy import repository
from tocsin.privacy.forgetting import write_down
from tocsin.privacy.records import Deletion

log = structlog.get_logger(__name__)

STORE = "bus"
CONSUMER = "privacy.bus"


class BusRecord:
    """Stage. ``kept``: stream -> how long a message stays after all its readers had it; ``every_s``: seconds
    between two looks; after one that failed the next comes sooner."""

    name = CONSUMER

    def __init__(
        self, bus: Bus, ops: Database, clock: Clock, kept: Mapping[str, timedelta], *, every_s: float
    ) -> None:
        self._bus, self._ops, self._clock = bus, ops, clock
        self._kept, self._every_s = kept, every_s
        self._fault = ""
        self._told = 0

    async def run(self) -> None:
        failures = 0
        while True:
            await asyncio.sleep(pause(self._every_s, failures))
            try:
                await self.once()
                self._fault, failures = "", 0
            except TocsinError as error:  # the next round tells it
                self._fault, failures = str(error), failures + 1
                log.warning("bus_record_waits", reason=self._fault)

    def health(self) -> Health:
        return Health(
            name=self.name,
            state="degraded" if self._fault else "working",
            words=self._fault or "writes down what the bus let go",
            figures={"told": float(self._told)},
        )

    async def once(self) -> int:
        """One look at every stream; how many messages went since the last. Raises ``TocsinError``."""
        went = 0
        for stream, keep in self._kept.items():
            gone = (await self._bus.info(stream)).first - 1
            went += await self._ops.write(
                lambda conn, stream=stream, keep=keep, gone=gone: self._tell(conn, stream, keep, gone)  # type: ignore[misc]
            )
        self._told += went
        return went

    def _tell(self, conn: Connection, stream: str, keep: timedelta, gone: int) -> int:
        """``gone``: number of the last message that the stream no longer holds."""
        went = gone - positions.load(conn, CONSUMER, stream)
        if went <= 0:  # nothing new, or a stream made anew that has not come so far yet
            return 0
        now = self._clock.now()
        begun = Deletion(
            store=STORE,
            rule=f"bus.{stream}",
            words=f"Messages of the stream {stream}, {_span(keep)} after all their readers had them",
            class_="as it came" if stream in ("MQTT", "RAW") else "as the city keeps it",
            purpose="transport",
            before=now - keep,
            begun_at=now,
            finished_at=now,
            due=went,
            deleted=went,
        )
        write_down(conn, repository.begin(conn, begun), now)
        positions.save(conn, CONSUMER, stream, gone)
        return went


def _span(keep: timedelta) -> str:
    minutes = keep.total_seconds() / 60
    return f"{minutes:g} min" if minutes < 60 else f"{minutes / 60:g} h"
