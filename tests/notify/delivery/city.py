"""A small city for tests of messages: rooms, people with rules of their own, a clock moved by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from msgspec.structs import replace
from tests.db.shape import shaped

from tocsin.bus.codec import encode
from tocsin.bus.memory import MemoryBus, MemoryLog
from tocsin.db import Connection, Database
from tocsin.identity import repository as identity
from tocsin.identity.sealing import Seal
from tocsin.kernel.access import AccessRequest
from tocsin.kernel.clock import FileClock
from tocsin.kernel.decisions import Alert, AlertEvent, AlertState, Incident, IncidentEvent, Rule
from tocsin.kernel.events import Finding, Phase
from tocsin.kernel.ports import Outgoing
from tocsin.kernel.sharing import Level, Sharing
from tocsin.notify.delivery import repository
from tocsin.notify.delivery.channels import Channel, Mailbox
from tocsin.notify.delivery.channels.memory import MemoryChannel
from tocsin.notify.delivery.directory import repository as addresses
from tocsin.notify.delivery.escalation import read_escalations
from tocsin.notify.delivery.model import Delivery, Kept, NotifyPreferences, Standing
from tocsin.notify.delivery.planning import Terms
from tocsin.notify.delivery.sender import Delivering
from tocsin.notify.delivery.stage import Notify
from tocsin.notify.delivery.steps import Desk

#: a Saturday
T0 = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)
POLICE = Sharing("police", Level.OWN)


def finding(**given: object) -> Finding:
    values = {
        "id": "f",
        "version": 1,
        "tool": "crowd",
        "tool_version": "1",
        "kind": "crowd.surge",
        "phase": Phase.STARTED,
        "entities": (),
        "onset": T0,
        "observed_at": T0,
        "headline": "h",
        "words": "w",
        "score": 1.0,
        "score_means": "m",
        "severity": "high",
        "fault_probability": 0.0,
        "evidence": (),
    }
    return Finding(**(values | given))  # type: ignore[arg-type]


def alert(number: int = 1, severity: str = "high", sharing: Sharing = POLICE, **given: object) -> Alert:
    values = {
        "id": f"AL-{number:04d}",
        "version": 1,
        "state": AlertState.NEW,
        "severity": severity,
        "severity_rule": Rule("S-10", "words"),
        "category": "Safety",
        "urgency": "Immediate",
        "certainty": "Observed",
        "headline": f"Headline {number}",
        "words": "words",
        "kind": "crowd.surge",
        "tool": "crowd",
        "tool_version": "1",
        "entities": (),
        "place": None,
        "onset": T0,
        "raised_at": T0,
        "updated_at": T0,
        "active": True,
        "ended_at": None,
        "occurrences": 1,
        "finding": finding(),
        "sharing": sharing,
    }
    return Alert(**(values | given))  # type: ignore[arg-type]


@dataclass
class City:
    """``alerts``: as they stand; what is not there stands as its notice says."""

    folder: Path
    clock: FileClock = field(default_factory=lambda: FileClock(T0))
    alerts: dict[str, Alert] = field(default_factory=dict)
    mail: MemoryChannel = field(default_factory=MemoryChannel)
    hooks: MemoryChannel = field(default_factory=MemoryChannel)
    pushes: MemoryChannel = field(default_factory=MemoryChannel)
    terms: Terms = field(default_factory=Terms)

    def __post_init__(self) -> None:
        self.db = Database(self.folder / "ops.db", durable=False, name="ops")
        shaped(self.db)
        self.bus = MemoryBus(MemoryLog())
        self.seal = Seal(self.folder)
        self.db.write_now(self._rooms)

    def _rooms(self, conn: Connection) -> None:
        for room, partner in (("police", False), ("it", False), ("hospital", True)):
            identity.add_organisation(
                conn,
                {"id": room, "title": room, "partner": partner, "created_by": "test", "created_at": 0},
            )

    def person(
        self,
        name: str,
        room: str,
        *roles: str,
        wants: NotifyPreferences | None = None,
        language: str | None = None,
    ) -> str:
        """``wants`` None: an address and the usual rules. ``language``: as chosen in the account."""
        given = NotifyPreferences(email=f"{name}@city.example") if wants is None else wants

        def save(conn: Connection) -> None:
            row = {"name": name, "password": "x", "created_at": 0, "disabled_at": None}
            row["language"] = language
            identity.save_person(conn, row)
            for role in roles:
                identity.put_membership(conn, name, room, role, 0)
            addresses.save_kept(conn, name, Kept(given, given.email))

        self.db.write_now(save)
        return name

    def stands(self, conn: Connection, kind: str, thing: str) -> Standing | None:
        held = self.alerts.get(thing)
        if held is None:
            return None
        over = held.state in (AlertState.REJECTED, AlertState.CLOSED)
        return Standing((held.sharing,), over, held.state is not AlertState.NEW)

    # what happens

    async def tell(self, *alerts: Alert, act: str = "raised") -> None:
        """These alerts happen, and are planned."""
        for one in alerts:
            self.alerts[one.id] = one
            event = AlertEvent(act, "alerts", self.clock.now(), one)  # type: ignore[arg-type]
            await self.bus.publish(Outgoing(f"alert.{one.id}", encode(event)))
        await self.planned()

    async def tell_incident(self, incident: Incident, act: str = "opened") -> None:
        event = IncidentEvent(act, "kim", self.clock.now(), incident)  # type: ignore[arg-type]
        await self.bus.publish(Outgoing(f"incident.{incident.id}", encode(event)))
        await self.planned()

    async def tell_request(self, request: AccessRequest) -> None:
        await self.bus.publish(Outgoing(f"incident.request.{request.id}", encode(request)))
        await self.planned()

    def planner(self) -> Notify:
        return Notify(
            self.bus,
            self.db,
            self.clock,
            rules=read_escalations(),
            stands=self.stands,
            terms=self.terms,
            tick_s=3600,
        )

    async def planned(self) -> Notify:
        """The stage has read all that is there."""
        stage = self.planner()
        wanted = {name: (await self.bus.info(name)).last for name in ("ALERT", "INCIDENT")}
        task = asyncio.create_task(stage.run())
        async with asyncio.timeout(20):
            while any(stage.health().position.get(name, -1) < last for name, last in wanted.items()):  # noqa: ASYNC110
                await asyncio.sleep(0.002)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        return stage

    def passes(self, **span: float) -> None:
        self.clock.advance(self.clock.now() + timedelta(**span))

    # what is sent

    def sender(self, channels: Mapping[str, Channel] | None = None, **more: object) -> Delivering:
        desk = Desk(self.stands, self.seal, timedelta(hours=24), Random(1))
        known = {"email": self.mail, "webhook": self.hooks, "push": self.pushes}
        return Delivering(
            self.db,
            self.clock,
            known if channels is None else channels,
            desk,
            base_url="https://tocsin.city.example",
            **more,  # type: ignore[arg-type]
        )

    async def send(self) -> None:
        await self.sender().tick()

    def ledger(self) -> list[Delivery]:
        """Oldest first."""
        return self.db.read_now(lambda conn: repository.find(conn, limit=500))[::-1]

    def mailed(self) -> list[tuple[str, str]]:
        """(name, subject) in the order of sending."""
        return [
            (parcel.to.address.partition("@")[0], parcel.message.subject)
            for parcel in self.mail.sent
            if isinstance(parcel.to, Mailbox)
        ]


def moved(one: Alert, **given: object) -> Alert:
    return replace(one, version=one.version + 1, **given)
