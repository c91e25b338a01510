"""Takes readings out of the table and its files off the disk, then looks through what is left.

Deleting in Delta writes files anew; the old ones stand beside them, as do those that compaction replaced
within the last hour. All of them go at once here, so that no earlier version of the table can be read any
more. Its log holds no values (``shelf._CONFIGURATION``) and no names (``_conditions``). A query that holds an
old list of files at that moment is told that they are gone, and asks anew.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tocsin.db import Connection, Database
from tocsin.db.dialect import overwrite_freed
from tocsin.kernel.clock import Clock, WallClock
from tocsin.kernel.errors import Invalid, Unavailable
from tocsin.lake import repository
from tocsin.lake.bucket import Home
from tocsin.lake.deletion import between, delete, mark
from tocsin.lake.duck import connect
from tocsin.lake.erasure.records import EraseAsked, Erased
from tocsin.lake.shelf import Shelf

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

#: named in one condition of Delta, and how often a commit is tried beside the stage that appends
_ENTITIES, _READINGS = 20, 200
#: how often all is done again where files still hold it, after how many seconds
_ROUNDS, _PAUSE_S = 4, 4.0
_MOST = 10_000
_NAMED = """
(list_contains($texts, coalesce(text, '')) OR list_contains($entities, entity)
 OR list_contains($locals, split_part(entity, ':', -1)))
"""
_FOUND = f"""
SELECT day, entity, observation,
  list_contains($entities, entity) OR list_contains($locals, split_part(entity, ':', -1))
FROM read_parquet($files, hive_partitioning = true, hive_types = {{'day': DATE}})
WHERE {_NAMED} GROUP BY ALL
"""  # noqa: S608 - two texts of ours


class Reading(NamedTuple):
    """Two entities may tell of themselves under one observation id. ``whole``: all of the entity goes."""

    day: date
    entity: str
    observation: str
    whole: bool


class Eraser:
    """``folder``: the lake's. ``ledger`` knows the newest reading of each entity, by its id.

    ``forget``: told which entities went; the stage that writes keeps their ids in memory.
    """

    def __init__(
        self,
        folder: Home,
        ledger: Database,
        forget: Callable[[Sequence[str]], None] = lambda _: None,
        *,
        clock: Clock | None = None,
    ) -> None:
        self._folder, self._ledger, self._forget = folder, ledger, forget
        self._clock = clock or WallClock()
        self._one = asyncio.Lock()

    async def erase(self, asked: EraseAsked) -> Erased:
        """Raises ``Invalid`` where nothing or too much is named, ``Unavailable`` where it is not done yet:
        the same again goes on.
        """
        names = (*asked.texts, *asked.entities, *asked.locals)
        if not 0 < len(names) <= _MOST or not all(names):
            raise Invalid(
                "this names nobody", field="value", value=len(names), cure=f"1 to {_MOST} names, none empty"
            )
        async with self._one:
            started, done = self._clock.now(), Erased(0, 0, 0, 0, 0)
            for rounds in range(_ROUNDS):
                # what had come in before we started may have been on its way into a file
                await asyncio.sleep(_PAUSE_S if rounds else 0)
                more, entities, left = await asyncio.to_thread(self._erase, asked, started)
                done = _together(done, more)
                named = [*entities, *asked.entities]
                self._forget(named)
                await self._ledger.write(lambda conn, gone=named: _drop(conn, gone))  # type: ignore[misc]
                await asyncio.to_thread(self._ledger.empty_log)
                if not left:
                    return done
        raise Unavailable(
            f"{len(left)} files still hold it: readings are being written or files put together",
            field="files",
            value=Path(left[0]).name,
            cure="ask again in a minute; what is gone already stays gone",
        )

    def _erase(self, asked: EraseAsked, started: datetime) -> tuple[Erased, list[str], list[str]]:
        """What went, entities that went wholly, and files that hold it still."""
        shelf = Shelf.open(self._folder)
        if shelf is None:
            return Erased(0, 0, 0, 0, 0), [], []
        before = set(shelf.files())
        readings, entities = self._found(asked, sorted(before))
        rows = sum(delete(shelf, condition) for condition in _conditions(readings))
        shelf.refresh()
        gone = before - set(shelf.files())
        # also where nothing was found now: files of earlier versions may hold what an attempt before left
        shelf.sweep(older_h=0)
        searched, left = self._search(shelf, asked, started)
        return Erased(rows, len(readings), len(entities), len(gone), searched), entities, left

    def _found(self, asked: EraseAsked, files: Sequence[str]) -> tuple[list[Reading], list[str]]:
        """Readings that go, and entities that go wholly."""
        if not files:
            return [], []
        with connect() as duck:
            rows = duck.execute(_FOUND, _given(asked, files)).fetchall()
        readings = sorted(Reading(*row) for row in rows)
        return readings, sorted({reading.entity for reading in readings if reading.whole})

    def _search(self, shelf: Shelf, asked: EraseAsked, started: datetime) -> tuple[int, list[str]]:
        """Look through every Parquet file below the table, the table's own or not, for what came in before
        ``started``: how many files, and those that hold it.
        """
        searched, left = 0, []
        with connect() as duck:
            for path in shelf.every_file():
                searched += 1
                if _holds(duck, path, asked, started):
                    left.append(path)
        return searched, left


def _together(done: Erased, more: Erased) -> Erased:
    return Erased(
        rows=done.rows + more.rows,
        readings=done.readings + more.readings,
        entities=max(done.entities, more.entities),
        files=done.files + more.files,
        searched=more.searched,
    )


def _holds(duck: DuckDBPyConnection, path: str, asked: EraseAsked, started: datetime) -> bool:
    import duckdb

    query = f"SELECT 1 FROM read_parquet($files) WHERE accepted_at <= $started AND {_NAMED} LIMIT 1"  # noqa: S608
    try:
        return duck.execute(query, {**_given(asked, [path]), "started": started}).fetchone() is not None
    except duckdb.IOException:
        return Path(path).exists()  # compaction may have taken it away just now


def _given(asked: EraseAsked, files: Sequence[str]) -> dict[str, list[str]]:
    return {
        "texts": asked.texts,
        "entities": asked.entities,
        "locals": asked.locals,
        "files": list(files),
    }


def _conditions(readings: Sequence[Reading]) -> Iterator[str]:
    """Of Delta, which writes each of them into its log: so all are named by salted hashes alone.

    Entities that go wholly cost one comparison a row; single readings a search in a list of marks, for the
    driver cannot read a longer IN again when it compares with what was appended meanwhile.
    """
    salt = secrets.token_hex(8)
    whole = [reading for reading in readings if reading.whole]
    entities = sorted({reading.entity for reading in whole})
    for start in range(0, len(entities), _ENTITIES):
        marks = {mark(salt, entity): entity for entity in entities[start : start + _ENTITIES]}
        days = [reading.day for reading in whole if reading.entity in set(marks.values())]
        named = " OR ".join(f"md5(concat_ws('|', '{salt}', entity)) = '{one}'" for one in marks)
        yield f"{between(days)} AND ({named})"
    single = [reading for reading in readings if not reading.whole]
    for start in range(0, len(single), _READINGS):
        some = single[start : start + _READINGS]
        listed = " ".join(mark(salt, reading.entity, reading.observation) for reading in some)
        hashed = f"md5(concat_ws('|', '{salt}', entity, observation))"
        yield f"{between([reading.day for reading in some])} AND strpos('{listed}', {hashed}) > 0"


def _drop(conn: Connection, entities: Sequence[str]) -> None:
    overwrite_freed(conn)
    repository.forget_newest(conn, entities)
