"""Advice: asking in an incident, what came of it, deciding; what-ifs; plans that are kept for the day."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query
from starlette.requests import Request
from starlette.responses import Response

from tocsin.api.commands import advice as commands
from tocsin.api.endpoint import Ask, Caller, Endpoints, answer, body
from tocsin.api.schemas import Page
from tocsin.api.schemas_advice import (
    AcceptAdvice,
    AskAdvice,
    AskWhatIf,
    DeclineAdvice,
    OfferedPlan,
    PlanWhole,
    SavePlan,
    WithdrawAdvice,
)
from tocsin.api.versions import etag, expected
from tocsin.identity.policy import Permission
from tocsin.kernel.advice import Consultation, ConsultationEvent
from tocsin.kernel.errors import Invalid
from tocsin.kernel.events import Advice
from tocsin.kernel.geo import Point

endpoints = Endpoints("advice")

IncidentId = Annotated[str, Path(alias="id", max_length=64)]
AdviceId = Annotated[str, Path(alias="id", max_length=64)]
PlanId = Annotated[str, Path(alias="id", max_length=64)]


@endpoints.get("/incidents/{id}/advice", Permission.SEE)
async def list_incident_advice(ask: Ask, caller: Caller, incident: IncidentId) -> Page[Consultation]:
    """What was asked of advisors in this incident, newest first; plans are asked for one by one."""
    return await commands.of_incident(ask, caller, incident)


@endpoints.post("/incidents/{id}/advice", Permission.ACT)
async def ask_for_advice(
    ask: Ask, caller: Caller, incident: IncidentId, given: Annotated[AskAdvice, body(AskAdvice)]
) -> Annotated[Response, Consultation]:
    """The question is kept before this answers; the advice comes through the live stream."""
    return _changed(
        await commands.ask_advisor(ask, caller, incident, given.tool, given.request, given.reason, given.key)
    )


@endpoints.get("/advice/{id}", Permission.SEE)
async def get_advice(ask: Ask, caller: Caller, consultation: AdviceId) -> Annotated[Response, Consultation]:
    return _changed(await commands.get(ask, caller, consultation))


@endpoints.get("/advice/{id}/answer", Permission.SEE)
async def get_advice_answer(ask: Ask, caller: Caller, consultation: AdviceId) -> Advice:
    """In full: the plan, its bounds, what it assumes, until when it is valid."""
    return await commands.answer(ask, caller, consultation)


@endpoints.get("/advice/{id}/events", Permission.SEE)
async def list_advice_events(ask: Ask, caller: Caller, consultation: AdviceId) -> Page[ConsultationEvent]:
    """Every step, oldest first."""
    return await commands.events(ask, caller, consultation)


@endpoints.post("/advice/{id}/accept", Permission.ACT)
async def accept_advice(
    request: Request,
    ask: Ask,
    caller: Caller,
    consultation: AdviceId,
    given: Annotated[AcceptAdvice, body(AcceptAdvice)],
) -> Annotated[Response, Consultation]:
    """It becomes the plan in force, instead of the one before it."""
    version = expected(request, given.version)
    return _changed(await commands.accept(ask, caller, consultation, given.reason, version))


@endpoints.post("/advice/{id}/decline", Permission.ACT)
async def decline_advice(
    request: Request,
    ask: Ask,
    caller: Caller,
    consultation: AdviceId,
    given: Annotated[DeclineAdvice, body(DeclineAdvice)],
) -> Annotated[Response, Consultation]:
    version = expected(request, given.version)
    return _changed(await commands.decline(ask, caller, consultation, given.reason, version))


@endpoints.post("/advice/{id}/withdraw", Permission.ACT)
async def withdraw_advice(
    request: Request,
    ask: Ask,
    caller: Caller,
    consultation: AdviceId,
    given: Annotated[WithdrawAdvice, body(WithdrawAdvice)],
) -> Annotated[Response, Consultation]:
    """Nobody waits for it any more: the advisor stops, in the middle of computing if it must."""
    version = expected(request, given.version)
    return _changed(await commands.withdraw(ask, caller, consultation, version))


@endpoints.post("/what-if", Permission.SEE)
async def ask_what_if(
    ask: Ask, caller: Caller, given: Annotated[AskWhatIf, body(AskWhatIf)]
) -> Annotated[Response, Advice]:
    """An answer that touches no incident and is kept by nobody."""
    return answer(await commands.what_if(ask, caller, given.tool, given.request))


@endpoints.get("/plans", Permission.SEE)
async def list_plans(
    ask: Ask,
    caller: Caller,
    space: Annotated[str | None, Query(max_length=128)] = None,
    incident: Annotated[str | None, Query(max_length=64)] = None,
    near: Annotated[str | None, Query(max_length=64)] = None,
) -> Page[OfferedPlan]:
    """Saved plans; with `incident` or `near` (`lon,lat`) those of spaces within 300 m, the nearest first."""
    place = None if near is None else point(near)
    return await commands.plans(ask, caller, space=space, incident=incident, near=place)


@endpoints.post("/plans", Permission.PLAN)
async def save_plan(
    ask: Ask, caller: Caller, given: Annotated[SavePlan, body(SavePlan)]
) -> Annotated[Response, PlanWhole]:
    """The what-if is answered once more and kept under a name."""
    return answer(await commands.save_plan(ask, caller, given.name, given.tool, given.request))


@endpoints.get("/plans/{id}", Permission.SEE)
async def get_plan(ask: Ask, plan: PlanId) -> PlanWhole:
    return await commands.plan(ask, plan)


@endpoints.delete("/plans/{id}", Permission.PLAN)
async def drop_plan(ask: Ask, caller: Caller, plan: PlanId) -> None:
    await commands.drop_plan(ask, caller, plan)


def point(words: str) -> Point:
    """Raises ``Invalid``."""
    try:
        lon, lat = (float(part) for part in words.split(","))
    except ValueError:
        lon = lat = float("nan")
    if not (-180.0 <= lon <= 180.0 and -90.0 <= lat <= 90.0):  # not-a-number fails here too
        cure = "longitude, then latitude, in degrees: 24.945,60.170"
        raise Invalid("not a place on the map", field="near", value=words, cure=cure)
    return Point(lon, lat)


def _changed(consultation: Consultation) -> Response:
    return answer(consultation, headers=etag(consultation.version))
