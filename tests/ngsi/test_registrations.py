"""Context source registrations, clause by clause."""

from __future__ import annotations

from typing import Any

import pytest
from tests.ngsi.conftest import CARS_URL, Api

R = "/csourceRegistrations"
ID = "urn:ngsi-ld:ContextSourceRegistration:1"


def registration(**more: Any) -> dict[str, Any]:
    return {
        "id": ID,
        "type": "ContextSourceRegistration",
        "information": [
            {"entities": [{"type": "Vehicle", "id": "urn:ngsi-ld:Vehicle:1"}], "propertyNames": ["speed"]},
            {"entities": [{"type": "Bus", "idPattern": "^urn:ngsi-ld:Bus:"}]},
        ],
        "endpoint": "https://other.example/ngsi-ld",
        **more,
    }


async def test_created_shown_changed_and_deleted(api: Api) -> None:
    """5.9.2 to 5.9.4, 5.10.1."""
    given = registration(mode="inclusive", operations=["federationOps"], expiresAt="2999-01-01T00:00:00Z")
    answer = await api("POST", R, given, status=201)
    assert answer.headers["location"] == f"/ngsi-ld/v1{R}/{ID}"
    assert "not forwarded" in answer.headers["ngsild-warning"]
    assert await api.get(f"{R}/{ID}") == given
    assert "createdAt" in await api.get(f"{R}/{ID}?options=sysAttrs")
    await api.refused("AlreadyExists", 409, "POST", R, given)
    change = {"endpoint": "https://new.example", "expiresAt": None, "mode": "redirect"}
    await api("PATCH", f"{R}/{ID}", change, status=204)
    found = await api.get(f"{R}/{ID}")
    assert (found["endpoint"], found["mode"]) == ("https://new.example", "redirect")
    assert "expiresAt" not in found
    await api("DELETE", f"{R}/{ID}", status=204)
    for method in ("GET", "DELETE"):
        await api.refused("ResourceNotFound", 404, method, f"{R}/{ID}")
    await api.refused("ResourceNotFound", 404, "PATCH", f"{R}/{ID}", change)
    anonymous = {name: value for name, value in registration().items() if name != "id"}
    answer = await api("POST", R, anonymous, status=201)
    assert answer.headers["location"].startswith(f"/ngsi-ld/v1{R}/urn:ngsi-ld:ContextSourceRegistration:")


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"type": "Registration"}, "type"),
        ({"information": []}, "information"),
        ({"information": [{}]}, "information"),
        ({"information": [{"entities": [{"id": "urn:a:b"}]}]}, "entities.type"),
        ({"information": [{"entities": [{"type": "A", "id": "none"}]}]}, "entities.id"),
        ({"information": [{"entities": [{"type": "A", "idPattern": "(("}]}]}, "entities.idPattern"),
        ({"information": [{"propertyNames": "speed"}]}, "propertyNames"),
        ({"endpoint": "no address"}, "endpoint"),
        ({"endpoint": "file:///etc/passwd"}, "endpoint"),
        ({"endpoint": None}, "endpoint"),
        ({"mode": "often"}, "mode"),
        ({"mode": "exclusive"}, "information"),
        ({"operations": ["fly"]}, "operations"),
        ({"expiresAt": "2020-01-01T00:00:00Z"}, "expiresAt"),
        ({"expiresAt": "soon"}, "expiresAt"),
        ({"location": {"type": "Point"}}, "location"),
        ({"observationInterval": {}}, "observationInterval"),
        ({"refreshRate": "often"}, "refreshRate"),
        ({"management": {"timeout": -1}}, "management.timeout"),
        ({"contextSourceInfo": [{"key": 1}]}, "contextSourceInfo.key"),
        ({"id": "none"}, "id"),
    ],
)
async def test_refused(api: Api, more: dict[str, Any], field: str) -> None:
    told = await api.refused("BadRequestData", 400, "POST", R, registration(**more))
    assert f"field '{field}'" in told["detail"]


async def test_missing_members(api: Api) -> None:
    for name in ("type", "information", "endpoint"):
        given = {key: value for key, value in registration().items() if key != name}
        await api.refused("BadRequestData", 400, "POST", R, given)
    await api("POST", R, registration(), status=201)
    for name in ("information", "endpoint"):
        await api.refused("BadRequestData", 400, "PATCH", f"{R}/{ID}", {name: "urn:ngsi-ld:null"})
    await api.refused("BadRequestData", 400, "PATCH", f"{R}/{ID}", {"id": "urn:a:b"})


async def test_found_by_what_it_is_of(api: Api) -> None:
    """5.10.2: each with the part that is meant."""
    await api("POST", R, registration(), status=201)

    async def parts(query: str) -> list[int]:
        return [len(one["information"]) for one in await api.get(f"{R}?{query}")]

    assert await parts("type=Vehicle") == [1]
    assert await parts("type=Vehicle,Bus") == [2]
    assert await parts("type=Train") == []
    assert await parts("attrs=speed") == [2]
    assert await parts("attrs=weight") == [1]
    assert await parts("type=Vehicle&attrs=weight") == []
    assert await parts("id=urn:ngsi-ld:Vehicle:1") == [1]
    assert await parts("id=urn:ngsi-ld:Bus:9&type=Bus") == [1]
    assert await parts("id=urn:ngsi-ld:Tram:9") == []
    assert await parts("idPattern=Vehicle:1$&type=Vehicle") == [1]
    await api.refused("BadRequestData", 400, "GET", R)
    await api.refused("OperationNotSupported", 422, "GET", f"{R}?type=Bus&csf=a==1")
    for n in range(2, 5):
        await api("POST", R, registration(id=f"{ID}{n}"), status=201)
    answer = await api("GET", f"{R}?type=Bus&limit=2&offset=1&count=true", status=200)
    assert len(answer.json()) == 2
    assert answer.headers["ngsild-results-count"] == "4"
    assert 'rel="next"' in answer.headers["link"]


async def test_names_are_those_of_the_context(api: Api) -> None:
    link = f'<{CARS_URL}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
    await api("POST", R, registration(), status=201, Link=link)
    (found,) = await api.get(f"{R}?type=Vehicle", Link=link)
    assert found["information"][0]["propertyNames"] == ["speed"]
    assert await api.get(f"{R}?type=Vehicle") == []
    other = (await api.get(f"{R}/{ID}"))["information"][0]
    assert other["propertyNames"] == ["https://cars.example/terms/speed"]


async def test_two_do_not_claim_the_same(api: Api) -> None:
    """4.3.6.3."""
    entity = {"type": "Vehicle", "id": "urn:ngsi-ld:Vehicle:1"}
    info = [{"entities": [entity], "propertyNames": ["speed"]}]
    exclusive = registration(mode="exclusive", information=info)
    await api("POST", R, exclusive, status=201)
    await api.refused("AlreadyExists", 409, "POST", R, {**exclusive, "id": f"{ID}2"})
    other = [{"entities": [entity], "propertyNames": ["weight"]}]
    await api("POST", R, {**exclusive, "id": f"{ID}2", "information": other}, status=201)
