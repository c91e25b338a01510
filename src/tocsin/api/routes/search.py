"""Finding alerts and incidents by words."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from tocsin.api.commands import search as commands
from tocsin.api.commands.search import FoundList
from tocsin.api.endpoint import Ask, Caller, Endpoints
from tocsin.identity.policy import Permission

endpoints = Endpoints("search")


@endpoints.get("/search", Permission.SEE)
async def search(
    ask: Ask,
    caller: Caller,
    q: Annotated[str, Query(min_length=1, max_length=200, description="words, or how they begin")],
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> FoundList:
    """Alerts and incidents of any age that hold every word: id, headline, kind, entities, title, notes."""
    return await commands.find(ask, caller, q, limit)
