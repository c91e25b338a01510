"""Tasks in the field: a responder's own list, their answers, and a control room that sends tasks out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tocsin.api.commands.reach import task_of
from tocsin.api.commands.unit import decide
from tocsin.api.schemas_field import (
    AnswerFieldTask,
    FieldAnswer,
    FieldConsent,
    FieldTask,
    FieldTasks,
    Responder,
    SendTask,
)
from tocsin.api.services import Services
from tocsin.db import Connection
from tocsin.evidence import service as evidence
from tocsin.identity import policy
from tocsin.identity import repository as identity
from tocsin.identity.policy import Permission, Relation, Subject
from tocsin.incidents import service as incidents
from tocsin.incidents import task_service
from tocsin.incidents.field import repository, sending, service
from tocsin.incidents.field.answers import Answer
from tocsin.incidents.field.mine import mine
from tocsin.incidents.repository import number_of
from tocsin.incidents.seen import seen_by
from tocsin.kernel.decisions import Incident, Task
from tocsin.kernel.errors import Invalid, NotFound
from tocsin.kernel.events import SEVERITIES

_AT_ONCE = 500


async def my_tasks(ask: Services, caller: Subject) -> FieldTasks:
    """Those of the seat that the caller sits in; nothing else of the incidents."""
    now = ask.clock.now()
    here = caller.seat.organisation
    items, title = await ask.ops.read(lambda conn: (_mine(conn, caller, now), _title(conn, here)))
    items.sort(key=_rank)
    house = ask.board.status()
    return FieldTasks(
        items=items,
        person=caller.name,
        organisation=here,
        title=title,
        realm=ask.realm,
        city=house.city,
        zone=house.zone,
        now=now,
    )


async def answer(
    ask: Services, caller: Subject, incident: str, task: str, given: AnswerFieldTask
) -> FieldAnswer:
    said = Answer(given.act, given.said_at, given.reason, given.item, given.answer)

    def command(conn: Connection, _by: str, at: datetime) -> FieldAnswer:
        found, changed = service.answer(conn, caller, incident, task, given.key, said, at)
        return FieldAnswer(changed, _one(conn, caller, found, task, at))

    return await decide(
        ask,
        caller,
        command,
        action=f"field.{given.act.replace(' ', '_')}",
        kind="task",
        object_id=f"{incident}/{task}",
        reason=given.reason,
        detail={"key": given.key, "said_at": given.said_at.isoformat()},
        permission=Permission.SELF,
    )


# --- the control room ------------------------------------------------------------------------------------


async def responders(ask: Services, caller: Subject) -> list[Responder]:
    """Who sits in the caller's room, responders first."""

    def look(conn: Connection) -> list[Responder]:
        roles: dict[str, list[str]] = {}
        for row in identity.memberships_in(conn, caller.seat.organisation):
            roles.setdefault(row["person"], []).append(row["role"])
        return [Responder(name, tuple(sorted(held))) for name, held in roles.items()]

    policy.require(caller, Permission.ACT)
    found = await ask.ops.read(look)
    return sorted(found, key=lambda one: ("field responder" not in one.roles, one.name))


async def send(ask: Services, caller: Subject, incident: str, task: str, given: SendTask) -> Incident:
    def command(conn: Connection, by: str, at: datetime) -> Incident:
        found = incidents.get(conn, incident)
        if given.to is not None and not identity.roles_in(conn, given.to, caller.seat.organisation):
            raise Invalid(
                "nobody of that name sits in your room", field="to", value=given.to, cure="see the responders"
            )
        if given.picture is not None:
            _require_picture(conn, caller, found, given.picture)
        return task_service.act(
            conn,
            incident,
            given.version,
            lambda i: sending.send(i, task_of(i, task), given.to, given.place, given.picture, by, at),
        )

    after = await decide(
        ask,
        caller,
        command,
        action="task.send",
        kind="task",
        object_id=f"{incident}/{task}",
        detail={"to": given.to or "", "picture": given.picture or ""},
    )
    return seen_by(caller.seat, after)


def _require_picture(conn: Connection, caller: Subject, incident: Incident, picture: str) -> None:
    """Raises ``NotFound``, ``Forbidden`` and ``Invalid``: one sends what one sees, of this incident."""
    exhibit = evidence.get(conn, picture)
    policy.require_reach(caller.seat, exhibit.sharing, Relation.WORKS, picture)
    of_it = exhibit.incident == incident.id or exhibit.alert in incident.alerts
    if not of_it or exhibit.kind != "picture" or not exhibit.readable:
        raise Invalid(
            f"{picture} is no picture of {incident.id}",
            field="picture",
            value=picture,
            cure="choose one of its pictures",
        )


# --- what a phone is told --------------------------------------------------------------------------------


def _mine(conn: Connection, caller: Subject, now: datetime) -> list[FieldTask]:
    given = {
        (consent.incident, consent.task): FieldConsent(consent.room, consent.given_at, consent.until)
        for consent in repository.of_person(conn, caller.name, now)
    }
    return [
        _told(conn, caller, incident, task, given.get((number_of(incident.id), task.id)))
        for incident, task in mine(caller, _open(conn, caller))
    ]


def _one(conn: Connection, caller: Subject, incident: Incident, task: str, now: datetime) -> FieldTask | None:
    for _, found in mine(caller, [incident]):
        if found.id == task:
            consent = repository.one(conn, number_of(incident.id), task, caller.name, now)
            given = FieldConsent(consent.room, consent.given_at, consent.until) if consent else None
            return _told(conn, caller, incident, found, given)
    return None


def _told(
    conn: Connection, caller: Subject, incident: Incident, task: Task, consent: FieldConsent | None
) -> FieldTask:
    question, sent = task.question, task.sent
    return FieldTask(
        incident=incident.id,
        task=task.id,
        severity=incident.severity,
        title=task.title,
        words=task.words,
        role=task.role,
        state=task.state,
        checklist=task.checklist,
        question=question.words if question else None,
        answers=tuple(one.name for one in question.answers) if question else (),
        place=task.place or incident.place,
        due_at=task.due_at,
        started=task.started,
        cannot=task.cannot,
        picture=sent.picture if sent else None,
        by_name=sent is not None and sent.to == caller.name,
        room=_title(conn, service.room_of(caller, incident, task)),
        consent=consent,
    )


def _title(conn: Connection, organisation: str) -> str:
    row = identity.organisation(conn, organisation)
    return str(row["title"]) if row else organisation


def _open(conn: Connection, caller: Subject) -> Iterable[Incident]:
    after: str | None = None
    while True:
        found, after = incidents.find(conn, seat=caller.seat, state="open", limit=_AT_ONCE, after=after)
        yield from found
        if after is None:
            return


def _rank(task: FieldTask) -> tuple[int, float, str]:
    due = task.due_at.timestamp() if task.due_at else float("inf")
    return -SEVERITIES.index(task.severity), due, task.task


def require_shown(found: str | None, task: str) -> str:
    """Raises ``NotFound`` where no picture goes along with the task."""
    if found is None:
        raise NotFound(f"no picture goes with {task}", field="task", value=task, cure="ask your control room")
    return found
