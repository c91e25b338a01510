"""The city as it was: readings from the lake."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import AwareDatetime

from tocsin.api.cursor import pack, unpack
from tocsin.api.endpoint import Ask, Endpoints
from tocsin.api.schemas import Page
from tocsin.identity.policy import Permission
from tocsin.kernel.clock import iso
from tocsin.kernel.errors import Invalid
from tocsin.lake.records import HistoryCount, HistoryPoint, SeriesPoint

endpoints = Endpoints("history")


@endpoints.get("/history", Permission.SEE)
async def get_history(
    ask: Ask,
    entity: Annotated[str, Query(max_length=256)],
    attribute: Annotated[str, Query(max_length=128)],
    start: AwareDatetime | None = None,
    end: AwareDatetime | None = None,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
    after: str | None = None,
) -> Page[HistoryPoint]:
    """The newest ``limit`` readings of one attribute in [start, end), oldest first; ``next`` leads back."""
    if start is not None and end is not None and end <= start:
        raise Invalid("the period is empty", field="end", value=iso(end), cure="give an end after the start")
    before = unpack(after, datetime, str) if after else None
    found = await ask.lake.history(
        entity=entity, attribute=attribute, start=start, end=end, limit=limit + 1, before=before
    )
    items = list(found[-limit:])
    more = len(found) > limit
    return Page(items, pack(items[0].observed_at, items[0].observation) if more else None)


@endpoints.get("/history/series", Permission.SEE)
async def get_series(
    ask: Ask,
    entity: Annotated[str, Query(max_length=256)],
    attribute: Annotated[str, Query(max_length=128)],
    start: AwareDatetime,
    end: AwareDatetime,
    steps: Annotated[int, Query(ge=1, le=1000)] = 300,
) -> Page[SeriesPoint]:
    """Mean, least and most of a number in equal steps of [start, end), oldest first: for long charts."""
    found = await ask.lake.series(entity=entity, attribute=attribute, start=start, end=end, steps=steps)
    return Page(list(found))


@endpoints.get("/history/count", Permission.SEE)
async def count_history(
    ask: Ask, source: Annotated[str | None, Query(max_length=128)] = None
) -> HistoryCount:
    """Readings in = stored + quarantined + duplicates, exactly; of one source or of all."""
    return await ask.lake.count(source)
