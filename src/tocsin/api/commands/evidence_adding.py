"""Evidence on its way in: read as a stream, encrypted, and entered in one transaction with its record."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

from tocsin.alerts import service as alerts
from tocsin.api.commands.evidence import KIND, intake_of
from tocsin.api.commands.unit import decide
from tocsin.api.services import Services
from tocsin.db import Connection
from tocsin.evidence import repository, service
from tocsin.evidence.exhibit import Exhibit, Retention
from tocsin.identity import policy
from tocsin.identity.policy import Permission, Relation, Subject
from tocsin.incidents import service as incidents
from tocsin.kernel.events import Place
from tocsin.kernel.sharing import Sharing


async def add(
    ask: Services,
    caller: Subject,
    body: AsyncIterator[bytes],
    *,
    alert: str | None = None,
    incident: str | None = None,
    stated: int | None,
    name: str,
    place: Place | None,
    taken_at: datetime | None,
    retention: Retention,
) -> Exhibit:
    """Read to its end, encrypted on the disk, then entered. Nobody's bytes are read before they may send."""
    policy.require(caller, Permission.ACT)
    intake = intake_of(ask)

    def belongs(conn: Connection) -> tuple[Sharing, Place | None, str | None]:
        """The sharing and place of what it belongs to, and the incident whose log tells of it."""
        if alert is not None:
            on = alerts.get(conn, alert)
            policy.require_reach(caller.seat, on.sharing, Relation.WORKS, alert)
            return on.sharing, on.place, on.incident
        assert incident is not None
        at = incidents.get(conn, incident)
        policy.require_reach(caller.seat, at.sharing, Relation.WORKS, incident)
        return at.sharing, at.place, incident

    def before(conn: Connection) -> int:
        belongs(conn)
        return repository.stored_bytes(conn)

    used = await ask.ops.read(before)
    async with intake.receive(body, stated=stated, used=used) as received:

        def enter(conn: Connection, by: str, at: datetime) -> Exhibit:
            sharing, there, told_in = belongs(conn)
            made = service.add(
                conn,
                received,
                name=name,
                alert=alert,
                incident=incident,
                place=place or there,
                taken_at=taken_at,
                sharing=sharing,
                room=caller.seat.organisation,
                retention=retention,
                by=by,
                program=caller.token is not None,
                at=at,
            )
            if told_in is not None:
                to = f" to {alert}" if alert else ""
                incidents.note(conn, told_in, f"{made.id} added{to}: {made.kind}", by, at)
            return made

        return await decide(
            ask,
            caller,
            enter,
            action="evidence.add",
            kind=KIND,
            detail={"on": alert or incident, "media": received.sort.media, "digest": received.sha256},
        )
