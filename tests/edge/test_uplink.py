"""The uplink over a link that fails in every way: nothing lost, nothing doubled, all in order."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from tocsin.bus.codec import decode, encode
from tocsin.bus.memory import MemoryBus, MemoryLog
from tocsin.bus.retention import Trimmer
from tocsin.bus.uplink import Newest, Overtaken
from tocsin.edge.box import Box
from tocsin.edge.parcel import MAX_BYTES, MAX_MESSAGES, Parcel, packed
from tocsin.edge.uplink import EMPTY, Uplink
from tocsin.kernel.errors import Unavailable
from tocsin.kernel.ports import Health, Message, Outgoing
from tocsin.kernel.subjects import STREAMS

T0 = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)


class Centre:
    """Compares and stores as the server does; ``luck`` loses requests, answers and both."""

    def __init__(self, luck: Random | None = None) -> None:
        self.luck = luck
        self.away = False
        self.lanes: dict[str, list[tuple[Parcel, Mapping[str, str]]]] = {"obs": [], "finding": [], "shot": []}

    async def newest(self, lane: str) -> Newest:
        await self._weather()
        stored = self.lanes[lane]
        return Newest(len(stored), stored[-1][1]) if stored else Newest()

    async def store(self, lane: str, data: bytes, headers: Mapping[str, str], *, after: int) -> int:
        await self._weather()
        stored = self.lanes[lane]
        if after != len(stored):
            raise Overtaken(f"wrong last sequence: {len(stored)}")
        stored.append((decode(data, Parcel), headers))
        at = len(stored)
        await self._weather()
        return at

    async def _weather(self) -> None:
        await asyncio.sleep(0)
        if self.away:
            raise Unavailable("no cable")
        if self.luck is not None and self.luck.random() < 0.3:
            raise Unavailable("lost on its way")

    def items(self, lane: str = "obs") -> list[bytes]:
        return [item for parcel, _ in self.lanes[lane] for item in parcel.items]


async def publish(bus: MemoryBus, numbers: range) -> None:
    await bus.publish_many([Outgoing(f"obs.src.s{n % 3}", str(n).encode()) for n in numbers])


async def until(holds: object) -> None:
    async with asyncio.timeout(10):
        while not holds():  # type: ignore[operator]  # noqa: ASYNC110
            await asyncio.sleep(0.001)


async def stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


@pytest.mark.parametrize("seed", range(12))
async def test_whatever_is_lost_or_killed_each_message_arrives_once_in_order(
    seed: int, tmp_path: Path
) -> None:
    luck, bus = Random(seed), MemoryBus(MemoryLog())
    centre, n = Centre(luck), 0
    for _ in range(6):
        task = asyncio.create_task(Uplink(bus, centre, Box(tmp_path), retry_s=0).run())
        for _ in range(luck.randrange(1, 5)):
            more = luck.randrange(1, 300)
            await publish(bus, range(n, n + more))
            n += more
            await bus.publish(Outgoing("obs.src.clock", b"clock"))
            await asyncio.sleep(luck.random() * 0.004)
        await stop(task)  # killed at any moment
    task = asyncio.create_task(Uplink(bus, centre, Box(tmp_path), retry_s=0).run())
    await until(lambda: len(centre.items()) >= n)
    await asyncio.sleep(0.01)
    await stop(task)
    assert centre.items() == [str(i).encode() for i in range(n)]


async def test_what_the_centre_has_not_is_never_let_go_of_and_says_since_when(tmp_path: Path) -> None:
    """Also what bounds the disk: while the centre is away the store grows until the bus refuses devices
    (tests/bus/test_full.py); once it is back, all of it goes and there is room."""
    bus, centre = MemoryBus(MemoryLog()), Centre()
    centre.away = True
    uplink = Uplink(bus, centre, Box(tmp_path), retry_s=0.001)
    time = [0.0]
    trimmer = Trimmer(
        bus, {"OBS": ("uplink",)}, kept=dict.fromkeys(STREAMS, timedelta(0)), clock=lambda: time[0]
    )
    task = asyncio.create_task(uplink.run())
    await publish(bus, range(500))
    await until(lambda: uplink.waiting["obs"] == 500)
    assert uplink.oldest is not None
    assert uplink.fault == "the centre is out of reach"
    assert uplink.health().state == "degraded"
    trimmer.heard(uplink.health())
    assert await trimmer.trim() == {}
    assert (await bus.info("OBS")).messages == 500

    centre.away = False
    await until(lambda: len(centre.items()) == 500 and uplink.health().position["OBS"] == 500)
    await until(lambda: uplink.waiting["obs"] == 0)
    assert (uplink.oldest, uplink.fault) == (None, "")
    trimmer.heard(uplink.health())
    await trimmer.trim()
    assert (await bus.info("OBS")).messages == 1, "the newest stays: normalise resumes from it"
    await stop(task)


async def test_another_disk_begins_at_its_own_beginning(tmp_path: Path) -> None:
    centre = Centre()
    for disk in ("first", "second"):
        bus = MemoryBus(MemoryLog())
        await publish(bus, range(3))
        task = asyncio.create_task(Uplink(bus, centre, Box(tmp_path / disk), retry_s=0.001).run())
        await until(lambda: len(centre.items()) % 3 == 0 and centre.items())
        await asyncio.sleep(0.01)
        await stop(task)
    assert len(centre.items()) == 6


async def test_a_centre_that_let_go_of_the_newest_gets_what_it_lacks_and_no_more(tmp_path: Path) -> None:
    """A name that was revoked for long and added anew; or a centre built anew."""
    bus, centre = MemoryBus(MemoryLog()), Centre()
    for round_ in range(2):
        await publish(bus, range(round_ * 3, round_ * 3 + 3))
        task = asyncio.create_task(Uplink(bus, centre, Box(tmp_path), retry_s=0.001).run())
        await until(lambda: len(centre.items()) == 3)
        await asyncio.sleep(0.01)
        await stop(task)
        assert centre.items() == [str(n).encode() for n in range(round_ * 3, round_ * 3 + 3)]
        centre.lanes["obs"].clear()


async def test_a_store_that_was_emptied_alone_is_told_and_nothing_is_mistaken(tmp_path: Path) -> None:
    centre = Centre()
    for count in (3, 1):
        bus = MemoryBus(MemoryLog())
        await publish(bus, range(count))
        uplink = Uplink(bus, centre, Box(tmp_path), retry_s=0.001)
        task = asyncio.create_task(uplink.run())
        await until(lambda: len(centre.items()) == 3)
        await asyncio.sleep(0.02)
        await stop(task)
    assert "remove nats/store" in uplink.fault
    assert len(centre.items()) == 3


async def test_two_boxes_with_one_invitation_do_not_mix(tmp_path: Path) -> None:
    """The first notices and says so; it sends nothing that the other's place in the log would hide."""
    centre, buses = Centre(), [MemoryBus(MemoryLog()) for _ in range(2)]
    uplinks = [Uplink(bus, centre, Box(tmp_path / str(i)), retry_s=0.001) for i, bus in enumerate(buses)]
    tasks = []
    for bus, uplink in zip(buses, uplinks, strict=True):
        before = len(centre.items())
        await publish(bus, range(3))
        tasks.append(asyncio.create_task(uplink.run()))
        await until(lambda seen=before: len(centre.items()) == seen + 3)
    await publish(buses[0], range(3, 6))
    await until(lambda: "another box sends under this name" in uplinks[0].fault)
    assert len(centre.items()) == 6
    for task in tasks:
        await stop(task)


