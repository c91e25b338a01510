"""An installation is one tenant (clauses 4.14 and 6.3.14)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.ngsi.conftest import V1, Api, car
from tests.ngsi.subscriptions.conftest import City, Receiver, listening, sender
from tests.ngsi.test_one_state import running

from tocsin.kernel.errors import Misconfigured
from tocsin.ngsi.tenant import stated_tenant

ID = "/entities/urn:ngsi-ld:Vehicle:1"


@pytest.fixture
def lighting(api: Api) -> Api:
    object.__setattr__(api.broker, "tenant", "lighting")
    return api


async def test_without_a_name_every_tenant_is_one_too_many(api: Api) -> None:
    await api.create(car())
    await api.refused("NoMultiTenantSupport", 501, "GET", ID, ngsild_tenant="lighting")
    answer = await api("GET", ID, status=200)
    assert "ngsild-tenant" not in answer.headers


async def test_who_names_it_is_answered_in_its_name(lighting: Api) -> None:
    answer = await lighting("POST", "/entities", car(), status=201, ngsild_tenant="lighting")
    assert answer.headers["ngsild-tenant"] == "lighting"
    answer = await lighting("GET", ID, status=200)
    assert "ngsild-tenant" not in answer.headers, "nobody asked"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("GET", ID, None), ("POST", "/entities", car(2)), ("DELETE", ID, None), ("GET", "/subscriptions", None)],
)
async def test_another_tenant_sees_and_changes_nothing(
    lighting: Api, method: str, path: str, body: Any
) -> None:
    await lighting.create(car())
    for other in ("waste", "Lighting", "lighting "):
        told = await lighting.client.request(
            method, V1 + path, json=body, headers={"ngsild-tenant": f"{other}x"}
        )
        assert told.status_code == 404
        assert told.json()["type"].endswith("/NonexistentTenant"), told.text
    assert [one["id"] for one in await lighting.get("/entities?local=true")] == [car()["id"]]


async def test_notifications_name_it(api: Api) -> None:
    async with listening(Receiver()) as receiver, running(stage := sender(api, tenant="lighting")):
        city = City(api, receiver, stage)
        await api.create(car())
        await city.subscribe()
        await city.speed(7)
        assert (await receiver.take())[0].headers["ngsild-tenant"] == "lighting"


@pytest.mark.parametrize("words", ["", "lighting", "city.lighting-2", "A_1"])
def test_names(words: str) -> None:
    assert stated_tenant(words) == words


@pytest.mark.parametrize("words", ["a b", "ä", "a\r\nHost: x", "a" * 129])
def test_no_names(words: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        stated_tenant(words)
    assert refused.value.field == "city.tenant"
