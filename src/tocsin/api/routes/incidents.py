"""What people own: incidents made of alerts, with a log and an end."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path
from starlette.requests import Request
from starlette.responses import Response

from tocsin.api.commands import incidents as commands
from tocsin.api.endpoint import Ask, Caller, Endpoints, answer, body
from tocsin.api.paging import Limit
from tocsin.api.schemas import AddAlerts, CloseIncident, NewIncident, Note, Page, ReopenIncident
from tocsin.api.versions import etag, expected
from tocsin.identity.policy import Permission
from tocsin.kernel.decisions import Incident

endpoints = Endpoints("incidents")

IncidentId = Annotated[str, Path(alias="id", max_length=64)]


@endpoints.get("/incidents", Permission.SEE)
async def list_incidents(
    ask: Ask,
    caller: Caller,
    state: Literal["open", "closed", "all"] = "open",
    limit: Limit = 100,
    after: str | None = None,
) -> Page[Incident]:
    """Incidents, newest first."""
    return await commands.find(ask, caller, state=state, limit=limit, after=after)


@endpoints.get("/incidents/{id}", Permission.SEE)
async def get_incident(ask: Ask, caller: Caller, incident: IncidentId) -> Annotated[Response, Incident]:
    found = await commands.get(ask, caller, incident)
    return answer(found, headers=etag(found.version))


@endpoints.post("/incidents", Permission.ACT, status=201)
async def open_incident(
    ask: Ask, caller: Caller, given: Annotated[NewIncident, body(NewIncident)]
) -> Annotated[Response, Incident]:
    """Open one, from alerts or from nothing but a title."""
    made = await commands.open_(ask, caller, given.title, given.alerts)
    return answer(made, 201, etag(made.version))


@endpoints.post("/incidents/{id}/alerts", Permission.ACT)
async def add_alerts_to_incident(
    request: Request,
    ask: Ask,
    caller: Caller,
    incident: IncidentId,
    given: Annotated[AddAlerts, body(AddAlerts)],
) -> Annotated[Response, Incident]:
    version = expected(request, given.version)
    return _changed(await commands.add_alerts(ask, caller, incident, given.alerts, version))


@endpoints.delete("/incidents/{id}/alerts/{alert}", Permission.ACT)
async def remove_alert_from_incident(
    request: Request,
    ask: Ask,
    caller: Caller,
    incident: IncidentId,
    alert: Annotated[str, Path(max_length=64)],
) -> Annotated[Response, Incident]:
    version = expected(request, None)
    return _changed(await commands.remove_alert(ask, caller, incident, alert, version))


@endpoints.post("/incidents/{id}/notes", Permission.ACT)
async def note_on_incident(
    request: Request, ask: Ask, caller: Caller, incident: IncidentId, given: Annotated[Note, body(Note)]
) -> Annotated[Response, Incident]:
    version = expected(request, given.version)
    return _changed(await commands.note(ask, caller, incident, given.words, version))


@endpoints.post("/incidents/{id}/close", Permission.ACT)
async def close_incident(
    request: Request,
    ask: Ask,
    caller: Caller,
    incident: IncidentId,
    given: Annotated[CloseIncident, body(CloseIncident)],
) -> Annotated[Response, Incident]:
    version = expected(request, given.version)
    return _changed(await commands.close(ask, caller, incident, given.outcome, given.words, version))


@endpoints.post("/incidents/{id}/reopen", Permission.ACT)
async def reopen_incident(
    request: Request,
    ask: Ask,
    caller: Caller,
    incident: IncidentId,
    given: Annotated[ReopenIncident, body(ReopenIncident)],
) -> Annotated[Response, Incident]:
    version = expected(request, given.version)
    return _changed(await commands.reopen(ask, caller, incident, given.reason, version))


def _changed(incident: Incident) -> Response:
    return answer(incident, headers=etag(incident.version))
