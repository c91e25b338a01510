"""Schemathesis over the whole OpenAPI document, in memory: no defect, no answer beside its schema, no leak.

Every endpoint is called by several callers with what its schema allows and with what it does not; half of
all ids are of things that exist. Room B's things carry a canary each; no answer to anybody who sits in room
A may hold one. Derandomised: the same calls each time.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import msgspec
import pytest
import schemathesis
import schemathesis.errors
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core import NOT_SET
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode
from tests.api.door import alert as made_alert
from tests.api.door import at, finding, urn
from tests.api.house import House, house
from tests.notify.desk import content, issuer, text

from tocsin.alerts import repository as alerts
from tocsin.alerts import service as alert_service
from tocsin.alerts.episodes import Memory
from tocsin.api.app import skeleton
from tocsin.api.openapi import document
from tocsin.bus.memory import MemoryBus
from tocsin.db import Connection
from tocsin.identity.sealing import Seal
from tocsin.incidents import service as incidents
from tocsin.kernel.decisions import Alert, AlertEvent
from tocsin.kernel.events import Place
from tocsin.kernel.sharing import Level, Sharing
from tocsin.lake.history import History
from tocsin.lake.reader import LakeReader
from tocsin.notify.delivery.desk import NotifyDesk
from tocsin.notify.warnings import service as warnings

#: it takes its time: a call of each endpoint in many ways, by each of five callers
pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]

CANARY = "cny5eed5eed5eed"
CALLERS = ("stranger", "read token", "operator", "ethics officer", "administrator")
#: endless, or the end of the session that asks
SPARED = {"live", "sign_out", "revoke_session", "take_seat"}
EXAMPLES = 2
#: this house has no vault, counts, record's desk or advisors and says so; tables of their own try these
APART = ("evidence", "privacy", "audit", "lake", "analytics", "what-if", "plans")
KNOWN = st.sampled_from(
    [
        "AL-0001",
        "AL-0002",
        "INC-001",
        "INC-002",
        "W-0001",
        "W-0002",
        "PR-0001",
        "police",
        "it",
        "kim",
        "crowd",
        urn("SQ-D4"),
    ]
)


def without_pairs(shape: Any) -> Any:
    """The document, but for what an array of a fixed length holds: Schemathesis 4 reads that as draft 4."""
    if isinstance(shape, dict):
        dropped = ("prefixItems", "items") if "prefixItems" in shape else ()
        return {name: without_pairs(one) for name, one in shape.items() if name not in dropped}
    return [without_pairs(one) for one in shape] if isinstance(shape, list) else shape


@schemathesis.serializer("application/toml")
def _toml(_ctx: Any, value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


load_all_checks()
CHECKED = CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_schema_conformance",
    ]
)
schema = schemathesis.openapi.from_dict(without_pairs(document(skeleton())))


def planted(number: int, words: str, sharing: Sharing) -> Alert:
    return msgspec.structs.replace(
        made_alert(number),
        headline=f"Crowd surge {words}",
        words=f"What only they may read: {words}",
        entities=(urn(f"cell-{words}"),),
        place=Place(24.9, 60.1, 10.0, f"corner {words}"),
        finding=finding(number, headline=f"Crowd surge {words}", entities=(urn(f"cell-{words}"),)),
        sharing=sharing,
    )


def plant(conn: Connection) -> None:
    """An alert and an incident of each room: 1 of room A (police), 2 of room B (it) alone, with canaries."""
    for number, room, words in ((1, "police", "open words"), (2, "it", CANARY)):
        alert = planted(number, words, Sharing(room, Level.OWN))
        row = alerts.Row(number, alert, Memory((), ()))
        alerts.save(conn, [row], [AlertEvent("raised", "alerts", at(0), alert)])
        opened = incidents.open_(
            conn, f"Matter {words}", [alert], f"{room}-operator", at(1), Sharing(room, Level.OWN)
        )
        alert_service.join(conn, alert.id, opened.id, f"{room}-operator", at(1))
        incidents.note(conn, opened.id, f"A note of {words}", f"{room}-operator", at(2))
        warnings.compose(
            conn,
            content(texts=(text(headline=f"Leave the square {words}"),)),
            f"{room}-operator",
            at(3),
            issuer=issuer(),
            sharing=Sharing(room, Level.OWN),
            incident=opened.id,
        )


class World:
    """A door with two rooms, and one caller of room A."""

    def __init__(self, folder: Path, runner: asyncio.Runner, caller: str) -> None:
        self.runner, self.caller, self.folder = runner, caller, folder
        self.calls: Counter[int] = Counter()
        self.stack = contextlib.AsyncExitStack()
        runner.run(self._open())

    async def _open(self) -> None:
        async def resend(_batch: Any) -> None: ...

        history = History(self.folder / "lake")
        lake = LakeReader(self.folder, history, resend=resend)
        self.stack.callback(history.close)
        self.stack.callback(lake.close)
        desk = NotifyDesk(Seal(self.folder), ("webhook", "email", "push"), "KEY")
        made = house(self.folder, MemoryBus(), lake=lake, notify=desk, issuer=issuer())
        door = await self.stack.enter_async_context(made)
        self.door = door
        known = door.services.identity
        for room in ("police", "it"):
            await known.organisations.add(room, room.title(), by="test")
        await door.services.ops.write(plant)
        self.client = await self.stack.enter_async_context(door.client())
        self.headers = await self._sign_in(door)

    async def _sign_in(self, door: House) -> dict[str, str]:
        known = door.services.identity
        if self.caller == "stranger":
            return {}
        if self.caller == "read token":
            secret, _ = await known.tokens.create("A", ("read",), by="test", organisation="police")
            return {"Authorization": f"Bearer {secret}"}
        name = "kim"
        password = await asyncio.to_thread(known.people.add_now, name, "police", self.caller, by="test")
        answer = await self.client.post("/api/v1/session", json={"user": name, "password": password})
        assert answer.status_code == 200, answer.text
        return {"X-CSRF-Token": answer.json()["csrf"]}

    def call(self, case: Any) -> httpx.Response:
        path = case.path
        for name, value in (case.path_parameters or {}).items():
            path = path.replace("{" + name + "}", quote(str(value), safe=""))
        more: dict[str, Any] = {}
        if case.body is not NOT_SET:
            raw = case.body
            more["content"] = raw if isinstance(raw, bytes) else json.dumps(raw)
            more["headers"] = {"Content-Type": case.media_type or "application/json"}
        headers = self.headers | more.pop("headers", {})
        request = self.client.build_request(
            case.method, path, params=case.query or None, headers=headers, **more
        )
        return self.runner.run(self.client.send(request))

    def close(self) -> None:
        self.runner.run(self.stack.aclose())


@pytest.fixture(params=CALLERS)
def world(request: pytest.FixtureRequest, folder: Path) -> Iterator[World]:
    with asyncio.Runner() as runner:
        made = World(folder, runner, request.param)
        try:
            yield made
        finally:
            made.close()


def generated(operation: Any, mode: GenerationMode) -> list[Any]:
    """A few calls of one endpoint, the same each time; half of those to one thing name one that exists."""
    found: list[Any] = []

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), known=KNOWN, swap=st.booleans())
    def collect(case: Any, known: str, swap: bool) -> None:
        if swap and case.path_parameters:
            case.path_parameters = dict.fromkeys(case.path_parameters, known)
        found.append(case)

    # some endpoints take nothing that could be wrong
    with contextlib.suppress(Unsatisfiable):
        collect()
    return found


@pytest.fixture(scope="module")
def cases() -> list[Any]:
    operations = [result.ok() for result in schema.get_all_operations()]
    return [
        case
        for operation in operations
        if operation.definition.raw["operationId"] not in SPARED
        for mode in GenerationMode
        for case in generated(operation, mode)
    ]


def test_no_defect_no_answer_beside_its_schema_no_leak(world: World, cases: list[Any]) -> None:
    wrong: list[str] = []
    for case in cases:
        answer = world.call(case)
        world.calls[answer.status_code // 100] += 1
        sent = f"{case.method} {answer.request.url} {case.body!r:.200}"
        told = f"{sent} -> {answer.status_code} {answer.text[:300]}"
        if answer.status_code == 503 and any(part in case.path for part in APART):
            continue
        if answer.status_code >= 500:
            wrong.append(f"defect: {told}")
        if CANARY.encode() in answer.content:
            wrong.append(f"leak: {told}")
        try:
            case.validate_response(answer, checks=CHECKED)
        except FailureGroup as group:
            wrong += [f"{failure.title}: {failure.message[:300]}: {told}" for failure in group.exceptions]
        except schemathesis.errors.SchemathesisError as error:
            wrong.append(f"{error!s:.300}: {told}")
    assert not wrong, "\n".join([f"{len(wrong)} for the {world.caller}", *wrong[:20]])
    assert len(cases) > 200
    # whoever may look has looked: the calls were not all refused
    assert world.calls[2] > (0 if world.caller == "stranger" else 30)


def test_the_gate_bites(world: World) -> None:
    """The canaries are there to be found by whoever sits in room B."""
    found = world.runner.run(world.door.services.ops.read(lambda conn: incidents.get(conn, "INC-002")))
    assert CANARY in found.title
    seen = world.call(schema["/api/v1/alerts/{id}"]["GET"].Case(path_parameters={"id": "AL-0002"}))
    assert seen.status_code in (401, 403)
    mine = world.call(schema["/api/v1/alerts/{id}"]["GET"].Case(path_parameters={"id": "AL-0001"}))
    assert mine.status_code == (401 if world.caller == "stranger" else 200), mine.text
