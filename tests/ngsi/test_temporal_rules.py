"""What the temporal operations take and refuse, and what they show, clause by clause."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.db.shape import laid_out
from tests.ngsi.evolving import Evolving, T, evolving

LORRY = "urn:ngsi-ld:Lorry:1"
QUERY = "/temporal/entityOperations/query"
SINCE = "timerel=after&timeAt=2026-01-01T00:00:00Z"
LOADS = [(10, "2026-03-02T08:00:00Z"), (14, "2026-03-02T08:40:00Z"), (6, "2026-03-02T09:30:00Z")]


@pytest.fixture
async def city(tmp_path: Path) -> AsyncIterator[Evolving]:
    laid_out(tmp_path)
    async with evolving(tmp_path) as made:
        yield made


def load(value: Any, at: str, **more: Any) -> dict[str, Any]:
    return {"type": "Property", "value": value, "observedAt": at, **more}


async def lorry(city: Evolving, **more: Any) -> None:
    given = {"id": LORRY, "type": "Lorry", "load": [load(*one) for one in LOADS], **more}
    await city("POST", T, given, status=201)


REFUSED = [
    # too wide, or of the time (5.7.4.4)
    (f"{T}?{SINCE}&id={LORRY}", "BadRequestData"),
    (f"{T}?{SINCE}&attrs=createdAt", "BadRequestData"),
    (f"{T}?{SINCE}&type=Lorry&id=none", "BadRequestData"),
    (f"{T}?{SINCE}&type=Lorry&csf=))(", "BadRequestData"),
    (f"{T}?type=Lorry&timerel=after&timeAt=2026-03-02", "BadRequestData"),
    # linked entities have no history here (5.7.3.4, 5.7.4.4)
    (f'{T}?{SINCE}&type=Lorry&q=owner{{name}}=="x"', "BadRequestData"),
    (f"{T}?{SINCE}&type=Lorry&pick=owner{{name}}", "BadRequestData"),
    (f"{T}/{LORRY}?pick=owner{{name}}", "BadRequestData"),
    # order by id alone (5.7.4.4)
    (f"{T}?{SINCE}&type=Lorry&orderBy=load", "BadRequestData"),
    (f"{T}?{SINCE}&type=Lorry&orderBy=id;down", "BadRequestData"),
    # projection (4.21)
    (f"{T}/{LORRY}?pick=load&omit=load", "BadRequestData"),
    (f"{T}?{SINCE}&type=Lorry&pick=load&omit=load", "BadRequestData"),
    (f"{T}/{LORRY}?attrs=load&omit=load", "BadRequestData"),
]


async def test_refused_questions(city: Evolving) -> None:
    for path, kind in REFUSED:
        await city.refused(kind, 400, "GET", path)


async def test_nothing_left_to_show_is_not_found(city: Evolving) -> None:
    """4.21, 5.7.3.4."""
    await lorry(city)
    for query in ("pick=height", "omit=id,type,load"):
        await city.refused("ResourceNotFound", 404, "GET", f"{T}/{LORRY}?{query}")
    assert (await city.evolution_of(LORRY, "?pick=load")).keys() == {"load"}


WRONG_PLACES = [
    ("PATCH", f"{T}/{LORRY}/attrs/load/first", 400),
    ("DELETE", f"{T}/{LORRY}/attrs/load/first", 400),
    ("DELETE", f"{T}/{LORRY}/attrs/load/urn:a:first", 404),
    ("DELETE", f"{T}/{LORRY}/attrs/%2e%2e", 400),
    ("DELETE", f"{T}/{LORRY}/attrs/%2e", 400),
    ("DELETE", f"{T}/{LORRY}/attrs/%252e%252E", 400),
]


async def test_wrong_instances_and_names(city: Evolving) -> None:
    """5.6.13.4, 5.6.14.4, 5.6.15.4: what cannot be one is refused, what is none is not found."""
    await lorry(city)
    for method, path, status in WRONG_PLACES:
        kind = "BadRequestData" if status == 400 else "ResourceNotFound"
        body = load(1, LOADS[0][1]) if method == "PATCH" else None
        await city.refused(kind, status, method, path, body)
    assert len((await city.evolution_of(LORRY))["load"]) == 3


async def test_an_empty_body_is_no_request(city: Evolving) -> None:
    """5.6.11.4, 5.6.12.4."""
    await lorry(city)
    for path in (T, f"{T}/{LORRY}/attrs"):
        for ld in (True, False):
            await city.refused("InvalidRequest", 400, "POST", path, {}, ld=ld)


async def test_lists_stand_for_themselves_among_values(city: Evolving) -> None:
    """4.5.9: other kinds than these keep the name of their member."""
    at = LOADS[0][1]
    await lorry(
        city,
        depths={"type": "ListProperty", "valueList": [1.5, 2], "observedAt": at},
        route={"type": "ListRelationship", "objectList": ["urn:a:1", "urn:a:2"], "observedAt": at},
        form={"type": "JsonProperty", "json": {"a": [1]}, "observedAt": at},
    )
    told = await city.evolution_of(LORRY, "?format=temporalValues")
    assert told["depths"] == {"type": "ListProperty", "valueLists": [[[1.5, 2], at]]}
    assert told["route"] == {"type": "ListRelationship", "objectLists": [[["urn:a:1", "urn:a:2"], at]]}
    assert told["form"] == {"type": "JsonProperty", "jsons": [[{"json": {"a": [1]}}, at]]}


HOURS = {
    "max": [
        [14, "2026-03-02T08:00:00Z", "2026-03-02T09:00:00Z"],
        [6, "2026-03-02T09:00:00Z", "2026-03-02T10:00:00Z"],
    ]
}


async def test_a_query_with_methods_is_of_aggregates(city: Evolving) -> None:
    """5.2.21, 5.2.44: a body has no other word for the form; that of the URL goes first."""
    await lorry(city)
    time = {"timerel": "after", "timeAt": "2026-03-02T08:00:00Z"}
    period = {"aggrPeriodDuration": "PT1H"}

    async def asked(more: dict[str, Any], query: str = "") -> Any:
        body = {"type": "Query", "entities": [{"type": "Lorry"}], "temporalQ": time, **more}
        ((one,),) = [(await city("POST", QUERY + query, body, status=200)).json()]
        return one["load"]

    hours = {"type": "Property", **HOURS}
    assert await asked({"aggrParams": {"aggrMethods": ["max"], **period}}) == hours
    assert await asked({"temporalQ": {**time, "aggrMethods": "max", **period}}) == hours
    assert "values" in await asked({"aggrParams": {"aggrMethods": ["max"]}}, "?options=temporalValues")
    for wrong in ([], {"aggrMethods": ["median"]}, {"aggrMethods": ["max"], "aggrPeriodDuration": "1h"}):
        body = {"type": "Query", "entities": [{"type": "Lorry"}], "temporalQ": time, "aggrParams": wrong}
        told = await city.refused("BadRequestData", 400, "POST", QUERY, body)
        assert "aggr" in told["detail"]


async def test_datasets_choose_instances(city: Evolving) -> None:
    """4.5.5, 5.7.4.4: an entity with none of them is not among those found; each has its own last N."""
    axle = [load(n, at, datasetId="urn:d:axle") for n, at in LOADS]
    given = {"id": LORRY, "type": "Lorry", "load": [*axle, load(99, "2026-03-02T10:00:00Z")]}
    await city("POST", T, {**given, "height": [load(4, LOADS[0][1])]}, status=201)
    other = load(
        7, LOADS[0][1], datasetId="urn:d:only", by={**load(1, LOADS[0][1]), "datasetId": "urn:d:axle"}
    )
    await city("POST", T, {"id": f"{LORRY}1", "type": "Van", "load": [other]}, status=201)
    question = f"{T}?{SINCE}&type=Lorry&count=true&options=temporalValues"
    for settled in (False, True):
        if settled:
            await city.settled()
        answer = await city("GET", f"{question}&datasetId=urn:d:axle&lastN=2", status=200)
        ((told,),) = [answer.json()]
        assert told["load"]["values"] == [list(one) for one in LOADS[1:]]
        assert "height" not in told
        answer = await city("GET", f"{question}&datasetId=urn:d:none", status=200)
        assert answer.json() == []
        assert answer.headers["ngsild-results-count"] == "0"
        (found,) = await city.get(f"{T}?{SINCE}&type=Van&datasetId=urn:d:only")
        assert found["load"][0]["value"] == 7
        assert await city.get(f"{T}?{SINCE}&type=Van&datasetId=@none,urn:d:axle") == []
        ((told,),) = [await city.get(f"{question}&datasetId=@none,urn:d:axle&attrs=load")]
        assert len(told["load"]) == 2
