"""A door in memory: the real app over the memory bus and real databases in a folder of the test."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from tocsin.bus.codec import encode
from tocsin.kernel.access import AccessRequest
from tocsin.kernel.advice import Consultation
from tocsin.kernel.decisions import Alert, AlertEvent, AlertState, Incident, IncidentEvent, Rule
from tocsin.kernel.events import Attribute, Finding, Observation, ObservationBatch, Phase
from tocsin.kernel.ports import Outgoing
from tocsin.kernel.state import AttributeState, EntityState

T0 = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def urn(name: str) -> str:
    return f"urn:ngsi-ld:CrowdFlowObserved:{name}"


def observation(name: str, value: float, seconds: float, **more: Any) -> Observation:
    return Observation(
        id=f"{name}-{seconds}",
        entity=urn(name),
        type="CrowdFlowObserved",
        observed_at=at(seconds),
        attributes=(Attribute("peopleCount", value, "C62"),),
        **more,
    )


def batch(*observations: Observation, seconds: float = 0.0) -> Outgoing:
    made = ObservationBatch("test", at(seconds), observations)
    return Outgoing("obs.src.test", encode(made))


def state(name: str, value: float, seconds: float) -> EntityState:
    return EntityState(
        id=urn(name),
        type="CrowdFlowObserved",
        attributes={"peopleCount": AttributeState(value, "C62", at(seconds))},
        observed_at=at(seconds),
        accepted_at=at(seconds),
    )


def finding(number: int = 1, **more: Any) -> Finding:
    given: dict[str, Any] = {
        "id": f"f{number}",
        "version": 1,
        "tool": "crowd",
        "tool_version": "1",
        "kind": "crowd.surge",
        "phase": Phase.STARTED,
        "entities": (urn("SQ-D4"),),
        "onset": at(number),
        "observed_at": at(number),
        "headline": "Crowd surge",
        "words": "4.8 people per m2",
        "score": 0.9,
        "score_means": "share of the limit",
        "severity": "high",
        "fault_probability": 0.05,
        "evidence": (),
    }
    return Finding(**{**given, **more})


def alert(number: int, version: int = 1, alert_state: AlertState = AlertState.NEW) -> Alert:
    return Alert(
        id=f"AL-{number:04}",
        version=version,
        state=alert_state,
        severity="high",
        severity_rule=Rule("tool", "as the tool says"),
        category="Safety",
        urgency="Immediate",
        certainty="Observed",
        headline="Crowd surge",
        words="",
        kind="crowd.surge",
        tool="crowd",
        tool_version="1",
        entities=(urn("SQ-D4"),),
        place=None,
        onset=at(0),
        raised_at=at(0),
        updated_at=at(version),
        active=True,
        ended_at=None,
        occurrences=1,
        finding=finding(number),
    )


def alert_event(made: Alert) -> Outgoing:
    return Outgoing(f"alert.{made.id}", encode(AlertEvent("updated", "alerts", made.updated_at, made)))


def incident(number: int, version: int = 1, *, closed: bool = False) -> Incident:
    return Incident(
        id=f"INC-{number:03}",
        version=version,
        state="closed" if closed else "open",
        kind="incident",
        title="Surge",
        severity="high",
        owner="operator",
        alerts=(),
        place=None,
        opened_at=at(0),
        updated_at=at(version),
        log=(),
    )


def incident_event(made: Incident) -> Outgoing:
    event = IncidentEvent("changed", "operator", made.updated_at, made)
    return Outgoing(f"incident.{made.id}", encode(event))


class SetClock:
    def __init__(self) -> None:
        self.at = T0

    def now(self) -> datetime:
        return self.at


@dataclass
class City:
    """What the context has stored; ``asked`` is set when somebody took a snapshot."""

    states: list[EntityState] = field(default_factory=list)
    position: int = 0
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def snapshot(self) -> tuple[Sequence[EntityState], int]:
        self.asked.set()
        return list(self.states), self.position


@dataclass
class Decisions:
    alerts: list[Alert] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)

    async def open_alerts(self) -> Sequence[Alert]:
        return list(self.alerts)

    async def open_incidents(self) -> Sequence[Incident]:
        return list(self.incidents)

    async def open_requests(self) -> Sequence[AccessRequest]:
        return []

    async def open_advice(self) -> Sequence[Consultation]:
        return []


@dataclass(frozen=True)
class Event:
    name: str
    data: Any
    id: str | None


def parse(frames: bytes) -> list[Event]:
    """Events of a stream's bytes; what is no event fails."""
    events = []
    for block in frames.decode().split("\n\n")[:-1]:
        fields = dict(line.split(": ", 1) for line in block.split("\n"))
        events.append(Event(fields["event"], msgspec.json.decode(fields["data"]), fields.get("id")))
    return events


class Screen:
    """A client of an async stream of frames, read one event at a time."""

    def __init__(self, frames: AsyncIterator[bytes]) -> None:
        self._frames = frames
        self._read: list[Event] = []
        self.last_id: str | None = None
        #: every byte that came
        self.text = ""

    async def next(self, *names: str) -> Event:
        """The next event (of these names; others are passed over)."""
        async with asyncio.timeout(10):
            while True:
                while self._read:
                    event = self._read.pop(0)
                    self.last_id = event.id or self.last_id
                    if not names or event.name in names:
                        return event
                frames = await anext(self._frames)
                self.text += frames.decode()
                self._read += parse(frames)

    async def entity(self, name: str) -> dict[str, Any]:
        """The next event's word on an entity."""
        while True:
            event = await self.next("change", "snapshot")
            for found in event.data["entities"]:
                if found["id"] == urn(name):
                    return dict(found)


@contextlib.asynccontextmanager
async def running(*stages: Any) -> AsyncIterator[None]:
    """Stages at work for the length of a block; one that fails fails the test."""
    tasks = [asyncio.create_task(stage.run()) for stage in stages]
    try:
        yield
        for task in tasks:
            if task.done():
                task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
