"""History: DuckDB over the table's files. Lives in the process *lake*; others ask through ``desk.py``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from tocsin.lake import queries
from tocsin.lake.duck import connect
from tocsin.lake.records import HistoryPoint, SeriesPoint
from tocsin.lake.shelf import Shelf

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

T = TypeVar("T")

#: Days looked at in the first step when no period is given; doubled until there is enough.
_FIRST_DAYS = 2


class History:
    """Queries run on two threads with 256 MB between them. ``folder``: the lake's."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="lake-read")
        self._duck: DuckDBPyConnection | None = None

    def close(self) -> None:
        self._threads.shutdown(wait=True)
        if self._duck is not None:
            self._duck.close()

    async def points(
        self,
        *,
        entity: str,
        attribute: str,
        start: datetime | None,
        end: datetime | None,
        limit: int,
        before: tuple[datetime, str] | None,
    ) -> list[HistoryPoint]:
        """The newest ``limit`` readings of one attribute in [start, end) before the cursor, oldest first.

        ``before``: observed_at and observation id of the oldest one already had.
        """
        last = min(filter(None, (end, before[0] if before else None)), default=None)

        def ask(duck: DuckDBPyConnection, by_day: dict[date, list[str]]) -> list[HistoryPoint]:
            found: list[HistoryPoint] = []
            days, step = list(by_day), _FIRST_DAYS
            while days and len(found) < limit:
                files = [path for day in days[:step] for path in by_day[day]]
                days, step = days[step:], step * 2
                found += queries.history(
                    duck,
                    files,
                    entity=entity,
                    attribute=attribute,
                    start=start,
                    end=end,
                    limit=limit - len(found),
                    before=before,
                )
            return found[::-1]

        return await self._query(ask, start, last)

    async def series(
        self, *, entity: str, attribute: str, start: datetime, end: datetime, steps: int
    ) -> list[SeriesPoint]:
        """Mean, least and most of a number over at most ``steps`` equal steps of [start, end)."""

        def ask(duck: DuckDBPyConnection, by_day: dict[date, list[str]]) -> list[SeriesPoint]:
            files = [path for paths in by_day.values() for path in paths]
            return queries.series(
                duck,
                files,
                entity=entity,
                attribute=attribute,
                start=start,
                end=end,
                step_s=(end - start).total_seconds() / steps,
            )

        return await self._query(ask, start, end)

    async def _query(
        self,
        ask: Callable[[DuckDBPyConnection, dict[date, list[str]]], list[T]],
        start: datetime | None,
        end: datetime | None,
    ) -> list[T]:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._answer, ask, start, end)

    def _answer(
        self,
        ask: Callable[[DuckDBPyConnection, dict[date, list[str]]], list[T]],
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
        if self._duck is None:
            self._duck = connect()
        with self._duck.cursor() as cursor:
            return ask(cursor, by_day)
