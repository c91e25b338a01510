"""The incidents stage: follows the alerts of incidents. (Correlation and procedures enter here.)"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import structlog

from tocsin.bus.codec import decode
from tocsin.db import Connection, Database, positions
from tocsin.incidents import machine, repository
from tocsin.incidents.repository import Member
from tocsin.kernel.decisions import Alert, AlertEvent
from tocsin.kernel.errors import Invalid, TocsinError
from tocsin.kernel.ports import Bus, Health, Message
from tocsin.kernel.subjects import ALERT

log = structlog.get_logger(__name__)

CONSUMER, STREAM = "incidents", "ALERT"
BY = "incidents"
#: where nothing is followed, the position is kept this often
_SAVE_S = 1.0
#: its number in the stream, and the event; None for bytes that say nothing
_Numbered = tuple[int, AlertEvent | None]
_RETRY_S = (0.1, 0.25, 0.5, 1.0)


class Incidents:
    """Keeps an open incident's severity the gravest of its alerts, and its log aware of what became of them.

    A closed incident is left alone: what its alerts still do is theirs.
    """

    def __init__(self, bus: Bus, db: Database) -> None:
        self.name = "incidents"
        self._bus, self._db = bus, db
        self._position, self._saved = 0, float("-inf")
        self._fault: str | None = None
        self._figures = {"followed": 0, "refused": 0}

    async def run(self) -> None:
        self._position = await self._db.read(lambda conn: positions.load(conn, CONSUMER, STREAM))
        async with self._bus.read(STREAM, after=self._position, subjects=[ALERT.pattern]) as batches:
            async for messages in batches:
                await self._take(messages)

    def health(self) -> Health:
        return Health(
            name=self.name,
            state="degraded" if self._fault else "working",
            words=self._fault or "follows the alerts of incidents",
            position={STREAM: self._position},
            figures={name: float(value) for name, value in self._figures.items()},
        )

    async def _take(self, messages: Sequence[Message]) -> None:
        failures = 0
        while True:
            try:
                seq, followed, refused = await self._follow_all(messages)
            except TocsinError as error:
                wait = _RETRY_S[min(failures, len(_RETRY_S) - 1)]
                failures += 1
                self._fault = str(error)
                log.warning("incidents_wait", reason=str(error), position=self._position, after_s=wait)
                await asyncio.sleep(wait)
                continue
            self._fault, self._position = None, seq
            self._figures["followed"] += followed
            self._figures["refused"] += refused
            return

    async def _follow_all(self, messages: Sequence[Message]) -> tuple[int, int, int]:
        """Position, how many were followed, how many refused. What is about no incident is only read, and
        its position kept now and then: in a flood nearly all is, and writers take turns."""
        heard = [(message.seq, _read(message)) for message in messages]
        alerts = {event.alert.id for _, event in heard if event is not None}
        if time.monotonic() - self._saved < _SAVE_S and not await self._db.read(
            lambda conn: repository.memberships(conn, alerts)
        ):
            return heard[-1][0], 0, sum(event is None for _, event in heard)
        self._saved = time.monotonic()
        return await self._db.write(lambda conn: self._apply(conn, heard))

    def _apply(self, conn: Connection, heard: Sequence[_Numbered]) -> tuple[int, int, int]:
        """On the writer thread, in the transaction."""
        stored = positions.load(conn, CONSUMER, STREAM)
        fresh = [(seq, event) for seq, event in heard if seq > stored]
        if not fresh:
            return stored, 0, 0
        events = [event for _, event in fresh if event is not None]
        known = {m.alert: m for m in repository.memberships(conn, {e.alert.id for e in events})}
        followed = 0
        for event in events:
            member = known.get(event.alert.id)
            if member is not None and event.alert.version > member.version:
                known[member.alert] = self._follow(conn, member, event.alert)
                followed += 1
        position = fresh[-1][0]
        positions.save(conn, CONSUMER, STREAM, position)
        return position, followed, len(fresh) - len(events)

    def _follow(self, conn: Connection, member: Member, alert: Alert) -> Member:
        after = _heard(member, alert)
        repository.put_member(conn, after)
        incident = repository.one(conn, machine.incident_id(member.incident))
        if incident.state == "closed":
            return after
        severity = machine.gravest(m.severity for m in repository.members(conn, incident.id))
        news = []
        if member.active and not alert.active:
            news.append(f"{alert.id} has ended")
        elif alert.active and not member.active:
            news.append(f"{alert.id} has started again")
        if severity != incident.severity and incident.severity_set is None:
            news.append(f"now {severity}, because {alert.id} is {alert.severity}")
        if news:
            repository.save(conn, machine.changed(incident, "; ".join(news), severity, BY, alert.updated_at))
        return after


def _heard(member: Member, alert: Alert) -> Member:
    """The member as the alert now says."""
    return Member(member.incident, member.alert, alert.version, alert.severity, alert.active)


def _read(message: Message) -> AlertEvent | None:
    """The event; None, said aloud, for bytes that the alerts stage cannot have written."""
    try:
        return decode(message.data, AlertEvent)
    except Invalid as error:
        log.error("alert_event_refused", seq=message.seq, subject=message.subject, reason=str(error))
        return None
