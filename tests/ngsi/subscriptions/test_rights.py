"""A subscription lasts no longer than the right of whoever answers for it."""

from __future__ import annotations

from typing import Any

import pytest
from tests.ngsi.conftest import Api
from tests.ngsi.subscriptions.conftest import City, car, rights

from tocsin.identity.policy import Permission
from tocsin.identity.standing import Standing

API = "/api/v1/subscriptions"


async def revoke(api: Api, name: str) -> None:
    tokens = api.door.services.identity.tokens
    for token in await tokens.all():
        if token.name == name:
            assert await tokens.revoke(token.id)


async def item(city: City, name: str) -> dict[str, Any]:
    made: dict[str, Any] = (await city.api.client.get(f"{API}/{name}")).json()
    return made


async def test_it_stops_with_its_makers_token_and_goes_on_with_another(city: City) -> None:
    body = {
        "type": "Subscription",
        "entities": [{"type": "Vehicle"}],
        "notification": {"endpoint": {"uri": city.receiver.uri}},
    }
    async with city.api.door.program("read", "ingest", name="roads") as roads:
        answer = await roads.post("/ngsi-ld/v1/subscriptions", json=body)
    name = answer.headers["location"].rpartition("/")[2]
    mine = await city.subscribe()
    await city.api.create(car())
    await city.receiver.take(2)

    await rights(city.api).enforce()
    assert (await item(city, name))["state"] == "working"
    await revoke(city.api, "roads")
    await rights(city.api).enforce()
    stands = await city.until(name, lambda one: one["status"] == "paused")
    assert stands["isActive"] is False
    await city.speed(70)
    (got,) = await city.receiver.take()
    assert got.body["subscriptionId"] == mine
    await city.receiver.nothing()
    assert (await item(city, name))["last_error"] == (
        "token:roads may see nothing here any more; resume it to answer for it"
    )

    assert (await city.api.client.post(f"{API}/{name}/resume")).json()["state"] == "working"
    await rights(city.api).enforce()
    await city.speed(80)
    assert {got.body["subscriptionId"] for got in await city.receiver.take(2)} == {name, mine}
    # who answers for it now was not told what lets one in at the receiver
    assert (await item(city, name))["by"] == "token:roads"


async def test_a_token_may_be_replaced(city: City) -> None:
    name = await city.subscribe()
    tokens = city.api.door.services.identity.tokens
    await tokens.create("test", ["read"], by="test")
    (_, old) = await tokens.all()
    assert await tokens.revoke(old.id)
    await rights(city.api).enforce()
    stands = await city.api.broker.subscriptions.get(name)
    assert stands.subscription.body.get("isActive", True)


async def test_whose_right_has_ended(api: Api) -> None:
    services = api.door.services
    standing, people = Standing(services.ops), services.identity.people
    await services.identity.tokens.create("writer", ["ingest"], by="test")
    names = ["operator", "nobody", "token:test", "token:writer", "token:none"]
    assert await standing.ended(names, Permission.SEE) == {"nobody", "token:writer", "token:none"}
    assert await standing.ended([], Permission.SEE) == frozenset()
    people.add_now("second", "control-room", "administrator", by="test")
    people.disable_now("operator")
    assert "operator" in await standing.ended(names, Permission.SEE)
    people.enable_now("operator")
    assert "operator" not in await standing.ended(names, Permission.SEE)


async def test_what_cannot_be_asked_is_said_and_stops_nothing(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tocsin.kernel.errors import Unavailable

    async def away(names: Any) -> Any:
        raise Unavailable("the database is away")

    name, asked = await city.subscribe(), rights(city.api)
    monkeypatch.setattr(asked, "_ended", away)
    await asked.try_to_enforce()
    assert asked.fault == "who subscribed is not asked for their rights: the database is away"
    assert (await city.shown(name))["status"] == "active"
