"""Every decision and every look at the record leaves a row, in the same transaction, by whom and why."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import text
from tests.api.house import House, point
from tests.api.test_decisions import city, raise_alert

from tocsin.api import commands
from tocsin.audit import service
from tocsin.audit.examine import examine
from tocsin.audit.repository import stored
from tocsin.audit.service import Found
from tocsin.identity import policy
from tocsin.identity.sessions import Session
from tocsin.kernel.errors import Unavailable
from tocsin.lake.records import QuarantineItem

ORIGIN = {"reason": "monthly review"}


async def rows(door: House, **which: Any) -> list[Found]:
    """Oldest first."""
    found, _ = await door.services.ops.read(lambda conn: service.find(conn, limit=500, **which))
    return list(reversed(found))


@pytest.fixture
def overseeing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever signs in is the ethics officer."""
    monkeypatch.setattr(Session, "subject", lambda self: policy.person(self.person, ["ethics officer"]))


async def test_decisions_are_recorded_with_person_object_and_reason(door: House) -> None:
    async with city(door) as (client, screen):
        first = await raise_alert(door, screen, 1)
        second = await raise_alert(door, screen, 2)
        path = f"/api/v1/alerts/{first['id']}"
        await client.post(f"{path}/acknowledge")
        assert (await client.post(f"{path}/reject", json={})).status_code == 422, "refused, so not recorded"
        await client.post(f"{path}/reject", json={"reason": "a parade"})
        made = (await client.post("/api/v1/incidents", json={"title": "x", "alerts": [second["id"]]})).json()
        at = f"/api/v1/incidents/{made['id']}"
        await client.post(f"{at}/notes", json={"words": "not for the record of actions"})
        await client.post(f"{at}/alerts", json={"alerts": [first["id"]]})
        await client.delete(f"{at}/alerts/{first['id']}")
        await client.post(f"{at}/close", json={"outcome": "handled", "words": "gone home"})
        await client.post(f"{at}/reopen", json={"reason": "back again"})
    found = [one.entry for one in await rows(door, person="operator") if "session" not in one.entry.action]
    told = [(e.action, e.object_kind, e.object_id, e.reason) for e in found]
    assert told == [
        ("alert.acknowledge", "alert", first["id"], ""),
        ("alert.reject", "alert", first["id"], "a parade"),
        ("incident.open", "incident", made["id"], ""),
        ("incident.note", "incident", made["id"], ""),
        ("incident.add_alert", "incident", made["id"], ""),
        ("incident.remove_alert", "incident", made["id"], ""),
        ("incident.close", "incident", made["id"], "gone home"),
        ("incident.reopen", "incident", made["id"], "back again"),
    ]
    assert found[0].capacity == "administrator, operator"
    assert found[2].detail == {"alerts": second["id"]}


