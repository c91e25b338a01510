"""History: DuckDB over the table's files. Lives in the process *lake*; others ask through ``desk.py``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from tocsin.lake import past, queries
from tocsin.lake.bucket import Home
from tocsin.lake.duck import again_where_files_went, connect
from tocsin.lake.records import CityAsked, CityThen, HistoryPoint, PointsAsked, SeriesAsked, SeriesPoint
from tocsin.lake.rows import micros
from tocsin.lake.shelf import Shelf

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

T = TypeVar("T")
Days = dict[date, list[str]]
AtHand = Callable[[Sequence[str]], list[str]]

#: Days looked at in the first step when no period is given; doubled until there is enough.
_FIRST_DAYS = 2


class History:
    """Queries run on two threads with 256 MB between them. ``folder``: the lake's."""

    def __init__(self, folder: Home) -> None:
        self._folder = folder
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="lake-read")
        self._duck: DuckDBPyConnection | None = None

    def close(self) -> None:
        self._threads.shutdown(wait=True)
        if self._duck is not None:
            self._duck.close()

    async def points(self, asked: PointsAsked) -> list[HistoryPoint]:
        """Oldest first."""
        last = min(filter(None, (asked.end, asked.before[0] if asked.before else None)), default=None)

        def ask(duck: DuckDBPyConnection, by_day: Days, at_hand: AtHand) -> list[HistoryPoint]:
            found: list[HistoryPoint] = []
            days, step = list(by_day), _FIRST_DAYS
            while days and len(found) < asked.limit:
                files = at_hand([path for day in days[:step] for path in by_day[day]])
                days, step = days[step:], step * 2
                found += queries.history(duck, files, asked, asked.limit - len(found))
            return found[::-1]

        return await self._query(ask, asked.start, last)

    async def series(self, asked: SeriesAsked) -> list[SeriesPoint]:
        """Steps without readings are left out."""

        def ask(duck: DuckDBPyConnection, files: list[str]) -> list[SeriesPoint]:
            return queries.series(duck, files, asked)

        return await self.over_files(ask, asked.start, asked.end)

    async def over_files(
        self,
        ask: Callable[[DuckDBPyConnection, list[str]], list[T]],
        start: datetime | None,
        end: datetime | None,
    ) -> list[T]:
        """``ask`` over the files of the days from ``start`` to ``end``, as any query; nothing where none
        is.
        """

        def flat(duck: DuckDBPyConnection, by_day: Days, at_hand: AtHand) -> list[T]:
            return ask(duck, at_hand([path for paths in by_day.values() for path in paths]))

        return await self._query(flat, start, end)

    async def city(self, asked: CityAsked) -> CityThen:
        """Every entity as it was known at one moment."""
        return await asyncio.get_running_loop().run_in_executor(
            self._threads, again_where_files_went, lambda: self._city(asked)
        )

    def _city(self, asked: CityAsked) -> CityThen:
        shelf = Shelf.open(self._folder)
        span = shelf.taken_in() if shelf else None
        if shelf is None or span is None or span[0] > asked.at:
            return past.packed([], span)
        since = asked.at - timedelta(seconds=asked.staleness_s)
        files = shelf.files_between(micros(since), micros(asked.at))
        if not files:
            return past.packed([], span)
        with self._cursor() as cursor:
            return past.packed(past.states(past.newest_rows(cursor, files, asked)), span)

    async def _query(
        self,
        ask: Callable[[DuckDBPyConnection, Days, AtHand], list[T]],
        start: datetime | None,
        end: datetime | None,
    ) -> list[T]:
        return await asyncio.get_running_loop().run_in_executor(
            self._threads, again_where_files_went, lambda: self._answer(ask, start, end)
        )

    def _answer(
        self,
        ask: Callable[[DuckDBPyConnection, Days, AtHand], list[T]],
        start: datetime | None,
        end: datetime | None,
    ) -> list[T]:
        # A handle per query: it costs 2-4 ms and no memory between queries, and always sees the newest files.
        shelf = Shelf.open(self._folder)
        if shelf is None:
            return []
        first_day = start.astimezone(UTC).date() if start else None
        last_day = (end.astimezone(UTC) + timedelta(microseconds=1)).date() if end else None
        by_day = shelf.files_of_days(first_day, last_day)
        if not by_day:
            return []
        with self._cursor() as cursor:
            return ask(cursor, by_day, shelf.at_hand)

    def _cursor(self) -> DuckDBPyConnection:
        if self._duck is None:
            self._duck = connect()
        return self._duck.cursor()
