"""RAW -> OBS: merged within bounds, each item once, whatever dies."""

import asyncio
import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from tocsin.bus.codec import covered, decode, encode
from tocsin.bus.memory import MemoryBus, MemoryLog
from tocsin.kernel.errors import Unavailable
from tocsin.kernel.events import ObservationBatch, RawBatch, RawItem
from tocsin.kernel.ports import Outgoing
from tocsin.normalise import stage as stage_module
from tocsin.normalise.stage import Normalise

NOW = datetime(2026, 11, 21, 16, 42, 17, tzinfo=UTC)


def raw(number: int, count: int = 1, source: str = "http", at: datetime = NOW) -> Outgoing:
    items = tuple(
        RawItem(
            f"{number}:{i}",
            json.dumps(
                {
                    "id": f"K-{number}-{i}",
                    "type": "ItemFlowObserved",
                    "observedAt": "2026-11-21T16:42:17Z",
                    "outflow": i,
                }
            ).encode(),
        )
        for i in range(count)
    )
    return Outgoing(f"raw.{source}", encode(RawBatch(source, "json", at, items)))


@asynccontextmanager
async def running(stage: Normalise):
    task = asyncio.create_task(stage.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(condition) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - the condition has no event
            await asyncio.sleep(0.001)


def obs(log: MemoryLog) -> list[ObservationBatch]:
    return [decode(m.data, ObservationBatch) for m in log.streams["OBS"].messages]


async def test_merges_neighbours_of_one_source(items):
    log = MemoryLog()
    bus = MemoryBus(log)
    later = NOW + timedelta(milliseconds=21)
    await bus.publish_many(
        [
            raw(1, 200),
            raw(2, 200),
            raw(3, 200),
            raw(4),
            raw(5, source="mqtt"),
            raw(6),
            raw(7, at=later),
            raw(8, 0, "clock"),
        ]
    )
    stage = Normalise(bus, items)
    async with running(stage):
        await until(lambda: stage.health().position == {"RAW": 8})
    out = obs(log)
    assert [(b.source, len(b.observations)) for b in out] == [
        ("http", 400), ("http", 201), ("mqtt", 1), ("http", 1), ("http", 1), ("clock", 0),
    ]  # fmt: skip
    assert [covered(m.headers, "RAW") for m in log.streams["OBS"].messages] == [2, 4, 5, 6, 7, 8]
    assert [m.subject for m in log.streams["OBS"].messages][-1] == "obs.src.clock"


async def test_goes_on_where_the_output_ends(items):
    """Killed at any moment: what is in OBS says where to go on."""
    log = MemoryLog()
    bus = MemoryBus(log)
    await bus.publish_many([raw(n, 3) for n in range(1, 101)])
    for round_ in range(30):
        stage = Normalise(MemoryBus(log), items)
        task = asyncio.create_task(stage.run())
        for _ in range(3):
            await asyncio.sleep(0)
        await bus.publish(raw(1000 + round_, 1, source=f"s{round_}"))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    stage = Normalise(MemoryBus(log), items)
    async with running(stage):
        await until(lambda: stage.health().position == {"RAW": 130})
    entities = [o.entity for b in obs(log) for o in b.observations]
    assert len(entities) == len(set(entities)) == 330


class Flaky(MemoryBus):
    """Stores part of what it is given, then fails: as a server that dies in between."""

    def __init__(self, log: MemoryLog) -> None:
        super().__init__(log)
        self.failures = 5

    async def publish_many(self, outs):
        if self.failures:
            self.failures -= 1
            await super().publish_many(outs[: len(outs) // 2])
            raise Unavailable("the server went away")
        return await super().publish_many(outs)


async def test_a_bus_that_fails_halfway_gets_nothing_twice(items, monkeypatch):
    monkeypatch.setattr(stage_module, "RETRY_S", 0.001)
    log = MemoryLog()
    await MemoryBus(log).publish_many([raw(n, 1, source=f"s{n}") for n in range(40)])
    stage = Normalise(Flaky(log), items)
    async with running(stage):
        await until(lambda: stage.health().position == {"RAW": 40})
    entities = [o.entity for b in obs(log) for o in b.observations]
    assert len(entities) == len(set(entities)) == 40


async def test_an_envelope_that_is_none_is_kept(items):
    log = MemoryLog()
    bus = MemoryBus(log)
    await bus.publish(Outgoing("raw.http", b"\xc1 not msgpack"))
    stage = Normalise(bus, items)
    async with running(stage):
        await until(lambda: stage.health().position == {"RAW": 1})
    (batch,) = obs(log)
    assert batch.quarantined[0].payload == b"\xc1 not msgpack"


@pytest.mark.parametrize("source", ["a b.c", "*", ">"])
async def test_a_source_is_one_token(items, source):
    log = MemoryLog()
    bus = MemoryBus(log)
    await bus.publish(Outgoing("raw.x", raw(1, 1, source).data))
    stage = Normalise(bus, items)
    async with running(stage):
        await until(lambda: stage.health().position == {"RAW": 1})
    assert log.streams["OBS"].messages[0].subject.count(".") == 2
