"""Reading a stream in order through an ephemeral push consumer that is made anew whenever anything is amiss.

The server pushes, numbering its deliveries; a missing number, a missing heartbeat, a lost connection or a
full buffer end this consumer, and the next one starts after the last message that arrived here. So nothing
is skipped or read twice, and the server keeps no state worth losing. Push, for pull made 12-15k messages/s
where push made 43-59k.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

import structlog
from nats.aio.msg import Msg

from tocsin.bus.memory import beyond_end
from tocsin.bus.nats_link import Link, Refused
from tocsin.bus.wire import kernel_subject, wire_stream, wire_subject
from tocsin.kernel.errors import Misconfigured, Unavailable
from tocsin.kernel.ids import random_id
from tocsin.kernel.ports import Message

log = structlog.get_logger(__name__)

HEARTBEAT_S = 1.0
#: Silence after which the consumer is given up: three heartbeats missed.
_SILENCE_S = 3.5
#: Flow control is answered below this, so the server stops sending while we are above it plus its window.
_LOW_WATER_BYTES = 2 * 1024 * 1024
#: Beyond this the consumer is dropped and made anew once its messages are read.
_HIGH_WATER_BYTES = 24 * 1024 * 1024
_NOT_FOUND = 404
_CATCH_UP_S = 10.0


def own_headers(headers: dict[str, str] | None) -> dict[str, str]:
    """Headers of the sender, without those of the server and its MQTT gateway."""
    if not headers:
        return {}
    return {k: v for k, v in headers.items() if not k.startswith(("Nats-", "Nmqtt-"))}


class Reader(AsyncIterator[Sequence[Message]]):
    """Batches of what is there. Made by ``NatsBus.read``."""

    def __init__(self, link: Link, stream: str, after: int, subjects: Sequence[str], max_batch: int) -> None:
        self._link = link
        self._stream = stream
        self._subjects = [wire_subject(s) for s in subjects]
        self._max_batch = max_batch
        self._arrived = after
        self._buffer: deque[Message] = deque()
        self._bytes = 0
        self._something = asyncio.Event()
        self._subscription: Any = None
        #: counts consumers; what an older one still brings is not taken
        self._generation = 0
        self._valid = False
        self._delivered = 0
        self._flow_reply = ""
        self._heard_at = 0.0
        #: when a cluster first told an end before what we have read
        self._behind_since = 0.0

    async def open(self) -> None:
        """Attach for the first time; waits for the server. Raises ``Misconfigured``."""
        self._link.on_back.append(self._give_up)
        await self._attach()

    async def close(self) -> None:
        self._link.on_back.remove(self._give_up)
        await self._drop()

    def _give_up(self) -> None:
        """The consumer is not to be trusted any more; what it brought is."""
        self._generation += 1
        self._valid = False
        self._flow_reply = ""
        self._something.set()

    async def _drop(self) -> None:
        self._generation += 1
        self._valid = False
        self._flow_reply = ""
        subscription, self._subscription = self._subscription, None
        if subscription is not None and self._link.is_up:
            try:
                await subscription.unsubscribe()
            except Exception as error:  # noqa: BLE001 - a lost connection has unsubscribed it already
                log.debug("bus_unsubscribe", error=str(error))

    async def _attach(self) -> None:
        while True:
            await self._drop()
            await self._link.until_up()
            try:
                await self._make_consumer()
            except Unavailable as error:
                log.info("bus_read_waits", stream=self._stream, reason=str(error))
                await asyncio.sleep(0.1)
            except Refused as error:
                if error.code == _NOT_FOUND:
                    raise Misconfigured(
                        "no such stream", field="stream", value=self._stream, cure="start the server's keeper"
                    ) from error
                log.warning("bus_read_refused", stream=self._stream, reason=str(error))
                await asyncio.sleep(0.5)
            else:
                return

    async def _make_consumer(self) -> None:
        name = wire_stream(self._stream)
        info = await self._link.call(f"STREAM.INFO.{name}")
        last = int(info["state"]["last_seq"])
        if self._arrived > last:
            if info.get("cluster", {}).get("replicas") and self._within_patience():
                raise Unavailable("the node that leads this stream now has not caught up")
            raise beyond_end(self._stream, self._arrived, last)
        self._behind_since = 0.0
        generation = self._generation
        inbox = self._link.new_inbox()
        self._delivered = 0
        self._heard_at = asyncio.get_running_loop().time()

        async def heard(message: Msg) -> None:
            if generation == self._generation:
                await self._take(message)

        self._subscription = await self._link.subscribe(inbox, heard)
        consumer = f"r{random_id()}"
        config: dict[str, Any] = {
            "name": consumer,
            "deliver_subject": inbox,
            "deliver_policy": "by_start_sequence",
            "opt_start_seq": self._arrived + 1,
            "ack_policy": "none",
            "max_deliver": 1,
            "flow_control": True,
            "idle_heartbeat": int(HEARTBEAT_S * 1e9),
            "inactive_threshold": 10 * 1_000_000_000,
            "mem_storage": True,
            "num_replicas": 1,
        }
        if self._subjects:
            config["filter_subjects"] = self._subjects
        await self._link.call(
            f"CONSUMER.CREATE.{name}.{consumer}", {"stream_name": name, "config": config, "action": "create"}
        )
        self._valid = generation == self._generation

    def _within_patience(self) -> bool:
        """A node that has just become leader applies what it has before it is believed to have lost it."""
        now = asyncio.get_running_loop().time()
        self._behind_since = self._behind_since or now
        return now - self._behind_since < _CATCH_UP_S

    async def _take(self, message: Msg) -> None:
        self._heard_at = asyncio.get_running_loop().time()
        headers = message.headers
        if headers and headers.get("Status") == "100":
            await self._control(message, headers)
            return
        # $JS.ACK.<stream>.<consumer>.<delivered>.<stream seq>.<consumer seq>.<ns>.<pending>; with a domain 2
        # more
        tokens = message.reply.split(".")
        at = 5 if len(tokens) == 9 else 7
        seq, delivery, nanoseconds = int(tokens[at]), int(tokens[at + 1]), int(tokens[at + 2])
        if delivery != self._delivered + 1:
            log.info("bus_read_gap", stream=self._stream, expected=self._delivered + 1, got=delivery)
            self._give_up()
            return
        self._delivered = delivery
        if seq <= self._arrived:
            return
        self._arrived = seq
        time = datetime.fromtimestamp(nanoseconds / 1e9, UTC)
        data = message.data
        self._buffer.append(Message(kernel_subject(message.subject), data, seq, time, own_headers(headers)))
        self._bytes += len(data) + 200
        self._something.set()
        if self._bytes > _HIGH_WATER_BYTES:
            self._give_up()

    async def _control(self, message: Msg, headers: dict[str, str]) -> None:
        stalled = headers.get("Nats-Consumer-Stalled")
        reply = message.reply or stalled
        if reply:
            self._flow_reply = reply
            await self._answer_flow()
            return
        sent = headers.get("Nats-Last-Consumer")
        if sent is not None and int(sent) > self._delivered:
            log.info("bus_read_gap", stream=self._stream, expected=self._delivered, got=int(sent))
            self._give_up()

    async def _answer_flow(self) -> None:
        if self._flow_reply and self._bytes < _LOW_WATER_BYTES:
            reply, self._flow_reply = self._flow_reply, ""
            try:
                await self._link.send(reply)
            except Unavailable:
                self._give_up()

    async def __anext__(self) -> Sequence[Message]:
        loop = asyncio.get_running_loop()
        while not self._buffer:
            self._something.clear()
            if not self._valid:
                await self._attach()
                continue
            wait_s = self._heard_at + _SILENCE_S - loop.time()
            if wait_s <= 0:
                log.info("bus_read_silence", stream=self._stream)
                self._give_up()
                continue
            try:
                async with asyncio.timeout(wait_s):
                    await self._something.wait()
            except TimeoutError:
                continue
        batch = [self._buffer.popleft() for _ in range(min(self._max_batch, len(self._buffer)))]
        self._bytes -= sum(len(m.data) + 200 for m in batch)
        await self._answer_flow()
        return batch
