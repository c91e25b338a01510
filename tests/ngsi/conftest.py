"""The interface for a test: the real door, a real database, a bus in memory; contexts of others as a dict."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient, Response
from tests.api.house import House, house
from tests.db.shape import laid_out

from tocsin.bus.memory import MemoryBus, MemoryLog
from tocsin.context.documents import document
from tocsin.db import Database
from tocsin.kernel.clock import WallClock
from tocsin.ngsi.broker import Broker
from tocsin.ngsi.problems import LdContextNotAvailable

V1 = "/ngsi-ld/v1"
LD = {"content-type": "application/ld+json"}
CORE_URL = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.8.jsonld"
CARS_URL = "https://cars.example/context.jsonld"
CARS = {"@context": {"cars": "https://cars.example/terms/", "Vehicle": "cars:Vehicle", "speed": "cars:speed"}}


@dataclass
class Web:
    """Other servers' contexts, by URL; ``asked``: how often each was fetched."""

    pages: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def __call__(self, url: str) -> bytes:
        self.asked.append(url)
        if url not in self.pages:
            raise LdContextNotAvailable(
                "this @context cannot be had: status 404", field="@context", value=url
            )
        return self.pages[url]


@dataclass
class Api:
    """Shorthand for calls below ``/ngsi-ld/v1`` as somebody who may read and write."""

    client: AsyncClient
    door: House
    web: Web
    context: Database
    bus: MemoryBus
    broker: Broker

    async def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        status: int | None = None,
        ld: bool = False,
        **headers: str,
    ) -> Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            sent.setdefault("content-type", "application/ld+json" if ld else "application/json")
        if isinstance(body, bytes):
            answer = await self.client.request(method, V1 + path, content=body, headers=sent)
        else:
            answer = await self.client.request(method, V1 + path, json=body, headers=sent)
        if status is not None:
            assert answer.status_code == status, (method, path, answer.status_code, answer.text)
        return answer

    async def get(self, path: str, **headers: str) -> Any:
        return (await self("GET", path, status=200, **headers)).json()

    async def create(self, entity: dict[str, Any], **more: Any) -> None:
        await self("POST", "/entities", entity, status=201, **more)

    async def refused(
        self, kind: str, status: int, method: str, path: str, body: Any = None, **more: Any
    ) -> dict[str, Any]:
        """The problem document, of which the type, the status and the media type are checked."""
        answer = await self(method, path, body, **more)
        assert answer.status_code == status, (answer.status_code, answer.text)
        told: dict[str, Any] = answer.json()
        assert told["type"] == f"https://uri.etsi.org/ngsi-ld/errors/{kind}", told
        assert told["title"]
        assert answer.headers["content-type"] == "application/json"
        return told


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    laid_out(tmp_path)
    bus, web = MemoryBus(MemoryLog()), Web({CARS_URL: _json(CARS)})
    context = Database(tmp_path / "context.db", durable=False, name="context")
    broker = Broker.of(context, WallClock(), fetch=web, notifiable=frozenset({"127.0.0.1"}))
    async with AsyncExitStack() as stack:
        door = await stack.enter_async_context(house(tmp_path, bus, ngsi=broker))
        client = await stack.enter_async_context(door.program("read", "ingest"))
        yield Api(client, door, web, context, bus, broker)
        await broker.close()
        context.close()


class _Plain:
    @staticmethod
    def compress(data: bytes) -> bytes:
        return data

    decompress = compress


@pytest.fixture
def plain_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents lie as text on the disk: for tests that look for words in its files."""
    monkeypatch.setattr(document, "block", _Plain)


def _json(value: Any) -> bytes:
    import json

    return json.dumps(value).encode()


def car(number: int | str = 1, **more: Any) -> dict[str, Any]:
    """A vehicle, normalised."""
    return {
        "id": f"urn:ngsi-ld:Vehicle:{number}",
        "type": "Vehicle",
        "speed": {"type": "Property", "value": 50, "unitCode": "KMH", "observedAt": "2026-11-22T10:00:00Z"},
        "isParked": {"type": "Relationship", "object": "urn:ngsi-ld:Parking:1"},
        "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [10.75, 59.91]}},
        **more,
    }
