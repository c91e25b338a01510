"""Warnings to the public: composed by one person, approved by another."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from tocsin.api.commands import warnings as commands
from tocsin.api.endpoint import Ask, Caller, Endpoints, answer, body
from tocsin.api.paging import Limit
from tocsin.api.schemas import Body, Page, Words
from tocsin.api.schemas_warnings import InForce, WarningCheck, WarningDesk
from tocsin.api.versions import etag, expected
from tocsin.identity.policy import Permission
from tocsin.notify.warnings.feed import CAP_MEDIA
from tocsin.notify.warnings.model import PublicWarning, WarningContent

endpoints = Endpoints("warnings")

WarningId = Annotated[str, Path(alias="id", max_length=64)]
IncidentId = Annotated[str, Meta(min_length=1, max_length=64)]


class ComposeWarning(Body, frozen=True):
    content: WarningContent
    incident: IncidentId | None = None


class ChangeWarning(Body, frozen=True):
    content: WarningContent
    version: int | None = None


class FollowWarning(Body, frozen=True):
    """``content`` left out: begin with what stands now."""

    content: WarningContent | None = None


class SubmitWarning(Body, frozen=True):
    """``approver``: who is asked; left out, whoever may approve."""

    approver: Annotated[str, Meta(min_length=1, max_length=64)] | None = None
    version: int | None = None


class ApproveWarning(Body, frozen=True):
    """``version``: the one that was read. What changed since is not approved."""

    version: int


class RefuseWarning(Body, frozen=True):
    reason: Words
    version: int | None = None


class MoveWarning(Body, frozen=True):
    version: int | None = None


@endpoints.get("/warnings", Permission.SEE)
async def list_warnings(
    ask: Ask,
    caller: Caller,
    state: Literal["open", "drafts", "in force", "all"] = "open",
    incident: str | None = None,
    limit: Limit = 100,
    after: str | None = None,
) -> Page[PublicWarning]:
    """Those open to the caller's room: drafts and those in force (`open`), newest first."""
    return await commands.find(ask, caller, state=state, incident=incident, limit=limit, after=after)


@endpoints.post("/warnings", Permission.ACT, status=201)
async def compose_warning(
    ask: Ask, caller: Caller, given: Annotated[ComposeWarning, body(ComposeWarning)]
) -> Annotated[Response, PublicWarning]:
    """A draft. Nothing of it reaches the public before a second person approves it."""
    made = await commands.compose(ask, caller, given.content, given.incident)
    return answer(made, 201, headers=etag(made.version))


@endpoints.get("/warning-desk", Permission.SEE)
async def get_warning_desk(ask: Ask, caller: Caller, incident: str | None = None) -> WarningDesk:
    """Templates filled from the incident, languages, and who may approve."""
    return await commands.desk(ask, caller, incident)


@endpoints.get("/warnings-in-force", Permission.SEE)
async def list_warnings_in_force(ask: Ask) -> Page[InForce]:
    """What the public has now, of every room."""
    return await commands.in_force(ask)


@endpoints.get("/warnings/{id}", Permission.SEE)
async def get_warning(ask: Ask, caller: Caller, warning: WarningId) -> Annotated[Response, PublicWarning]:
    return _changed(await commands.get(ask, caller, warning))


@endpoints.get("/warnings/{id}/check", Permission.SEE)
async def check_warning(ask: Ask, caller: Caller, warning: WarningId) -> WarningCheck:
    """What keeps it from being submitted, and the CAP document as it would be now."""
    return await commands.check(ask, caller, warning)


@endpoints.get("/warnings/{id}/cap", Permission.SEE, media=CAP_MEDIA)
async def get_warning_document(ask: Ask, caller: Caller, warning: WarningId) -> Annotated[Response, bytes]:
    """The signed CAP document as it went out; in an exercise, as it would have."""
    document = await commands.document(ask, caller, warning)
    return Response(document, media_type=CAP_MEDIA)


@endpoints.post("/warnings/{id}/change", Permission.ACT)
async def change_warning(
    request: Request,
    ask: Ask,
    caller: Caller,
    warning: WarningId,
    given: Annotated[ChangeWarning, body(ChangeWarning)],
) -> Annotated[Response, PublicWarning]:
    """New words for a draft or a refused one. Who writes is an author, and cannot approve."""
    version = expected(request, given.version)
    return _changed(await commands.change(ask, caller, warning, given.content, version))


@endpoints.post("/warnings/{id}/submit", Permission.ACT)
async def submit_warning(
    request: Request,
    ask: Ask,
    caller: Caller,
    warning: WarningId,
    given: Annotated[SubmitWarning, body(SubmitWarning)],
) -> Annotated[Response, PublicWarning]:
    """Ask a second person. Refused with the clause of CAP 1.2 for what the public must not get."""
    version = expected(request, given.version)
    return _changed(await commands.submit(ask, caller, warning, given.approver, version))


@endpoints.post("/warnings/{id}/take-back", Permission.ACT)
async def take_back_warning(
    request: Request,
    ask: Ask,
    caller: Caller,
    warning: WarningId,
    given: Annotated[MoveWarning, body(MoveWarning)],
) -> Annotated[Response, PublicWarning]:
    """A submitted one is a draft again."""
    return _changed(await commands.take_back(ask, caller, warning, expected(request, given.version)))


@endpoints.post("/warnings/{id}/withdraw", Permission.ACT)
async def withdraw_warning(
    request: Request,
    ask: Ask,
    caller: Caller,
    warning: WarningId,
    given: Annotated[MoveWarning, body(MoveWarning)],
) -> Annotated[Response, PublicWarning]:
    """Put a draft away for good."""
    return _changed(await commands.withdraw(ask, caller, warning, expected(request, given.version)))


@endpoints.post("/warnings/{id}/approve", Permission.ACT)
async def approve_warning(
    ask: Ask, caller: Caller, warning: WarningId, given: Annotated[ApproveWarning, body(ApproveWarning)]
) -> Annotated[Response, PublicWarning]:
    """Issue it: signed and in the public feed when this answers. Never by an author."""
    return _changed(await commands.approve(ask, caller, warning, given.version))


@endpoints.post("/warnings/{id}/refuse", Permission.ACT)
async def refuse_warning(
    request: Request,
    ask: Ask,
    caller: Caller,
    warning: WarningId,
    given: Annotated[RefuseWarning, body(RefuseWarning)],
) -> Annotated[Response, PublicWarning]:
    """Back to its authors with the reason."""
    version = expected(request, given.version)
    return _changed(await commands.refuse(ask, caller, warning, given.reason, version))


@endpoints.post("/warnings/{id}/update", Permission.ACT, status=201)
async def update_warning(
    ask: Ask, caller: Caller, warning: WarningId, given: Annotated[FollowWarning, body(FollowWarning)]
) -> Annotated[Response, PublicWarning]:
    """A draft that takes the place of the one in force, and names it (CAP 1.2, 3.2.1 references)."""
    made = await commands.follow(ask, caller, warning, "Update", given.content)
    return answer(made, 201, headers=etag(made.version))


@endpoints.post("/warnings/{id}/cancel", Permission.ACT, status=201)
async def cancel_warning(
    ask: Ask, caller: Caller, warning: WarningId, given: Annotated[FollowWarning, body(FollowWarning)]
) -> Annotated[Response, PublicWarning]:
    """A draft that tells the public that it is over."""
    made = await commands.follow(ask, caller, warning, "Cancel", given.content)
    return answer(made, 201, headers=etag(made.version))


def _changed(warning: PublicWarning) -> Response:
    return answer(warning, headers=etag(warning.version))
