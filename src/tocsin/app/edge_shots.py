"""Blurred pictures of edges become evidence of the alerts that their findings raised, each once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import structlog

from tocsin.alerts import repository as alert_rows
from tocsin.alerts import service as alerts
from tocsin.alerts.episodes import alert_id
from tocsin.bus.codec import decode
from tocsin.bus.leaf import check_edge
from tocsin.db import Connection, Database, positions
from tocsin.edge.parcel import Parcel
from tocsin.edge.stamp import id_of
from tocsin.evidence import repository, service
from tocsin.evidence.intake import Intake, Received
from tocsin.identity.organisations import FIRST_ROOM
from tocsin.identity.recording import record
from tocsin.incidents import service as incidents
from tocsin.kernel.clock import EPOCH, Clock
from tocsin.kernel.errors import Conflict, Invalid, TocsinError, TooMany, Unavailable
from tocsin.kernel.events import Shot
from tocsin.kernel.ports import Bus, Health, Message
from tocsin.kernel.subjects import EDGE_SHOT
from tocsin.kernel.text import clean

CONSUMER, STREAM = "shots", "SHOT"
#: a finding may arrive after its picture; its alert is waited for so long
PATIENCE = timedelta(seconds=60)
RETRY_S = 1.0
_FINDING_CHARS = 200
_UPDATE = "update the box to the version of the centre"

log = structlog.get_logger(__name__)


class _NoAlertYet(Exception):
    pass


class Shots:
    """Stage of the door, which alone takes evidence in. Entry, record and position are one transaction."""

    name = CONSUMER

    def __init__(
        self, bus: Bus, ops: Database, intake: Intake, clock: Clock, *, patience: timedelta = PATIENCE
    ) -> None:
        self._bus, self._ops, self._intake, self._clock = bus, ops, intake, clock
        self._patience = patience
        self._position = self._entered = self._refused = 0
        self._words = ""

    def health(self) -> Health:
        figures = {"entered": float(self._entered), "refused": float(self._refused)}
        state = "degraded" if self._words else "working"
        return Health(self.name, state, self._words, {STREAM: self._position}, figures)

    async def run(self) -> None:
        self._position = await self._ops.read(lambda conn: positions.load(conn, CONSUMER, STREAM))
        reading = self._bus.read(STREAM, after=self._position, subjects=[EDGE_SHOT.pattern], max_batch=1)
        async with reading as batches:
            async for messages in batches:
                for message in messages:
                    await self._take(message)

    async def _take(self, message: Message) -> None:
        edge = message.subject.split(".")[1]
        while True:
            try:
                await self._enter(edge, message)
                self._entered += 1
            except (Unavailable, TooMany) as error:
                self._words = str(error)
                await asyncio.sleep(RETRY_S)
                continue
            except _NoAlertYet:
                if datetime.now(UTC) - message.time < self._patience:
                    await asyncio.sleep(RETRY_S)
                    continue
                await self._refuse(edge, message, "no alert of its finding")
            except Conflict as error:
                log.info("shot_passed_by", edge=edge, seq=message.seq, reason=error.message)
            except TocsinError as error:
                await self._refuse(edge, message, error.message)
            except Exception as error:  # hostile or a defect: it must not end the door, nor meet it again
                log.exception("shot_breaks_shots", edge=edge, seq=message.seq)
                await self._refuse(edge, message, f"could not be used ({type(error).__name__}); see the log")
            self._position, self._words = message.seq, ""
            return

    async def _enter(self, edge: str, message: Message) -> None:
        check_edge(edge)
        shot = _opened(message.data)
        used = await self._ops.read(lambda conn: self._ready(conn, edge, shot))
        if used is None:  # laid into the box's folder twice
            await self._ops.write(lambda conn: positions.save(conn, CONSUMER, STREAM, message.seq))
            return
        stated = len(shot.picture)
        async with self._intake.receive(_once(shot.picture), stated=stated, used=used) as received:
            await self._ops.write(lambda conn: self._apply(conn, edge, message.seq, shot, received))

    def _ready(self, conn: Connection, edge: str, shot: Shot) -> int | None:
        """Bytes of evidence so far; None: the alert has this very picture. Raises ``_NoAlertYet``."""
        held = service.of(conn, [_alert_of(conn, id_of(edge, shot.finding))], [])
        digest = sha256(shot.picture).hexdigest()
        return None if any(one.sha256 == digest for one in held) else repository.stored_bytes(conn)

    def _apply(self, conn: Connection, edge: str, seq: int, shot: Shot, received: Received) -> None:
        if positions.load(conn, CONSUMER, STREAM) >= seq:
            raise Conflict("entered already, by a process before this one")
        alert, now, by = _alert_of(conn, id_of(edge, shot.finding)), self._clock.now(), f"edge:{edge}"
        positions.save(conn, CONSUMER, STREAM, seq)
        of = alerts.get(conn, alert)
        made = service.add(
            conn,
            received,
            name=f"{shot.finding}.jpg",
            alert=alert,
            incident=None,
            place=of.place,
            taken_at=min(shot.taken_at, now),
            sharing=of.sharing,
            room=FIRST_ROOM,
            retention="incident",
            by=by,
            program=True,
            at=now,
        )
        if of.incident is not None:
            incidents.note(conn, of.incident, f"{made.id} added to {alert}: {made.kind}", by, now)
        detail = {"on": alert, "media": received.sort.media, "digest": received.sha256}
        record(conn, by, "evidence.add", kind="evidence", object_id=made.id, detail=detail)

    async def _refuse(self, edge: str, message: Message, reason: str) -> None:
        self._refused += 1
        log.error("shot_refused", edge=edge, seq=message.seq, reason=reason)

        def note(conn: Connection) -> None:
            positions.save(conn, CONSUMER, STREAM, message.seq)
            detail = {"reason": reason, "seq": message.seq}
            record(conn, f"edge:{edge}", "evidence.add", kind="evidence", outcome="refused", detail=detail)

        await self._ops.write(note)


def _opened(data: bytes) -> Shot:
    """Raises ``Invalid``."""
    items = decode(data, Parcel).items
    if len(items) != 1:
        raise Invalid("not one picture", field="items", value=len(items), cure="one picture a parcel")
    shot = decode(items[0], Shot)
    if shot.taken_at.utcoffset() is None or shot.taken_at < EPOCH:
        raise Invalid(
            "not a time with its zone, since 1970", field="taken_at", value=shot.taken_at, cure=_UPDATE
        )
    if len(shot.finding) > _FINDING_CHARS or not shot.finding.isprintable():
        raise Invalid("not the id of a finding", field="finding", value=clean(shot.finding, 60), cure=_UPDATE)
    return shot


def _alert_of(conn: Connection, finding: str) -> str:
    """Raises ``_NoAlertYet``."""
    seen = alert_rows.findings(conn, [finding]).get(finding)
    if seen is None:
        raise _NoAlertYet(finding)
    return alert_id(seen[0])


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data
