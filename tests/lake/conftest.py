from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.lake.buckets import HomeOf, bucket_at, serving

from tocsin.bus.codec import encode
from tocsin.bus.memory import MemoryBus
from tocsin.db import Database
from tocsin.kernel.events import Attribute, Observation, ObservationBatch, Quarantined
from tocsin.kernel.ports import Outgoing
from tocsin.lake.bucket import Home
from tocsin.lake.history import History
from tocsin.lake.ledger import ledger_database
from tocsin.lake.reader import LakeReader
from tocsin.lake.stage import Lake

NOW = datetime(2026, 11, 21, 16, 42, 17, tzinfo=UTC)


def reading(n: int, *, entity: str = "K-01", at_s: float | None = None, **more: Any) -> Observation:
    given: dict[str, Any] = {
        "id": f"id-{n}",
        "entity": f"urn:ngsi-ld:ItemFlowObserved:{entity}",
        "type": "ItemFlowObserved",
        "observed_at": NOW + timedelta(seconds=n if at_s is None else at_s),
        "attributes": (Attribute("outflow", float(n)), Attribute("state", "open")),
        "lon": 24.94,
        "lat": 60.17,
    }
    return Observation(**(given | more))


def bad(n: int, **more: Any) -> Quarantined:
    return Quarantined(f"bad-{n}", b"{oops", "not JSON", "json", **more)


class World:
    """A bus, a state folder and the stage on them."""

    def __init__(self, state: Path, home: Home) -> None:
        self.bus = MemoryBus()
        self.state, self.home = state, home
        self.db: Database | None = None
        self.lake: Lake | None = None
        self.task: asyncio.Task[None] | None = None

    async def send(
        self,
        observations: Sequence[Observation] = (),
        quarantined: Sequence[Quarantined] = (),
        source: str = "http",
    ) -> int:
        batch = ObservationBatch(source, NOW, tuple(observations), tuple(quarantined))
        return await self.bus.publish(Outgoing(f"obs.src.{source}", encode(batch)))

    @asynccontextmanager
    async def running(self, **how: Any) -> AsyncIterator[Lake]:
        db = ledger_database(self.state)
        lake = Lake(self.bus, db, self.home, **({"flush_s": 0.02} | how))
        task = asyncio.create_task(lake.run())
        self.lake, self.task = lake, task
        try:
            yield lake
            if task.done():
                task.result()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            db.close()

    async def ended(self) -> None:
        """Until the stage has ended by itself; how, is told when ``running`` is left."""
        assert self.task is not None
        await asyncio.wait([self.task], timeout=20)

    async def settled(self) -> None:
        """Until the stage has committed all that was sent."""
        assert self.lake is not None
        last = (await self.bus.info("OBS")).last
        await until(lambda: self.lake.health().position["OBS"] >= last)  # type: ignore[union-attr]

    @asynccontextmanager
    async def asking(self, **how: Any) -> AsyncIterator[LakeReader]:
        history = History(self.home)
        reader = LakeReader(self.state, history, **how)
        try:
            yield reader
        finally:
            reader.close()
            history.close()

    async def counted(self, source: str | None = None) -> tuple[int, int, int]:
        async with self.asking() as reader:
            count = await reader.count(source)
            return count.stored, count.quarantined, count.duplicates

    async def points(self, entity: str = "K-01", attribute: str = "outflow", **how: Any) -> list[Any]:
        async with self.asking() as reader:
            return list(
                await reader.history(
                    entity=f"urn:ngsi-ld:ItemFlowObserved:{entity}", attribute=attribute, **how
                )
            )


async def until(so: Callable[[], bool], within_s: float = 20) -> None:
    async with asyncio.timeout(within_s):
        while not so():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


@pytest.fixture(scope="session")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("s3")) as found:
        yield found


@pytest.fixture(params=["folder", pytest.param("bucket", marks=pytest.mark.real)])
def home_of(request: pytest.FixtureRequest) -> HomeOf:
    """A lake's home by the folder that it has on this machine: the folder itself, or a bucket."""
    if request.param == "folder":
        return lambda folder: folder
    return bucket_at(request.getfixturevalue("endpoint"))


@pytest.fixture
def world(tmp_path: Path, home_of: HomeOf) -> World:
    return World(tmp_path, home_of(tmp_path / "lake"))


@pytest.fixture
def folder_world(tmp_path: Path) -> World:
    """For what is about the files of a folder."""
    return World(tmp_path, tmp_path / "lake")


@pytest.fixture
def make() -> dict[str, Callable[..., Any]]:
    return {"reading": reading, "bad": bad, "until": until}


Make = dict[str, Callable[..., Any]]
Awaited = Awaitable[None]
