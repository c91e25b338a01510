"""The field: a responder's own tasks, answers, pictures and consent; what a control room sends and sees."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query
from pydantic import AwareDatetime
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from tocsin.api.commands import field as commands
from tocsin.api.commands import field_pictures as pictures
from tocsin.api.commands import field_positions as positions
from tocsin.api.endpoint import Ask, Caller, Endpoints, answer, body
from tocsin.api.routes.evidence import BYTES, SEALED, stated_length
from tocsin.api.schemas import Page
from tocsin.api.schemas_field import (
    AnswerFieldTask,
    FieldAnswer,
    FieldConsent,
    FieldPosition,
    FieldTasks,
    Responder,
    SendPosition,
    SendTask,
)
from tocsin.api.versions import etag
from tocsin.evidence.exhibit import Exhibit
from tocsin.identity.policy import Permission
from tocsin.kernel.decisions import Incident

endpoints = Endpoints("field")

IncidentId = Annotated[str, Path(alias="id", max_length=64)]
TaskId = Annotated[str, Path(alias="task", max_length=128)]
Key = Annotated[str, Query(pattern="^[A-Za-z0-9-]{16,64}$", description="one for each picture")]


@endpoints.get("/field/tasks", Permission.SELF)
async def list_field_tasks(ask: Ask, caller: Caller) -> FieldTasks:
    """The caller's own tasks: sent to them by name, or for a role that they hold in their room."""
    return await commands.my_tasks(ask, caller)


@endpoints.post("/field/tasks/{id}/{task}/answers", Permission.SELF)
async def answer_field_task(
    ask: Ask,
    caller: Caller,
    incident: IncidentId,
    task: TaskId,
    given: Annotated[AnswerFieldTask, body(AnswerFieldTask)],
) -> FieldAnswer:
    """On my way, done, cannot, a tick, a decision. The same key again changes nothing; 409: overtaken."""
    return await commands.answer(ask, caller, incident, task, given)


@endpoints.post("/field/tasks/{id}/{task}/evidence", Permission.SELF, status=201, takes_media=BYTES)
async def add_field_evidence(
    request: Request,
    ask: Ask,
    caller: Caller,
    incident: IncidentId,
    task: TaskId,
    key: Key,
    name: Annotated[str, Query(max_length=500)] = "",
    taken_at: AwareDatetime | None = None,
) -> Annotated[Response, Exhibit]:
    """A photograph, as the body; it becomes evidence of the task's incident."""
    made = await pictures.add(
        ask,
        caller,
        request.stream(),
        incident,
        task,
        key=key,
        stated=stated_length(request),
        name=name,
        taken_at=taken_at,
    )
    return answer(made, 201, etag(made.version))


@endpoints.get("/field/tasks/{id}/{task}/picture", Permission.SELF, media="image/jpeg")
async def get_field_picture(
    ask: Ask, caller: Caller, incident: IncidentId, task: TaskId
) -> Annotated[Response, bytes]:
    """The blurred likeness of the picture that was sent with this task."""
    found, chunks = await pictures.shown(ask, caller, incident, task)
    headers = SEALED | {"content-disposition": f'inline; filename="{found.id}-blurred.jpg"'}
    return StreamingResponse(chunks, headers=headers, media_type="image/jpeg")


@endpoints.put("/field/tasks/{id}/{task}/consent", Permission.SELF)
async def give_field_consent(ask: Ask, caller: Caller, incident: IncidentId, task: TaskId) -> FieldConsent:
    """The task's room may see where the caller is, while on this task."""
    return await positions.consent(ask, caller, incident, task)


@endpoints.delete("/field/tasks/{id}/{task}/consent", Permission.SELF)
async def end_field_consent(ask: Ask, caller: Caller, incident: IncidentId, task: TaskId) -> None:
    """Taken back: the position is deleted, none is taken any more."""
    await positions.stop(ask, caller, incident, task)


@endpoints.post("/field/tasks/{id}/{task}/position", Permission.SELF, status=204)
async def send_field_position(
    ask: Ask,
    caller: Caller,
    incident: IncidentId,
    task: TaskId,
    given: Annotated[SendPosition, body(SendPosition)],
) -> None:
    """At most every 15 s, with consent, on the task. The one before is overwritten."""
    await positions.position(ask, caller, incident, task, given)


@endpoints.get("/field/responders", Permission.ACT)
async def list_responders(ask: Ask, caller: Caller) -> Page[Responder]:
    """Who of the caller's room a task can be sent to."""
    return Page(await commands.responders(ask, caller))


@endpoints.post("/incidents/{id}/tasks/{task}/send", Permission.ACT)
async def send_task(
    ask: Ask,
    caller: Caller,
    incident: IncidentId,
    task: TaskId,
    given: Annotated[SendTask, body(SendTask)],
) -> Annotated[Response, Incident]:
    """To the field: to whom, where, with which picture."""
    after = await commands.send(ask, caller, incident, task, given)
    return answer(after, headers=etag(after.version))


@endpoints.get("/incidents/{id}/positions", Permission.ACT)
async def list_field_positions(ask: Ask, caller: Caller, incident: IncidentId) -> Page[FieldPosition]:
    """Where those are who are on its tasks and consented to the caller's room. Each look is recorded."""
    return Page(await positions.of_incident(ask, caller, incident))
