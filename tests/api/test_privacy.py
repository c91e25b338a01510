"""The privacy engine over HTTP: who may publish, what repeats, what is recorded."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.api.house import House, house

from tocsin.api.privacy import Privacy
from tocsin.app.hosting import Place
from tocsin.app.privacy import facts
from tocsin.audit import service as audit
from tocsin.bus.memory import MemoryBus
from tocsin.lake.records import HourAsked, QuarantineItem
from tocsin.privacy import repository
from tocsin.privacy.counts import Limits
from tocsin.privacy.records import Deletion
from tocsin.settings import Settings

YESTERDAY = (datetime.now(UTC) - timedelta(days=2)).date().isoformat()
NOW = datetime(2026, 11, 21, 16, tzinfo=UTC)


class Exact:
    def __init__(self) -> None:
        self.asked: list[HourAsked] = []

    async def hours(self, asked: HourAsked) -> list[int]:
        self.asked.append(asked)
        return [1000] * 24


@pytest.fixture
async def door(folder: Path, bus: MemoryBus) -> AsyncIterator[House]:
    privacy = Privacy(facts(Place(folder, "live", Settings())), Exact(), Limits(0.5, 1.0))
    async with house(folder, bus, privacy=privacy) as made:
        yield made


async def officer(door: House) -> None:
    await door.services.identity.organisations.grant("operator", "control-room", "ethics officer", by="test")


async def test_counts_are_published_once_and_repeat(door: House) -> None:
    await officer(door)
    asked = {"type": "CrowdFlowObserved", "day": YESTERDAY, "measure": "entities"}
    async with door.signed_in() as client:
        first = await client.post("/api/v1/privacy/counts", json=asked)
        assert first.status_code == 200, first.text
        told = first.json()
        assert len(told["counts"]) == 24
        assert (told["epsilon"], told["bound"]) == (0.5, 4)
        assert [await_["count"] for await_ in told["counts"]] != [1000] * 24, "as it is, it never leaves"
        again = await client.post("/api/v1/privacy/counts", json=asked)
        assert again.json() == told
        assert len(door.services.privacy.counts.asked) == 1  # type: ignore[union-attr]
        other = await client.post("/api/v1/privacy/counts", json=asked | {"measure": "readings"})
        assert other.status_code == 200
        spent = await client.post("/api/v1/privacy/counts", json=asked | {"box": [24.9, 60.1, 25.0, 60.2]})
        assert spent.status_code == 409
        assert "spent" in spent.text
        listed = (await client.get("/api/v1/privacy/counts")).json()["items"]
        assert told in listed
        assert len(listed) == 2
        (budget,) = (await client.get("/api/v1/privacy/budgets")).json()["items"]
        assert (budget["dataset"], budget["spent"], budget["of"]) == ("CrowdFlowObserved", 1.0, 1.0)
    found, _ = await door.services.ops.read(lambda conn: audit.find(conn, action="counts.publish"))
    assert len(found) == 2


async def test_only_who_oversees_spends_the_budget(door: House) -> None:
    async with door.signed_in() as client:
        refused = await client.post("/api/v1/privacy/counts", json={"type": "Device", "day": YESTERDAY})
        assert refused.status_code == 403


@pytest.mark.parametrize(
    "spoilt",
    [
        {"day": "2099-01-01"},
        {"type": "no type"},
        {"box": [1, 1, 0, 0]},
        {"measure": "faces"},
        {"extra": 1},
        {"day": "x"},
    ],
)
async def test_what_cannot_be_published_is_refused_by_name(door: House, spoilt: dict[str, object]) -> None:
    await officer(door)
    async with door.signed_in() as client:
        asked = {"type": "CrowdFlowObserved", "day": YESTERDAY} | spoilt
        refused = await client.post("/api/v1/privacy/counts", json=asked)
        assert refused.status_code == 422, refused.text


async def test_deletions_by_page(door: House) -> None:
    made = Deletion("lake", "plates", "Plates", "personal", "traffic", NOW, NOW, None, 3)
    for _ in range(3):
        await door.services.ops.write(lambda conn: repository.begin(conn, made))
    async with door.program("read") as client:
        first = (await client.get("/api/v1/privacy/deletions?limit=2&store=lake")).json()
        assert [one["class"] for one in first["items"]] == ["personal"] * 2
        rest = (await client.get(f"/api/v1/privacy/deletions?limit=2&after={first['next']}")).json()
        assert len(rest["items"]) == 1
        assert rest["next"] is None
        assert (await client.get("/api/v1/privacy/deletions?store=context")).json()["items"] == []


async def test_the_register_names_the_rooms(door: House) -> None:
    async with door.program("read") as client:
        told = (await client.get("/api/v1/privacy/register")).json()
    assert told["recipients"][0]["title"] == "Control room"
    assert told["gaps"]
    assert {p["id"] for p in told["processing"]} >= {"plates", "default"}


async def test_raw_bytes_are_read_with_a_reason_and_on_the_record(door: House) -> None:
    door.lake.items.append(
        QuarantineItem("q1", "cctv", None, "json", "not JSON", None, None, "ABC-123", 7, NOW, "open")
    )
    async with door.signed_in() as client:
        assert (await client.get("/api/v1/quarantine/q1/payload")).status_code == 422
        told = await client.get("/api/v1/quarantine/q1/payload?reason=a+broken+camera")
        assert told.json() == {"id": "q1", "payload": "ABC-123"}
    found, _ = await door.services.ops.read(lambda conn: audit.find(conn, action="quarantine.read"))
    assert [(f.entry.object_id, f.entry.reason) for f in found] == [("q1", "a broken camera")]
