"""One suite for every driver of ``kernel.ports.Bus``: in memory and on a real server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tocsin.bus.accounts import connect
from tocsin.bus.codec import COVERS, covered, covers
from tocsin.bus.memory import MemoryBus, MemoryLog
from tocsin.bus.nats_server import NatsServer
from tocsin.kernel.errors import Invalid, Misconfigured, Unavailable
from tocsin.kernel.ports import Bus, Message, Outgoing

Handles = Callable[[], Awaitable[Bus]]


@pytest.fixture(params=["memory", pytest.param("nats", marks=pytest.mark.real)])
async def handle(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Handles]:
    """Makes handles on one and the same bus."""
    async with AsyncExitStack() as stack:
        if request.param == "memory":
            log = MemoryLog()

            async def make() -> Bus:
                return MemoryBus(log)
        else:
            server = NatsServer(tmp_path)
            await server.start()
            stack.push_async_callback(server.stop)

            async def make() -> Bus:
                bus = await connect(tmp_path, "keeper")
                stack.push_async_callback(bus.close)
                return bus

        yield make


async def take(bus: Bus, stream: str, count: int, **how: object) -> list[Message]:
    got: list[Message] = []
    async with asyncio.timeout(20), bus.read(stream, **{"after": 0, **how}) as batches:  # type: ignore[arg-type]
        async for batch in batches:
            assert batch
            got += batch
            if len(got) >= count:
                return got
    raise AssertionError("the reader ended")


def out(n: int, subject: str = "raw.http", msg_id: str | None = None) -> Outgoing:
    return Outgoing(subject, str(n).encode(), msg_id)


async def test_stored_in_order_and_read_by_another_handle(handle: Handles) -> None:
    writer, reader = await handle(), await handle()
    first = await writer.publish(Outgoing("raw.http", b"0", headers=covers("MQTT", 7)))
    rest = await writer.publish_many([out(n, f"raw.s{n % 3}") for n in range(1, 1201)])
    assert [first, *rest] == list(range(1, 1202))
    got = await take(reader, "RAW", 1201)
    assert [int(m.data) for m in got] == list(range(1201))
    assert [m.seq for m in got] == list(range(1, 1202))
    assert got[0].headers == {COVERS: "MQTT:7"}
    assert covered(got[0].headers, "MQTT") == 7
    assert covered(got[0].headers, "RAW") == 0
    assert got[1].headers == {}
    assert got[2].subject == "raw.s2"
    assert got[0].time.tzinfo is not None


async def test_reading_starts_after_a_position_and_follows_new_ones(handle: Handles) -> None:
    bus = await handle()
    await bus.publish_many([out(n) for n in range(5)])
    async with asyncio.timeout(20), bus.read("RAW", after=3) as batches:
        got = list(await anext(batches))
        assert [m.seq for m in got] == [4, 5]
        waiting = asyncio.ensure_future(anext(batches))
        await bus.publish(out(5))
        assert [m.seq for m in await waiting] == [6]


async def test_waiting_may_be_cancelled_and_taken_up_again(handle: Handles) -> None:
    bus = await handle()
    async with asyncio.timeout(20), bus.read("RAW", after=0) as batches, bus.listen("status.>") as heard:
        for waiting in (batches, heard):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(anext(waiting), 0.05)  # type: ignore[call-overload]
        await bus.publish(out(1))
        await bus.announce("status.x", b"1")
        assert [m.seq for m in await anext(batches)] == [1]
        assert (await anext(heard)).data == b"1"


async def test_batches_are_bounded(handle: Handles) -> None:
    bus = await handle()
    await bus.publish_many([out(n) for n in range(25)])
    async with asyncio.timeout(20), bus.read("RAW", after=0, max_batch=10) as batches:
        seen = 0
        while seen < 25:
            batch = await anext(batches)
            assert 1 <= len(batch) <= 10
            seen += len(batch)


async def test_subjects_filter(handle: Handles) -> None:
    bus = await handle()
    await bus.publish_many([out(n, f"raw.s{n % 4}") for n in range(40)])
    got = await take(bus, "RAW", 20, subjects=["raw.s1", "raw.s3"])
    assert [int(m.data) for m in got] == [n for n in range(40) if n % 2]


async def test_device_subjects_are_stream_mqtt(handle: Handles) -> None:
    bus = await handle()
    await bus.publish(out(1, "devices.K-01.obs"))
    assert [m.subject for m in await take(bus, "MQTT", 1, subjects=["devices.>"])] == ["devices.K-01.obs"]
    newest = await bus.last("MQTT", "devices.>")
    assert newest is not None
    assert (newest.subject, newest.seq) == ("devices.K-01.obs", 1)


async def test_a_message_id_is_stored_once(handle: Handles) -> None:
    bus = await handle()
    assert await bus.publish(out(1, msg_id="a")) == 1
    assert await bus.publish(out(2, msg_id="a")) == 1
    # repeated whole, repeated partly
    assert await bus.publish_many([out(n, msg_id=f"b{n}") for n in range(3)]) == [2, 3, 4]
    assert await bus.publish_many([out(n, msg_id=f"b{n}") for n in range(3)]) == [2, 3, 4]
    assert await bus.publish_many([out(n, msg_id=f"b{n}") for n in range(2, 5)]) == [4, 5, 6]
    assert (await bus.info("RAW")).last == 6


async def test_last_by_wildcard(handle: Handles) -> None:
    bus = await handle()
    assert await bus.last("RAW", "raw.>") is None
    await bus.publish_many([out(1, "raw.mqtt"), out(2, "raw.http"), out(3, "raw.http")])
    newest = await bus.last("RAW", "raw.mqtt")
    assert newest is not None
    assert newest.data == b"1"
    assert (await bus.last("RAW", "raw.>")).data == b"3"  # type: ignore[union-attr]
    assert await bus.last("RAW", "raw.ftp") is None


async def test_trim_and_info(handle: Handles) -> None:
    bus = await handle()
    empty = await bus.info("RAW")
    assert (empty.first, empty.last, empty.messages) == (1, 0, 0)
    await bus.publish_many([out(n) for n in range(10)])
    await bus.trim("RAW", 4)
    info = await bus.info("RAW")
    assert (info.first, info.last, info.messages) == (5, 10, 6)
    assert info.bytes > 0
    await bus.trim("RAW", 10)
    info = await bus.info("RAW")
    assert (info.first, info.last, info.messages) == (11, 10, 0)
    assert await bus.publish(out(10)) == 11
    assert [m.seq for m in await take(bus, "RAW", 1)] == [11]


async def test_trim_keeps_the_newest_of_a_subject(handle: Handles) -> None:
    bus = await handle()
    subjects = ["raw.mqtt", "raw.http", "raw.mqtt", "raw.http", "raw.clock", "raw.http"]
    await bus.publish_many([out(n, s) for n, s in enumerate(subjects)])
    await bus.trim("RAW", 5, keep=["raw.mqtt"])
    assert [m.seq for m in await take(bus, "RAW", 2)] == [3, 6]
    await bus.trim("RAW", 6, keep=["raw.mqtt", "raw.gone"])
    assert [m.seq for m in await take(bus, "RAW", 1)] == [3]


async def test_position_beyond_the_end_is_refused(handle: Handles) -> None:
    bus = await handle()
    await bus.publish(out(1))
    with pytest.raises(Misconfigured, match="beyond the end"):
        async with bus.read("RAW", after=2):
            pass


async def test_a_subject_of_no_stream_is_refused(handle: Handles) -> None:
    bus = await handle()
    with pytest.raises(Invalid, match="no stream"):
        await bus.publish(out(1, "nowhere"))
    with pytest.raises(Invalid, match="no stream"):
        await bus.publish_many([out(1), out(2, "nowhere")])


async def test_an_unknown_stream_is_refused(handle: Handles) -> None:
    bus = await handle()
    with pytest.raises(Misconfigured, match="stream"):
        await bus.info("NONE")
    with pytest.raises(Misconfigured, match="stream"):
        async with bus.read("NONE", after=0):
            pass


async def test_announced_is_heard_by_those_who_listen(handle: Handles) -> None:
    speaker, listener = await handle(), await handle()
    await speaker.announce("status.lake", b"unheard")
    await speaker.ping()
    async with asyncio.timeout(20), listener.listen("status.>") as messages:
        await speaker.announce("status.lake", b"1")
        await speaker.announce("status.door", b"2")
        got = [await anext(messages), await anext(messages)]
    assert [(m.subject, m.data, m.seq) for m in got] == [("status.lake", b"1", 0), ("status.door", b"2", 0)]


async def test_a_slow_listener_loses_the_oldest(handle: Handles) -> None:
    speaker, listener = await handle(), await handle()
    async with asyncio.timeout(20), listener.listen("status.>") as messages:
        for n in range(1500):
            await speaker.announce("status.x", str(n).encode())
        await speaker.announce("status.x", b"end")
        await listener.ping()
        await asyncio.sleep(0.2)  # nothing to wait for: the point is that nobody takes them
        got = []
        while not got or got[-1] != b"end":
            got.append((await anext(messages)).data)
    assert len(got) == 1000


async def test_a_question_is_answered(handle: Handles) -> None:
    asker, answerer = await handle(), await handle()

    async def how(data: bytes) -> bytes:
        if data == b"slow":
            await asyncio.sleep(5)
        if data == b"odd":
            raise Invalid("not a question", field="data", value="odd", cure="ask otherwise")
        return data.upper()

    async with asyncio.timeout(20):
        with pytest.raises(Unavailable):
            await asker.ask("ask.history", b"nobody there")
        async with answerer.answer("ask.history", how):
            slow = asyncio.create_task(asker.ask("ask.history", b"slow", timeout_s=0.5))
            assert await asyncio.gather(*(asker.ask("ask.history", b"a%d" % n) for n in range(50))) == [
                b"A%d" % n for n in range(50)
            ]
            with pytest.raises(Invalid) as refused:
                await asker.ask("ask.history", b"odd")
            assert (refused.value.field, refused.value.value, refused.value.cure) == (
                "data",
                "odd",
                "ask otherwise",
            )
            with pytest.raises(Unavailable, match="within"):
                await slow
        with pytest.raises(Unavailable):
            await asker.ask("ask.history", b"gone")


async def test_many_writers_at_once(handle: Handles) -> None:
    bus = await handle()
    seqs = await asyncio.gather(*(bus.publish(out(n)) for n in range(300)))
    assert sorted(seqs) == list(range(1, 301))
    got = await take(bus, "RAW", 300)
    assert {m.seq: int(m.data) for m in got} == dict(zip(seqs, range(300), strict=True))


async def test_large_messages_do_not_stop_a_slow_reader(handle: Handles) -> None:
    """Far more than any buffer holds, read with pauses."""
    bus = await handle()
    blob = b"x" * 500_000
    for n in range(80):
        await bus.publish(Outgoing("raw.http", blob + str(n).encode()))
    got: list[int] = []
    async with asyncio.timeout(60), bus.read("RAW", after=0, max_batch=5) as batches:
        async for batch in batches:
            got += [int(m.data[len(blob) :]) for m in batch]
            await asyncio.sleep(0.01)
            if len(got) == 80:
                break
    assert got == list(range(80))


async def test_ping(handle: Handles) -> None:
    assert 0 <= await (await handle()).ping() < 2
