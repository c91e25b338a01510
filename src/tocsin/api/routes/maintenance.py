"""Maintenance windows: whose alerts are out of service, until when, and what became of them."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from tocsin.api.commands import maintenance as commands
from tocsin.api.endpoint import Ask, Caller, Endpoints, answer, body
from tocsin.api.paging import Limit
from tocsin.api.schemas import Body, Id, Moment, Page, Words
from tocsin.api.versions import etag, expected
from tocsin.identity.policy import Permission
from tocsin.kernel.events import Place
from tocsin.kernel.maintenance import MaintenanceAlert, MaintenanceScope, MaintenanceWindow

endpoints = Endpoints("maintenance")

WindowId = Annotated[str, Path(alias="id", max_length=64)]
Name = Annotated[str, Meta(min_length=1, max_length=128)]


class AreaGiven(Body, frozen=True):
    lon: Annotated[float, Meta(ge=-180, le=180)]
    lat: Annotated[float, Meta(ge=-90, le=90)]
    radius_m: Annotated[float, Meta(gt=0, le=20_000)]
    name: Annotated[str, Meta(max_length=300)] | None = None


class PlanMaintenance(Body, frozen=True):
    """All that is given of ``tool``, ``kind`` (``*``: anything), ``entities`` and ``area`` must hold,
    and one must be given. ``start`` left out: at once.
    """

    end: Moment
    reason: Words
    start: Moment | None = None
    tool: Name | None = None
    kind: Name | None = None
    entities: Annotated[tuple[Id, ...], Meta(max_length=200)] = ()
    area: AreaGiven | None = None


class ChangeMaintenance(Body, frozen=True):
    """``end``: extend or shorten. ``start``: only while it has not begun."""

    reason: Words
    end: Moment | None = None
    start: Moment | None = None
    version: int | None = None


class EndMaintenance(Body, frozen=True):
    reason: Annotated[str, Meta(max_length=10_000)] | None = None
    version: int | None = None


@endpoints.get("/maintenance", Permission.SEE)
async def list_maintenance(
    ask: Ask,
    state: Literal["open", "planned", "running", "over", "all"] = "open",
    limit: Limit = 100,
    after: str | None = None,
) -> Page[MaintenanceWindow]:
    """Planned and running ones (`open`), newest first."""
    return await commands.find(ask, state=state, limit=limit, after=after)


@endpoints.post("/maintenance", Permission.ACT, status=201)
async def plan_maintenance(
    ask: Ask, caller: Caller, given: Annotated[PlanMaintenance, body(PlanMaintenance)]
) -> Annotated[Response, MaintenanceWindow]:
    """Set the alerts of what is worked on aside, until a stated end at which they come back."""
    area = given.area
    place = None if area is None else Place(area.lon, area.lat, area.radius_m, area.name)
    scope = MaintenanceScope(given.tool, given.kind, given.entities, place)
    planned = await commands.plan(ask, caller, scope, given.start, given.end, given.reason)
    return answer(planned, 201, headers=etag(planned.version))


@endpoints.get("/maintenance/{id}", Permission.SEE)
async def get_maintenance(ask: Ask, window: WindowId) -> Annotated[Response, MaintenanceWindow]:
    return _changed(await commands.get(ask, window))


@endpoints.get("/maintenance/{id}/alerts", Permission.SEE)
async def list_maintenance_alerts(ask: Ask, caller: Caller, window: WindowId) -> Page[MaintenanceAlert]:
    """What it set aside, and what became of each: the newest 500."""
    return await commands.alerts_of(ask, caller, window)


@endpoints.post("/maintenance/{id}/change", Permission.ACT)
async def change_maintenance(
    request: Request,
    ask: Ask,
    caller: Caller,
    window: WindowId,
    given: Annotated[ChangeMaintenance, body(ChangeMaintenance)],
) -> Annotated[Response, MaintenanceWindow]:
    """Extend, shorten or move it."""
    version = expected(request, given.version)
    return _changed(
        await commands.change(
            ask, caller, window, given.reason, start=given.start, end=given.end, version=version
        )
    )


@endpoints.post("/maintenance/{id}/end", Permission.ACT)
async def end_maintenance(
    request: Request,
    ask: Ask,
    caller: Caller,
    window: WindowId,
    given: Annotated[EndMaintenance, body(EndMaintenance)],
) -> Annotated[Response, MaintenanceWindow]:
    """End it now (or call it off): its alerts come back at once."""
    version = expected(request, given.version)
    return _changed(await commands.finish(ask, caller, window, given.reason, version))


def _changed(window: MaintenanceWindow) -> Response:
    return answer(window, headers=etag(window.version))
