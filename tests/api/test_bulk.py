"""Several at once: what can be done is done, what cannot is named with its reason."""

from __future__ import annotations

from tests.api.house import House
from tests.api.test_decisions import city, raise_alert
from tests.api.test_merging import of, opened
from tests.api.test_proposals import city as busy_city
from tests.api.test_proposals import proposed, raise_on_square


async def test_acknowledge_and_close_several(door: House) -> None:
    async with city(door) as (client, screen):
        raised = [await raise_alert(door, screen, n) for n in (1, 2, 3, 4)]
        one, two, three, four = [a["id"] for a in raised]
        await client.post(f"/api/v1/alerts/{two}/acknowledge")
        items = [
            {"id": one},
            {"id": two, "version": raised[1]["version"]},
            {"id": "AL-9999"},
            {"id": "INC-001"},
            {"id": three, "version": raised[2]["version"]},
        ]
        said = (await client.post("/api/v1/bulk/acknowledge", json={"items": items})).json()
        assert [d["id"] for d in said["done"]] == [one, three]
        assert [(f["id"], f["type"]) for f in said["failed"]] == [
            (two, "conflict"),
            ("AL-9999", "not-found"),
            ("INC-001", "invalid"),
        ]
        assert "acknowledged by operator" in said["failed"][0]["detail"]
        assert all(f["cure"] for f in said["failed"])

        a, b = await opened(client, "A", one), await opened(client, "B", two)
        given = {"items": [{"id": a["id"]}, {"id": b["id"], "version": 99}], "words": "over"}
        without = (await client.post("/api/v1/bulk/close", json=given)).json()
        assert (without["done"], [f["field"] for f in without["failed"]]) == ([], ["outcome", "version"])
        said = (await client.post("/api/v1/bulk/close", json=given | {"outcome": "handled"})).json()
        assert ([d["id"] for d in said["done"]], [f["id"] for f in said["failed"]]) == ([a["id"]], [b["id"]])
        assert (await client.get(f"/api/v1/alerts/{four}")).json()["state"] == "new", "not named, not touched"


async def test_accept_several(door: House) -> None:
    async with busy_city(door) as (client, screen):
        one, two = [await raise_on_square(door, screen, n) for n in (1, 2)]
        proposal = await proposed(client, one, two)
        items = [{"id": proposal["id"], "version": proposal["version"]}, {"id": "PR-9999"}]
        said = (await client.post("/api/v1/bulk/accept", json={"items": items})).json()
        assert ([d["id"] for d in said["done"]], said["failed"][0]["type"]) == ([proposal["id"]], "not-found")
        assert await of(client, one) == await of(client, two) == "INC-001"


async def test_what_is_refused_whole(door: House) -> None:
    async with door.signed_in() as client:
        assert (await client.post("/api/v1/bulk/acknowledge", json={"items": []})).status_code == 422
        twice = {"items": [{"id": "AL-0001"}, {"id": "AL-0001"}]}
        assert (await client.post("/api/v1/bulk/acknowledge", json=twice)).status_code == 422
        assert (await client.post("/api/v1/bulk/reject", json={"items": [{"id": "x"}]})).status_code == 422
    async with door.program("read") as client:
        assert (await client.post("/api/v1/bulk/close", json={})).status_code == 403