async def test_no_record_no_decision(door: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async with city(door) as (client, screen):
        alert = await raise_alert(door, screen)
        path = f"/api/v1/alerts/{alert['id']}"

        def full(*_: object) -> None:
            raise Unavailable("no room for the record", cure="make room")

        with monkeypatch.context() as broken:
            broken.setattr(service, "record", full)
            assert (await client.post(f"{path}/acknowledge")).status_code == 503
        assert (await client.get(path)).json()["state"] == "new"
        assert (await client.post(f"{path}/acknowledge")).status_code == 200


async def test_a_token_decides_under_its_name_and_number(door: House) -> None:
    async with city(door) as (_, screen), door.program("act") as program:
        alert = await raise_alert(door, screen)
        assert (await program.post(f"/api/v1/alerts/{alert['id']}/acknowledge")).status_code == 200
    made = (await rows(door, action="token.create"))[0].entry
    acted = (await rows(door, action="alert"))[0].entry
    assert (acted.person, acted.capacity) == ("token:test", f"token:{made.object_id}")
    assert made.detail == {"name": "test", "scopes": "act"}


async def test_doors_and_keys_are_recorded_and_no_secret_is(door: House) -> None:
    async with door.client() as stranger:
        wrong = {"user": "typed in the wrong box", "password": "hunter2hunter2"}
        assert (await stranger.post("/api/v1/session", json=wrong)).status_code == 401
    async with door.signed_in() as client:
        token = (await client.post("/api/v1/tokens", json={"name": "t", "scopes": ["read"]})).json()
        await client.delete(f"/api/v1/tokens/{token['item']['id']}")
        device = (await client.post("/api/v1/devices", json={"id": "K-05"})).json()
        await client.delete("/api/v1/devices/K-05")
        await client.delete("/api/v1/devices/K-05")
        await client.delete("/api/v1/session")
    found = [one.entry for one in await rows(door)]
    assert [(e.action, e.person, e.outcome) for e in found] == [
        ("person.create", "first start", "done"),
        ("role.grant", "first start", "done"),
        ("role.grant", "first start", "done"),
        ("session.open", "", "refused"),
        ("session.open", "operator", "done"),
        ("token.create", "operator", "done"),
        ("token.revoke", "operator", "done"),
        ("device.add", "operator", "done"),
        ("device.remove", "operator", "done"),
        ("session.close", "operator", "done"),
    ]
    assert found[3].detail == {"address": "127.0.0.1", "failures": "1"}
    kept = await door.services.ops.read(lambda conn: repr(conn.execute(text("SELECT * FROM audit")).all()))
    for secret in (door.password, "hunter2", "wrong box", token["token"], device["password"]):
        assert secret not in kept


@pytest.mark.usefixtures("overseeing")
async def test_the_record_is_read_with_a_reason_and_that_is_recorded(door: House) -> None:
    async with officer(door) as client:
        for query in ({}, {"reason": "x"}):
            assert (await client.get("/api/v1/audit", params=query)).status_code == 422
        asked = {"reason": "complaint 17", "action": "session", "person": "operator"}
        page = (await client.get("/api/v1/audit", params=asked)).json()
        assert [(i["action"], i["person"]) for i in page["items"]] == [("session.open", "operator")]
        assert page["next"] is None
        await client.get("/api/v1/audit", params={"reason": "once more"})
        again = (await client.get("/api/v1/audit", params={"reason": "who looked", "action": "audit"})).json()
        assert [(i["action"], i["purpose"], i["reason"]) for i in again["items"]] == [
            ("audit.read", "oversight", "once more"),
            ("audit.read", "oversight", "complaint 17"),
        ]
        assert again["items"][1]["detail"] == {"person": "operator", "action": "session"}
        assert again["items"][1]["capacity"] == "ethics officer"


@pytest.mark.usefixtures("overseeing")
async def test_the_record_page_by_page(door: House) -> None:
    async with officer(door) as client:
        for _ in range(5):
            await door.token("read")
        seen: list[int] = []
        query = {"reason": "review", "limit": "2", "action": "token"}
        while True:
            page = (await client.get("/api/v1/audit", params=query)).json()
            seen += [item["seq"] for item in page["items"]]
            if page["next"] is None:
                break
            query["after"] = page["next"]
        assert len(seen) == 5
        assert seen == sorted(seen, reverse=True)
        bad = await client.get("/api/v1/audit", params={**query, "after": "nonsense"})
        assert bad.status_code == 422


@contextlib.asynccontextmanager
async def officer(door: House) -> AsyncIterator[AsyncClient]:
    async with door.signed_in() as client:
        yield client


async def test_nobody_else_reads_the_record(door: House) -> None:
    async with door.client() as stranger:
        assert (await stranger.get("/api/v1/audit", params=ORIGIN)).status_code == 401
    async with door.signed_in() as client:
        assert (await client.get("/api/v1/audit", params=ORIGIN)).status_code == 403
    async with door.program("read", "ingest", "act") as program:
        assert (await program.get("/api/v1/audit", params=ORIGIN)).status_code == 403
    assert await rows(door, action="audit") == []


async def test_quarantine_decisions_are_recorded(door: House) -> None:
    door.lake.items.append(
        QuarantineItem("q1", "http", None, "json", "r", None, None, "", 0, point(1).observed_at, "open")
    )
    async with door.signed_in() as client:
        assert (await client.post("/api/v1/quarantine/q1/retry")).status_code == 202
        assert (await client.post("/api/v1/quarantine/q1/discard")).status_code == 204
        assert (await client.post("/api/v1/quarantine/none/discard")).status_code == 404
    found = [one.entry for one in await rows(door, action="quarantine")]
    assert [(e.action, e.object_id, e.person) for e in found] == [
        ("quarantine.retry", "q1", "operator"),
        ("quarantine.discard", "q1", "operator"),
    ]


async def test_what_the_door_records_is_a_chain(door: House) -> None:
    async with city(door) as (client, screen):
        alert = await raise_alert(door, screen)
        await client.post(f"/api/v1/alerts/{alert['id']}/acknowledge")
    report = await door.services.ops.read(lambda conn: examine([row for row, _ in stored(conn)]))
    assert report.whole
    assert report.rows >= 3


def unnamed(source: str) -> list[int]:
    """Lines on which a decision is made that does not say what it is."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [
        call.lineno
        for call in calls
        if isinstance(call.func, ast.Name)
        and call.func.id == "decide"
        and "action" not in {word.arg for word in call.keywords}
    ]


def test_every_decision_has_a_name() -> None:
    files = sorted(Path(commands.__file__).parent.glob("*.py"))
    assert sum("decide(" in file.read_text() for file in files) > 1
    assert {file.name: lines for file in files if (lines := unnamed(file.read_text()))} == {}


def test_a_decision_without_a_name_is_caught() -> None:
    assert unnamed("async def f():\n    await decide(ask, caller, command)\n") == [2]
