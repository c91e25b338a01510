"""Normalise: RAW -> OBS, each item once, also over kill -9.

Each message on OBS says in its header up to where in RAW it covers; after a restart the stage goes on behind
the newest of them. So the output stream itself is the memory of the position (trimming keeps its newest).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import structlog

from tocsin.bus.codec import covered, covers, decode, encode
from tocsin.kernel.errors import Invalid, Unavailable
from tocsin.kernel.events import Observation, ObservationBatch, Quarantined, RawBatch, RawItem
from tocsin.kernel.ports import Bus, Health, Message, Outgoing
from tocsin.kernel.subjects import token
from tocsin.normalise.items import Items

MAX_ITEMS = 500
#: bytes of raw envelopes that go into one message at most, unless a single one is larger
MAX_BYTES = 512 * 1024
MERGE_WITHIN = timedelta(milliseconds=20)
#: items handled between two publishes, so that the event loop breathes (about 20 ms of work)
SLICE_ITEMS = 1_000
RETRY_S = 0.5

log = structlog.get_logger(__name__)


class _Merging:
    """Envelopes of one source, one after the other in RAW, on their way into one message."""

    def __init__(self, batch: RawBatch) -> None:
        self.source = batch.source
        self.accepted_at = batch.accepted_at
        self.observations: list[Observation] = []
        self.quarantined: list[Quarantined] = []
        self.size = 0
        self.first = self.last = 0

    def takes(self, batch: RawBatch, size: int) -> bool:
        return (
            batch.source == self.source
            and len(self.observations) + len(self.quarantined) + len(batch.items) <= MAX_ITEMS
            and self.size + size <= MAX_BYTES
            and abs(batch.accepted_at - self.accepted_at) <= MERGE_WITHIN
        )

    def outgoing(self) -> Outgoing:
        batch = ObservationBatch(
            self.source, self.accepted_at, tuple(self.observations), tuple(self.quarantined)
        )
        return Outgoing(
            f"obs.src.{token(self.source)}",
            encode(batch),
            msg_id=f"raw:{self.first}-{self.last}",
            headers=covers("RAW", self.last),
        )


class Normalise:
    """Stage. ``items`` does the work; this class moves it from stream to stream."""

    name = "normalise"

    def __init__(self, bus: Bus, items: Items) -> None:
        self._bus = bus
        self._items = items
        self._covered = 0
        self._observations = 0
        self._quarantined = 0
        self._words = ""

    def health(self) -> Health:
        return Health(
            self.name,
            state="degraded" if self._words else "working",
            words=self._words,
            position={"RAW": self._covered},
            figures={"observations": self._observations, "quarantined": self._quarantined},
        )

    async def run(self) -> None:
        await self._resume()
        async with self._bus.read("RAW", after=self._covered) as batches:
            async for messages in batches:
                async for outs in self._slices(messages):
                    await self._publish(outs)

    async def _resume(self) -> None:
        while True:
            try:
                newest = await self._bus.last("OBS", "obs.src.>")
            except Unavailable as error:
                await self._wait(error)
                continue
            if newest is not None:
                self._covered = max(self._covered, covered(newest.headers, "RAW"))
            self._words = ""
            return

    async def _slices(self, messages: Sequence[Message]) -> AsyncIterator[list[tuple[int, Outgoing]]]:
        """What to publish for the messages, with the RAW sequence each covers, in slices."""
        outs: list[tuple[int, Outgoing]] = []
        handled = 0
        merging: _Merging | None = None
        for message in messages:
            batch = _open(message)
            if merging is None or not merging.takes(batch, len(message.data)):
                if merging is not None:
                    outs.append((merging.last, merging.outgoing()))
                    if handled >= SLICE_ITEMS:
                        yield outs
                        outs, handled = [], 0
                merging = _Merging(batch)
                merging.first = message.seq
            observations, quarantined = self._items.of(batch)
            self._observations += len(observations)
            self._quarantined += len(quarantined)
            handled += len(batch.items)
            merging.observations += observations
            merging.quarantined += quarantined
            merging.size += len(message.data)
            merging.last = message.seq
        if merging is not None:
            outs.append((merging.last, merging.outgoing()))
            yield outs

    async def _publish(self, outs: list[tuple[int, Outgoing]]) -> None:
        """Until all are stored. After a failure the stream is asked what it has: none goes in twice."""
        while outs:
            try:
                await self._bus.publish_many([out for _, out in outs])
            except Unavailable as error:
                await self._wait(error)
                await self._resume()
                outs = [(last, out) for last, out in outs if last > self._covered]
                continue
            self._covered = outs[-1][0]
            self._words = ""
            return

    async def _wait(self, error: Unavailable) -> None:
        self._words = f"waiting for the bus: {error.message}"
        log.warning("normalise_waits", reason=str(error), retry_s=RETRY_S)
        await asyncio.sleep(RETRY_S)


def _open(message: Message) -> RawBatch:
    """The envelope; one that is none (a defect of its sender) becomes a single item that tells of it."""
    try:
        return decode(message.data, RawBatch)
    except Invalid as error:
        log.error("raw_envelope_unreadable", seq=message.seq, subject=message.subject, reason=str(error))
        item = RawItem(f"raw:{message.seq}", message.data)
        return RawBatch(message.subject.removeprefix("raw."), "envelope", message.time, (item,))
