"""Analytical services: aggregates, gaps filled, baselines, forecasts, relations; results that are kept."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import Path
from starlette.requests import Request
from starlette.responses import Response

from tocsin.api.accept import wanted
from tocsin.api.commands import analytics as commands
from tocsin.api.commands import analytics_kept as kept
from tocsin.api.endpoint import Ask, Caller, Endpoints, body
from tocsin.api.schemas import Page
from tocsin.api.schemas_analytics import AnalysisResult, NewAnalysis, NewKept
from tocsin.identity.policy import Permission
from tocsin.lake.kept.records import Kept
from tocsin.lake.sql.records import MEDIA, Format

endpoints = Endpoints("analytics")
_OFFERED: dict[Format, str] = {form: MEDIA[form] for form in ("json", "arrow")}
_encode = msgspec.json.Encoder().encode

KeptId = Annotated[str, Path(alias="id", max_length=64)]


@endpoints.post("/analytics", Permission.ANALYSE)
async def analyse_series(
    request: Request, ask: Ask, caller: Caller, given: Annotated[NewAnalysis, body(NewAnalysis)]
) -> Annotated[Response, AnalysisResult]:
    """One analysis of one series, or of two. `Accept`: JSON, or an Arrow stream of its columns.

    Every result says what it rests on; what is learned from data is marked as advice. Recorded like a query.
    """
    form = wanted(request.headers.get("accept", ""), _OFFERED)
    found, place = await commands.analyse(ask, caller, given, form)
    headers = {"cache-control": "no-store"}
    if form == "arrow":
        return Response(found.data, headers=headers, media_type=MEDIA[form])
    told = {
        "result": msgspec.Raw(found.data),
        "holidays": place,
        "withheld": found.facts.withheld,
        "took_ms": found.facts.took_ms,
    }
    return Response(_encode(told), headers=headers, media_type="application/json")


@endpoints.get("/analytics/kept", Permission.ANALYSE)
async def list_kept_analyses(ask: Ask, caller: Caller) -> Page[Kept]:
    """Those of your room, by name."""
    return await kept.listed(ask, caller)


@endpoints.post("/analytics/kept", Permission.ANALYSE, status=201)
async def keep_analysis(ask: Ask, caller: Caller, given: Annotated[NewKept, body(NewKept)]) -> Kept:
    """Compute it and keep the result as an entity, marked as advice where it is learned; anew on schedule if
    asked."""
    return await kept.keep(ask, caller, given)


@endpoints.delete("/analytics/kept/{id}", Permission.ANALYSE)
async def drop_kept_analysis(ask: Ask, caller: Caller, kept_id: KeptId) -> None:
    """Put the result away: its schedule and its entity."""
    await kept.drop(ask, caller, kept_id)
