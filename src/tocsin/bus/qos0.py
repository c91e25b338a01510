"""Takes in MQTT messages of QoS 0. The gateway stores QoS 1 itself and passes QoS 0 on to whoever listens.

Nothing is promised for QoS 0 (the device gets no acknowledgement), but a device that was set up so should
not be silently ignored either: while this runs, its messages join the others in stream MQTT.
"""

from __future__ import annotations

import asyncio

import structlog

from tocsin.bus.topics import matches
from tocsin.kernel.errors import TocsinError
from tocsin.kernel.ports import Bus, Health, Outgoing
from tocsin.kernel.subjects import MQTT, SPARKPLUG

log = structlog.get_logger(__name__)

#: The gateway writes the quality of service here.
_QOS_HEADER = "Nmqtt-Pub"
_MANY = 200
_PATTERNS = (MQTT.pattern, SPARKPLUG.pattern)


def _commands(subject: str) -> bool:
    """To an edge node, not from it: stored, the gateway would deliver it once more."""
    return matches(SPARKPLUG.pattern, subject) and subject.split(".")[2:3] in (["NCMD"], ["DCMD"])


class AtMostOnce:
    """Stage that stores QoS 0 messages; hosted with ingest."""

    name = "mqtt-qos0"

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._taken = 0
        self._lost = 0
        self._listening = 0

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            for pattern in _PATTERNS:
                tasks.create_task(self._take(pattern))

    async def _take(self, pattern: str) -> None:
        waiting: set[asyncio.Task[None]] = set()
        async with self._bus.listen(pattern) as messages:
            self._listening += 1
            async for message in messages:
                if message.headers.get(_QOS_HEADER, "0")[:1] != "0" or _commands(message.subject):
                    continue
                if len(waiting) >= _MANY:
                    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                task = asyncio.create_task(self._store(Outgoing(message.subject, message.data)))
                waiting.add(task)
                task.add_done_callback(waiting.discard)

    async def _store(self, out: Outgoing) -> None:
        try:
            await self._bus.publish(out)
            self._taken += 1
        except TocsinError as error:
            self._lost += 1
            log.warning("mqtt_qos0_lost", subject=out.subject, reason=str(error))

    def health(self) -> Health:
        figures: dict[str, float] = {"taken": self._taken, "lost": self._lost}
        if self._listening < len(_PATTERNS):
            return Health(self.name, "degraded", "does not listen yet", figures=figures)
        return Health(self.name, words=f"{self._taken} taken", figures=figures)
