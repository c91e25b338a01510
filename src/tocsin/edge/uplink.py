"""The uplink of a box: what it has normalised and found goes to the centre, in order, each message once.

The centre's own stream is the memory of the position, as in normalise: each parcel says in its header up to
where in the box's stream it covers, and is stored only directly after the parcel before it (the centre
compares). So a repeat of a parcel whose acknowledgement was lost is refused there, however long the cut and
whatever was killed meanwhile. What the centre has not got stays in the box's streams (``position``).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

import structlog

from tocsin.bus.codec import covered, encode
from tocsin.bus.uplink import Newest, Overtaken
from tocsin.edge.box import Box
from tocsin.edge.parcel import MAX_MESSAGES, Parcel, packed, position_headers, stream_of_box
from tocsin.kernel.errors import Misconfigured, Unavailable
from tocsin.kernel.ports import Bus, Health, Message
from tocsin.kernel.subjects import FINDING, OBS, SHOT

#: lane -> stream and subjects of the box
LANES: Mapping[str, tuple[str, str]] = {
    "obs": (str(OBS.stream), OBS.pattern),
    "finding": (str(FINDING.stream), FINDING.pattern),
    "shot": (str(SHOT.stream), SHOT.pattern),
}
#: a picture is entered in a transaction of its own
MOST = {"shot": 1}
#: hold the box's clock alone
EMPTY = frozenset({"obs.src.clock"})
RETRY_S = 1.0
_LOOK_S = 1.0
_AWAY = "the centre is out of reach"
_BATCH = 500

log = structlog.get_logger(__name__)


class Up(Protocol):
    """The centre (``bus.uplink.Centre``)."""

    async def newest(self, lane: str) -> Newest: ...

    async def store(self, lane: str, data: bytes, headers: Mapping[str, str], *, after: int) -> int: ...


class _Foreign(Exception):
    """Another box has sent under our name after we did."""


class _Lane:
    def __init__(self, name: str) -> None:
        self.name = name
        self.stream, self.pattern = LANES[name]
        #: up to where the centre has everything, what needs no sending passed over
        self.through = 0
        self.at_centre = 0
        self.oldest: datetime | None = None
        self.waiting = 0
        self.sent = 0
        self.fault = _AWAY
        #: the centre has said how far it is since we started
        self.resumed = False


class Uplink:
    """Stage of a box. ``retry_s``: between two tries while the centre is away."""

    name = "uplink"

    def __init__(self, bus: Bus, centre: Up, box: Box, *, retry_s: float = RETRY_S) -> None:
        self._bus, self._centre, self._box, self._retry_s = bus, centre, box, retry_s
        self._lanes = {name: _Lane(name) for name in LANES}

    @property
    def waiting(self) -> dict[str, int]:
        """Messages that the centre does not have, by lane."""
        return {lane.name: lane.waiting for lane in self._lanes.values()}

    @property
    def oldest(self) -> datetime | None:
        """When the oldest message that waits was stored here."""
        return min((lane.oldest for lane in self._lanes.values() if lane.oldest), default=None)

    @property
    def fault(self) -> str:
        """Why nothing goes up; empty: it does."""
        return next((lane.fault for lane in self._lanes.values() if lane.fault), "")

    def health(self) -> Health:
        return Health(
            self.name,
            state="degraded" if self.fault else "working",
            words=self.fault,
            position={lane.stream: lane.through for lane in self._lanes.values()},
            figures={
                **{f"{lane.name}.waiting": float(lane.waiting) for lane in self._lanes.values()},
                **{f"{lane.name}.sent": float(lane.sent) for lane in self._lanes.values()},
            },
        )

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._count_along())
            group.create_task(self._knock())
            for lane in self._lanes.values():
                group.create_task(self._keep_up(lane))

    async def _keep_up(self, lane: _Lane) -> None:
        while True:
            try:
                await self._resume(lane)
                lane.fault = ""
                reading = self._bus.read(
                    lane.stream, after=lane.through, subjects=[lane.pattern], max_batch=_BATCH
                )
                async with reading as batches:
                    async for messages in batches:
                        await self._hand_on(lane, messages)
            except Unavailable as error:
                if not lane.fault:
                    log.warning("uplink_waits", lane=lane.name, reason=str(error))
                lane.fault = _AWAY
            except _Foreign:
                lane.fault = "another box sends under this name: revoke it at the centre, add it anew"
                log.error("uplink_foreign", lane=lane.name, cure=lane.fault)
            except Misconfigured as error:
                lane.fault = (
                    "the messages of this box were taken away: remove nats/store whole, start it anew"
                )
                log.error("uplink_beyond_end", lane=lane.name, reason=str(error), cure=lane.fault)
            await asyncio.sleep(self._retry_s)

    async def _resume(self, lane: _Lane) -> None:
        """Ask the centre how far it is."""
        newest = await self._centre.newest(lane.name)
        own = covered(newest.headers, stream_of_box(lane.stream, self._box.id))
        if not own and self._box.begun(lane.name):
            if newest.seq:
                raise _Foreign
            own = self._box.noted(lane.name)  # the centre let go of it, or is a new one
        lane.at_centre = newest.seq
        lane.through = max(lane.through, own)
        if not lane.resumed:
            lane.resumed, lane.oldest = True, None

    async def _hand_on(self, lane: _Lane, messages: Sequence[Message]) -> None:
        for parcel in packed(messages, EMPTY, MOST.get(lane.name, MAX_MESSAGES)):
            lane.oldest = next(m.time for m in messages if m.seq == parcel.first)
            await self._send(lane, parcel)
            lane.oldest, lane.through = None, parcel.last
            lane.sent += len(parcel.items)
        lane.through = messages[-1].seq

    async def _send(self, lane: _Lane, parcel: Parcel) -> None:
        """Until it is at the centre. After each doubt the centre is asked whether it is."""
        data, headers = encode(parcel), position_headers(lane.stream, self._box.id, parcel.last)
        while True:
            try:
                at = await self._centre.store(lane.name, data, headers, after=lane.at_centre)
            except (Unavailable, Overtaken) as error:
                if not lane.fault:
                    log.warning("uplink_waits", lane=lane.name, reason=str(error))
                lane.fault = _AWAY
                await self._ask_until_answered(lane)
                if lane.through >= parcel.last:
                    return
                continue
            lane.at_centre, lane.fault = at, ""
            self._box.note(lane.name, parcel.last)
            self._box.begin(lane.name)
            return

    async def _ask_until_answered(self, lane: _Lane) -> None:
        while True:
            try:
                await self._resume(lane)
            except Unavailable:
                await asyncio.sleep(self._retry_s)
                continue
            lane.fault = ""
            return

    async def _knock(self) -> None:
        """A box that has nothing to send shall know of a cut too."""
        lane = next(iter(self._lanes.values()))
        while True:
            await asyncio.sleep(_LOOK_S)
            if lane.oldest is not None or lane.fault not in ("", _AWAY):
                continue
            try:
                await self._centre.newest(lane.name)
                lane.fault = ""
            except Unavailable:
                lane.fault = _AWAY

    async def _count_along(self) -> None:
        while True:
            for lane in self._lanes.values():
                try:
                    await self._count(lane)
                except (Unavailable, OSError) as error:
                    log.warning("uplink_not_counted", lane=lane.name, reason=str(error))
            await asyncio.sleep(_LOOK_S)

    async def _count(self, lane: _Lane) -> None:
        last = (await self._bus.info(lane.stream)).last
        if lane.resumed:
            reached = lane.through
        else:
            reached = await asyncio.to_thread(self._box.noted, lane.name)
            if lane.oldest is None and last > reached:
                lane.oldest = await self._next_time(lane, reached)
        lane.waiting = max(0, last - reached) if lane.oldest else 0

    async def _next_time(self, lane: _Lane, after: int) -> datetime | None:
        """When the first message that says something was stored after this one."""
        try:
            async with (
                asyncio.timeout(_LOOK_S),
                self._bus.read(lane.stream, after=after, subjects=[lane.pattern], max_batch=20) as batches,
            ):
                async for messages in batches:
                    for message in messages:
                        if message.subject not in EMPTY:
                            return message.time
        except (TimeoutError, Misconfigured):  # Misconfigured: the store was emptied under us
            pass
        return None
