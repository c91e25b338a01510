"""Where a responder is, while on a task and with consent: given, taken back, sent, looked at by its room."""

from __future__ import annotations

from datetime import datetime

from tocsin.api.commands.consult import consult
from tocsin.api.commands.unit import decide
from tocsin.api.schemas_field import FieldConsent, FieldPosition, SendPosition
from tocsin.api.services import Services
from tocsin.db import Connection
from tocsin.identity import policy
from tocsin.identity.policy import Permission, Relation, Subject
from tocsin.incidents import service as incidents
from tocsin.incidents.field import service
from tocsin.incidents.field.repository import Consent, Position
from tocsin.incidents.seen import task_relation
from tocsin.kernel.errors import Forbidden


async def consent(ask: Services, caller: Subject, incident: str, task: str) -> FieldConsent:
    """Recorded: who, to what, until when at most (GDPR Art 7(1))."""
    until = (ask.clock.now() + service.CONSENT_LASTS).isoformat(timespec="seconds")

    def command(conn: Connection, _by: str, at: datetime) -> Consent:
        return service.consent(conn, caller, incident, task, at)

    given = await decide(
        ask,
        caller,
        command,
        action="field.consent",
        kind="task",
        object_id=f"{incident}/{task}",
        detail={"until": until},
        permission=Permission.SELF,
    )
    return FieldConsent(given.room, given.given_at, given.until)


async def stop(ask: Services, caller: Subject, incident: str, task: str) -> None:
    """Never refused, whatever became of the task or of the caller's seat: it is about the caller alone."""

    def command(conn: Connection, _by: str, _at: datetime) -> bool:
        return service.stop(conn, caller, incident, task)

    await decide(
        ask,
        caller,
        command,
        action="field.consent_end",
        detail={"on": f"{incident}/{task}"},
        permission=Permission.SELF,
    )


async def position(ask: Services, caller: Subject, incident: str, task: str, given: SendPosition) -> None:
    """Not recorded one by one: the record would be the track that is not to be kept. Consent's is its row."""
    policy.require(caller, Permission.SELF)
    at = Position(given.lon, given.lat, given.accuracy_m, ask.clock.now())
    await ask.ops.write(lambda conn: service.position(conn, caller, incident, task, at))


async def of_incident(ask: Services, caller: Subject, incident: str) -> list[FieldPosition]:
    """Those who consented to the caller's room, and only while the room works on their task."""

    def look(conn: Connection) -> list[FieldPosition]:
        found = incidents.get(conn, incident)
        policy.require_reach(caller.seat, found.sharing, Relation.WORKS, incident)
        if caller.person is None:
            raise Forbidden(
                "where people are is for people to see", field="id", value=incident, cure="sign in"
            )
        open_tasks = {
            task.id for task in found.tasks if task_relation(caller.seat, found, task) >= Relation.WORKS
        }
        here = caller.seat.organisation
        given = service.consents(conn, found, lambda room: room == here, ask.clock.now())
        return [_told(one) for one in given if one.task in open_tasks]

    return await consult(
        ask,
        caller,
        Permission.ACT,
        look,
        action="field.positions",
        kind="incident",
        object_id=incident,
        purpose="where responders are who are on their way",
        reason="",
    )


def _told(one: Consent) -> FieldPosition:
    told = FieldPosition(one.task, one.person, one.given_at, one.until)
    if one.position is None:
        return told
    at = one.position
    return FieldPosition(one.task, one.person, one.given_at, one.until, at.lon, at.lat, at.accuracy_m, at.at)
