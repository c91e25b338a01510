"""The interface with a lake behind it: the real stage, DuckDB on a tiny table, a bus in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.api.house import house
from tests.ngsi.conftest import CARS, CARS_URL, Api, Web, _json

from tocsin.bus.codec import encode
from tocsin.bus.memory import MemoryBus, MemoryLog
from tocsin.db import Database
from tocsin.db.outbox import Outbox
from tocsin.kernel.clock import WallClock
from tocsin.kernel.events import Attribute, Observation, ObservationBatch
from tocsin.kernel.ports import Outgoing
from tocsin.lake.ledger import ledger_database
from tocsin.lake.stage import Lake
from tocsin.lake.temporal.desk import TemporalAsked, TemporalDesk
from tocsin.lake.temporal.dropping import Dropping
from tocsin.lake.temporal.teller import Temporal
from tocsin.ngsi.broker import Broker
from tocsin.ngsi.model.checks import moment
from tocsin.ngsi.temporal.evolution import Evolution

T = "/temporal/entities"


@dataclass
class Evolving(Api):
    """``lake``: the stage, whose runs end after a minute unless somebody waits for them."""

    evolution: Evolution
    lake: Lake

    async def read(self, entity: str, at: str, kind: str = "Sensor", **values: Any) -> None:
        """A reading, as normalise publishes it."""
        place = {name: values.pop(name) for name in ("lon", "lat") if name in values}
        made = Observation(
            id=f"{entity}@{at}",
            entity=entity,
            type=kind,
            observed_at=moment(at),
            attributes=tuple(Attribute(name, value) for name, value in values.items()),
            **place,
        )
        batch = ObservationBatch("http", WallClock().now(), (made,))
        await self.bus.publish(Outgoing("obs.src.http", encode(batch)))

    async def settled(self) -> None:
        """All in the table."""
        assert await self.lake.committed(await self.evolution.upto(), 10.0)

    async def evolution_of(self, entity: str, query: str = "", status: int = 200, **headers: str) -> Any:
        return (await self("GET", f"{T}/{entity}{query}", status=status, **headers)).json()


@asynccontextmanager
async def evolving(folder: Path) -> AsyncIterator[Evolving]:
    """``folder`` holds databases that are shaped already."""
    bus, web = MemoryBus(MemoryLog()), Web({CARS_URL: _json(CARS)})
    context = Database(folder / "context.db", durable=False, name="context")
    ledger = ledger_database(folder)
    lake = Lake(bus, ledger, folder / "lake", flush_s=60.0)
    temporal = Temporal(folder / "lake", lake)
    outbox = Outbox(context, bus, "ngsi-ld")
    evolution = Evolution(TemporalAsked(bus), bus, outbox.relayed)
    broker = Broker.of(context, WallClock(), fetch=web, evolution=evolution)
    stages = [lake, outbox, TemporalDesk(bus, temporal, Dropping(folder / "lake", lake))]
    tasks = [asyncio.create_task(stage.run()) for stage in stages]
    try:
        async with AsyncExitStack() as stack:
            door = await stack.enter_async_context(house(folder, bus, ngsi=broker))
            client = await stack.enter_async_context(door.program("read", "ingest"))
            yield Evolving(client, door, web, context, bus, broker, evolution, lake)
            for task in tasks:
                if task.done():
                    task.result()
            await broker.close()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        temporal.close()
        context.close()
        ledger.close()
