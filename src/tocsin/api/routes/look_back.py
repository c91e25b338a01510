"""The picture as it was: what a room had before it at an earlier moment."""

from __future__ import annotations

from datetime import UTC
from typing import Annotated

from fastapi import Query
from pydantic import AwareDatetime
from starlette.requests import Request
from starlette.responses import Response

from tocsin.api.commands import look_back
from tocsin.api.endpoint import Ask, Caller, Endpoints, answer
from tocsin.api.schemas_past import PastPicture
from tocsin.identity.policy import Permission

endpoints = Endpoints("look back")

#: an hourly sensor whose reading came late is still in the picture
_STALENESS_S = 3 * 3600.0
#: kept in the browser, never shown again without asking: each look is recorded
_KEPT = "private, no-cache"


@endpoints.get("/picture", Permission.SEE)
async def get_past_picture(
    request: Request,
    ask: Ask,
    caller: Caller,
    at: Annotated[AwareDatetime, Query(description="the moment looked at; not in the future")],
    staleness: Annotated[
        float, Query(ge=60, le=86_400, description="seconds: an entity silent for longer is left out")
    ] = _STALENESS_S,
    reason: Annotated[str, Query(max_length=500, description="why you look; it is recorded")] = "",
) -> Annotated[Response, PastPicture]:
    """Entities, alerts and incidents as of `at`, as far as your room was allowed to see them then."""
    look_back.require_past(ask, at)
    at = at.astimezone(UTC)
    tag = look_back.etag(caller, at, staleness, ask.clock.now())
    # only a final picture was ever given this tag, so whoever holds it holds what would be answered
    if tag in request.headers.get("if-none-match", ""):
        await look_back.looked_again(ask, caller, at, reason)
        return Response(status_code=304, headers={"ETag": tag, "Cache-Control": _KEPT})
    picture = await look_back.look_back(ask, caller, at, staleness_s=staleness, reason=reason)
    headers = {"ETag": tag, "Cache-Control": _KEPT} if picture.final else {"Cache-Control": "no-store"}
    return answer(picture, headers=headers)
