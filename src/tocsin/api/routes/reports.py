"""Reports on paper and screen: of an incident, for who decides, from one shift to the next."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

from fastapi import Path, Query
from pydantic import AwareDatetime
from starlette.responses import Response

from tocsin.api.commands import reports as commands
from tocsin.api.endpoint import Ask, Caller, Endpoints
from tocsin.api.services import Services
from tocsin.identity.policy import Permission
from tocsin.kernel.languages import Language
from tocsin.reports import html
from tocsin.reports.document import Document

endpoints = Endpoints("reports")

IncidentId = Annotated[str, Path(alias="id", max_length=64)]
AdviceId = Annotated[str, Path(alias="id", max_length=64)]
Room = Annotated[str, Path(max_length=40)]
Form = Annotated[Literal["html", "pdf"], Query(alias="format", description="a page, or a PDF (PDF/UA-1)")]
Lang = Annotated[
    Language | None, Query(alias="lang", description="your own language, else the city's, where left out")
]
At = Annotated[AwareDatetime | None, Query(description="the moment reported on; now where left out")]


@endpoints.get("/incidents/{id}/report", Permission.SEE, media="text/html")
async def get_incident_report(
    ask: Ask, caller: Caller, incident: IncidentId, form: Form = "html", at: At = None, lang: Lang = None
) -> Annotated[Response, bytes]:
    """The incident as of `at`, as far as your room was allowed to see it then. On record."""
    made = await commands.of_incident(ask, caller, "report", incident, at, form, lang)
    return await _answer(ask, made, form, f"{incident}-report")


@endpoints.get("/incidents/{id}/brief", Permission.SEE, media="text/html")
async def get_incident_brief(
    ask: Ask, caller: Caller, incident: IncidentId, form: Form = "html", at: At = None, lang: Lang = None
) -> Annotated[Response, bytes]:
    """One page for who decides: situation, question, options, known and not known, times. On record."""
    made = await commands.of_incident(ask, caller, "brief", incident, at, form, lang)
    return await _answer(ask, made, form, f"{incident}-brief")


@endpoints.get("/advice/{id}/sheet", Permission.SEE, media="text/html")
async def get_plan_sheet(
    ask: Ask, caller: Caller, consultation: AdviceId, form: Form = "html", lang: Lang = None
) -> Annotated[Response, bytes]:
    """An evacuation plan on one page: map, words for each zone, exits, stewards. On record."""
    made = await commands.of_plan(ask, caller, consultation, form, lang)
    return await _answer(ask, made, form, f"{consultation}-plan")


@endpoints.get("/rooms/{room}/handover", Permission.SEE, media="text/html")
async def get_handover(
    ask: Ask,
    caller: Caller,
    room: Room,
    since: Annotated[AwareDatetime, Query(description="when the shift began")],
    until: Annotated[AwareDatetime | None, Query(description="when it ended; now where left out")] = None,
    form: Form = "html",
    lang: Lang = None,
) -> Annotated[Response, bytes]:
    """The hand-over sheet of your own room. On record."""
    made = await commands.of_shift(ask, caller, room, since, until, form, lang)
    return await _answer(ask, made, form, f"handover-{room}")


async def _answer(ask: Services, made: Document, form: str, name: str) -> Response:
    headers = {"content-security-policy": html.CSP, "cache-control": "no-store"}
    if form == "pdf":
        headers["content-disposition"] = f'inline; filename="{name}.pdf"'
        return Response(await ask.printer.pdf(made), headers=headers, media_type="application/pdf")
    page = await asyncio.to_thread(html.page, made)
    return Response(page, headers=headers, media_type="text/html")
