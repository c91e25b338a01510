"""The queue, and what people do with an alert."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path, Query
from pydantic import AwareDatetime
from starlette.requests import Request
from starlette.responses import Response

from tocsin.alerts.service import AlarmLoad
from tocsin.api.commands import alerts as commands
from tocsin.api.endpoint import Ask, Caller, Endpoints, answer, body
from tocsin.api.paging import Limit
from tocsin.api.schemas import AlertCommand, Page
from tocsin.api.versions import etag, expected
from tocsin.identity.policy import Permission
from tocsin.kernel.decisions import Alert, AlertEvent
from tocsin.kernel.events import Severity

endpoints = Endpoints("alerts")

AlertId = Annotated[str, Path(alias="id", max_length=64)]
ListState = Literal[
    "open",
    "all",
    "active",
    "shelved",
    "suppressed",
    "new",
    "acknowledged",
    "confirmed",
    "rejected",
    "closed",
]
Verb = Literal["acknowledge", "unacknowledge", "confirm", "reject", "reopen", "shelve", "unshelve", "close"]


@endpoints.get("/alerts", Permission.SEE)
async def list_alerts(
    ask: Ask,
    caller: Caller,
    state: ListState = "open",
    severity: Severity | None = None,
    at: Annotated[AwareDatetime | None, Query(description="the queue as it stood then")] = None,
    limit: Limit = 100,
    after: str | None = None,
) -> Page[Alert]:
    """Open ones gravest first, any other list newest first; `next` leads on."""
    return await commands.find(ask, caller, state=state, severity=severity, at=at, limit=limit, after=after)


@endpoints.get("/alerts/load", Permission.SEE)
async def get_alarm_load(ask: Ask, caller: Caller) -> AlarmLoad:
    """How many alerts come, stand and wait (ISA-18.2)."""
    return await commands.load(ask, caller)


@endpoints.get("/alerts/{id}", Permission.SEE)
async def get_alert(ask: Ask, caller: Caller, alert: AlertId) -> Annotated[Response, Alert]:
    found = await commands.get(ask, caller, alert)
    return answer(found, headers=etag(found.version))


@endpoints.get("/alerts/{id}/events", Permission.SEE)
async def list_alert_events(
    ask: Ask, caller: Caller, alert: AlertId, limit: Limit = 100, after: str | None = None
) -> Page[AlertEvent]:
    """Every step of its life, oldest first."""
    return await commands.events(ask, caller, alert, limit=limit, after=after)


@endpoints.post("/alerts/{id}/{verb}", Permission.ACT)
async def act_on_alert(
    request: Request,
    ask: Ask,
    caller: Caller,
    alert: AlertId,
    verb: Verb,
    given: Annotated[AlertCommand, body(AlertCommand)],
) -> Annotated[Response, Alert]:
    """Decide about it. Reject and shelve ask for a reason, shelve also for an end."""
    after = await commands.act(
        ask,
        caller,
        alert,
        verb,
        version=expected(request, given.version),
        reason=given.reason,
        until=given.until,
    )
    return answer(after, headers=etag(after.version))
