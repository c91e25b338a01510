"""MQTT -> RAW: takes what devices have published, in order, each message once, also over kill -9.

The stage has no store: each envelope's header says up to where in MQTT it covers, and after a restart the
stage goes on behind the newest of them (trimming RAW keeps its newest ``raw.mqtt``).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import structlog

from tocsin.bus.codec import covered, covers, encode
from tocsin.bus.topics import device_of
from tocsin.ingest.envelopes import MAX_BYTES, MAX_ITEM_BYTES, MAX_ITEMS, cut, split_list
from tocsin.ingest.heard import Heard
from tocsin.ingest.styles import JSON, Styles
from tocsin.kernel.clock import Clock
from tocsin.kernel.errors import Invalid, Unavailable
from tocsin.kernel.events import RawBatch, RawItem
from tocsin.kernel.ports import Bus, Health, Message, Outgoing

SUBJECT = "raw.mqtt"
SOURCE = "mqtt"
#: how many items of the message after the covered one are in already: only a long list is ever cut
PART = "Tocsin-Part"
#: 20 ms are allowed; ten already gather the many devices of a busy city
GATHER_S = 0.01
#: the server takes 8 MiB, an envelope included: of a payload near that the rest is cut off. From 1 MiB on it
#: is quarantined anyway.
MAX_WHOLE_BYTES = 7 * 1024 * 1024
RETRY_S = 0.5

log = structlog.get_logger(__name__)


class MqttIntake:
    """Stage. One source, ``mqtt``, for all devices; the device is the second level of the topic."""

    name = "ingest.mqtt"

    def __init__(
        self,
        bus: Bus,
        clock: Clock,
        heard: Heard | None = None,
        *,
        gather_s: float = GATHER_S,
        styles: Styles | None = None,
    ) -> None:
        """``styles``: forms beside the JSON reading; None knows none."""
        self._bus = bus
        self._clock = clock
        self._heard = heard or Heard()
        self._gather_s = gather_s
        self._styles = styles or Styles(items_of)
        self._covered = 0
        self._part = 0
        self._items = 0
        self._words = ""

    def health(self) -> Health:
        return Health(
            self.name,
            state="degraded" if self._words else "working",
            words=self._words,
            position={"MQTT": self._covered},
            figures={"items": self._items},
        )

    async def run(self) -> None:
        await self._resume()
        async with self._bus.read("MQTT", after=self._covered) as batches:
            async for messages in gathered(batches, self._gather_s):
                await self._publish(messages)

    async def _resume(self) -> None:
        while True:
            try:
                newest = await self._bus.last("RAW", SUBJECT)
            except Unavailable as error:
                await self._wait(error)
                continue
            if newest is not None and (seq := covered(newest.headers, "MQTT")) >= self._covered:
                part = newest.headers.get(PART, "0")
                self._covered, self._part = seq, int(part) if part.isdigit() else 0
            self._styles.rewind(self._covered)
            self._words = ""
            return

    async def _publish(self, messages: Sequence[Message]) -> None:
        """Until all are stored. After a failure the stream is asked what it has: none goes in twice."""
        while True:
            try:
                outs, last = self._envelopes([m for m in messages if m.seq > self._covered])
                if not outs:
                    return
                await self._bus.publish_many([out for out, _ in outs])
            except Unavailable as error:
                await self._wait(error)
                await self._resume()
                continue
            self._covered, self._part, self._words = last, 0, ""
            count = sum(items for _, items in outs)
            self._items += count
            self._heard.note(SOURCE, count, datetime.now(UTC))
            await self._styles.answer(self._bus)

    def _envelopes(self, messages: Sequence[Message]) -> tuple[list[tuple[Outgoing, int]], int]:
        """Envelopes and the sequence they go up to: all, or the first that changes what is remembered."""
        outs: list[tuple[Outgoing, int]] = []
        together: list[RawItem] = []
        size = last = 0
        format_ = JSON
        for message in messages:
            other, items = self._styles.of(message)
            weight = sum(len(item.payload) for item in items)
            full = len(together) + len(items) > MAX_ITEMS or size + weight > MAX_BYTES
            if together and (full or other != format_):
                outs.append(self._out(format_, together, last))
                together, size = [], 0
            format_ = other
            done = self._part if message.seq == self._covered + 1 else 0
            groups = list(cut(items[done:]))
            for group in groups[:-1]:
                done += len(group)
                outs.append(self._out(format_, group, message.seq - 1, part=done))
            together += groups[-1] if groups else ()
            size += sum(len(item.payload) for item in (groups[-1] if groups else ()))
            last = message.seq
            if self._styles.changed:
                break
        if last:
            outs.append(self._out(format_, together, last))
        return outs, last

    def _out(
        self, format_: str, items: Sequence[RawItem], last: int, *, part: int = 0
    ) -> tuple[Outgoing, int]:
        batch = RawBatch(SOURCE, format_, self._clock.now(), tuple(items))
        headers = covers("MQTT", last) | ({PART: str(part)} if part else {})
        msg_id = f"mqtt:{last}+{part}"
        return Outgoing(SUBJECT, encode(batch), msg_id=msg_id, headers=headers), len(items)

    async def _wait(self, error: Unavailable) -> None:
        self._words = f"waiting for the bus: {error.message}"
        log.warning("mqtt_intake_waits", reason=str(error), retry_s=RETRY_S)
        await asyncio.sleep(RETRY_S)


def items_of(message: Message) -> list[RawItem]:
    """One item for an object, one each for a list (also with NaN in one of them, as at HTTP); what is neither
    goes on whole, to be quarantined."""
    try:
        device: str | None = device_of(message.subject)
    except Invalid:
        device = None
    payload = message.data[:MAX_WHOLE_BYTES]
    whole = [RawItem(f"mqtt:{message.seq}", payload, device)]
    if len(payload) > MAX_ITEM_BYTES or payload.lstrip()[:1] != b"[":
        return whole
    try:
        parts = split_list(payload)
    except Invalid:
        return whole
    if not parts:
        return whole
    return [RawItem(f"mqtt:{message.seq}:{i}", part, device) for i, part in enumerate(parts)]


async def gathered(
    batches: AsyncIterator[Sequence[Message]], within_s: float
) -> AsyncIterator[Sequence[Message]]:
    """Batches that come within ``within_s`` of the first, as one; at most about 500 messages."""
    pending: asyncio.Future[Sequence[Message]] | None = None
    loop = asyncio.get_running_loop()
    try:
        while True:
            pending = pending or asyncio.ensure_future(_next(batches))
            messages = list(await pending)
            pending = None
            until = loop.time() + within_s
            while len(messages) < MAX_ITEMS and (left := until - loop.time()) > 0:
                pending = pending or asyncio.ensure_future(_next(batches))
                done, _ = await asyncio.wait({pending}, timeout=left)
                if not done:
                    break
                if isinstance(pending.exception(), StopAsyncIteration):
                    yield messages
                    return
                messages += pending.result()
                pending = None
            yield messages
    except StopAsyncIteration:
        return
    finally:
        if pending is not None:
            pending.cancel()
            await asyncio.gather(pending, return_exceptions=True)


async def _next(batches: AsyncIterator[Sequence[Message]]) -> Sequence[Message]:
    return await anext(batches)
