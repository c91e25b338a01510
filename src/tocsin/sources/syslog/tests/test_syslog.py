"""Recorded messages over UDP and TCP in both framings; and what is no syslog."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import msgspec
import pytest

from tocsin.kernel.errors import Invalid, Unavailable
from tocsin.sdk.reading import Refused
from tocsin.sources.syslog.listen import MOST_MESSAGE, Listen
from tocsin.sources.syslog.map import read

HERE = Path(__file__).parent
MESSAGES = (HERE / "recorded" / "messages.log").read_bytes().splitlines()
PARAMS: dict[str, str | int | float | bool] = {"host": "127.0.0.1", "port": 0, "udp": True, "tcp": True}


@asynccontextmanager
async def listening(got: list[bytes], refuse: int = 0) -> AsyncIterator[Listen]:
    left = refuse

    async def take(items: Sequence[bytes]) -> None:
        nonlocal left
        if left:
            left -= 1
            raise Unavailable("the bus is away")
        got.extend(items)

    listener = Listen(PARAMS)
    task = asyncio.create_task(listener.listen(take))
    async with asyncio.timeout(10):
        while not (listener.udp_port and listener.tcp_port):  # noqa: ASYNC110 - it has no event
            await asyncio.sleep(0.01)
    try:
        yield listener
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def heard(got: list[bytes], count: int) -> list[bytes]:
    async with asyncio.timeout(10):
        while len(got) < count:  # noqa: ASYNC110 - it has no event
            await asyncio.sleep(0.01)
    return [item.partition(b"\n")[2] for item in got]


async def send(port: int, *pieces: bytes) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    for piece in pieces:
        writer.write(piece)
        await writer.drain()
    writer.close()
    await writer.wait_closed()


def test_the_recorded_messages_become_the_golden_readings() -> None:
    made = [msgspec.to_builtins(read(b"heard-at: 2026-11-22T17:00:10Z\n" + one)) for one in MESSAGES]
    golden = json.loads((HERE / "golden.json").read_text())
    for one in (*made, *golden):
        one.pop("message_id")
    assert made == golden


async def test_datagrams_octet_counts_and_lines() -> None:
    got: list[bytes] = []
    async with listening(got) as listener:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            udp.sendto(MESSAGES[0], ("127.0.0.1", listener.udp_port))
        await heard(got, 1)
        counted = b"".join(b"%d %s" % (len(one), one) for one in MESSAGES)
        await send(listener.tcp_port, counted[:100], counted[100:])
        await heard(got, 4)
        await send(listener.tcp_port, b"\n".join(MESSAGES))
        assert await heard(got, 7) == [MESSAGES[0], *MESSAGES, *MESSAGES]


async def test_nothing_that_came_by_tcp_is_lost_while_the_bus_is_away() -> None:
    got: list[bytes] = []
    async with listening(got, refuse=1) as listener:
        await send(listener.tcp_port, b"\n".join(MESSAGES) + b"\n")
        assert await heard(got, 3) == MESSAGES


@pytest.mark.parametrize(
    "noise",
    [
        b"9999999999 x",
        b"70000 <13>x",
        b"5x <13>",
        b"<" + b"x" * 200_000,
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01",
    ],
)
async def test_a_sender_that_sends_none_is_let_go_alone(noise: bytes) -> None:
    got: list[bytes] = []
    async with listening(got) as listener:
        with suppress(ConnectionError):
            await send(listener.tcp_port, noise)
        await send(listener.tcp_port, MESSAGES[0] + b"\n")
        async with asyncio.timeout(10):
            while not any(one.endswith(MESSAGES[0]) for one in got):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    assert all(len(one) < MOST_MESSAGE + 100 for one in got)


async def test_a_port_that_is_taken_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        listener = Listen(PARAMS | {"port": taken.getsockname()[1]})
        with pytest.raises(Unavailable, match="cannot be had"):
            await listener.listen(lambda _: asyncio.sleep(0))


@pytest.mark.parametrize("change", [{"port": 70000}, {"udp": False, "tcp": False}])
def test_a_port_that_is_none_is_refused(change: dict[str, int]) -> None:
    with pytest.raises(Invalid):
        Listen(PARAMS | change)


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (b"", "neither"),
        (b"hello", "neither"),
        (b"<999>1 - h a - - - x", "no such priority"),
        (b"<13>1 noon h a - - - x", "bad time"),
        (b'<13>1 - h a - - [x a="1 x', "do not end"),
        (b"<13>1 - h a - - x", "do not end"),
        (b"<13>2 - h a - - - x", "neither"),
        (b"\xff\xfe\x00", "neither"),
        (b"<13>1 2026-11-22T17:00:00 h a - - - x", "no time zone"),
    ],
)
def test_a_message_that_is_none_is_refused(message: bytes, words: str) -> None:
    with pytest.raises(Refused, match=words):
        read(b"heard-at: 2026-11-22T17:00:10Z\n" + message)
