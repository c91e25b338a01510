"""Where SQL, series and erasures are asked for from another process. A large answer comes in parts."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict

from tocsin.bus.codec import decode, encode
from tocsin.kernel.errors import NotFound
from tocsin.kernel.ids import random_id
from tocsin.kernel.ports import Bus, Health
from tocsin.kernel.subjects import LAKE
from tocsin.lake.erasure.eraser import Eraser
from tocsin.lake.erasure.records import EraseAsked, Erased
from tocsin.lake.series.lister import SeriesLister
from tocsin.lake.series.records import SeriesListAsked, SeriesListed
from tocsin.lake.sql.records import MoreAsked, SqlAnswer, SqlAsked, SqlPart
from tocsin.lake.sql.runner import Sql

#: of a message of the bus, which holds 8 MiB
PART = 4 * 2**20
#: answers whose next part nobody has asked for yet
_KEPT, _KEPT_S = 4, 30.0
_ERASE_S, _SERIES_S = 600.0, 60.0


class LakeDesk:
    """Stage. Answers what ``LakeAsked`` asks."""

    name = "sql"

    def __init__(self, bus: Bus, sql: Sql, series: SeriesLister, eraser: Eraser) -> None:
        self._bus, self._sql, self._series, self._eraser = bus, sql, series, eraser
        self._kept: OrderedDict[str, tuple[float, SqlAnswer]] = OrderedDict()
        self._figures = {"answered": 0.0, "refused": 0.0, "took_ms": 0.0}

    async def run(self) -> None:
        async with self._bus.answer(LAKE.subject, self._answer):
            await asyncio.Event().wait()

    def health(self) -> Health:
        return Health(self.name, figures=dict(self._figures))

    async def _answer(self, data: bytes) -> bytes:
        asked: SqlAsked | MoreAsked | SeriesListAsked | EraseAsked = decode(
            data,
            SqlAsked | MoreAsked | SeriesListAsked | EraseAsked,  # type: ignore[arg-type]
        )
        self._tidy()
        if isinstance(asked, MoreAsked):
            return encode(self._part(asked.id, asked.offset))
        try:
            found = await self._found(asked)
        except Exception:
            self._figures["refused"] += 1
            raise
        self._figures["answered"] += 1
        return encode(found)

    async def _found(self, asked: SqlAsked | SeriesListAsked | EraseAsked) -> object:
        if isinstance(asked, SeriesListAsked):
            return await self._series.listed(asked)
        if isinstance(asked, EraseAsked):
            return await self._eraser.erase(asked)
        answer = await self._sql.answer(asked)
        self._figures["took_ms"] = answer.facts.took_ms
        name = random_id()
        if len(answer.data) > PART:
            self._kept[name] = (time.monotonic(), answer)
        return _cut(name, answer, 0)

    def _part(self, name: str, offset: int) -> SqlPart:
        if name not in self._kept:
            raise NotFound("no such answer any more", field="id", value=name, cure="ask anew")
        _, answer = self._kept[name]
        if offset + PART >= len(answer.data):
            del self._kept[name]
        return _cut(name, answer, offset)

    def _tidy(self) -> None:
        now = time.monotonic()
        for name, (since, _) in list(self._kept.items()):
            if now - since > _KEPT_S or len(self._kept) > _KEPT:
                del self._kept[name]


def _cut(name: str, answer: SqlAnswer, offset: int) -> SqlPart:
    return SqlPart(name, len(answer.data), answer.facts, answer.data[offset : offset + PART])


class LakeAsked:
    """The same for a process that does not hold the lake. Raises ``Unavailable`` while the lake's is away."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def sql(self, asked: SqlAsked) -> SqlAnswer:
        # it may wait its turn behind as many others as the desk lets wait
        wait_s = asked.max_s * 5 + 20
        part = decode(await self._bus.ask(LAKE.subject, encode(asked), timeout_s=wait_s), SqlPart)
        data, have = [part.data], len(part.data)
        while have < part.size:
            more = decode(await self._bus.ask(LAKE.subject, encode(MoreAsked(part.id, have))), SqlPart).data
            data.append(more)
            have += len(more)
        return SqlAnswer(part.facts, b"".join(data))

    async def series(self, asked: SeriesListAsked) -> SeriesListed:
        return decode(await self._bus.ask(LAKE.subject, encode(asked), timeout_s=_SERIES_S), SeriesListed)

    async def erase(self, asked: EraseAsked) -> Erased:
        return decode(await self._bus.ask(LAKE.subject, encode(asked), timeout_s=_ERASE_S), Erased)
