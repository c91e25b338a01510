"""Where history is asked for from another process: questions over the bus, answered beside the writer.

DuckDB and the table's driver take about 100 MB; one process carries them, and a long query holds up nobody
at the door.
"""

from __future__ import annotations

import asyncio

from tocsin.bus.codec import decode, encode
from tocsin.kernel.ports import Bus, Health
from tocsin.kernel.subjects import HISTORY
from tocsin.lake.history import History
from tocsin.lake.records import CityAsked, CityThen, HistoryPoint, PointsAsked, SeriesAsked, SeriesPoint


class HistoryDesk:
    """Stage. Answers from ``history`` as many questions at once as that has threads."""

    name = "history"

    def __init__(self, bus: Bus, history: History) -> None:
        self._bus = bus
        self._history = history
        self._answered = 0

    async def run(self) -> None:
        async with self._bus.answer(HISTORY.subject, self._answer):
            await asyncio.Event().wait()

    def health(self) -> Health:
        return Health(self.name, figures={"answered": float(self._answered)})

    async def _answer(self, data: bytes) -> bytes:
        asked: PointsAsked | SeriesAsked | CityAsked = decode(data, PointsAsked | SeriesAsked | CityAsked)  # type: ignore[arg-type]
        found: object
        if isinstance(asked, PointsAsked):
            found = await self._history.points(asked)
        elif isinstance(asked, CityAsked):
            found = await self._history.city(asked)
        else:
            found = await self._history.series(asked)
        self._answered += 1
        return encode(found)


class HistoryAsked:
    """``History`` for a process that does not hold it. Raises ``Unavailable`` while the lake's is away."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def points(self, asked: PointsAsked) -> list[HistoryPoint]:
        return decode(await self._bus.ask(HISTORY.subject, encode(asked)), list[HistoryPoint])

    async def series(self, asked: SeriesAsked) -> list[SeriesPoint]:
        return decode(await self._bus.ask(HISTORY.subject, encode(asked)), list[SeriesPoint])

    async def city(self, asked: CityAsked) -> CityThen:
        return decode(await self._bus.ask(HISTORY.subject, encode(asked)), CityThen)
