"""Analyses of series: bounded, computed in the lake's sealed process, recorded before they are seen."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from math import isfinite

from tocsin.analytics.holidays import country_of, holidays_of
from tocsin.api.commands.consult import consult
from tocsin.api.commands.lake import tables_of
from tocsin.api.commands.look_back import require_past
from tocsin.api.schemas_analytics import NewAnalysis
from tocsin.api.services import Services
from tocsin.identity import policy
from tocsin.identity.policy import Permission, Subject
from tocsin.kernel.errors import Invalid
from tocsin.kernel.text import clean
from tocsin.lake.analysis.records import Analysis
from tocsin.lake.kept.records import USUAL_DAYS
from tocsin.lake.rows import micros
from tocsin.lake.sql.records import Format, SqlAnswer, SqlAsked

_REASON_CHARS, _NAME_CHARS = 500, 512
MOST_DAYS = 1_100
_BOUNDS = {"horizon": (1, 10_000), "longest": (0, 10_000), "most_lag": (0, 500), "step_s": (1, 28 * 86_400)}


async def analyse(ask: Services, caller: Subject, given: NewAnalysis, form: Format) -> tuple[SqlAnswer, str]:
    """(the answer, whose holidays were kept). Raises what ``lake.sql`` raises, ``Invalid``, ``Forbidden``."""
    policy.require(caller, Permission.ANALYSE)
    reason = given.reason.strip()
    if len(reason) > _REASON_CHARS:
        raise Invalid(
            "too long", field="reason", value=len(reason), cure=f"at most {_REASON_CHARS} characters"
        )
    found, place = await computed(ask, given, form, personal=bool(reason))
    await consult(
        ask,
        caller,
        Permission.ANALYSE,
        lambda _conn: None,
        action="lake.analyse",
        kind="lake",
        object_id="observations",
        purpose="analysis",
        reason=reason,
        detail={
            "analysis": given.kind,
            "series": ", ".join(f"{one.entity} {one.attribute}" for one in given.series),
            "personal": "included" if reason else "left out",
            "rows": found.facts.rows,
        },
    )
    return found, place


async def computed(
    ask: Services, given: NewAnalysis, form: Format, *, personal: bool = False
) -> tuple[SqlAnswer, str]:
    """The same without asking who may, and unrecorded: for what is on the record already."""
    tables = tables_of(ask)
    _checked(given)
    now = ask.clock.now()
    end = _utc(given.end, "end") or now
    start = _utc(given.start, "start") or end - timedelta(days=USUAL_DAYS)
    if not timedelta(0) < end - start <= timedelta(days=MOST_DAYS):
        raise Invalid(
            "no period",
            field="start",
            value=start.isoformat(),
            cure=f"before the end, by {MOST_DAYS} days at most",
        )
    as_of = _utc(given.as_of, "as_of")
    if as_of is not None:
        require_past(ask, as_of)
    place = given.holidays
    if place is None:
        place = tables.holidays or await asyncio.to_thread(country_of, tables.zone)
    # a year more on both sides: local dates, and the days that a forecast reaches
    dates = await asyncio.to_thread(holidays_of, place, start.year - 1, end.year + 1)
    analysis = Analysis(
        kind=given.kind,
        series=given.series,
        start_us=micros(start),
        end_us=micros(end),
        zone=tables.zone,
        holidays=list(dates),
        step_s=given.step_s,
        hold_s=given.hold_s,
        least_coverage=given.least_coverage,
        horizon=given.horizon,
        longest=given.longest,
        way=given.way,
        most_lag=given.most_lag,
    )
    asked = SqlAsked(
        sql="", as_of=as_of, personal=personal, format=form, max_s=given.seconds, analysis=analysis
    )
    return await tables.asked.sql(asked), place


def _checked(given: NewAnalysis) -> None:
    needed = 2 if given.kind == "relation" else 1
    if len(given.series) != needed:
        raise Invalid(
            f"{given.kind} takes {needed} series",
            field="series",
            value=len(given.series),
            cure=f"give {needed}",
        )
    for one in given.series:
        for field, text in (("entity", one.entity), ("attribute", one.attribute)):
            if not text or clean(text, _NAME_CHARS) != text:
                raise Invalid(
                    "no name of a series", field=field, value=text[:60], cure="as GET /lake/series says"
                )
    for field, (least, most) in _BOUNDS.items():
        value = getattr(given, field)
        if value is not None and not least <= value <= most:
            raise Invalid("out of bounds", field=field, value=value, cure=f"{least} to {most}")
    if given.hold_s is not None and not (isfinite(given.hold_s) and 0 < given.hold_s <= 31 * 86_400):
        raise Invalid("out of bounds", field="hold_s", value=given.hold_s, cure="up to 31 days")
    if given.least_coverage is not None and not 0.0 <= given.least_coverage <= 1.0:
        raise Invalid("out of bounds", field="least_coverage", value=given.least_coverage, cure="0 to 1")


def _utc(at: datetime | None, field: str) -> datetime | None:
    if at is None:
        return None
    if at.tzinfo is None:
        raise Invalid("a time needs its zone", field=field, value=at.isoformat(), cure="add Z for UTC")
    return at.astimezone(UTC)
