"""Incidents that turn out to be one, or two, or related."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import Path
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from tocsin.api.commands import regrouping as commands
from tocsin.api.endpoint import Ask, Caller, Endpoints, answer, body
from tocsin.api.schemas import Body, Id, Title, Words
from tocsin.api.versions import etag, expected
from tocsin.identity.policy import Permission
from tocsin.incidents.regrouping import Moved
from tocsin.kernel.decisions import Incident

endpoints = Endpoints("incidents")

IncidentId = Annotated[str, Path(alias="id", max_length=64)]


class MergeIncidents(Body, frozen=True):
    """``incidents`` go up in the one named in the path; ``version`` is that one's."""

    incidents: Annotated[list[Id], Meta(min_length=1, max_length=50)]
    reason: Words
    version: int | None = None


class UnmergeIncident(Body, frozen=True):
    reason: Words
    version: int | None = None


class SplitIncident(Body, frozen=True):
    """``alerts`` leave into a new incident called ``title``."""

    title: Title
    alerts: Annotated[list[Id], Meta(min_length=1, max_length=200)]
    reason: Words
    version: int | None = None


class LinkIncident(Body, frozen=True):
    incident: Id
    words: Annotated[str, Meta(max_length=10_000)] = ""
    version: int | None = None


class Regrouped(msgspec.Struct, frozen=True):
    """``incident``: the restored or the new one; ``other``: the one that its alerts came from."""

    incident: Incident
    other: Incident


@endpoints.post("/incidents/{id}/merge", Permission.ACT)
async def merge_incidents(
    request: Request,
    ask: Ask,
    caller: Caller,
    incident: IncidentId,
    given: Annotated[MergeIncidents, body(MergeIncidents)],
) -> Annotated[Response, Incident]:
    """Others go up in this one. They keep their logs, and can be un-merged."""
    version = expected(request, given.version)
    return _one(await commands.merge(ask, caller, incident, given.incidents, given.reason, version))


@endpoints.post("/incidents/{id}/unmerge", Permission.ACT)
async def unmerge_incident(
    request: Request,
    ask: Ask,
    caller: Caller,
    incident: IncidentId,
    given: Annotated[UnmergeIncident, body(UnmergeIncident)],
) -> Annotated[Response, Regrouped]:
    """This one is again what it was; what happened after the merge stays with the survivor."""
    version = expected(request, given.version)
    return _two(await commands.unmerge(ask, caller, incident, given.reason, version))


@endpoints.post("/incidents/{id}/split", Permission.ACT, status=201)
async def split_incident(
    request: Request,
    ask: Ask,
    caller: Caller,
    incident: IncidentId,
    given: Annotated[SplitIncident, body(SplitIncident)],
) -> Annotated[Response, Regrouped]:
    """Some alerts leave into a new incident, and are never proposed together with the rest again."""
    version = expected(request, given.version)
    moved = await commands.split(ask, caller, incident, given.title, given.alerts, given.reason, version)
    return _two(moved, 201)


@endpoints.post("/incidents/{id}/links", Permission.ACT)
async def link_incident(
    request: Request,
    ask: Ask,
    caller: Caller,
    incident: IncidentId,
    given: Annotated[LinkIncident, body(LinkIncident)],
) -> Annotated[Response, Incident]:
    """Related; nobody's ownership changes."""
    version = expected(request, given.version)
    return _one(await commands.link(ask, caller, incident, given.incident, given.words, version))


@endpoints.delete("/incidents/{id}/links/{other}", Permission.ACT)
async def unlink_incident(
    request: Request,
    ask: Ask,
    caller: Caller,
    incident: IncidentId,
    other: Annotated[str, Path(max_length=64)],
) -> Annotated[Response, Incident]:
    return _one(await commands.unlink(ask, caller, incident, other, expected(request, None)))


def _one(incident: Incident) -> Response:
    return answer(incident, headers=etag(incident.version))


def _two(moved: Moved, status: int = 200) -> Response:
    return answer(Regrouped(moved.incident, moved.other), status, etag(moved.incident.version))
