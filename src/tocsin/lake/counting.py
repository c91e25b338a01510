"""Exact counts by hour of one day, bounded so that one contributor changes them by no more than is stated.

They leave the process *lake* over the bus for the door alone, which publishes them with noise and in no
other way.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from tocsin.bus.codec import decode, encode
from tocsin.kernel.ports import Bus, Health
from tocsin.kernel.subjects import COUNTS
from tocsin.lake.history import History
from tocsin.lake.records import HourAsked
from tocsin.lake.rows import micros

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_HOUR_US = 3_600_000_000
#: more people than are ever at one counter within an hour: a broken sensor must not drown the rest
_MOST_PEOPLE = 100_000

# Every query is made of these texts alone; what is asked comes as parameters.
_SEEN = """
WITH seen AS (
  SELECT DISTINCT entity, observation, epoch_us(observed_at) AS us, {value}
  FROM read_parquet($files)
  WHERE type = $type AND kind = 'update' AND observed_at >= $first AND observed_at < $last
    AND ($west IS NULL OR (lon BETWEEN $west AND $east AND lat BETWEEN $south AND $north)) {only}
)
"""
# A contributor that sends more is cut to `bound`, chosen by hash: the choice rests on nothing it says.
_READINGS = (
    _SEEN.format(value="0 AS value", only="")
    + """,
cut AS (SELECT us, row_number() OVER (PARTITION BY entity ORDER BY hash(observation), us) AS n FROM seen)
SELECT (us - $origin) // $hour, count(*) FROM cut WHERE n <= $bound GROUP BY 1
"""
)
_ENTITIES = (
    _SEEN.format(value="0 AS value", only="")
    + """, met AS (SELECT DISTINCT entity, (us - $origin) // $hour AS h FROM seen),
cut AS (SELECT h, row_number() OVER (PARTITION BY entity ORDER BY hash(entity || '#' || h)) AS n FROM met)
SELECT h, count(*) FROM cut WHERE n <= $bound GROUP BY 1
"""
)
_PEOPLE = (
    _SEEN.format(value="value", only="AND attribute = 'peopleCount' AND value IS NOT NULL")
    + """, most AS (
  SELECT entity, (us - $origin) // $hour AS h, max(least(greatest(value, 0), $most)) AS people
  FROM seen GROUP BY ALL)
SELECT h, CAST(sum(people) AS BIGINT) FROM most WHERE $bound > 0 GROUP BY h
"""
)
_BY_MEASURE = {"readings": _READINGS, "entities": _ENTITIES, "people": _PEOPLE}


class CountDesk:
    """Stage. Answers ``HourAsked`` with 24 counts."""

    name = "counts"

    def __init__(self, bus: Bus, history: History) -> None:
        self._bus, self._history = bus, history
        self._answered = 0

    async def run(self) -> None:
        async with self._bus.answer(COUNTS.subject, self._answer):
            await asyncio.Event().wait()

    def health(self) -> Health:
        return Health(self.name, figures={"answered": float(self._answered)})

    async def _answer(self, data: bytes) -> bytes:
        asked = decode(data, HourAsked)
        counts = await hours(self._history, asked)
        self._answered += 1
        return encode(counts)


class CountsAsked:
    """The same for the door. Raises ``Unavailable`` while the lake's process is away."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def hours(self, asked: HourAsked) -> list[int]:
        return decode(await self._bus.ask(COUNTS.subject, encode(asked), timeout_s=60.0), list[int])


async def hours(history: History, asked: HourAsked) -> list[int]:
    """24 counts, of the hours of a UTC day. An entity counts for at most ``bound`` (``people``: not
    bounded).
    """
    first = datetime.combine(asked.day, time(), UTC)
    last = first + timedelta(days=1)
    west, south, east, north = asked.box or (None, None, None, None)

    def count(duck: DuckDBPyConnection, files: list[str]) -> list[tuple[int, int]]:
        given = {
            "files": files,
            "type": asked.type,
            "first": first,
            "last": last,
            "origin": micros(first),
            "hour": _HOUR_US,
            "bound": asked.bound,
            "west": west,
            "south": south,
            "east": east,
            "north": north,
        }
        if asked.measure == "people":
            given["most"] = _MOST_PEOPLE
        return [(int(at), int(n)) for at, n in duck.execute(_BY_MEASURE[asked.measure], given).fetchall()]

    found = dict(await history.over_files(count, first, last - timedelta(microseconds=1)))
    return [found.get(hour, 0) for hour in range(24)]
