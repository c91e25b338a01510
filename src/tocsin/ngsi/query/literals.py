"""The values of the query language (clause 4.9: Value, Range, ValueList, URI) and when two are the same.

Text is ordered by code points. That is less than the Unicode Collation Algorithm which the clause recommends,
and it is what an index of text keeps.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:[.,](\d{1,6}))?Z", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME = re.compile(r"(\d\d:\d\d:\d\d)(?:[.,](\d{1,6}))?Z?", re.ASCII)


class Kind(Enum):
    """The data types that are told apart: what is of another kind is never equal, greater or less."""

    NUMBER = "number"
    TEXT = "text"
    TRUTH = "boolean"
    MOMENT = "dateTime"
    DATE = "date"
    TIME = "time"
    #: as text, but written without quotes; has no order
    WORD = "URI"


@dataclass(frozen=True, slots=True)
class Literal:
    """``value`` is what is compared: a number, a boolean, a text, or the sortable form of a moment, date or
    time; ``written`` is what stood in the query (for text: without quotes and escapes).
    """

    kind: Kind
    value: int | float | str | bool
    written: str

    @property
    def ordered(self) -> bool:
        return self.kind not in (Kind.TRUTH, Kind.WORD)


@dataclass(frozen=True, slots=True)
class Span:
    """A range, both ends included, of one kind."""

    low: Literal
    high: Literal


def moment(text: str) -> str | None:
    """``text`` in a form that sorts as time does, where it is a DateTime of clause 4.6.3; else None.

    >>> moment("2017-12-24T12:00:00,5Z")
    '2017-12-24T12:00:00.500000'
    """
    found = _MOMENT.fullmatch(text)
    if found is None:
        return None
    try:
        datetime.fromisoformat(found[1])
    except ValueError:
        return None
    return f"{found[1]}.{found[2] or '':0<6}"


def day(text: str) -> str | None:
    """``text``, where it is a Date of clause 4.6.3."""
    if _DATE.fullmatch(text) is None:
        return None
    try:
        date.fromisoformat(text)
    except ValueError:
        return None
    return text


def time_of_day(text: str) -> str | None:
    """``text`` in a form that sorts, where it is a Time of clause 4.6.3."""
    found = _TIME.fullmatch(text)
    if found is None or found[1] > "23:59:60" or found[1][3:5] > "59" or found[1][6:] > "60":
        return None
    return f"{found[1]}.{found[2] or '':0<6}"


def sortable(kind: Kind, value: object) -> int | float | str | bool | None:
    """``value`` of an entity, comparable with a literal of ``kind``; None where it is of another kind."""
    of = type(value)
    if kind is Kind.NUMBER:
        return value if of is int or of is float else None  # type: ignore[return-value]
    if kind is Kind.TRUTH:
        return value if of is bool else None  # type: ignore[return-value]
    if of is not str:
        return None
    if kind is Kind.TEXT or kind is Kind.WORD:
        return value  # type: ignore[return-value]
    return _SORTABLE[kind](value)  # type: ignore[arg-type]


_SORTABLE = {Kind.MOMENT: moment, Kind.DATE: day, Kind.TIME: time_of_day}
