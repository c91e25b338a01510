"""What the command line asks of the lake of a state folder, whose city may be running.

Where the city runs, its process *lake* is asked over the bus; else the table is opened here.
"""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from tocsin.api.commands.lake import erasure_of, query_detail
from tocsin.api.lake import LakeAsked as Asked
from tocsin.api.lake import Tables
from tocsin.api.schemas_lake import NewErasure
from tocsin.app.databases import opened
from tocsin.app.hosting import Place
from tocsin.app.lake_asked import desk_parts, tables
from tocsin.db import Database
from tocsin.identity.recording import record
from tocsin.kernel.clock import WallClock
from tocsin.kernel.errors import Invalid, TocsinError
from tocsin.lake.asking import LakeAsked
from tocsin.lake.erasure.eraser import Eraser
from tocsin.lake.erasure.records import EraseAsked, Erased
from tocsin.lake.ledger import ledger_database
from tocsin.lake.series.lister import SeriesLister
from tocsin.lake.series.records import Series, SeriesListAsked, SeriesListed
from tocsin.lake.sql.records import FORMATS, SqlAnswer, SqlAsked
from tocsin.lake.sql.runner import Sql
from tocsin.lake.sql.tables import TABLES


class _Here:
    """The table itself, for a city that does not run."""

    def __init__(self, parts: tuple[Sql, SeriesLister, Eraser]) -> None:
        self._sql, self._series, self._eraser = parts

    async def sql(self, asked: SqlAsked) -> SqlAnswer:
        return await self._sql.answer(asked)

    async def series(self, asked: SeriesListAsked) -> SeriesListed:
        return await self._series.listed(asked)

    async def erase(self, asked: EraseAsked) -> Erased:
        return await self._eraser.erase(asked)


def asked_in_sql(
    state: Path,
    sql: str,
    parameters: Mapping[str, Any],
    *,
    form: str,
    as_of: datetime | None,
    rows: int,
    seconds: float,
    reason: str,
) -> tuple[bytes, str]:
    """The rows and what is to be said of them. Recorded under the name of who is at the machine."""
    if form not in FORMATS:
        raise Invalid("no such format", field="format", value=form, cure=", ".join(FORMATS))
    asked = SqlAsked(
        sql=sql,
        parameters=dict(parameters),
        as_of=as_of,
        personal=bool(reason.strip()),
        format=form,
        max_rows=rows,
        max_s=seconds,
    )

    async def ask() -> SqlAnswer:
        async with _city(state) as (ops, made):
            found = await made.asked.sql(asked)
            _write_down(ops, "lake.query", reason, query_detail(asked, found))
            return found

    found = asyncio.run(ask())
    words = f"{found.facts.rows} rows in {found.facts.took_ms:.0f} ms"
    if found.facts.truncated:
        words += "; there are more: --rows"
    if found.facts.withheld:
        words += f"; personal data left out ({', '.join(found.facts.withheld)}): --reason"
    return found.data, words


def series_lines(
    state: Path,
    *,
    type_name: str | None,
    entity: str | None,
    attribute: str | None,
    days: int,
    reason: str,
) -> Iterator[str]:
    """A line each: readings, interval, age, completeness, validity, drift, unit, attribute, entity."""
    personal = bool(reason.strip())

    async def ask() -> list[Series]:
        found: list[Series] = []
        async with _city(state) as (ops, made):
            asked = SeriesListAsked(
                WallClock().now(), days, type_name, entity, attribute, limit=200, personal=personal
            )
            while True:
                listed = await made.asked.series(asked)
                found += listed.series
                if not listed.more:
                    break
                last = listed.series[-1]
                asked = msgspec.structs.replace(asked, after=(last.entity, last.attribute))
            if personal:
                _write_down(ops, "lake.series", reason, {"series": len(found), "personal": "included"})
        return found

    yield "readings\tinterval s\tage s\tcomplete\tvalid\tdrift\tunit\tattribute\tentity"
    for one in asyncio.run(ask()):
        q = one.quality
        figures = (q.interval_s, q.age_s, q.completeness, q.validity, q.drift)
        shown = "\t".join("-" if figure is None else f"{figure:.3g}" for figure in figures)
        yield f"{q.readings}\t{shown}\t{one.unit or '-'}\t{one.attribute}\t{one.entity}"


def schema_lines(state: Path, type_name: str | None) -> list[str]:
    """Columns of the tables, or the attributes of one type."""
    if type_name is None:
        return [
            f"{table}.{column.name}\t{column.type}\t{column.unit or '-'}\t{column.words}"
            for table, columns in TABLES.items()
            for column in columns
        ]

    async def ask() -> Tables:
        async with _city(state) as (_, made):
            return made

    lines = [
        f"{one.attribute}\t{one.kind}\t{one.unit or '-'}\t{one.meaning}\t{one.class_}\t"
        + (f"{one.keep_days} days" if one.keep_days else "kept")
        for one in asyncio.run(ask()).attributes
        if one.type == type_name
    ]
    if not lines:
        raise Invalid("no model of this type", field="type", value=type_name, cure="see tocsin lake schema")
    return lines


def erased(state: Path, *, reason: str, identifier: str, entity: str, pseudonym: str) -> dict[str, Any]:
    """What went. Raises ``Invalid``, ``Unavailable``."""
    given = NewErasure(reason=reason, identifier=identifier, entity=entity, pseudonym=pseudonym)

    async def ask() -> dict[str, Any]:
        async with _city(state) as (ops, made):
            told, detail = await erasure_of(made, given)
            _write_down(ops, "lake.erase", reason, detail, purpose="right to erasure")
            found: dict[str, Any] = msgspec.to_builtins(told)
            return found

    return asyncio.run(ask())


def at_the_machine() -> str:
    """Who the record names for what is done on the machine itself."""
    return f"machine:{getpass.getuser()}"


def _write_down(
    ops: Database, action: str, reason: str, detail: Mapping[str, object], purpose: str = "analysis"
) -> None:
    ops.write_now(
        lambda conn: record(
            conn,
            at_the_machine(),
            action,
            kind="lake",
            object_id="observations",
            purpose=purpose,
            reason=reason,
            detail=detail,
        )
    )


@asynccontextmanager
async def _city(state: Path) -> AsyncIterator[tuple[Database, Tables]]:
    with opened(state) as (place, ops):
        async with _asked(place) as asked:
            yield ops, tables(place, asked)


@asynccontextmanager
async def _asked(place: Place) -> AsyncIterator[Asked]:
    try:
        bus = await asyncio.wait_for(place.bus("door"), 3.0)
    except (TocsinError, TimeoutError):
        bus = None  # the city does not run
    if bus is not None:
        try:
            yield LakeAsked(bus)
        finally:
            await bus.close()
        return
    ledger = ledger_database(place.state)
    parts = desk_parts(place, ledger)
    try:
        yield _Here(parts)
    finally:
        parts[1].close()
        ledger.close()
