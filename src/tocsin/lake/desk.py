"""Where history is asked for from another process: questions over the bus, answered beside the writer.

DuckDB and the table's driver take about 100 MB; one process carries them, and a long query holds up nobody
at the door.
"""

from __future__ import annotations

import asyncio
from datetime import datetime

import msgspec

from tocsin.bus.codec import decode, encode
from tocsin.kernel.ports import Bus, Health
from tocsin.kernel.subjects import HISTORY
from tocsin.lake.history import History
from tocsin.lake.records import HistoryPoint, SeriesPoint


class Points(msgspec.Struct, frozen=True, tag="points"):
    """See ``History.points``."""

    entity: str
    attribute: str
    start: datetime | None
    end: datetime | None
    limit: int
    before: tuple[datetime, str] | None


class Series(msgspec.Struct, frozen=True, tag="series"):
    """See ``History.series``."""

    entity: str
    attribute: str
    start: datetime
    end: datetime
    steps: int


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
        asked: Points | Series = decode(data, Points | Series)  # type: ignore[arg-type]
        given = msgspec.structs.asdict(asked)
        found = await (
            self._history.points(**given) if isinstance(asked, Points) else self._history.series(**given)
        )
        self._answered += 1
        return encode(found)


class HistoryAsked:
    """``History`` for a process that does not hold it. Raises ``Unavailable`` while the lake's is away."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

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
        asked = Points(entity, attribute, start, end, limit, before)
        return decode(await self._bus.ask(HISTORY.subject, encode(asked)), list[HistoryPoint])

    async def series(
        self, *, entity: str, attribute: str, start: datetime, end: datetime, steps: int
    ) -> list[SeriesPoint]:
        asked = Series(entity, attribute, start, end, steps)
        return decode(await self._bus.ask(HISTORY.subject, encode(asked)), list[SeriesPoint])
