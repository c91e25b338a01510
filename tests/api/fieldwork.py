"""Tasks in the field for tests: one incident of the police, a procedure with steps for responders."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from httpx import AsyncClient, Response
from msgspec.structs import replace
from tests.api.door import alert, urn
from tests.api.house import House, house
from tests.api.rooms import at_seat, furnish
from tests.incidents.plans import decision, procedure, step

from tocsin.alerts import repository as alerts
from tocsin.alerts.episodes import Memory
from tocsin.audit import service as audit
from tocsin.bus.memory import MemoryBus
from tocsin.db import Connection
from tocsin.evidence.intake import MB, Intake, Limits
from tocsin.evidence.vault import Vault
from tocsin.incidents import service, task_service
from tocsin.kernel.decisions import Incident
from tocsin.kernel.sharing import Sharing

API = "/api/v1"
RESPONDER = "field responder"
SMALL = Limits(picture_bytes=MB, file_bytes=2 * MB, quota_bytes=4 * MB, pixels=1_000_000, silence_s=1.0)
PLAN = procedure(
    step("exit", role=RESPONDER, title="Open exit 3", checklist=("both leaves outwards", "locked open")),
    step("gas", role=RESPONDER, title="Is there gas?", decision=decision(yes=("away",), no=("stay",))),
    step("away", role=RESPONDER),
    step("stay", role=RESPONDER),
    step("after", "exit", title="Count"),
)
_keys = itertools.count(1)


def key() -> str:
    return f"key-of-an-answer-{next(_keys):04}"


class Hand:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 21, 16, 42, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def on(self, **span: float) -> None:
        self.at += timedelta(**span)


@dataclass
class Field:
    door: House
    clock: Hand
    vault: Vault
    incident: str = "INC-001"
    #: who answers in this test
    hands: list[AsyncClient] = field(default_factory=list)

    def path(self, task: str, rest: str) -> str:
        return f"{API}/field/tasks/{self.incident}/p.{task}/{rest}"

    async def mine(self, client: AsyncClient) -> dict[str, dict[str, Any]]:
        found = await client.get(f"{API}/field/tasks")
        assert found.status_code == 200, found.text
        return {item["task"].removeprefix("p."): item for item in found.json()["items"]}

    async def say(self, client: AsyncClient, task: str, act: str, **more: Any) -> Response:
        given = {"key": key(), "act": act, "said_at": self.clock.at.isoformat(), **more}
        return await client.post(self.path(task, "answers"), json=given)

    async def stored(self) -> Incident:
        return await self.door.services.ops.read(lambda conn: service.get(conn, self.incident))

    async def recorded(self, action: str) -> list[tuple[str, str, str]]:
        found, _ = await self.door.services.ops.read(lambda conn: audit.find(conn, action=action))
        return [(f.entry.action, f.entry.person, f.entry.outcome) for f in reversed(found)]

    @asynccontextmanager
    async def seat(self, room: str, *roles: str) -> AsyncIterator[AsyncClient]:
        async with at_seat(self.door, room, *roles) as client:
            yield client


def begun(conn: Connection, sharing: Sharing, at: datetime) -> None:
    for number in (1, 2):
        made = replace(alert(number), entities=(urn(f"E{number}"),), sharing=sharing)
        alerts.save(conn, [alerts.Row(number, made, Memory((), ()))], [])
    opened = service.open_(conn, "Crowd at exit 3", [made], "kim", at, sharing)
    task_service.start(conn, opened.id, PLAN, "kim", at)


@asynccontextmanager
async def fieldwork(folder: Path, bus: MemoryBus, sharing: Sharing) -> AsyncIterator[Field]:
    vault, clock = Vault(folder), Hand()
    vault.prepare()
    async with house(folder, bus, evidence=Intake(vault, SMALL), clock=clock) as door:
        await furnish(door)
        await door.services.ops.write(lambda conn: begun(conn, sharing, clock.at))
        yield Field(door, clock, vault)
