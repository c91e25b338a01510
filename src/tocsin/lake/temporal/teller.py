"""Answers temporal questions: DuckDB over the table's files and what is in none yet. Bounded in time, memory,
rows and bytes.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import structlog

from tocsin.kernel.errors import Exhausted, TooMany
from tocsin.lake.bucket import Home
from tocsin.lake.duck import again_where_files_went, connect
from tocsin.lake.rows import join_value
from tocsin.lake.shelf import Shelf
from tocsin.lake.temporal import select
from tocsin.lake.temporal.fresh import Fresh, Incoming, within
from tocsin.lake.temporal.periods import Periods
from tocsin.lake.temporal.records import (
    Aggregate,
    AggregatesAsked,
    EntitiesAsked,
    EntitySeen,
    Instance,
    Instances,
    InstancesAsked,
    Window,
)

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

log = structlog.get_logger(__name__)

T = TypeVar("T")
#: of an answer, about half of a message of the bus
MOST_BYTES = 4 * 2**20
_MOST_ROWS = 100_000
#: how long a question waits for readings that were sent before it
_HEARD_S = 2.0
_FETCHED = 1_000
_AT_ONCE = 2
_EVER = 2**62


class Temporal:
    """``folder``: the lake's. ``most_s``: seconds that one question may take. Two are answered at a time; who
    comes beyond ``waiting`` more is sent away (``TooMany``).
    """

    def __init__(
        self,
        folder: Home,
        incoming: Incoming,
        *,
        most_s: float = 20.0,
        memory_mb: int = 256,
        waiting: int = 32,
    ) -> None:
        self._folder, self._incoming, self._fresh = folder, incoming, Fresh(incoming)
        self._most_s, self._memory_mb = most_s, memory_mb
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="lake-temporal")
        self._inside, self._most_inside = 0, _AT_ONCE + waiting
        self._duck: DuckDBPyConnection | None = None
        self._making = threading.Lock()

    def close(self) -> None:
        self._threads.shutdown(wait=True)
        if self._duck is not None:
            self._duck.close()

    async def entities(self, asked: EntitiesAsked) -> list[EntitySeen]:
        """Raises ``Exhausted`` (time, memory), as all questions here do."""

        def ask(duck: DuckDBPyConnection, chosen: select.Selection) -> list[EntitySeen]:
            sql = chosen.sql + select.ENTITIES.format(time=chosen.time)
            found = duck.execute(sql, {**chosen.given, "limit": min(asked.limit, _MOST_ROWS)})
            return [EntitySeen(*row) for row in found.fetchall()]

        return await self._asked(asked.window, ask, asked.after, "any")

    async def instances(self, asked: InstancesAsked) -> Instances:
        """Oldest first. Raises ``Exhausted`` also where all that fits is of one moment."""

        def ask(duck: DuckDBPyConnection, chosen: select.Selection) -> Instances:
            most = min(asked.most, _MOST_ROWS)
            newest = select.NEWEST.format(time=chosen.time) if asked.last_n else ""
            sql = chosen.sql + select.INSTANCES.format(
                time=chosen.time, newest=newest, order="DESC" if asked.last_n else "ASC"
            )
            given = {**chosen.given, "most": most + 1}
            if asked.last_n:
                given["last_n"] = asked.last_n
            return _whole_moments(
                _bounded(duck.execute(sql, given), most), chosen.time, newest_first=asked.last_n > 0
            )

        return await self._asked(asked.window, ask)

    async def aggregates(self, asked: AggregatesAsked) -> list[Aggregate]:
        """By entity, series and time; periods without instances are left out."""

        def ask(duck: DuckDBPyConnection, chosen: select.Selection) -> list[Aggregate]:
            sql = chosen.sql + select.SPAN.format(time=chosen.time)
            span = duck.execute(sql, chosen.given).fetchone()
            if span is None or span[0] is None:
                return []
            periods = Periods(asked, *span)
            sql = chosen.sql + select.AGGREGATES.format(**periods.sql(chosen.time))
            given = {**chosen.given, **periods.given, "most": asked.most + 1}
            rows = duck.execute(sql, given).fetchall()
            if len(rows) > asked.most:
                raise Exhausted(
                    f"more than {asked.most} periods",
                    field="aggrPeriodDuration",
                    cure="ask for longer periods, a shorter time, fewer entities or attributes",
                )
            return [_aggregate(row, *periods.of(row[4])) for row in rows]

        # places are counted where they are asked for alone
        named = asked.window.names is not None and "location" in asked.window.names
        return await self._asked(asked.window, ask, places="moved" if named else "none")

    async def _asked(
        self,
        window: Window,
        ask: Callable[[DuckDBPyConnection, select.Selection], T],
        after: str = "",
        places: Literal["moved", "any", "none"] = "moved",
    ) -> T:
        if self._inside >= self._most_inside:
            raise TooMany("too many questions about history are waiting", retry_after_s=self._most_s)
        self._inside += 1
        try:
            return await self._in_turn(window, ask, after, places)
        finally:
            self._inside -= 1

    async def _in_turn(
        self,
        window: Window,
        ask: Callable[[DuckDBPyConnection, select.Selection], T],
        after: str,
        places: Literal["moved", "any", "none"],
    ) -> T:
        if not await self._incoming.heard(window.upto, _HEARD_S):
            log.info("temporal_behind", upto=window.upto)
        fresh = self._fresh.rows()

        def answer() -> T:
            shelf = Shelf.open(self._folder)
            files = _files(shelf, window) if shelf is not None else []
            committed = shelf.committed() if shelf is not None else 0
            chosen = select.Selection(window, files, within(fresh, committed, window, after), after, places)
            with self._cursor() as duck, self._in_time(duck):
                return ask(duck, chosen)

        return await asyncio.get_running_loop().run_in_executor(self._threads, again_where_files_went, answer)

    @contextmanager
    def _in_time(self, duck: DuckDBPyConnection) -> Iterator[None]:
        import duckdb

        timer = threading.Timer(self._most_s, duck.interrupt)
        timer.start()
        try:
            yield
        except duckdb.InterruptException:
            raise Exhausted(
                f"it takes longer than {self._most_s:g} s",
                field="timerel",
                cure="ask for a shorter time, or for fewer entities or attributes",
            ) from None
        except duckdb.OutOfMemoryException:
            raise Exhausted(
                f"it takes more than {self._memory_mb} MB of memory",
                field="timerel",
                cure="ask for a shorter time, or for fewer entities or attributes",
            ) from None
        finally:
            timer.cancel()

    def _cursor(self) -> DuckDBPyConnection:
        with self._making:
            if self._duck is None:
                self._duck = connect(memory_mb=self._memory_mb)
            return self._duck.cursor()


def _files(shelf: Shelf, window: Window) -> list[str]:
    if window.first is None and window.last is None:
        return shelf.files()
    first = -_EVER if window.first is None else window.first
    last = _EVER if window.last is None else window.last
    within = shelf.files_between if window.column == "observed" else shelf.files_accepted
    # what no clock of Python can tell: centuries off
    return within(max(first, 0), min(last, 253_402_300_799_000_000))


def _bounded(found: Any, most: int) -> tuple[list[tuple[Any, ...]], bool]:
    """Rows until there are too many or too large ones, and whether there are more."""
    rows: list[tuple[Any, ...]] = []
    size = 0
    while some := found.fetchmany(_FETCHED):
        for row in some:
            size += 150 + len(row[0]) + len(row[4] or "") + len(row[11] or "")
            if len(rows) >= most or size > MOST_BYTES:
                return rows, True
            rows.append(row)
    return rows, False


def _whole_moments(found: tuple[list[tuple[Any, ...]], bool], time: str, *, newest_first: bool) -> Instances:
    """Rows oldest first. Where there are more, none of the moment that was cut through: whoever asks for
    what is beyond the last time misses nothing.
    """
    rows, cut = found
    if cut:
        at = 6 if time == "observed" else 7
        edge = rows[-1][at] if rows else None
        rows = [row for row in rows if row[at] != edge]
        if not rows:
            raise Exhausted(
                "one moment has more instances than an answer can hold",
                field="attrs",
                cure="ask for fewer entities (limit) or attributes (attrs)",
            )
    if newest_first:
        rows = rows[::-1]
    return Instances([_instance(row) for row in rows], cut)


def _instance(row: tuple[Any, ...]) -> Instance:
    entity, type_name, attribute, number, text, *rest = row
    return Instance(entity, type_name, attribute, join_value(number, text), *rest)


def _aggregate(row: tuple[Any, ...], start: int, end: int) -> Aggregate:
    made: Any = (*row[:4], start, end, *row[5:])
    return Aggregate(*made)
