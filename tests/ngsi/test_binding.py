"""The HTTP binding in general: parameters, preconditions, what kind of answer (clauses 6.3.2 to 6.3.20)."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.ngsi.conftest import CORE_URL, Api, car

from tocsin.api.ngsi import parameters
from tocsin.api.ngsi.door import OPERATIONS

ID = "/entities/urn:ngsi-ld:Vehicle:1"
JSON, LD, GEO = "application/json", "application/ld+json", "application/geo+json"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/entities?odd=1", car()),
        ("GET", "/entities?odd=1&type=Vehicle", None),
        ("GET", ID + "?deleteAll=true", None),
        ("DELETE", ID + "?odd=", None),
        ("POST", "/entityOperations/upsert?overwrite=1", [car()]),
        ("POST", "/temporal/entities?odd=1", car()),
        ("GET", "/temporal/entities?odd=1&type=Vehicle", None),
        ("GET", "/types?odd=1", None),
        ("POST", "/subscriptions?odd=1", {}),
        ("GET", "/subscriptions?odd=1", None),
        ("GET", "/jsonldContexts?reload=true", None),
    ],
)
async def test_parameters_that_are_none(api: Api, method: str, path: str, body: Any) -> None:
    """6.3.20: InvalidRequest, before anything else is looked at."""
    await api.refused("InvalidRequest", 400, method, path, body)


def test_parameters_are_those_of_an_operation() -> None:
    assert parameters.KNOWN.keys() <= {one.name for one in OPERATIONS}


async def test_parameters_of_distribution_are_known(api: Api) -> None:
    """6.3.18: an installation by itself is all of it."""
    await api("POST", "/entities?local=true", car(), status=201)
    assert (await api.get("/entities?local=true"))[0]["id"] == car()["id"]
    await api("DELETE", ID + "?local=true", status=204)


@pytest.mark.parametrize(("method", "path"), [("POST", "/entities"), ("PATCH", ID + "/attrs"), ("PUT", ID)])
async def test_a_body_states_its_length(api: Api, method: str, path: str) -> None:
    """6.3.4: 411 and nothing else, tenant or not."""

    async def parts() -> AsyncIterator[bytes]:
        yield b"{}"

    for more in ({}, {"ngsild-tenant": "oslo"}):
        answer = await api.client.request(
            method, "/ngsi-ld/v1" + path, content=parts(), headers={"content-type": JSON, **more}
        )
        assert (answer.status_code, answer.content) == (411, b"")


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (f"{LD}, {JSON}", JSON),
        (f"{GEO}, {JSON}", JSON),
        (f"{GEO}, {LD}", LD),
        (f"{JSON};q=0.1, {LD};q=0.9", LD),
        (f"{JSON};q=0, */*", LD),
        (f"*/*;q=0.9, {LD};q=0.8", JSON),
        (f"{LD};q=odd", LD),
        (GEO, GEO),
    ],
)
async def test_which_answer_of_several(api: Api, accept: str, kind: str) -> None:
    """6.3.4: the order of the clause, unless weights say otherwise (RFC 9110, 12.5.1)."""
    await api.create(car())
    assert (await api("GET", ID, accept=accept, status=200)).headers["content-type"] == kind


@pytest.mark.parametrize(
    "path",
    [
        "/entities/urn:ngsi-ld:Vehicle:9",
        "/entities?type=Vehicle",
        "/subscriptions/urn:ngsi-ld:Subscription:9",
        "/csourceRegistrations?type=Vehicle",
        "/csourceSubscriptions",
        "/temporal/entities?type=Vehicle",
        "/temporal/entities/urn:ngsi-ld:Vehicle:9",
    ],
)
async def test_answers_that_are_not_written(api: Api, path: str) -> None:
    """6.3.4: 406, whether there is anything at the address or not; 6.3.15: GeoJSON is of entities alone."""
    await api.refused("InvalidRequest", 406, "GET", path, accept="application/xml")
    if not path.startswith("/entities"):
        await api.refused("InvalidRequest", 406, "GET", path, accept=GEO)


async def test_who_answers(api: Api) -> None:
    """5.15.1, 5.2.40: the same alias each time, how long this runs, and when it says so."""
    told = await api.get("/info/sourceIdentity")
    assert told["type"] == "ContextSourceIdentity"
    assert told["id"].startswith("urn:")
    assert told["contextSourceAlias"] == "127.0.0.1:8480"
    assert re.fullmatch(r"P\d+DT\d+H\d+M\d+S", told["contextSourceUptime"])
    assert told["contextSourceTimeAt"].endswith("Z")
    again = await api.get("/info/sourceIdentity", accept=LD)
    assert (again["id"], again["@context"]) == (told["id"], CORE_URL)


async def test_the_context_of_geojson(api: Api) -> None:
    """6.3.6: in the body, unless plain JSON is preferred: then in the Link header."""
    await api.create(car())
    for path in (ID, "/entities?type=Vehicle"):
        answer = await api("GET", path, accept=GEO, status=200)
        assert (answer.json()["@context"], "link" in answer.headers) == (CORE_URL, False)
        answer = await api("GET", path, accept=GEO, prefer="return=minimal, body=json", status=200)
        assert "@context" not in answer.json()
        assert CORE_URL in answer.headers["link"]
        assert answer.headers["content-type"] == GEO
