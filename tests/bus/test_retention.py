from __future__ import annotations

import asyncio
from datetime import timedelta

import msgspec

from tocsin.bus.codec import covers
from tocsin.bus.memory import MemoryBus
from tocsin.bus.retention import Trimmer
from tocsin.kernel.ports import Health, Outgoing
from tocsin.kernel.subjects import STREAMS


def all_for(keep: timedelta) -> dict[str, timedelta]:
    return dict.fromkeys(STREAMS, keep)


class Time:
    now = 0.0

    def __call__(self) -> float:
        return self.now


async def fill(bus: MemoryBus, count: int, subject: str = "obs.src.http") -> None:
    await bus.publish_many([Outgoing(subject, str(n).encode()) for n in range(count)])


async def test_never_beyond_the_slowest_nor_before_its_time() -> None:
    bus, now = MemoryBus(), Time()
    await fill(bus, 10)
    trimmer = Trimmer(bus, {"OBS": ["lake", "context"]}, kept=all_for(timedelta(seconds=60)), clock=now)
    trimmer.heard(Health("context", position={"OBS": 9}))
    assert await trimmer.trim() == {}
    assert "lake on OBS" in trimmer.health().words
    trimmer.heard(Health("lake", position={"OBS": 4}))
    assert await trimmer.trim() == {}, "kept for a minute after it was committed"
    now.now = 59
    trimmer.heard(Health("lake", position={"OBS": 8}))
    assert await trimmer.trim() == {}
    now.now = 60
    assert await trimmer.trim() == {"OBS": 4}
    assert (await bus.info("OBS")).first == 5
    now.now = 125
    assert await trimmer.trim() == {"OBS": 8}


async def test_a_reader_that_says_nothing_of_the_stream_keeps_it() -> None:
    bus = MemoryBus()
    await fill(bus, 10)
    trimmer = Trimmer(bus, {"OBS": ["lake", "runner"]}, kept=all_for(timedelta(0)))
    trimmer.heard(Health("lake", position={"OBS": 10}))
    trimmer.heard(Health("runner", position={"FINDING": 3}))
    assert await trimmer.trim() == {}
    assert (await bus.info("OBS")).messages == 10


async def test_a_stream_without_named_readers_is_never_trimmed() -> None:
    bus = MemoryBus()
    await fill(bus, 3)
    trimmer = Trimmer(bus, {"OBS": []}, kept=all_for(timedelta(0)))
    assert await trimmer.trim() == {}


async def test_a_reader_added_later_protects_what_is_left() -> None:
    bus, now = MemoryBus(), Time()
    await fill(bus, 10)
    required = {"OBS": ["lake"]}
    trimmer = Trimmer(bus, lambda: required, kept=all_for(timedelta(seconds=10)), clock=now)
    trimmer.heard(Health("lake", position={"OBS": 9}))
    await trimmer.trim()
    required["OBS"] = ["lake", "tool"]
    now.now = 20
    assert await trimmer.trim() == {}
    trimmer.heard(Health("tool", position={"OBS": 2}))
    assert await trimmer.trim() == {"OBS": 2}


async def test_resume_marks_survive() -> None:
    """Ingest and normalise find where they were on the newest message of their own."""
    bus = MemoryBus()
    await bus.publish(Outgoing("raw.mqtt", b"old", headers=covers("MQTT", 7)))
    await fill(bus, 5, "raw.http")
    await fill(bus, 2)
    trimmer = Trimmer(bus, {"RAW": ["normalise"], "OBS": ["lake"]}, kept=all_for(timedelta(0)))
    trimmer.heard(Health("normalise", position={"RAW": 6}))
    trimmer.heard(Health("lake", position={"OBS": 2}))
    assert await trimmer.trim() == {"RAW": 6, "OBS": 2}
    assert (await bus.info("RAW")).messages == 1
    assert (await bus.last("RAW", "raw.mqtt")).headers == covers("MQTT", 7)  # type: ignore[union-attr]
    assert (await bus.last("OBS", "obs.src.>")).seq == 2  # type: ignore[union-attr]


async def test_as_a_stage_it_listens_and_trims() -> None:
    bus = MemoryBus()
    await fill(bus, 5)
    trimmer = Trimmer(bus, {"OBS": ["lake"]}, kept=all_for(timedelta(0)), every_s=0.01)
    running = asyncio.create_task(trimmer.run())
    async with asyncio.timeout(20):
        while (await bus.info("OBS")).first == 1:
            await bus.announce("status.odd", b"\xc1 not health")
            await bus.announce("status.lake", msgspec.msgpack.encode(Health("lake", position={"OBS": 3})))
            await asyncio.sleep(0.005)
    assert (await bus.info("OBS")).first == 4
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
