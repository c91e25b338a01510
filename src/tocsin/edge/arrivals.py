"""Takes in at the centre what edges send: EDGE -> OBS and FINDING, each item once, also over kill -9.

As in normalise the outputs are the memory of the position: each message says how far in EDGE it goes, and
which part of a parcel it is. Outputs leave in order, so the further of the two streams tells where to go on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

import structlog

from tocsin.bus.codec import covered, covers, decode, encode
from tocsin.bus.leaf import check_edge
from tocsin.bus.nats_config import MAX_PAYLOAD_BYTES
from tocsin.edge.heard import Heard
from tocsin.edge.parcel import MAX_MESSAGES, Parcel
from tocsin.edge.stamp import Close, finding, observations, refused, source_of
from tocsin.kernel.clock import Clock
from tocsin.kernel.errors import Invalid, TooLarge, Unavailable
from tocsin.kernel.events import Finding, ObservationBatch
from tocsin.kernel.ports import Bus, Health, Message, Outgoing
from tocsin.kernel.subjects import AFAR, EDGE_FINDING, EDGE_OBS, FOUND, token

STREAM = "EDGE"
#: which message of the parcel after the covered one this is, counted from 1
PART = "Tocsin-Part"
RETRY_S = 0.5
#: room for the headers stays below what the server takes
MAX_OUT_BYTES = MAX_PAYLOAD_BYTES - 16 * 1024
_OUTPUTS = ((str(AFAR.stream), AFAR.pattern), (str(FOUND.stream), FOUND.pattern))

log = structlog.get_logger(__name__)

#: seals raw bytes at a moment
SealAt = Callable[[bytes, datetime], bytes]


class Edges:
    """Stage of the centre. ``heard`` remembers what edges say of themselves (it listens by itself)."""

    name = "edges"

    def __init__(self, bus: Bus, clock: Clock, seal: SealAt, heard: Heard) -> None:
        self._bus, self._clock, self._seal, self._heard = bus, clock, seal, heard
        self._covered = self._part = 0
        self._parcels = self._refused = 0
        self._words = ""

    def health(self) -> Health:
        return Health(
            self.name,
            state="degraded" if self._words else "working",
            words=self._words or self._heard.words(),
            position={STREAM: self._covered},
            figures={"parcels": float(self._parcels), "refused": float(self._refused)},
            detail={"edges": self._heard.told()},
        )

    async def run(self) -> None:
        await self._resume()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._heard.listen(self._bus))
            group.create_task(self._take_in())

    async def _take_in(self) -> None:
        async with self._bus.read(
            STREAM, after=self._covered, subjects=[EDGE_OBS.pattern, EDGE_FINDING.pattern]
        ) as batches:
            async for messages in batches:
                for message in messages:
                    await self._pass_on(message)

    async def _resume(self) -> None:
        while True:
            try:
                newest = [await self._bus.last(stream, pattern) for stream, pattern in _OUTPUTS]
            except Unavailable as error:
                await self._wait(error)
                continue
            for message in newest:
                if message is not None:
                    part = message.headers.get(PART, "0")
                    at = covered(message.headers, STREAM), int(part) if part.isdigit() else 0
                    self._covered, self._part = max((self._covered, self._part), at)
            self._words = ""
            return

    async def _pass_on(self, message: Message) -> None:
        """One parcel, until all of it is stored. After a failure the outputs are asked what they have."""
        outs = self._outputs(message)
        while message.seq > self._covered:
            try:
                await self._bus.publish_many(outs[self._part :])
            except Unavailable as error:
                await self._wait(error)
                await self._resume()
                continue
            self._covered, self._part, self._words = message.seq, 0, ""
            self._parcels += 1

    def _outputs(self, message: Message) -> list[Outgoing]:
        """Always at least one: the position must leave its mark."""
        edge, lane = message.subject.split(".")[1:3]
        now = self._clock.now()
        try:
            check_edge(edge)  # a reply that a box led astray comes under a name that the server drew
            items: Sequence[bytes] = decode(message.data, Parcel).items
            if len(items) > MAX_MESSAGES:
                raise Invalid(
                    "too many items", field="items", value=len(items), cure=f"at most {MAX_MESSAGES}"
                )
        except Exception as error:  # noqa: BLE001 - hostile bytes may not end us
            items = ()
            log.error("parcel_unreadable", edge=edge, seq=message.seq, reason=str(error))
        made = [self._output(lane, item, edge, f"{message.seq}:{i}", now) for i, item in enumerate(items)]
        made = made or [self._unreadable(edge, str(message.seq), now)]
        return [
            Outgoing(
                subject,
                data,
                msg_id=f"edge:{message.seq}+{i}",
                headers=covers(STREAM, message.seq)
                if i == len(made)
                else covers(STREAM, message.seq - 1) | {PART: str(i)},
            )
            for i, (subject, data) in enumerate(made, 1)
        ]

    def _output(self, lane: str, item: bytes, edge: str, place: str, now: datetime) -> tuple[str, bytes]:
        close: Close = lambda payload: self._seal(payload, now)  # noqa: E731
        try:
            if lane == "finding":
                said = finding(decode(item, Finding), edge, now)
                return f"found.{edge}.{token(said.tool)}", _bounded(encode(said))
            batch = observations(decode(item, ObservationBatch), edge, now, close)
            made = f"obs.edge.{edge}.{token(batch.source)}", _bounded(encode(batch))
        except (Invalid, TooLarge) as error:
            log.error("edge_item_unreadable", edge=edge, lane=lane, reason=str(error))
            return self._unreadable(edge, place, now)
        except Exception:
            log.exception("edge_item_breaks_edges", edge=edge, lane=lane, place=place)
            return self._unreadable(edge, place, now)
        self._refused += len(batch.quarantined)
        return made

    def _unreadable(self, edge: str, place: str, now: datetime) -> tuple[str, bytes]:
        self._refused += 1
        said = refused(
            f"{edge}~edge:{place}",
            edge,
            "what it sent cannot be read",
            "data",
            "run the same version of Tocsin at both ends",
        )
        batch = ObservationBatch(source_of(edge, "uplink"), now, (), (said,))
        return f"obs.edge.{edge}.uplink", encode(batch)

    async def _wait(self, error: Unavailable) -> None:
        self._words = f"waiting for the bus: {error.message}"
        log.warning("edges_wait", reason=str(error), retry_s=RETRY_S)
        await asyncio.sleep(RETRY_S)


def _bounded(data: bytes) -> bytes:
    """Names of the edge make messages longer than they were sent. Raises ``TooLarge``."""
    if len(data) > MAX_OUT_BYTES:
        raise TooLarge(f"{len(data)} bytes under the edge's name", field="data", cure="smaller batches")
    return data
