"""The lake for analysts: one SELECT at a time, its series with their quality, what everything means."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import Query
from pydantic import AwareDatetime
from starlette.requests import Request
from starlette.responses import Response

from tocsin.api.accept import wanted
from tocsin.api.commands import lake as commands
from tocsin.api.cursor import pack, unpack
from tocsin.api.endpoint import Ask, Caller, Endpoints, body
from tocsin.api.schemas_lake import (
    Erasure,
    LakeSchema,
    NewErasure,
    SeriesPage,
    SqlQuery,
    SqlResult,
    Table,
    TableColumn,
)
from tocsin.identity.policy import Permission
from tocsin.kernel.clock import iso
from tocsin.lake.series.records import SeriesListAsked
from tocsin.lake.sql.records import MEDIA, SqlAnswer, SqlFacts
from tocsin.lake.sql.tables import TABLES

endpoints = Endpoints("lake")
_encode = msgspec.json.Encoder().encode

Name = Annotated[str | None, Query(max_length=256)]


@endpoints.post("/lake/query", Permission.ANALYSE)
async def query_lake(
    request: Request, ask: Ask, caller: Caller, given: Annotated[SqlQuery, body(SqlQuery)]
) -> Annotated[Response, SqlResult]:
    """One SELECT, read only, in a process of its own. `Accept`: JSON, CSV, Parquet or an Arrow stream.

    Every query is recorded; readings of personal classes are in the answer only where a reason is given.
    """
    form = wanted(request.headers.get("accept", ""), MEDIA)
    found = await commands.query(ask, caller, given, form)
    kept = {"cache-control": "no-store"}
    if form == "json":
        return Response(_json(found, given), headers=kept, media_type="application/json")
    headers = kept | _headers(found.facts)
    if form != "arrow":
        headers["content-disposition"] = f'attachment; filename="lake.{form}"'
    return Response(found.data, headers=headers, media_type=MEDIA[form])


@endpoints.get("/lake/schema", Permission.ANALYSE)
async def get_lake_schema(ask: Ask) -> LakeSchema:
    """Tables and columns with unit and meaning; attributes as the standard models have them."""
    tables = commands.tables_of(ask)
    shown = [
        Table(name, [TableColumn(m.name, m.type, m.unit, m.words) for m in columns])
        for name, columns in TABLES.items()
    ]
    return LakeSchema(shown, list(tables.attributes), tables.most_rows, tables.most_s)


@endpoints.get("/lake/series", Permission.ANALYSE)
async def list_lake_series(
    ask: Ask,
    caller: Caller,
    type: Name = None,  # noqa: A002
    entity: Name = None,
    attribute: Name = None,
    days: Annotated[int, Query(ge=1, le=31, description="quality is said of so many days")] = 7,
    at: Annotated[AwareDatetime | None, Query(description="the end of those days; now")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: str | None = None,
    reason: Annotated[str, Query(max_length=500, description="why personal series are read")] = "",
) -> SeriesPage:
    """Series with a reading in these days, by entity and attribute, each with its quality.

    Freshness, completeness, validity and drift are defined in docs/howto/lake.md.
    """
    end = at or ask.clock.now()
    asked = SeriesListAsked(
        at=end,
        days=days,
        type_name=type,
        entity=entity,
        attribute=attribute,
        limit=limit,
        after=unpack(after, str, str) if after else None,
        personal=bool(reason.strip()),
    )
    found = await commands.series(ask, caller, asked, reason.strip())
    last = found.series[-1] if found.more else None
    return SeriesPage(
        found.series, pack(last.entity, last.attribute) if last else None, end, days, found.withheld
    )


@endpoints.post("/lake/erasures", Permission.OVERSEE)
async def erase_from_lake(
    ask: Ask, caller: Caller, given: Annotated[NewErasure, body(NewErasure)]
) -> Erasure:
    """All readings of a person, out of every version of the table. Answers once the files were searched."""
    return await commands.erase(ask, caller, given)


def _json(found: SqlAnswer, given: SqlQuery) -> bytes:
    facts = found.facts
    return _encode(
        {
            "columns": facts.columns,
            "rows": msgspec.Raw(found.data),
            "count": facts.rows,
            "truncated": facts.truncated,
            "withheld": facts.withheld,
            "as_of": iso(given.as_of) if given.as_of else None,
            "took_ms": facts.took_ms,
        }
    )


def _headers(facts: SqlFacts) -> dict[str, str]:
    said = {"tocsin-rows": str(facts.rows), "tocsin-truncated": str(facts.truncated).lower()}
    withheld = ", ".join(facts.withheld).encode("ascii", "backslashreplace").decode()
    return said | ({"tocsin-withheld": withheld} if withheld else {})
