"""What people know better of an incident than its alerts do, and how quick the city is."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query
from pydantic import AwareDatetime
from starlette.requests import Request
from starlette.responses import Response as Answer

from tocsin.api.commands import correcting as commands
from tocsin.api.commands.correcting import Response
from tocsin.api.endpoint import Ask, Caller, Endpoints, answer, body
from tocsin.api.schemas import Body, Moment, Words
from tocsin.api.versions import etag, expected
from tocsin.identity.policy import Permission
from tocsin.kernel.decisions import Incident
from tocsin.kernel.events import Severity

endpoints = Endpoints("incidents")

IncidentId = Annotated[str, Path(alias="id", max_length=64)]


class SetSeverity(Body, frozen=True):
    """``severity`` null gives it back to the rule (its gravest alert)."""

    severity: Severity | None
    reason: Words
    version: int | None = None


class SetDetection(Body, frozen=True):
    detected_at: Moment
    reason: Words
    version: int | None = None


@endpoints.put("/incidents/{id}/severity", Permission.ACT)
async def set_incident_severity(
    request: Request,
    ask: Ask,
    caller: Caller,
    incident: IncidentId,
    given: Annotated[SetSeverity, body(SetSeverity)],
) -> Annotated[Answer, Incident]:
    """By hand, with a reason, until it is given back."""
    version = expected(request, given.version)
    after = await commands.severity(ask, caller, incident, given.severity, given.reason, version)
    return answer(after, headers=etag(after.version))


@endpoints.put("/incidents/{id}/detection", Permission.ACT)
async def set_incident_detection(
    request: Request,
    ask: Ask,
    caller: Caller,
    incident: IncidentId,
    given: Annotated[SetDetection, body(SetDetection)],
) -> Annotated[Answer, Incident]:
    """When it was first noticed, with a reason; the figures count from there."""
    version = expected(request, given.version)
    after = await commands.detection(ask, caller, incident, given.detected_at, given.reason, version)
    return answer(after, headers=etag(after.version))


@endpoints.get("/figures/response", Permission.SEE)
async def get_response_figures(
    ask: Ask,
    caller: Caller,
    start: Annotated[AwareDatetime | None, Query(description="30 days before the end")] = None,
    end: Annotated[AwareDatetime | None, Query(description="now")] = None,
) -> Response:
    """Times to acknowledge, take on and resolve: mean, median, 90th percentile, and how they are counted."""
    return await commands.response(ask, caller, start, end)
