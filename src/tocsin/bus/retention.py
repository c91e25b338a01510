"""Forgets what every required reader has committed, and nothing else.

Readers say their committed position on ``status.*`` (``ports.Health.position``). A stream is trimmed to the
lowest position of its required readers as it stood ``keep`` ago; while one of them has not been heard, or
says nothing of the stream, nothing of that stream goes. So a reader that is down keeps its messages, however
long.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Collection, Mapping
from datetime import timedelta

import msgspec
import structlog

from tocsin.kernel.errors import TocsinError
from tocsin.kernel.ports import Bus, Health
from tocsin.kernel.subjects import STATUS, STREAMS
from tocsin.settings import Settings

log = structlog.get_logger(__name__)

#: What must survive although it is read: the newest message of each stage that resumes from its own output.
RESUME_MARKS: Mapping[str, tuple[str, ...]] = {
    "RAW": ("raw.mqtt",),
    "OBS": ("obs.src.>", "obs.edge.>"),
    "FINDING": ("found.>",),
}

Required = Mapping[str, Collection[str]]


def kept_for(settings: Settings) -> dict[str, timedelta]:
    """How long a message of each stream stays after the last of its readers committed it; readings as they
    came, perhaps with personal data in them, the shortest."""
    usual = timedelta(hours=settings.bus.keep_h)
    raw = min(usual, timedelta(minutes=settings.privacy.raw_keep_min))
    return {stream: raw if stream in ("MQTT", "RAW") else usual for stream in STREAMS}


class Trimmer:
    """Stage that trims.

    ``required``: stream -> names of the readers (as in ``Health.name``) that must have committed; or a
    function that answers it now, where tools come and go. A stream that is not named is never trimmed.

    ``kept``: how long a message of a stream stays after the last of them committed it (``kept_for``).
    ``every_s``: seconds between trims. ``marks``: patterns whose newest message stays (``RESUME_MARKS``).
    """

    name = "trimmer"

    def __init__(
        self,
        bus: Bus,
        required: Required | Callable[[], Required],
        *,
        kept: Mapping[str, timedelta],
        every_s: float = 15.0,
        marks: Callable[[], Mapping[str, tuple[str, ...]]] = lambda: RESUME_MARKS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._bus = bus
        self._required = required if callable(required) else lambda: required
        self._kept_s = {stream: keep.total_seconds() for stream, keep in kept.items()}
        self._every_s, self._marks = every_s, marks
        self._clock = clock
        self._positions: dict[str, dict[str, int]] = {}
        #: stream -> (moment, position that all had committed then), oldest first
        self._history: dict[str, deque[tuple[float, int]]] = {}
        self._trimmed: dict[str, int] = {}
        self._unknown: list[str] = []

    def heard(self, health: Health) -> None:
        """Remember a reader's positions."""
        known = self._positions.setdefault(health.name, {})
        for stream, seq in health.position.items():
            known[stream] = max(seq, known.get(stream, 0))

    def committed(self, stream: str, readers: Collection[str]) -> int | None:
        """The lowest committed position; None while a reader is unknown, or where there is none at all."""
        positions = [self._positions.get(reader, {}).get(stream) for reader in readers]
        known = [p for p in positions if p is not None]
        return min(known) if known and len(known) == len(positions) else None

    async def trim(self) -> dict[str, int]:
        """Trim what is due now; stream -> position up to which it was trimmed in this call."""
        now, done = self._clock(), {}
        self._unknown = []
        for stream, readers in self._required().items():
            position = self.committed(stream, readers)
            if position is None:
                self._unknown += [f"{r} on {stream}" for r in readers if self.committed(stream, [r]) is None]
                continue
            history = self._history.setdefault(stream, deque())
            history.append((now, position))
            up_to, keep_s = 0, self._kept_s[stream]
            while history and history[0][0] <= now - keep_s:
                up_to = history.popleft()[1]
            # A reader that came later may stand lower than all did then.
            up_to = min(up_to, position)
            if up_to > self._trimmed.get(stream, 0):
                await self._bus.trim(stream, up_to, keep=self._marks().get(stream, ()))
                self._trimmed[stream] = done[stream] = up_to
        return done

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._listen())
            tasks.create_task(self._work())

    async def _listen(self) -> None:
        decoder = msgspec.msgpack.Decoder(Health)
        async with self._bus.listen(STATUS) as messages:
            async for message in messages:
                try:
                    self.heard(decoder.decode(message.data))
                except msgspec.DecodeError as error:
                    log.warning("health_not_understood", subject=message.subject, error=str(error))

    async def _work(self) -> None:
        while True:
            await asyncio.sleep(self._every_s)
            try:
                for stream, up_to in (await self.trim()).items():
                    log.debug("trimmed", stream=stream, up_to=up_to)
            except TocsinError as error:
                log.warning("trim_failed", reason=str(error))  # the next round does it

    def health(self) -> Health:
        words = f"waits for {', '.join(sorted(self._unknown))}" if self._unknown else ""
        return Health(self.name, words=words, figures={f"trimmed_{s}": p for s, p in self._trimmed.items()})
