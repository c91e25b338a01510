"""What the API needs of the lake for SQL, series and erasures. The composition root fills it once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from tocsin.lake.erasure.records import EraseAsked, Erased
from tocsin.lake.series.records import SeriesListAsked, SeriesListed
from tocsin.lake.sql.records import AttributeMeaning, SqlAnswer, SqlAsked
from tocsin.privacy.whose import Names


class LakeAsked(Protocol):
    """``lake.asking``: over the bus, or beside the table."""

    async def sql(self, asked: SqlAsked) -> SqlAnswer: ...

    async def series(self, asked: SeriesListAsked) -> SeriesListed: ...

    async def erase(self, asked: EraseAsked) -> Erased: ...


@dataclass(frozen=True, slots=True)
class Tables:
    """``attributes``: what each means. ``names_of``: pseudonyms of a person's identifier; blocks.

    ``elsewhere``: where else a person's data may be for how long, in sentences.
    """

    asked: LakeAsked
    attributes: Sequence[AttributeMeaning]
    names_of: Callable[[str], Names]
    elsewhere: Sequence[str] = ()
    most_rows: int = 100_000
    most_s: float = 60.0
    #: the clock of the city, and whose holidays it keeps; empty: those of the zone's country
    zone: str = "UTC"
    holidays: str = ""
