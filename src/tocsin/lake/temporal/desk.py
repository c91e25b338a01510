"""Where temporal questions are asked from another process, as those of history (``lake.desk``)."""

from __future__ import annotations

import asyncio
from typing import Protocol

from tocsin.bus.codec import decode, encode
from tocsin.kernel.ports import Bus, Health
from tocsin.kernel.subjects import TEMPORAL
from tocsin.lake.temporal.dropping import Dropping
from tocsin.lake.temporal.records import (
    Aggregate,
    AggregatesAsked,
    DropAsked,
    Dropped,
    EntitiesAsked,
    EntitySeen,
    Instances,
    InstancesAsked,
)
from tocsin.lake.temporal.teller import Temporal

_Asked = EntitiesAsked | InstancesAsked | AggregatesAsked | DropAsked
_ASK_S, _DROP_S = 60.0, 120.0


class TemporalLake(Protocol):
    """What NGSI-LD asks. All raise ``Exhausted`` and ``Unavailable``; ``drop`` also ``NotFound``."""

    async def entities(self, asked: EntitiesAsked) -> list[EntitySeen]: ...

    async def instances(self, asked: InstancesAsked) -> Instances: ...

    async def aggregates(self, asked: AggregatesAsked) -> list[Aggregate]: ...

    async def drop(self, asked: DropAsked) -> Dropped: ...


class TemporalDesk:
    """Stage. Answers what ``TemporalAsked`` asks."""

    name = "temporal"

    def __init__(self, bus: Bus, temporal: Temporal, dropping: Dropping) -> None:
        self._bus, self._temporal, self._dropping = bus, temporal, dropping
        self._answered = 0

    async def run(self) -> None:
        async with self._bus.answer(TEMPORAL.subject, self._answer):
            await asyncio.Event().wait()

    def health(self) -> Health:
        return Health(self.name, figures={"answered": float(self._answered)})

    async def _answer(self, data: bytes) -> bytes:
        asked: _Asked = decode(data, _Asked)  # type: ignore[arg-type]
        found: object
        if isinstance(asked, EntitiesAsked):
            found = await self._temporal.entities(asked)
        elif isinstance(asked, InstancesAsked):
            found = await self._temporal.instances(asked)
        elif isinstance(asked, AggregatesAsked):
            found = await self._temporal.aggregates(asked)
        else:
            found = await self._dropping.drop(asked)
        self._answered += 1
        return encode(found)


class TemporalAsked:
    """``TemporalLake`` for a process that does not hold the lake."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def entities(self, asked: EntitiesAsked) -> list[EntitySeen]:
        return decode(await self._ask(asked), list[EntitySeen])

    async def instances(self, asked: InstancesAsked) -> Instances:
        return decode(await self._ask(asked), Instances)

    async def aggregates(self, asked: AggregatesAsked) -> list[Aggregate]:
        return decode(await self._ask(asked), list[Aggregate])

    async def drop(self, asked: DropAsked) -> Dropped:
        data = await self._bus.ask(TEMPORAL.subject, encode(asked), timeout_s=_DROP_S)
        return decode(data, Dropped)

    async def _ask(self, asked: EntitiesAsked | InstancesAsked | AggregatesAsked) -> bytes:
        return await self._bus.ask(TEMPORAL.subject, encode(asked), timeout_s=_ASK_S)
