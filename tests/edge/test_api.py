"""Edges as administrators and the status wall see them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import text
from tests.api.conftest import bus, door, folder, log  # noqa: F401 - fixtures
from tests.api.house import House
from tests.edge.test_credentials import centre

from tocsin.api.app import build
from tocsin.api.edges import EDGES, edges_of
from tocsin.edge.heard import EdgeSeen
from tocsin.edge.parcel import EdgeState
from tocsin.edge.register import Register
from tocsin.kernel.ports import Health

AT = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)


@pytest.fixture
async def house(door: House, folder: Path) -> House:  # noqa: F811
    centre(folder)
    services = replace(door.services, edges=Register(door.services.ops, folder, door.services.clock))
    return replace(door, services=services, app=build(services))


async def test_an_administrator_lets_a_box_in_and_shuts_it_out(house: House) -> None:
    async with house.signed_in() as person:
        made = await person.post("/api/v1/edges", json={"id": "harbour-2"})
        assert made.status_code == 201, made.text
        assert made.json()["invitation"]["url"] == "tls://bus.city.example:7422"
        assert (await person.post("/api/v1/edges", json={"id": "harbour-2"})).status_code == 409
        assert (await person.post("/api/v1/edges", json={"id": "a.b"})).status_code == 422
        (item,) = (await person.get("/api/v1/edges")).json()["items"]
        assert (item["id"], item["created_by"], item["status"]) == ("harbour-2", "operator", None)
        assert made.json()["invitation"]["password"] not in (await person.get("/api/v1/edges")).text
        assert (await person.delete("/api/v1/edges/harbour-2")).status_code == 204
        assert (await person.delete("/api/v1/edges/harbour-2")).status_code == 404
    asked = text("select person, organisation, action from audit where object_kind = 'edge' order by seq")
    rows = [tuple(row) for row in house.services.ops.read_now(lambda conn: conn.execute(asked).all())]
    room = rows[0][1]
    assert room, "who acts from the console acts for a room"
    assert [row for row in rows if row[2] in ("edge.add", "edge.revoke")] == [
        ("operator", room, "edge.add"),
        ("operator", room, "edge.revoke"),
    ]
    async with house.client(headers=await house.token("read")) as program:
        assert (await program.post("/api/v1/edges", json={"id": "gate"})).status_code == 403


async def test_a_realm_without_edges_says_so(door: House) -> None:  # noqa: F811
    async with door.signed_in() as person:
        assert (await person.get("/api/v1/edges")).json()["items"] == []
        assert (await person.post("/api/v1/edges", json={"id": "gate"})).status_code == 404


@pytest.mark.parametrize(
    ("connected", "changed", "state", "words"),
    [
        (True, {}, "working", ""),
        (True, {"waiting": {"obs": 400, "finding": 1}}, "working", "catching up"),
        (True, {"ill": ("disk: the disk is full",)}, "degraded", "disk: the disk is full"),
        (True, {"store_share": 0.93}, "degraded", "its disk space for messages is 93% full"),
        (False, {"waiting": {"obs": 7}}, "silent", "cut off, not heard since 16:00:00 UTC"),
    ],
)
def test_what_the_wall_says_of_a_box(
    connected: bool, changed: dict[str, Any], state: str, words: str
) -> None:
    told = EdgeState("1", {"obs": 0}, None, 0.1, "then", tools=("crowd",))
    seen = EdgeSeen("tower", connected, AT, msgspec.structs.replace(told, **changed))
    (shown,) = edges_of(Health(EDGES, detail={"edges": [msgspec.to_builtins(seen)]}))
    assert (shown.state, shown.heard_at, shown.tools) == (state, AT, ["crowd"])
    assert shown.words.startswith(words)
    assert bool(shown.words) is bool(words)
    assert shown.waiting == sum(changed.get("waiting", {"obs": 0}).values())


def test_a_box_never_heard_of_and_a_stage_that_tells_nonsense() -> None:
    (shown,) = edges_of(Health(EDGES, detail={"edges": [{"id": "gate", "connected": False}]}))
    assert (shown.state, shown.words) == ("silent", "not heard of yet")
    assert edges_of(Health(EDGES, detail={"edges": [{"id": 7}]})) == []
