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
        ({"management": {"cooldown": 0}}, "management.cooldown"),
        ({"management": {"cacheDuration": "soon"}}, "management.cacheDuration"),
        ({"management": {"localOnly": "yes"}}, "management.localOnly"),
        ({"mode": "auxiliary", "operations": ["updateEntity"]}, "operations"),
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
    """5.10.2: each whole, as it was registered."""
    given = registration()
    await api("POST", R, given, status=201)
    for query in (
        "type=Vehicle",
        "type=Vehicle,Bus",
        "attrs=speed",
        "attrs=weight",
        "id=urn:ngsi-ld:Vehicle:1",
        "id=urn:ngsi-ld:Bus:9&type=Bus",
        "idPattern=Vehicle:1$&type=Vehicle",
    ):
        assert await api.get(f"{R}?{query}") == [given], query
    for query in ("type=Train", "type=Vehicle&attrs=weight", "id=urn:ngsi-ld:Tram:9"):
        assert await api.get(f"{R}?{query}") == [], query
    await api.refused("BadRequestData", 400, "GET", R)
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
    for mode in ("exclusive", "redirect"):
        await api.refused("AlreadyExists", 409, "POST", R, {**exclusive, "id": f"{ID}2", "mode": mode})
    whole = registration(id=f"{ID}2", mode="redirect", information=[{"entities": [{"type": "Vehicle"}]}])
    await api.refused("AlreadyExists", 409, "POST", R, whole)
    for mode in ("inclusive", "auxiliary"):
        await api("POST", R, {**exclusive, "id": f"{ID}{mode}", "mode": mode}, status=201)
    other = [{"entities": [entity], "propertyNames": ["weight"]}]
    await api("POST", R, {**exclusive, "id": f"{ID}2", "information": other}, status=201)


POINT = {"type": "Point", "coordinates": [-8.521, 41.2]}
PERIOD = {"startAt": "2020-08-01T00:00:00Z", "endAt": "2021-08-01T00:00:00Z"}
NEAR = "georel=near;maxDistance==2000&geometry=Point&coordinates=[-8.52,41.2]"


@pytest.mark.parametrize(
    ("more", "query", "found"),
    [
        ({"operator": "city"}, 'csf=operator=="city"', True),
        ({"operator": "city"}, 'q=operator=="city"', True),
        ({"operator": "city"}, 'csf=operator=="state"', False),
        ({}, 'csf=endpoint=="https://other.example/ngsi-ld"', True),
        ({"operator": "city"}, 'csf=operator=="city"&q=mode', False),
        ({"scope": "/madrid/centro"}, "scopeQ=/madrid/%23", True),
        ({"scope": "/madrid/centro"}, "scopeQ=/berlin/%23", False),
        ({"location": POINT}, NEAR, True),
        ({"location": POINT}, f"{NEAR}&geoproperty=observationSpace", False),
        ({"observationSpace": POINT}, f"{NEAR}&geoproperty=observationSpace", True),
        ({}, NEAR, False),
        # of now: who tells of a time that was is not asked
        ({"observationInterval": PERIOD}, "", False),
        ({"managementInterval": PERIOD}, "", False),
        ({}, "timerel=before&timeAt=2021-01-01T00:00:00Z", False),
        ({"observationInterval": PERIOD}, "timerel=before&timeAt=2021-01-01T00:00:00Z", True),
        ({"observationInterval": PERIOD}, "timerel=before&timeAt=2020-01-01T00:00:00Z", False),
        ({"observationInterval": PERIOD}, "timerel=after&timeAt=2021-01-01T00:00:00Z", True),
        ({"observationInterval": PERIOD}, "timerel=after&timeAt=2022-01-01T00:00:00Z", False),
        (
            {"observationInterval": PERIOD},
            "timerel=between&timeAt=2019-01-01T00:00:00Z&endTimeAt=2020-09-01T00:00:00Z",
            True,
        ),
        (
            {"observationInterval": PERIOD},
            "timerel=between&timeAt=2021-09-01T00:00:00Z&endTimeAt=2021-10-01T00:00:00Z",
            False,
        ),
        (
            {"managementInterval": PERIOD},
            "timerel=before&timeAt=2021-01-01T00:00:00Z&timeproperty=createdAt",
            True,
        ),
        (
            {"observationInterval": PERIOD},
            "timerel=before&timeAt=2021-01-01T00:00:00Z&timeproperty=modifiedAt",
            False,
        ),
    ],
)
async def test_found_by_what_the_source_says_of_itself(
    api: Api, more: dict[str, Any], query: str, found: bool
) -> None:
    """5.10.2.4: filter, scope, place and time."""
    given = registration(**more)
    await api("POST", R, given, status=201)
    assert await api.get(f"{R}?type=Vehicle&{query}") == [given] * found


@pytest.mark.parametrize("query", ["q=(a", "csf=a)|(b", "georel=within", "timerel=before", "id=nothing"])
async def test_wrong_queries(api: Api, query: str) -> None:
    await api.refused("BadRequestData", 400, "GET", f"{R}?{query}")