def test_parcels_are_one_batch_each_and_leave_the_clock_at_home() -> None:
    def message(seq: int, size: int = 10, subject: str = "obs.src.http") -> Message:
        return Message(subject, b"x" * size, seq, T0)

    messages = [message(n) for n in range(1, 451)]
    assert [len(p.items) for p in packed(messages, EMPTY)] == [MAX_MESSAGES, MAX_MESSAGES, 50]
    assert [(p.first, p.last) for p in packed(messages, EMPTY)] == [(1, 200), (201, 400), (401, 450)]
    large = [message(n, MAX_BYTES - 1) for n in (1, 2)]
    assert [p.items for p in packed(large, EMPTY)] == [(m.data,) for m in large]
    mixed = [message(1, subject="obs.src.clock"), message(2), message(3, subject="obs.src.clock")]
    assert [(p.first, p.last, len(p.items)) for p in packed(mixed, EMPTY)] == [(2, 2, 1)]
    assert list(packed([message(1, subject="obs.src.clock")], EMPTY)) == []


def test_health_is_what_trims(tmp_path: Path) -> None:
    health: Health = Uplink(MemoryBus(MemoryLog()), Centre(), Box(tmp_path)).health()
    assert health.name == "uplink"
    assert set(health.position) == {"OBS", "FINDING", "SHOT"}
    assert encode(health)
