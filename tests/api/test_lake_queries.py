"""Queries under a name: one's own and the room's, who may change them, what is recorded, what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import text
from tests.api.house import House
from tests.api.rooms import at_seat, furnish, program

from tocsin.lake.saved import service

QUERIES = "/api/v1/lake/queries"
SQL = "SELECT day,\n\tavg(value)\nFROM observations\nGROUP BY day -- per day"


async def keeps(client: AsyncClient, name: str, **more: Any) -> dict[str, Any]:
    answer = await client.post(QUERIES, json={"name": name, "sql": SQL, **more})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def names(client: AsyncClient) -> list[str]:
    answer = await client.get(QUERIES)
    assert answer.status_code == 200, answer.text
    return [one["name"] for one in answer.json()["items"]]


def change(saved: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {k: saved[k] for k in ("name", "sql", "view", "shared", "version")} | more


async def test_kept_opened_renamed_shared_and_deleted(door: House) -> None:
    await furnish(door)
    async with (
        at_seat(door, "police", "analyst") as eva,
        at_seat(door, "police", "planner") as gro,
        at_seat(door, "it", "analyst") as ida,
    ):
        made = await keeps(eva, "Crowd by day", view="chart")
        assert (made["version"], made["mine"], made["shared"], made["view"]) == (1, True, False, "chart")
        assert made["sql"] == SQL, "line ends and tabs stay"
        assert await names(eva) == ["Crowd by day"]
        assert await names(gro) == []
        assert (await gro.get(f"{QUERIES}/{made['id']}")).status_code == 404
        shared = await eva.put(f"{QUERIES}/{made['id']}", json=change(made, shared=True, name="Crowd"))
        assert (shared.json()["name"], shared.json()["version"]) == ("Crowd", 2)
        seen = (await gro.get(f"{QUERIES}/{made['id']}")).json()
        assert (seen["name"], seen["mine"], seen["owner"]) == ("Crowd", False, "police-analyst")
        # another room sees nothing of it
        assert await names(ida) == []
        assert (await ida.get(f"{QUERIES}/{made['id']}")).status_code == 404
        # who may open it may not change it; a copy under the same name is their own
        for answer in (
            await gro.put(f"{QUERIES}/{made['id']}", json=change(seen, sql="SELECT 1")),
            await gro.delete(f"{QUERIES}/{made['id']}"),
        ):
            assert (answer.status_code, "police-analyst" in answer.json()["detail"]) == (403, True)
        await keeps(gro, "Crowd")
        assert await names(gro) == ["Crowd", "Crowd"]
        assert (await eva.delete(f"{QUERIES}/{made['id']}")).status_code == 204
        assert (await eva.delete(f"{QUERIES}/{made['id']}")).status_code == 404
        assert await names(gro) == ["Crowd"]


async def test_a_name_is_once_an_owners_whatever_its_case(door: House) -> None:
    await furnish(door)
    async with at_seat(door, "police", "analyst") as eva:
        first, second = await keeps(eva, "Noise at night"), await keeps(eva, "Other")
        for answer in (
            await eva.post(QUERIES, json={"name": " NOISE  at night ", "sql": "SELECT 1"}),
            await eva.put(f"{QUERIES}/{second['id']}", json=change(second, name="noise at NIGHT")),
        ):
            assert (answer.status_code, answer.json()["field"]) == (409, "name")
        kept = await eva.put(f"{QUERIES}/{first['id']}", json=change(first, name="Noise at Night"))
        assert kept.status_code == 200, "its own name in other letters is no other's"
        stale = await eva.put(f"{QUERIES}/{first['id']}", json=change(first, sql="SELECT 2"))
        assert (stale.status_code, stale.json()["field"]) == (409, "version")


async def test_there_is_an_end_to_it(door: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST", 2)
    await furnish(door)
    async with at_seat(door, "police", "analyst") as eva:
        await keeps(eva, "1")
        await keeps(eva, "2")
        answer = await eva.post(QUERIES, json={"name": "3", "sql": "SELECT 3"})
        assert (answer.status_code, "delete" in answer.json()["cure"]) == (409, True)


async def test_changes_are_on_the_record_without_the_text(door: House) -> None:
    await furnish(door)
    async with (
        at_seat(door, "police", "analyst") as eva,
        at_seat(door, "police", "planner") as gro,
    ):
        made = await keeps(eva, "Mine", shared=True)
        await gro.delete(f"{QUERIES}/{made['id']}")
        await eva.put(f"{QUERIES}/{made['id']}", json=change(made, name="Ours"))
        await eva.delete(f"{QUERIES}/{made['id']}")
    rows = door.services.ops.read_now(
        lambda conn: conn.execute(text("SELECT body FROM audit ORDER BY seq")).scalars().all()
    )
    told = [row for row in map(json.loads, rows) if row["action"].startswith("lake.")]
    assert [(row["action"], row["person"], row["outcome"]) for row in told] == [
        ("lake.save_query", "police-analyst", "done"),
        ("lake.delete_query", "police-planner", "refused"),
        ("lake.change_query", "police-analyst", "done"),
        ("lake.delete_query", "police-analyst", "done"),
    ]
    assert {row["object_id"] for row in told if row["outcome"] == "done"} == {made["id"]}
    assert "observations" not in str(told)


@pytest.mark.parametrize("role", ["operator", "supervisor", "administrator", "field responder"])
async def test_roles_without_the_right_reach_nothing_of_the_lake(door: House, role: str) -> None:
    await furnish(door)
    async with at_seat(door, "police", role) as ann:
        for answer in (
            await ann.get(QUERIES),
            await ann.post(QUERIES, json={"name": "a", "sql": "SELECT 1"}),
            await ann.get("/api/v1/lake/schema"),
            await ann.get("/api/v1/lake/series"),
            await ann.post("/api/v1/lake/query", json={"sql": "SELECT 1"}),
        ):
            assert (answer.status_code, answer.json()["value"]) == (403, "analyse")


async def test_a_program_keeps_its_own(door: House) -> None:
    await furnish(door)
    headers = await program(door, "police", "read")
    async with door.client(headers=headers) as one, at_seat(door, "police", "analyst") as eva:
        made = await keeps(one, "Nightly", shared=True)
        assert made["owner"] == "token:test"
        assert await names(eva) == ["Nightly"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"name": "", "sql": "SELECT 1"}', "name"),
        (b'{"name": " \\u202e\\n ", "sql": "SELECT 1"}', "name"),
        (b'{"name": "' + b"x" * 81 + b'", "sql": "SELECT 1"}', "name"),
        (b'{"name": "a", "sql": "  \\n"}', "sql"),
        (b'{"name": "a", "sql": "' + b"x" * 20_001 + b'"}', "sql"),
        (b'{"name": "a", "sql": "SELECT \\u0000"}', "sql"),
        (b'{"name": "a", "sql": "SELECT \\ud800"}', None),
        (b'{"name": "a", "sql": "SELECT 1", "view": "pie"}', "view"),
        (b'{"name": "a", "sql": "SELECT 1", "shared": "yes"}', "shared"),
        (b'{"name": "a", "sql": "SELECT 1", "owner": "bo"}', None),
        (b'{"name": 7, "sql": "SELECT 1"}', "name"),
        (b'{"sql": "SELECT 1"}', None),
        (b"[]", None),
        (b"\xff", None),
    ],
)
async def test_what_is_no_query_is_refused(door: House, body: bytes, field: str | None) -> None:
    await furnish(door)
    async with at_seat(door, "police", "analyst") as eva:
        answer = await eva.post(QUERIES, content=body)
        assert answer.status_code == 422, answer.text
        assert answer.json()["cure"]
        if field:
            assert answer.json()["field"] == field
        assert await names(eva) == []


async def test_deceiving_marks_go_out_of_a_name(door: House) -> None:
    await furnish(door)
    async with at_seat(door, "police", "analyst") as eva:
        made = await keeps(eva, "Noise\u202e\u0000 by\tday")
        assert made["name"] == "Noise by day"
