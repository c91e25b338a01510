"""kill -9 of the server under load: what was acknowledged is there, and readers go on without gap or
double.
"""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from tocsin.bus.accounts import connect
from tocsin.bus.nats_server import NatsServer
from tocsin.kernel.errors import Unavailable
from tocsin.kernel.ports import Bus, Message, Outgoing

pytestmark = pytest.mark.real

ROUNDS = 3


async def kill(server: NatsServer) -> None:
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    assert await server.wait() == -signal.SIGKILL


async def test_acked_is_never_lost_and_readers_go_on(server: NatsServer, tmp_path: Path) -> None:
    writer, reader = await connect(tmp_path, "keeper"), await connect(tmp_path, "keeper")
    acked: dict[int, int] = {}
    read: list[Message] = []
    stop = asyncio.Event()

    async def write() -> None:
        n = 0
        while not stop.is_set():
            outs = [Outgoing("raw.http", str(n + i).encode()) for i in range(1 + n % 40)]
            if len(outs) == 1:
                seqs = [await writer.publish(outs[0])]
            else:
                seqs = await writer.publish_many(outs)
            for out, seq in zip(outs, seqs, strict=True):
                acked[int(out.data)] = seq
            n += len(outs)

    async def follow() -> None:
        async with reader.read("RAW", after=0) as batches:
            async for batch in batches:
                read.extend(batch)

    writing, following = asyncio.create_task(write()), asyncio.create_task(follow())
    async with asyncio.timeout(60):
        for _ in range(ROUNDS):
            before = len(acked)
            while len(acked) < before + 2000:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
            await kill(server)
            await server.start()
        before = len(acked)
        while len(acked) < before + 500:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        stop.set()
        await writing
        while not read or read[-1].seq < max(acked.values()):
            assert not following.done()
            await asyncio.sleep(0.005)
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)

    assert [m.seq for m in read] == list(range(1, len(read) + 1))
    assert [int(m.data) for m in read] == list(range(len(read))), "lost, doubled or out of order"
    assert {int(m.data): m.seq for m in read} | acked == {int(m.data): m.seq for m in read}
    await asyncio.gather(writer.close(), reader.close())


async def test_a_publish_without_a_server_ends_as_unavailable(server: NatsServer, tmp_path: Path) -> None:
    from tocsin.bus.accounts import load_credentials
    from tocsin.bus.nats_driver import NatsBus

    bus = await NatsBus.connect(load_credentials(tmp_path, "keeper"), publish_timeout_s=0.5)
    await kill(server)
    with pytest.raises(Unavailable):
        await bus.publish(Outgoing("raw.http", b"1"))
    with pytest.raises(Unavailable):
        await bus.publish_many([Outgoing("raw.http", b"1"), Outgoing("raw.http", b"2")])
    with pytest.raises(Unavailable):
        await bus.ping()
    await bus.announce("status.x", b"unheard")
    await server.start()
    async with asyncio.timeout(10):
        while True:
            try:
                assert await bus.publish(Outgoing("raw.http", b"3")) == 1
                break
            except Unavailable:
                continue
    await bus.close()


async def test_a_reader_waits_minutes_for_the_server(server: NatsServer, tmp_path: Path) -> None:
    """Here: as long as it takes several failed reconnects; nothing in the reader counts attempts."""
    bus = await connect(tmp_path, "keeper")
    await bus.publish(Outgoing("raw.http", b"1"))
    async with asyncio.timeout(30), bus.read("RAW", after=0) as batches:
        assert [m.data for m in await anext(batches)] == [b"1"]
        await kill(server)
        waiting = asyncio.ensure_future(anext(batches))
        await asyncio.sleep(1.5)
        assert not waiting.done()
        await server.start()
        await bus.publish(Outgoing("raw.http", b"2"))
        assert [m.data for m in await waiting] == [b"2"]
    await bus.close()


async def test_questions_are_answered_again_after_the_server_died(server: NatsServer, tmp_path: Path) -> None:
    async def how(data: bytes) -> bytes:
        return data.upper()

    async def asked(bus: Bus) -> bytes:
        while True:  # both must come back; until then the asker is told so, not left waiting
            try:
                return await bus.ask("ask.history", b"abc", timeout_s=1)
            except Unavailable:
                await asyncio.sleep(0.02)

    door, lake = await connect(tmp_path, "door"), await connect(tmp_path, "lake")
    async with asyncio.timeout(30), lake.answer("ask.history", how):
        assert await door.ask("ask.history", b"abc") == b"ABC"
        await kill(server)
        with pytest.raises(Unavailable):
            await door.ask("ask.history", b"abc", timeout_s=1)
        await server.start()
        assert await asked(door) == b"ABC"
    await asyncio.gather(door.close(), lake.close())
