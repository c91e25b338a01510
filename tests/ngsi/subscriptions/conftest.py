"""Somebody who is notified, and the stage that notifies, beside the interface of ``tests/ngsi``."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest
from tests.ngsi.conftest import Api, Web, api, car
from tests.ngsi.test_one_state import running

from tocsin.identity.policy import Permission
from tocsin.identity.standing import Standing
from tocsin.kernel.clock import WallClock
from tocsin.ngsi.contexts.hosting import Hosting
from tocsin.ngsi.jsonld.loading import Contexts
from tocsin.ngsi.subscriptions.channels.http import Http
from tocsin.ngsi.subscriptions.channels.mqtt import Mqtt
from tocsin.ngsi.subscriptions.rights import Rights
from tocsin.ngsi.subscriptions.sending import Sending
from tocsin.ngsi.subscriptions.stage import Subscriptions

__all__ = ["Web", "api", "car"]

INNER = frozenset({"127.0.0.1"})


@dataclass
class Got:
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def data(self) -> list[dict[str, Any]]:
        made: list[dict[str, Any]] = self.body["data"]
        return made


@dataclass
class Receiver:
    """An HTTP server that keeps what it is sent. ``status``: what it answers; None: never anything."""

    port: int = 0
    status: int | None = 200
    got: list[Got] = field(default_factory=list)
    tried: int = 0
    connections: int = 0
    _came: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def uri(self) -> str:
        return f"http://127.0.0.1:{self.port}/notify"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                lines = head.split("\r\n")[1:-2]
                headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in lines)}
                body = json.loads(await reader.readexactly(int(headers["content-length"])))
                self.tried += 1
                if self.status is None:
                    await asyncio.sleep(3600)
                if self.status and 200 <= self.status < 300:
                    self.got.append(Got(headers, body))
                self._came.set()
                writer.write(f"HTTP/1.1 {self.status} X\r\nContent-Length: 2\r\n\r\nok".encode())
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def until(self, enough: Callable[[], Any], seconds: float = 30.0) -> None:
        async with asyncio.timeout(seconds):
            while not enough():
                self._came.clear()
                await self._came.wait()

    async def take(self, count: int = 1, seconds: float = 30.0) -> list[Got]:
        """The next ``count`` notifications."""
        await self.until(lambda: len(self.got) >= count, seconds)
        taken, self.got = self.got[:count], self.got[count:]
        return taken

    async def nothing(self, seconds: float = 0.25) -> None:
        await asyncio.sleep(seconds)
        assert not self.got, self.got


@dataclass
class City:
    """``subscribe`` to vehicles, be told at ``receiver``."""

    api: Api
    receiver: Receiver
    stage: Subscriptions

    async def subscribe(self, *, endpoint: dict[str, Any] | None = None, **members: Any) -> str:
        """Its id. ``notification`` members stand beside the endpoint."""
        said = {**members.pop("notification", {}), "endpoint": {"uri": self.receiver.uri, **(endpoint or {})}}
        body = {"type": "Subscription", "entities": [{"type": "Vehicle"}], "notification": said, **members}
        body = {key: value for key, value in body.items() if value is not None}
        answer = await self.api("POST", "/subscriptions", body, status=201)
        return str(answer.headers["location"]).rpartition("/")[2]

    async def shown(self, name: str) -> dict[str, Any]:
        made: dict[str, Any] = await self.api.get(f"/subscriptions/{name}")
        return made

    async def until(self, name: str, enough: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
        async with asyncio.timeout(30):
            while not enough(found := await self.shown(name)):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        return found

    async def speed(self, value: float, number: int = 1) -> None:
        body = {"speed": {"type": "Property", "value": value}}
        await self.api("PATCH", f"/entities/urn:ngsi-ld:Vehicle:{number}/attrs", body, status=204)


def sender(api: Api, **more: Any) -> Subscriptions:
    clock = WallClock()
    sending = Sending(
        Contexts(api.web, Hosting(api.context, clock).body_of),
        clock,
        http=Http(),
        mqtt=Mqtt(),
        allowed=INNER,
        timeout_s=more.pop("timeout_s", 5.0),
        tenant=more.pop("tenant", ""),
    )
    return Subscriptions(api.context, clock, sending, rights(api), chance=Random(1), **more)


def rights(api: Api) -> Rights:
    standing = Standing(api.door.services.ops)
    return Rights(api.context, WallClock(), lambda names: standing.ended(names, Permission.SEE))


@asynccontextmanager
async def listening(receiver: Receiver) -> AsyncIterator[Receiver]:
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", receiver.port)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        for task in asyncio.all_tasks():
            if task.get_coro().__qualname__ == "Receiver.serve":  # type: ignore[union-attr]
                task.cancel()
        await asyncio.sleep(0)


@pytest.fixture
async def city(api: Api, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[City]:
    monkeypatch.setattr("tocsin.notify.delivery.backoff.BASE_S", 0.1)
    stage = sender(api)
    async with listening(Receiver()) as receiver, running(stage):
        yield City(api, receiver, stage)
