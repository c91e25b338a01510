"""A clock that stands still until told, findings, and the stage over a file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from tests.db.shape import shaped

from tocsin.alerts import service
from tocsin.alerts.intake import Intake, Tally
from tocsin.alerts.rules import Rules, read_rules
from tocsin.alerts.stage import Alerts
from tocsin.alerts.tick import is_due, tick
from tocsin.alerts.tidy import tidy
from tocsin.bus.codec import decode, encode
from tocsin.bus.memory import MemoryBus, MemoryLog
from tocsin.db import Connection, Database
from tocsin.kernel.decisions import Alert, AlertEvent
from tocsin.kernel.events import Finding, Phase
from tocsin.kernel.ports import Outgoing

T0 = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)
RULES = read_rules()


class Hand:
    """The realm's clock, moved by hand."""

    def __init__(self) -> None:
        self.time = T0

    def now(self) -> datetime:
        return self.time

    def after(self, **passed: float) -> datetime:
        self.time += timedelta(**passed)
        return self.time


def finding(
    of: str = "f1", version: int = 1, phase: str = "started", entity: str | None = "SQ-D4", **given: Any
) -> Finding:
    values: dict[str, Any] = {
        "id": of,
        "version": version,
        "tool": "crowd",
        "tool_version": "1.0",
        "kind": "crowd.surge",
        "phase": Phase(phase),
        "entities": () if entity is None else (f"urn:ngsi-ld:CrowdFlowObserved:{entity}",),
        "onset": T0,
        "observed_at": T0,
        "headline": "Crowd surge",
        "words": "More people than there is room for.",
        "score": 4.2,
        "score_means": "people per m2",
        "severity": "high",
        "fault_probability": 0.05,
        "evidence": (),
    }
    return Finding(**(values | given))


class Desk:
    """The alerts of one file, without a stage: findings in, actions, questions."""

    def __init__(self, path: Path) -> None:
        self.clock, self.path = Hand(), path
        self.db = Database(path, durable=False, wait_s=0.1)
        shaped(self.db)
        self.rules: Rules = RULES

    def take(self, *findings: Finding) -> Tally:
        def apply(conn: Connection) -> Tally:
            intake = Intake(conn, self.rules, self.clock.now())
            intake.take([tidy(f) for f in findings])
            intake.finish()
            return intake.tally

        return self.db.write_now(apply)

    def tick(self) -> int:
        due = self.db.read_now(lambda c: is_due(c, self.rules, self.clock.now()))
        moved = self.db.write_now(lambda c: tick(c, self.rules, self.clock.now()))
        assert due or moved == 0, "a tick must not do what is not due"
        return moved

    def get(self, alert: str = "AL-0001") -> Alert:
        return self.db.read_now(lambda c: service.get(c, alert))

    def act(self, action: str, alert: str = "AL-0001", by: str = "kim", **given: Any) -> Alert:
        now = self.clock.now()
        return self.db.write_now(lambda c: service.act(c, alert, action, by=by, at=now, **given))

    def list(self, **asked: Any) -> list[Alert]:
        return list(self.db.read_now(lambda c: service.find(c, seat=None, **asked))[0])

    def ids(self, **asked: Any) -> list[str]:
        return [a.id for a in self.list(**asked)]

    def events(self, alert: str = "AL-0001") -> list[AlertEvent]:
        return list(self.db.read_now(lambda c: service.events(c, alert, limit=500))[0])

    def acts(self, alert: str = "AL-0001") -> list[str]:
        return [e.act for e in self.events(alert)]

    def outbox(self) -> list[AlertEvent]:
        rows = self.db.read_now(
            lambda c: c.execute(text("SELECT data FROM outbox ORDER BY id")).scalars().all()
        )
        return [decode(row, AlertEvent) for row in rows]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "ops.db")
    yield made
    made.db.close()


class Room(Desk):
    """The stage itself, on a bus."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.bus = MemoryBus(MemoryLog())

    async def publish(self, *findings: Finding) -> int:
        outs = [Outgoing(f"finding.{f.tool}", encode(f)) for f in findings]
        return (await self.bus.publish_many(outs))[-1]

    @asynccontextmanager
    async def running(self, tick_s: float = 0.02) -> AsyncIterator[Alerts]:
        stage = Alerts(self.bus, self.db, self.clock, tick_s=tick_s)
        task = asyncio.create_task(stage.run())
        try:
            yield stage
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path / "ops.db")
    yield made
    made.db.close()


@pytest.fixture
def until() -> Callable[[Callable[[], bool]], Any]:
    async def wait(condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not condition():  # noqa: ASYNC110
                await asyncio.sleep(0.005)

    return wait


@pytest.fixture
def make() -> Callable[..., Finding]:
    return finding
