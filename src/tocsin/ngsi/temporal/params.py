"""The temporal part of a query (clauses 4.11, 5.2.21 and 4.5.19), read and checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from tocsin.lake.rows import micros, moment
from tocsin.lake.temporal.records import Column, Kind, Window
from tocsin.ngsi.model import checks
from tocsin.ngsi.problems import BadRequestData

PROPERTIES = ("observedAt", "createdAt", "modifiedAt", "deletedAt")
RELATIONS = ("before", "after", "between")
METHODS = ("totalCount", "distinctCount", "sum", "avg", "min", "max", "stddev", "sumsq")
_DURATION = re.compile(
    r"P(?:(\d{1,4})Y)?(?:(\d{1,5})M)?(?:(\d{1,5})W)?(?:(\d{1,6})D)?"
    r"(?:T(?:(\d{1,8})H)?(?:(\d{1,8})M)?(?:(\d{1,9}(?:\.\d{1,6})?)S)?)?"
)
_MOST_N = 100_000
_LONGEST_MONTHS = 12_000
_LONGEST_US = 365_250 * 86_400_000_000


@dataclass(frozen=True, slots=True)
class TemporalQuery:
    """``start``, ``end``: the bounds as they were asked for, microseconds; that of ``before`` and the end of
    ``between`` are without, the others within (clause 4.11). ``named``: a timeproperty was.
    """

    property: str = "observedAt"
    relation: str | None = None
    start: int | None = None
    end: int | None = None
    last_n: int = 0
    methods: tuple[str, ...] = ()
    step_us: int = 0
    months: int = 0
    named: bool = False

    def window(self) -> Window:
        column: Column = "observed" if self.property == "observedAt" else "accepted"
        kind: Kind = "living"
        if self.property == "deletedAt":
            kind = "gone"
        elif self.property == "observedAt" and (self.named or self.relation):
            kind = "observed"
        first, last = {
            None: (None, None),
            "before": (None, self.start),
            "after": (self.start, None),
            "between": (self.start, self.end),
        }[self.relation]
        return Window(column=column, kind=kind, first=first, last=last)


def read(given: Mapping[str, Any], *, needed: bool) -> TemporalQuery:
    """From parameters of a URL or a TemporalQuery of a body. Raises ``BadRequestData``.

    ``needed``: a query of many entities says of which time it is (clause 5.7.4.4).
    """
    relation, prop = given.get("timerel"), given.get("timeproperty", "observedAt")
    _one_of("timeproperty", prop, PROPERTIES)
    if relation is None:
        if needed:
            raise BadRequestData(
                "the query says not of which time", field="timerel", cure="one of " + ", ".join(RELATIONS)
            )
        for name in ("timeAt", "endTimeAt"):
            if name in given:
                raise BadRequestData(f"{name} goes with timerel", field=name, cure="give timerel")
    else:
        _one_of("timerel", relation, RELATIONS)
    start = _time(given, "timeAt", needed=relation is not None)
    end = _time(given, "endTimeAt", needed=relation == "between")
    if relation == "between" and start is not None and end is not None and end <= start:
        raise BadRequestData(
            "the period is empty", field="endTimeAt", value=given["endTimeAt"], cure="a time after timeAt"
        )
    period = given.get("aggrPeriodDuration")
    step_us, months = (0, 0) if period is None else duration(period, "aggrPeriodDuration")
    return TemporalQuery(
        property=prop,
        relation=relation,
        start=start,
        end=end if relation == "between" else None,
        last_n=_last_n(given.get("lastN")),
        methods=_methods(given.get("aggrMethods")),
        step_us=step_us,
        months=months,
        named="timeproperty" in given,
    )


def told_time(us: int) -> str:
    return checks.told(moment(us))


def of_entities(window: Window, **more: Any) -> Window:
    return msgspec.structs.replace(window, **more)


def _time(given: Mapping[str, Any], name: str, *, needed: bool) -> int | None:
    if name not in given:
        if needed:
            raise BadRequestData(f"{name} is missing", field=name, cure="for example 2026-11-22T16:00:00Z")
        return None
    return micros(checks.moment(checks.time(given[name], name)))


def _last_n(given: Any) -> int:
    if given is None:
        return 0
    if isinstance(given, str) and given.isascii() and given.isdigit() and len(given) < 10:
        given = int(given)
    if not isinstance(given, int) or isinstance(given, bool) or not 1 <= given <= _MOST_N:
        raise BadRequestData("not a number of instances", field="lastN", value=given, cure=f"1 to {_MOST_N}")
    return given


def _methods(given: Any) -> tuple[str, ...]:
    if given is None:
        return ()
    listed = given.split(",") if isinstance(given, str) else given
    if not isinstance(listed, list) or not listed:
        raise BadRequestData(
            "not a list of methods", field="aggrMethods", value=given, cure=",".join(METHODS)
        )
    for one in listed:
        _one_of("aggrMethods", one, METHODS)
    return tuple(dict.fromkeys(listed))


def duration(given: Any, field: str) -> tuple[int, int]:
    """Microseconds, or months, of a duration (ISO 8601); 0 of both: no time. Raises ``BadRequestData``."""
    found = _DURATION.fullmatch(given) if isinstance(given, str) else None
    if found is None or given.endswith(("P", "T")):
        raise BadRequestData(
            "not a duration",
            field=field,
            value=given,
            cure="ISO 8601, for example PT1H or P1D",
        )
    years, months, weeks, days, hours, minutes = (int(part or 0) for part in found.groups()[:6])
    seconds = float(found[7] or 0)
    step = round(((weeks * 7 + days) * 86_400 + hours * 3_600 + minutes * 60 + seconds) * 1e6)
    months += years * 12
    if step > _LONGEST_US or months > _LONGEST_MONTHS:
        raise BadRequestData("too long", field=field, value=given, cure="at most a thousand years")
    if months and step:
        raise BadRequestData(
            "months and days do not make one period",
            field=field,
            value=given,
            cure="years and months, or weeks, days and time",
        )
    return step, months


def _one_of(field: str, value: Any, known: tuple[str, ...]) -> None:
    if value not in known:
        raise BadRequestData("no such word", field=field, value=value, cure="one of " + ", ".join(known))
