"""Procedures of an incident and its tasks: asking, starting, moving on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tocsin.alerts import service as alerts
from tocsin.api.commands.reach import open_incident
from tocsin.api.commands.unit import decide
from tocsin.api.services import Services
from tocsin.api.task_schemas import ProcedureList
from tocsin.db import Connection
from tocsin.identity import policy
from tocsin.identity.duties import require_duty
from tocsin.identity.policy import Permission, Subject
from tocsin.incidents import service, task_service, tasks
from tocsin.incidents.procedures.fit import Fit, fitting
from tocsin.incidents.seen import seen_by
from tocsin.kernel.decisions import Incident, IncidentEvent


def known(ask: Services) -> ProcedureList:
    found = ask.procedures.known()
    return ProcedureList(found.newest, list(found.refused))


async def fits(ask: Services, caller: Subject, incident: str) -> list[Fit]:
    """Procedures that the incident's alerts call for, best first."""
    newest = ask.procedures.known().newest

    def look(conn: Connection) -> list[Fit]:
        found = open_incident(conn, caller, incident)
        members = [alerts.get(conn, alert) for alert in found.alerts]
        return fitting(newest, found, [a for a in members if policy.relation(caller.seat, a.sharing)])

    return await ask.ops.read(look)


async def start(
    ask: Services,
    caller: Subject,
    incident: str,
    procedure: str,
    procedure_version: int | None,
    version: int | None,
) -> Incident:
    chosen = ask.procedures.get(procedure, procedure_version)
    return await decide(
        ask,
        caller,
        lambda conn, by, at: task_service.start(conn, incident, chosen, by, at, version),
        action="incident.procedure",
        kind="incident",
        object_id=incident,
        detail={"procedure": procedure},
    )


async def begin(ask: Services, caller: Subject, incident: str, task: str, version: int | None) -> Incident:
    return await _move(
        ask, caller, "task.begin", task, incident, version, lambda i, by, at: tasks.begin(i, task, by, at)
    )


async def tick(
    ask: Services, caller: Subject, incident: str, task: str, item: int, ticked: bool, version: int | None
) -> Incident:
    return await _move(
        ask,
        caller,
        "task.tick",
        task,
        incident,
        version,
        lambda i, by, at: tasks.tick(i, task, item, ticked, by, at),
    )


async def answer(
    ask: Services,
    caller: Subject,
    incident: str,
    task: str,
    given: str,
    reason: str | None,
    version: int | None,
) -> Incident:
    return await _move(
        ask,
        caller,
        "task.answer",
        task,
        incident,
        version,
        lambda i, by, at: tasks.answer(i, task, given, reason, by, at),
    )


async def done(
    ask: Services, caller: Subject, incident: str, task: str, reason: str | None, version: int | None
) -> Incident:
    return await _move(
        ask,
        caller,
        "task.done",
        task,
        incident,
        version,
        lambda i, by, at: tasks.done(i, task, reason, by, at),
    )


async def skip(
    ask: Services, caller: Subject, incident: str, task: str, reason: str | None, version: int | None
) -> Incident:
    return await _move(
        ask,
        caller,
        "task.skip",
        task,
        incident,
        version,
        lambda i, by, at: tasks.skip(i, task, reason, by, at),
    )


async def undo(
    ask: Services,
    caller: Subject,
    incident: str,
    task: str,
    reason: str | None,
    done_at: datetime | None,
    version: int | None,
) -> Incident:
    return await _move(
        ask,
        caller,
        "task.undo",
        task,
        incident,
        version,
        lambda i, by, at: tasks.undo(i, task, reason, by, at, done_at),
    )


async def _move(
    ask: Services,
    caller: Subject,
    action: str,
    task: str,
    incident: str,
    version: int | None,
    move: Callable[[Incident, str, datetime], IncidentEvent],
) -> Incident:
    """A task asks for its role, not for the permission to act: a planner only looks, but has steps to do."""

    def command(conn: Connection, by: str, at: datetime) -> Incident:
        require_duty(caller, service.get(conn, incident), task)
        return task_service.act(conn, incident, version, lambda i: move(i, by, at))

    after = await decide(
        ask,
        caller,
        command,
        action=action,
        kind="task",
        object_id=f"{incident}/{task}",
        permission=Permission.SEE,
    )
    return seen_by(caller.seat, after)
