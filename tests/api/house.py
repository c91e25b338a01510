"""The whole door for a test: real app, real databases in a folder, memory bus, lake and gate as lists."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from httpx import ASGITransport, AsyncClient
from starlette.types import ASGIApp
from tests.api.door import at
from tests.db.shape import shaped

from tocsin.api.app import build
from tocsin.api.board import Board
from tocsin.api.decisions import StoredDecisions
from tocsin.api.live import LiveHub
from tocsin.api.services import Services
from tocsin.audit.desk import Desk
from tocsin.bus.memory import MemoryBus
from tocsin.context.reader import ContextReader
from tocsin.db import Database
from tocsin.identity.identity import Identity
from tocsin.identity.passwords import Passwords
from tocsin.ingest.http import HttpIntake
from tocsin.ingest.mappings import Mappings
from tocsin.kernel.clock import WallClock
from tocsin.kernel.errors import NotFound
from tocsin.kernel.state import EntityState
from tocsin.lake.past import packed
from tocsin.lake.records import CityThen, HistoryCount, HistoryPoint, QuarantineItem, SeriesPoint

ORIGIN = "http://127.0.0.1:8480"


@dataclass
class Gate:
    inside: dict[str, str] = field(default_factory=dict)
    broken: bool = False

    async def add(self, device: str) -> str:
        if self.broken:
            raise RuntimeError("no gate")
        self.inside[device] = f"password of {device}"
        return self.inside[device]

    async def remove(self, device: str) -> None:
        del self.inside[device]


@dataclass
class House:
    app: ASGIApp
    services: Services
    bus: MemoryBus
    gate: Gate
    password: str
    lake: Any
    context: Database

    async def token(self, *scopes: str, name: str = "test") -> dict[str, str]:
        secret, _ = await self.services.identity.tokens.create(name, scopes, by="test")
        return {"Authorization": f"Bearer {secret}"}

    def client(self, **more: Any) -> AsyncClient:
        transport = ASGITransport(self.app, raise_app_exceptions=False)
        return AsyncClient(transport=transport, base_url=ORIGIN, **more)

    @contextlib.asynccontextmanager
    async def signed_in(self) -> AsyncIterator[AsyncClient]:
        """A person at the console: cookie and CSRF token."""
        async with self.client() as client:
            answer = await client.post(
                "/api/v1/session", json={"user": "operator", "password": self.password}
            )
            assert answer.status_code == 200, answer.text
            client.headers["X-CSRF-Token"] = answer.json()["csrf"]
            yield client

    @contextlib.asynccontextmanager
    async def program(self, *scopes: str, name: str = "test") -> AsyncIterator[AsyncClient]:
        async with self.client(headers=await self.token(*scopes, name=name)) as client:
            yield client


@dataclass
class Lake:
    """History as a list, newest last, behind the lake's own interface."""

    points: list[HistoryPoint] = field(default_factory=list)
    items: list[QuarantineItem] = field(default_factory=list)
    done: list[tuple[str, str, str]] = field(default_factory=list)
    #: the city as it was, whenever it is asked for, and when its readings were taken in
    states: list[EntityState] = field(default_factory=list)
    span: tuple[datetime, datetime] | None = None
    asked: list[tuple[datetime, float]] = field(default_factory=list)

    async def history(
        self, *, limit: int, before: tuple[Any, str] | None, **_which: Any
    ) -> Sequence[HistoryPoint]:
        held = [p for p in self.points if before is None or (p.observed_at, p.observation) < before]
        return held[-limit:]

    async def series(self, **_which: Any) -> Sequence[SeriesPoint]:
        return []

    async def city(self, *, at: datetime, staleness_s: float) -> CityThen:
        self.asked.append((at, staleness_s))
        return packed(self.states, self.span)

    async def count(self, source: str | None) -> HistoryCount:
        return HistoryCount(len(self.points), len(self.items), 0)

    async def quarantine(self, **_which: Any) -> tuple[Sequence[QuarantineItem], str | None]:
        return self.items, None

    async def payload(self, item: str) -> str:
        self._must_exist(item)
        return next(one.payload for one in self.items if one.id == item)

    async def retry(self, item: str, by: str) -> None:
        self._must_exist(item)
        self.done.append(("retry", item, by))

    async def discard(self, item: str, by: str) -> None:
        self._must_exist(item)
        self.done.append(("discard", item, by))

    def _must_exist(self, item: str) -> None:
        if item not in {one.id for one in self.items}:
            raise NotFound("no such item", field="id", value=item)


def point(number: int) -> HistoryPoint:
    return HistoryPoint(at(number), float(number), "C62", 1.0, f"o{number:05}")


@contextlib.asynccontextmanager
async def house(folder: Path, bus: MemoryBus, **more: Any) -> AsyncIterator[House]:
    ops = Database(folder / "ops.db", durable=False, name="ops")
    context = Database(folder / "context.db", durable=False, name="context")
    shaped(ops)
    shaped(context)
    clock = WallClock()
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    identity = Identity(ops, longest=timedelta(hours=24), passwords=Passwords(quick), state=folder)
    first = identity.people.first_account()
    assert first is not None
    live = LiveHub(bus, ContextReader(context), StoredDecisions(ops), clock)
    board = Board(bus, clock, live, realm="live", version="0", mqtt=("127.0.0.1", 1883))
    live.show(board)
    gate, lake = Gate(), Lake()
    services = Services(
        **{
            "realm": "live",
            "version": "0",
            "clock": clock,
            "bus": bus,
            "ops": ops,
            "identity": identity,
            "context": ContextReader(context),
            "lake": lake,
            "intake": HttpIntake(bus, clock, Mappings(folder / "mappings")),
            "gate": gate,
            "live": live,
            "board": board,
            "mqtt": ("127.0.0.1", 1883),
            "record": Desk(ops, folder),
            **more,
        }
    )
    try:
        yield House(build(services), services, bus, gate, first[1], lake, context)
    finally:
        ops.close()
        context.close()
