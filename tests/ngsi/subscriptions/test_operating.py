"""Subscriptions as people operate them: the ledger, pause, resume, replay, on the record."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from tests.ngsi.subscriptions.conftest import City, car

from tocsin.api.commands.privacy import programs

API = "/api/v1/subscriptions"


async def test_ledger_pause_resume_replay(city: City) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    uri = city.receiver.uri + "?key=secret"
    name = await city.subscribe(endpoint={"uri": uri}, subscriptionName="fleet", watchedAttributes=["speed"])
    await city.api.create(car())
    await city.receiver.take()
    await city.until(name, lambda one: one["notification"].get("timesSent") == 1)
    client = city.api.client
    (item,) = (await client.get(API)).json()["items"]
    assert (item["id"], item["name"], item["state"]) == (name, "fleet", "working")
    assert item["endpoint"] == city.receiver.uri
    assert (item["types"], item["attributes"]) == (["Vehicle"], ["speed"])
    assert (item["sent"], item["changes"], item["failed"], item["waiting"]) == (1, 1, 0, 0)
    assert item["last_success"]

    assert (await client.post(f"{API}/{name}/pause")).json()["state"] == "paused"
    assert (await city.shown(name))["isActive"] is False
    assert (await client.post(f"{API}/{name}/resume")).json()["state"] == "working"
    refused = await client.post(f"{API}/{name}/replay", params={"since": "2999-01-01T00:00:00Z"})
    assert (refused.status_code, refused.json()["field"]) == (422, "since")
    assert (await client.post(f"{API}/{name}/replay")).status_code == 422
    answer = await client.post(f"{API}/{name}/replay", params={"since": before.isoformat()})
    assert answer.json()["kept_since"] > before.isoformat()
    (got,) = await city.receiver.take()
    assert got.data[0]["speed"]["value"] == 50
    assert (await client.get(f"{API}/urn:no:1")).status_code == 404

    city.receiver.status = 500
    await city.speed(70)
    async with asyncio.timeout(8):
        while (item := (await client.get(f"{API}/{name}")).json())["state"] != "failing":  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    assert (item["last_error"], item["waiting"]) == ("it answered 500", 1)
    assert item["next_try"]


async def test_receivers_stand_in_the_register(city: City) -> None:
    """Who is told something outside of the rooms (GDPR Art 30(1)(d)): active ones, without their secrets."""
    await city.subscribe(
        id="urn:s:1", subscriptionName="fleet", endpoint={"uri": "https://a.example/?k=secret"}
    )
    await city.subscribe(id="urn:s:2", isActive=False)
    found = programs(await city.api.broker.subscriptions.all(), datetime.now(UTC))
    assert [(one.id, one.title) for one in found] == [("urn:s:1", "fleet (a.example)")]
    assert "entities of type Vehicle" in found[0].purpose


async def test_pages(city: City) -> None:
    names = [await city.subscribe(id=f"urn:s:{number}") for number in range(3)]
    first = (await city.api.client.get(API, params={"limit": 2})).json()
    rest = (await city.api.client.get(API, params={"limit": 2, "after": first["next"]})).json()
    assert [one["id"] for one in first["items"] + rest["items"]] == names
    assert rest["next"] is None
