"""Whom alerts, incidents and tasks are open to; hand-over; requests for access."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from tocsin.api.commands import access as access_commands
from tocsin.api.commands import sharing as commands
from tocsin.api.endpoint import Ask, Caller, Endpoints, answer, body
from tocsin.api.paging import Limit
from tocsin.api.schemas import Body, Id, Page, Words
from tocsin.api.versions import etag, expected
from tocsin.identity.policy import Permission
from tocsin.kernel.access import AccessKind, AccessRequest
from tocsin.kernel.decisions import Alert, Incident
from tocsin.kernel.sharing import Level

endpoints = Endpoints("sharing")

ThingId = Annotated[str, Path(alias="id", max_length=64)]
TaskId = Annotated[str, Path(alias="task", max_length=128)]
RoomId = Annotated[str, Meta(min_length=1, max_length=40)]
Reason = Annotated[str, Meta(max_length=10_000)]


class Share(Body, frozen=True):
    """``rooms``: ids of organisations that work on it too, beside the one that owns it."""

    level: Level
    rooms: Annotated[tuple[RoomId, ...], Meta(max_length=100)] = ()
    reason: Reason = ""
    version: int | None = None


class ShareTask(Body, frozen=True):
    """``level`` null: as the incident. A task is never open to more rooms than its incident."""

    level: Level | None
    rooms: Annotated[tuple[RoomId, ...], Meta(max_length=100)] = ()
    reason: Reason = ""
    version: int | None = None


class HandOver(Body, frozen=True):
    to: RoomId
    reason: Words
    version: int | None = None


class TakeOver(Body, frozen=True):
    version: int | None = None


class Decline(Body, frozen=True):
    reason: Words
    version: int | None = None


class AskAccess(Body, frozen=True):
    """``id``: ``AL-0387``, ``INC-001`` or, for a task, ``INC-001/crowd-surge.stewards``."""

    kind: AccessKind
    id: Id
    reason: Words


class AnswerAccess(Body, frozen=True):
    reason: Reason = ""


@endpoints.post("/alerts/{id}/share", Permission.ACT)
async def share_alert(
    request: Request, ask: Ask, caller: Caller, alert: ThingId, given: Annotated[Share, body(Share)]
) -> Annotated[Response, Alert]:
    """Open it to more rooms, or to fewer: open screens follow at once."""
    change = commands.share(caller, given.level, given.rooms)
    version = expected(request, given.version)
    return _changed(
        await commands.reshare(ask, caller, "alert", alert, "shared", change, given.reason, version)
    )


@endpoints.post("/incidents/{id}/share", Permission.ACT)
async def share_incident(
    request: Request, ask: Ask, caller: Caller, incident: ThingId, given: Annotated[Share, body(Share)]
) -> Annotated[Response, Incident]:
    """Open it to more rooms, or to fewer: open screens follow at once."""
    change = commands.share(caller, given.level, given.rooms)
    version = expected(request, given.version)
    return _changed(
        await commands.reshare(ask, caller, "incident", incident, "shared", change, given.reason, version)
    )


@endpoints.post("/incidents/{id}/tasks/{task}/share", Permission.ACT)
async def share_task(
    request: Request,
    ask: Ask,
    caller: Caller,
    incident: ThingId,
    task: TaskId,
    given: Annotated[ShareTask, body(ShareTask)],
) -> Annotated[Response, Incident]:
    version = expected(request, given.version)
    return _changed(
        await commands.share_task(
            ask, caller, incident, task, given.level, given.rooms, given.reason, version
        )
    )


@endpoints.post("/alerts/{id}/hand-over", Permission.ACT)
async def hand_over_alert(
    request: Request, ask: Ask, caller: Caller, alert: ThingId, given: Annotated[HandOver, body(HandOver)]
) -> Annotated[Response, Alert]:
    """Offer it to another room; it stays yours until that one takes it."""
    change, version = commands.offer(caller, given.to, given.reason), expected(request, given.version)
    return _changed(
        await commands.reshare(ask, caller, "alert", alert, "offered", change, given.reason, version)
    )


@endpoints.post("/incidents/{id}/hand-over", Permission.ACT)
async def hand_over_incident(
    request: Request, ask: Ask, caller: Caller, incident: ThingId, given: Annotated[HandOver, body(HandOver)]
) -> Annotated[Response, Incident]:
    """Offer it to another room; it stays yours until that one takes it."""
    change, version = commands.offer(caller, given.to, given.reason), expected(request, given.version)
    return _changed(
        await commands.reshare(ask, caller, "incident", incident, "offered", change, given.reason, version)
    )


@endpoints.post("/alerts/{id}/take-over", Permission.ACT)
async def take_over_alert(
    request: Request, ask: Ask, caller: Caller, alert: ThingId, given: Annotated[TakeOver, body(TakeOver)]
) -> Annotated[Response, Alert]:
    """Take what was offered to your room, or what nobody owns yet."""
    version = expected(request, given.version)
    return _changed(
        await commands.reshare(ask, caller, "alert", alert, "taken", commands.take(caller), "", version)
    )


@endpoints.post("/incidents/{id}/take-over", Permission.ACT)
async def take_over_incident(
    request: Request, ask: Ask, caller: Caller, incident: ThingId, given: Annotated[TakeOver, body(TakeOver)]
) -> Annotated[Response, Incident]:
    """Take what was offered to your room, or what nobody owns yet."""
    version = expected(request, given.version)
    return _changed(
        await commands.reshare(ask, caller, "incident", incident, "taken", commands.take(caller), "", version)
    )


@endpoints.post("/alerts/{id}/decline", Permission.ACT)
async def decline_alert(
    request: Request, ask: Ask, caller: Caller, alert: ThingId, given: Annotated[Decline, body(Decline)]
) -> Annotated[Response, Alert]:
    """Say no to an offer, or take one back."""
    change, version = commands.decline(caller), expected(request, given.version)
    return _changed(
        await commands.reshare(ask, caller, "alert", alert, "declined", change, given.reason, version)
    )


@endpoints.post("/incidents/{id}/decline", Permission.ACT)
async def decline_incident(
    request: Request, ask: Ask, caller: Caller, incident: ThingId, given: Annotated[Decline, body(Decline)]
) -> Annotated[Response, Incident]:
    """Say no to an offer, or take one back."""
    change, version = commands.decline(caller), expected(request, given.version)
    return _changed(
        await commands.reshare(ask, caller, "incident", incident, "declined", change, given.reason, version)
    )


@endpoints.get("/access-requests", Permission.SEE)
async def list_access_requests(
    ask: Ask,
    caller: Caller,
    state: Literal["open", "granted", "refused", "all"] = "open",
    limit: Limit = 100,
    after: str | None = None,
) -> Page[AccessRequest]:
    """Made to your room, and by it, newest first."""
    return await access_commands.find(ask, caller, state=state, limit=limit, after=after)


@endpoints.post("/access-requests", Permission.SEE, status=201)
async def request_access(
    ask: Ask, caller: Caller, given: Annotated[AskAccess, body(AskAccess)]
) -> AccessRequest:
    """Ask the owning room for what is closed to yours. Asking again answers the request that waits."""
    return await access_commands.request(ask, caller, given.kind, given.id, given.reason)


@endpoints.post("/access-requests/{id}/grant", Permission.ACT)
async def grant_access(
    ask: Ask, caller: Caller, request_id: ThingId, given: Annotated[AnswerAccess, body(AnswerAccess)]
) -> AccessRequest:
    """The room that asked works on it from now on."""
    return await access_commands.answer(ask, caller, request_id, True, given.reason)


@endpoints.post("/access-requests/{id}/refuse", Permission.ACT)
async def refuse_access(
    ask: Ask, caller: Caller, request_id: ThingId, given: Annotated[AnswerAccess, body(AnswerAccess)]
) -> AccessRequest:
    """It stays closed; say why."""
    return await access_commands.answer(ask, caller, request_id, False, given.reason)


def _changed(thing: Alert | Incident) -> Response:
    return answer(thing, headers=etag(thing.version))
