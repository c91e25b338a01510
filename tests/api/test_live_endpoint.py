"""The stream over HTTP: the ASGI app itself, as a server would drive it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.api.door import Screen, batch, observation, running
from tests.api.house import House

from tocsin.api.routes import live as route


class Stream:
    def __init__(self) -> None:
        self.started: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self.parts: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.leave = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        await self.leave.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.started.set_result(message)
        else:
            await self.parts.put(message["body"] if message.get("more_body") else None)

    async def frames(self) -> AsyncIterator[bytes]:
        while (part := await self.parts.get()) is not None:
            yield part


@contextlib.asynccontextmanager
async def opened(door: House, headers: dict[str, str], query: str = "") -> AsyncIterator[Stream]:
    stream = Stream()
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/api/v1/live",
        "raw_path": b"/api/v1/live",
        "query_string": query.encode(),
        "root_path": "",
        "headers": [
            (b"host", b"127.0.0.1:8480"),
            *((name.lower().encode(), value.encode()) for name, value in headers.items()),
        ],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8480),
        "state": {},
    }
    task = asyncio.create_task(door.app(scope, stream.receive, stream.send))
    try:
        yield stream
    finally:
        stream.leave.set()
        async with asyncio.timeout(10):
            await task


async def test_snapshot_change_and_resume(door: House) -> None:
    async with running(door.services.live, door.services.board):
        headers = await door.token("read")
        async with opened(door, headers) as stream:
            start = await stream.started
            said = dict(start["headers"])
            assert start["status"] == 200
            assert said[b"content-type"] == b"text/event-stream; charset=utf-8"
            assert said[b"cache-control"] == b"no-store"
            assert b"default-src 'self'" in said[b"content-security-policy"]
            screen = Screen(stream.frames())
            snapshot = await screen.next("snapshot")
            assert snapshot.data["status"]["realm"] == "live"
            assert snapshot.data["status"]["mqtt"] == {"host": "127.0.0.1", "port": 1883}
            await door.bus.publish(batch(observation("A1", 1, 1)))
            await screen.entity("A1")
            last_id = screen.last_id
        await door.bus.publish(batch(observation("A1", 2, 2)))
        assert last_id is not None
        for more, query in (({"Last-Event-ID": last_id}, ""), ({}, f"last_event_id={last_id}")):
            async with opened(door, {**headers, **more}, query) as stream:
                screen = Screen(stream.frames())
                while (event := await screen.next()).name != "change" or not event.data["entities"]:
                    assert event.name != "snapshot"
                assert event.data["entities"][0]["attributes"]["peopleCount"]["value"] == 2
    assert door.services.live.live_figures().clients == 0


async def test_status_comes_by_itself(door: House) -> None:
    headers = await door.token("read")
    async with running(door.services.live, door.services.board), opened(door, headers) as stream:
        screen = Screen(stream.frames())
        async with asyncio.timeout(10):
            while "status" not in (await screen.next("change")).data:
                pass


@pytest.mark.parametrize(("scopes", "status"), [((), 401), (("ingest",), 403)])
async def test_refused_before_the_stream_starts(door: House, scopes: tuple[str, ...], status: int) -> None:
    headers = await door.token(*scopes) if scopes else {}
    async with running(door.services.live), opened(door, headers) as stream:
        assert (await stream.started)["status"] == status


async def test_a_revoked_persons_screen_closes(door: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(route, "_RECHECK_S", 0.05)
    async with running(door.services.live, door.services.board), door.signed_in() as client:
        cookie = {"Cookie": f"tocsin_session={client.cookies['tocsin_session']}"}
        async with opened(door, cookie) as stream:
            assert (await stream.started)["status"] == 200
            screen = Screen(stream.frames())
            await screen.next("snapshot")
            assert (await client.delete("/api/v1/session")).status_code == 204
            async with asyncio.timeout(10):
                while await stream.parts.get() is not None:
                    pass


async def test_a_stalled_client_is_dropped(door: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(route, "_STALLED_S", 0.05)
    async with running(door.services.live):
        asked = Stream.send

        async def stuck(self: Stream, message: dict[str, Any]) -> None:
            await asked(self, message)
            if message["type"] == "http.response.body":
                await asyncio.sleep(60)

        monkeypatch.setattr(Stream, "send", stuck)
        async with opened(door, await door.token("read")) as stream:
            assert (await stream.started)["status"] == 200
            async with asyncio.timeout(10):
                while door.services.live.live_figures().clients:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
