"""Procedures, and the tasks that an incident has from them. Every act answers the incident as it then is.

Moving a task on asks for its role (``identity.duties``); to come so far, one must see the picture.
"""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import Path, Query
from starlette.requests import Request
from starlette.responses import Response

from tocsin.api.commands import tasks as commands
from tocsin.api.endpoint import Ask, Caller, Endpoints, answer, body
from tocsin.api.schemas import Page
from tocsin.api.task_schemas import AnswerTask, ProcedureList, StartProcedure, TaskCommand, TickTask, UndoTask
from tocsin.api.versions import etag, expected
from tocsin.identity.policy import Permission
from tocsin.incidents.procedures.fit import Fit
from tocsin.incidents.procedures.words import Spoken
from tocsin.kernel.decisions import Incident
from tocsin.kernel.languages import Language

endpoints = Endpoints("procedures")

IncidentId = Annotated[str, Path(alias="id", max_length=64)]
TaskId = Annotated[str, Path(alias="task", max_length=128)]


@endpoints.get("/procedures", Permission.SEE)
async def list_procedures(ask: Ask) -> ProcedureList:
    """All that may be started, and the city's own files that are wrong."""
    return commands.known(ask)


@endpoints.get("/procedures/words", Permission.SEE)
async def list_procedure_words(ask: Ask, language: Annotated[Language, Query()]) -> Page[Spoken]:
    """The texts of every version in that language; as it was written where it is not translated."""
    return Page(await asyncio.to_thread(ask.procedures.known().spoken, language))


@endpoints.get("/incidents/{id}/procedures", Permission.SEE)
async def list_fitting_procedures(ask: Ask, caller: Caller, incident: IncidentId) -> Page[Fit]:
    """Those that fit this incident, best first, with the reason."""
    return Page(await commands.fits(ask, caller, incident))


@endpoints.post("/incidents/{id}/procedure", Permission.ACT)
async def start_procedure(
    request: Request,
    ask: Ask,
    caller: Caller,
    incident: IncidentId,
    given: Annotated[StartProcedure, body(StartProcedure)],
) -> Annotated[Response, Incident]:
    """Its steps become tasks of the incident."""
    version = expected(request, given.version)
    return _changed(
        await commands.start(ask, caller, incident, given.procedure, given.procedure_version, version)
    )


@endpoints.post("/incidents/{id}/tasks/{task}/start", Permission.SEE)
async def start_task(
    request: Request,
    ask: Ask,
    caller: Caller,
    incident: IncidentId,
    task: TaskId,
    given: Annotated[TaskCommand, body(TaskCommand)],
) -> Annotated[Response, Incident]:
    version = expected(request, given.version)
    return _changed(await commands.begin(ask, caller, incident, task, version))


@endpoints.post("/incidents/{id}/tasks/{task}/tick", Permission.SEE)
async def tick_task(
    request: Request,
    ask: Ask,
    caller: Caller,
    incident: IncidentId,
    task: TaskId,
    given: Annotated[TickTask, body(TickTask)],
) -> Annotated[Response, Incident]:
    """Tick a line of its checklist, or take the tick back."""
    version = expected(request, given.version)
    return _changed(await commands.tick(ask, caller, incident, task, given.item, given.ticked, version))


@endpoints.post("/incidents/{id}/tasks/{task}/answer", Permission.SEE)
async def answer_task(
    request: Request,
    ask: Ask,
    caller: Caller,
    incident: IncidentId,
    task: TaskId,
    given: Annotated[AnswerTask, body(AnswerTask)],
) -> Annotated[Response, Incident]:
    """Decide: one branch opens, the others are not needed."""
    version = expected(request, given.version)
    return _changed(await commands.answer(ask, caller, incident, task, given.answer, given.reason, version))


@endpoints.post("/incidents/{id}/tasks/{task}/done", Permission.SEE)
async def finish_task(
    request: Request,
    ask: Ask,
    caller: Caller,
    incident: IncidentId,
    task: TaskId,
    given: Annotated[TaskCommand, body(TaskCommand)],
) -> Annotated[Response, Incident]:
    """A reason is needed where lines of its checklist are not ticked."""
    version = expected(request, given.version)
    return _changed(await commands.done(ask, caller, incident, task, given.reason, version))


@endpoints.post("/incidents/{id}/tasks/{task}/skip", Permission.SEE)
async def skip_task(
    request: Request,
    ask: Ask,
    caller: Caller,
    incident: IncidentId,
    task: TaskId,
    given: Annotated[TaskCommand, body(TaskCommand)],
) -> Annotated[Response, Incident]:
    """Leave it out, for a reason."""
    version = expected(request, given.version)
    return _changed(await commands.skip(ask, caller, incident, task, given.reason, version))


@endpoints.post("/incidents/{id}/tasks/{task}/undo", Permission.SEE)
async def undo_task(
    request: Request,
    ask: Ask,
    caller: Caller,
    incident: IncidentId,
    task: TaskId,
    given: Annotated[UndoTask, body(UndoTask)],
) -> Annotated[Response, Incident]:
    """Take back the last act on it, for a reason, while nothing was built on it."""
    version = expected(request, given.version)
    after = await commands.undo(ask, caller, incident, task, given.reason, given.done_at, version)
    return _changed(after)


def _changed(incident: Incident) -> Response:
    return answer(incident, headers=etag(incident.version))
