"""Merge, un-merge, split and link through the door: incidents and their alerts agree after each."""

from __future__ import annotations

from typing import Any

from httpx import AsyncClient
from tests.api.house import House
from tests.api.test_decisions import city, raise_alert


async def opened(client: AsyncClient, title: str, *alerts: str) -> dict[str, Any]:
    made = await client.post("/api/v1/incidents", json={"title": title, "alerts": list(alerts)})
    assert made.status_code == 201, made.text
    return dict(made.json())


async def of(client: AsyncClient, alert: str) -> str | None:
    found: str | None = (await client.get(f"/api/v1/alerts/{alert}")).json()["incident"]
    return found


async def test_merge_and_unmerge(door: House) -> None:
    async with city(door) as (client, screen):
        one, two = [(await raise_alert(door, screen, n))["id"] for n in (1, 2)]
        a, b = await opened(client, "A", one), await opened(client, "B", two)
        path = f"/api/v1/incidents/{a['id']}"
        given = {"incidents": [b["id"]], "reason": "the same", "version": a["version"]}
        merged = await client.post(f"{path}/merge", json=given)
        assert merged.status_code == 200, merged.text
        assert merged.json()["alerts"] == [one, two]
        assert await of(client, two) == a["id"]
        gone = (await client.get(f"/api/v1/incidents/{b['id']}")).json()
        assert (gone["state"], gone["merged_into"]) == ("closed", a["id"])
        assert (await client.post(f"{path}/merge", json=given)).status_code == 409

        back = await client.post(f"/api/v1/incidents/{b['id']}/unmerge", json={"reason": "two"})
        assert back.status_code == 200, back.text
        assert (back.json()["incident"]["alerts"], back.json()["other"]["alerts"]) == ([two], [one])
        assert await of(client, two) == b["id"]
        events = (await client.get(f"/api/v1/alerts/{two}/events")).json()["items"]
        assert [e["act"] for e in events] == ["raised", "joined", "left", "joined", "left", "joined"]
        assert (
            await client.post(f"/api/v1/incidents/{b['id']}/unmerge", json={"reason": "x"})
        ).status_code == 409


async def test_split_and_link(door: House) -> None:
    async with city(door) as (client, screen):
        one, two = [(await raise_alert(door, screen, n))["id"] for n in (1, 2)]
        a = await opened(client, "A", one, two)
        path = f"/api/v1/incidents/{a['id']}"
        assert (
            await client.post(f"{path}/split", json={"title": "x", "alerts": [one, two], "reason": "x"})
        ).status_code == 422
        made = await client.post(f"{path}/split", json={"title": "B", "alerts": [two], "reason": "far"})
        assert made.status_code == 201, made.text
        new = made.json()["incident"]
        assert await of(client, two) == new["id"]
        assert made.json()["other"]["alerts"] == [one]
        assert new["links"] == [a["id"]]
        gone = await client.delete(f"{path}/links/{new['id']}")
        assert gone.json()["links"] == []
        linked = await client.post(f"{path}/links", json={"incident": new["id"], "words": "same march"})
        assert linked.json()["links"] == [new["id"]]
        assert (await client.post(f"{path}/links", json={"incident": new["id"]})).status_code == 409
        assert (await client.post(f"{path}/links", json={"incident": "INC-999"})).status_code == 404


async def test_a_reader_may_not(door: House) -> None:
    async with door.program("read") as client:
        for verb in ("merge", "unmerge", "split", "links"):
            assert (await client.post(f"/api/v1/incidents/INC-001/{verb}", json={})).status_code == 403
