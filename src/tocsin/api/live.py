"""The live picture: loaded from the stores, kept up to date from the bus, broadcast in ticks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Protocol

import structlog

from tocsin.api import frames
from tocsin.api.broadcast import Broadcast
from tocsin.api.picture import Change, Picture
from tocsin.api.ring import Ring
from tocsin.api.schemas import LiveFigures
from tocsin.bus.codec import decode
from tocsin.identity.policy import Audience
from tocsin.kernel import subjects
from tocsin.kernel.access import REQUEST_SUBJECT, AccessRequest
from tocsin.kernel.advice import CONSULTATION_SUBJECT, AdviceProgress, Consultation, ConsultationEvent
from tocsin.kernel.clock import Clock
from tocsin.kernel.decisions import Alert, AlertEvent, Incident, IncidentEvent
from tocsin.kernel.errors import TocsinError
from tocsin.kernel.events import ObservationBatch
from tocsin.kernel.ports import Bus, Health, Message
from tocsin.kernel.proposals import PROPOSAL_SUBJECT
from tocsin.kernel.state import EntityState

_log = structlog.get_logger(__name__)

TICK_S = 0.025
BEAT_S = 0.75
STATUS_S = 2.0
#: readings merged before other tasks of this process get their turn (about 2 ms)
_TURN = 200
_AGAIN_S = 0.5


class CitySource(Protocol):
    async def snapshot(self) -> tuple[Sequence[EntityState], int]:
        """Every entity, and the OBS sequence up to which they were committed: one transaction."""
        ...


class DecisionSource(Protocol):
    """Open alerts and incidents as stored."""

    async def open_alerts(self) -> Sequence[Alert]: ...

    async def open_incidents(self) -> Sequence[Incident]: ...

    async def open_requests(self) -> Sequence[AccessRequest]: ...

    async def open_advice(self) -> Sequence[Consultation]: ...


class StatusSource(Protocol):
    def revision(self) -> int:
        """Counts up when something changed that people should see at once."""
        ...

    def status_json(self) -> bytes: ...


_CITY = (subjects.OBS.pattern, subjects.API.pattern, subjects.AFAR.pattern)


class LiveHub:
    """A stage of the door. ``run`` keeps the picture; ``stream`` serves one client."""

    name = "live"

    def __init__(
        self,
        bus: Bus,
        city: CitySource,
        decisions: DecisionSource,
        clock: Clock,
        *,
        ring: Ring | None = None,
        tick_s: float = TICK_S,
        beat_s: float = BEAT_S,
    ) -> None:
        self._bus = bus
        self._city = city
        self._decisions = decisions
        self._clock = clock
        self._tick_s = tick_s
        self._beat_s = beat_s
        self._picture = Picture()
        self._broadcast = Broadcast(clock, self._whole, self._picture.reach, ring)
        self._status: StatusSource | None = None
        self._status_seen = -1
        self._status_at = 0.0
        self._dirty = asyncio.Event()
        self._loaded = {name: asyncio.Event() for name in ("OBS", "ALERT", "INCIDENT")}
        self._ready = asyncio.Event()
        self._position: dict[str, int] = {}
        self._trouble: dict[str, str] = {}
        self._unreadable = 0

    def show(self, status: StatusSource) -> None:
        """Where the status comes from; the board in turn shows this hub's figures."""
        self._status = status

    def live_figures(self) -> LiveFigures:
        return self._broadcast.live_figures()

    def health(self) -> Health:
        figures = self._broadcast.figures
        loading = "" if self._ready.is_set() else "loading the picture"
        return Health(
            name=self.name,
            state="degraded" if self._trouble or loading else "working",
            words="; ".join(self._trouble.values()) or loading,
            position=dict(self._position),
            figures={
                "clients": figures.clients,
                "gaps": figures.gaps,
                "missed": figures.missed,
                "coalesced": figures.coalesced,
                "unreadable": self._unreadable,
            },
        )

    async def stream(self, last_id: str | None, audience: Audience) -> AsyncGenerator[bytes]:
        """Events for one client. ``last_id``: the last event it has seen, in this life or an earlier one."""
        await self._ready.wait()
        async for frame in self._broadcast.stream(last_id, audience):
            yield frame

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            for stream, patterns, load, take in (
                ("OBS", _CITY, self._load_city, self._reading),
                ("ALERT", (subjects.ALERT.pattern,), self._load_alerts, self._alert),
                ("INCIDENT", (subjects.INCIDENT.pattern,), self._load_incidents, self._incident),
            ):
                tasks.create_task(self._follow(stream, patterns, load, take))
            tasks.create_task(self._hear_progress())
            tasks.create_task(self._tick_along())
            tasks.create_task(self._beat_along())

    async def _follow(
        self,
        stream: str,
        patterns: Sequence[str],
        load: Callable[[], Awaitable[int]],
        take: Callable[[Message], int],
    ) -> None:
        """Load what is stored, then read on from there; after any trouble start over, losing nothing."""
        while True:
            try:
                position = await load()
                self._position[stream] = position
                self._trouble.pop(stream, None)
                self._loaded[stream].set()
                self._dirty.set()
                async with self._bus.read(stream, after=position, subjects=patterns) as batches:
                    async for messages in batches:
                        await self._take(stream, messages, take)
            except TocsinError as error:
                self._trouble[stream] = f"{stream}: {error.message}"
                _log.warning("live_reader_halted", stream=stream, reason=str(error))
            await asyncio.sleep(_AGAIN_S)

    async def _take(self, stream: str, messages: Sequence[Message], take: Callable[[Message], int]) -> None:
        turn = 0
        for message in messages:
            try:
                turn += take(message)
            except TocsinError as error:
                self._unreadable += 1
                _log.error("live_message_unreadable", stream=stream, seq=message.seq, reason=str(error))
            self._position[stream] = message.seq
            if turn >= _TURN:
                turn = 0
                self._dirty.set()
                await asyncio.sleep(0)
        self._dirty.set()

    async def _load_city(self) -> int:
        states, position = await self._city.snapshot()
        self._picture.load(states)
        return position

    async def _load_alerts(self) -> int:
        # First the end of the stream, then the table: what is committed in between comes twice, not never.
        position = (await self._bus.info("ALERT")).last
        for alert in await self._decisions.open_alerts():
            self._picture.alert(alert)
        return position

    async def _load_incidents(self) -> int:
        position = (await self._bus.info("INCIDENT")).last
        for incident in await self._decisions.open_incidents():
            self._picture.incident(incident)
        for request in await self._decisions.open_requests():
            self._picture.request(request)
        for consultation in await self._decisions.open_advice():
            self._picture.advice(consultation)
        return position

    def _reading(self, message: Message) -> int:
        batch = decode(message.data, ObservationBatch)
        self._picture.observe(batch)
        return len(batch.observations)

    def _alert(self, message: Message) -> int:
        event = decode(message.data, AlertEvent)
        self._picture.alert(event.alert, event.was)
        return 10

    def _incident(self, message: Message) -> int:
        if message.subject.startswith(PROPOSAL_SUBJECT):
            return 0  # people ask for proposals; they are not part of the picture
        if message.subject.startswith(CONSULTATION_SUBJECT):
            self._picture.advice(decode(message.data, ConsultationEvent).consultation)
            return 2
        if message.subject.startswith(REQUEST_SUBJECT):
            self._picture.request(decode(message.data, AccessRequest))
            return 1
        event = decode(message.data, IncidentEvent)
        self._picture.incident(event.incident, event.was)
        return 10

    async def _hear_progress(self) -> None:
        """Of advisors; what is missed is missed."""
        async with self._bus.listen(subjects.ADVISING) as heard:
            async for message in heard:
                with suppress(TocsinError):
                    self._picture.progress(decode(message.data, AdviceProgress))
                self._dirty.set()

    async def _tick_along(self) -> None:
        for loaded in self._loaded.values():
            await loaded.wait()
        self._picture.drain()
        self._ready.set()
        while True:
            await self._dirty.wait()
            self._dirty.clear()
            self._tick()
            await asyncio.sleep(self._tick_s)

    def _tick(self) -> None:
        changes = self._picture.drain()
        if self._status is not None:
            now, revision = asyncio.get_running_loop().time(), self._status.revision()
            if revision != self._status_seen or now - self._status_at >= STATUS_S:
                self._status_seen, self._status_at = revision, now
                changes[("status", "")] = Change(self._status.status_json())
        self._broadcast.publish(changes)

    async def _beat_along(self) -> None:
        await self._ready.wait()
        while True:
            self._broadcast.beat()
            self._dirty.set()  # for the status, and for closed things that leave
            await asyncio.sleep(self._beat_s)

    def _whole(self, event_id: str, sees: frames.Sees) -> bytes:
        status = self._status.status_json() if self._status else b"null"
        return frames.snapshot(self._picture, status, event_id, self._clock.now(), sees)
