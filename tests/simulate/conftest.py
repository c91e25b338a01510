"""A server that takes readings, and fails when told to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import pytest


class Door:
    """Stands for ``POST /api/v1/ingest/json``: keeps what it accepted.

    ``answers`` are given one a request before it accepts all: a status, or ``cut`` (the connection is closed
    without an answer).
    """

    def __init__(self) -> None:
        self.url = ""
        self.accepted: list[dict[str, object]] = []
        self.requests = 0
        self.connections = 0
        self.paths: set[str] = set()
        self.tokens: set[str] = set()
        self.answers: list[int | str] = []
        self.more = asyncio.Condition()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
                body = await reader.readexactly(int(fields["Content-Length"]))
                self.requests += 1
                self.paths.add(head.split(" ", 2)[1])
                self.tokens.add(fields["Authorization"])
                answer = self.answers.pop(0) if self.answers else 202
                if answer == "cut":
                    break
                if answer == 202:
                    self.accepted += json.loads(body)
                head = f"HTTP/1.1 {answer} So\r\nTransfer-Encoding: chunked\r\nRetry-After: 0\r\n\r\n"
                writer.write(head.encode() + b"2\r\n{}\r\n0\r\n\r\n")
                await writer.drain()
                async with self.more:
                    self.more.notify_all()
        writer.close()

    async def until(self, enough: Callable[[list[dict[str, object]]], bool]) -> None:
        """Waits for the accepted readings to be enough."""
        async with asyncio.timeout(30), self.more:
            await self.more.wait_for(lambda: enough(self.accepted))


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    door = Door()
    server = await asyncio.start_server(door.serve, "127.0.0.1", 0)
    door.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield door
    server.close()
