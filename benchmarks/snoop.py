"""Seats that try to read what is closed to them: by every way, and the stream with another's mark."""

from __future__ import annotations

import asyncio
import contextlib
import json
import urllib.parse
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import httpx

from seats import CANARY, Person
from shared_alerts import Planted

#: (name of the way, method, path under /api/v1, body)
Way = tuple[str, str, str, object | None]


def ways(planted: Planted) -> Iterator[Way]:
    now = urllib.parse.quote(datetime.now(UTC).isoformat())
    word, alert = planted.canary, planted.alert
    yield "alert", "GET", f"/alerts/{alert}", None
    yield "events", "GET", f"/alerts/{alert}/events", None
    yield "list", "GET", "/alerts?state=all&limit=100", None
    yield "as of", "GET", f"/alerts?state=all&limit=100&at={now}", None
    yield "search", "GET", f"/search?q={word}", None
    yield "incidents", "GET", "/incidents?state=all&limit=100", None
    yield "proposals", "GET", "/proposals?limit=100", None
    yield "picture", "GET", f"/picture?at={now}", None
    yield "act", "POST", f"/alerts/{alert}/acknowledge", {"reason": "a try"}
    yield "incident of it", "POST", "/incidents", {"title": "a try", "alerts": [alert]}
    yield "bulk", "POST", "/bulk/acknowledge", {"items": [{"id": alert}]}


class Snoop:
    """``tries`` and ``leaks`` by way. A leak is an answer that holds the canary."""

    def __init__(self, port: int) -> None:
        self._client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60)
        self._port = port
        self.tries: Counter[str] = Counter()
        self.leaks: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()

    async def close(self) -> None:
        await self._client.aclose()

    async def try_all(self, person: Person, planted: Planted) -> None:
        for way in ways(planted):
            await self.attempt(person, planted, way)

    async def attempt(self, person: Person, planted: Planted, way: Way) -> None:
        name, method, path, body = way
        self.tries[name] += 1
        content = None if body is None else json.dumps(body).encode()
        answer = await self._client.request(
            method, f"/api/v1{path}", headers=person.headers(), content=content
        )
        if answer.status_code >= 500:
            self.errors[name] += 1
        if name == "search":
            found = any(planted.alert == item["id"] for item in answer.json().get("items", []))
        else:
            found = planted.canary.encode() in answer.content
        self.leaks[name] += found

    async def resume(
        self,
        person: Person,
        last_id: str,
        forbidden: Callable[[Person], set[bytes]],
        seconds: float = 0.5,
    ) -> None:
        """The stream, from the mark that another seat had got to."""
        self.tries["resume"] += 1
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port, limit=64 * 2**20)
        try:
            writer.write(
                f"GET /api/v1/live HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\nCookie: {person.cookie}\r\n"
                f"Last-Event-ID: {last_id}\r\n\r\n".encode()
            )
            got = bytearray()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    while piece := await reader.read(2**20):
                        got += piece
            # the words that are there, each looked up: looking for each of thousands in megabytes takes
            # seconds, in which nothing else of the load goes on
            self.leaks["resume"] += not forbidden(person).isdisjoint(CANARY.findall(got))
        finally:
            writer.close()
