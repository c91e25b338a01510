"""Many entities at once (clauses 5.6.7 to 5.6.10, 5.6.20, 6.14 to 6.18)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.ngsi.conftest import CARS_URL, CORE_URL, Api, car

OPERATIONS = "/entityOperations"


def ids(*numbers: int) -> list[str]:
    return [f"urn:ngsi-ld:Vehicle:{n}" for n in numbers]


async def speed(api: Api, number: int) -> Any:
    return (await api.get(f"/entities/urn:ngsi-ld:Vehicle:{number}"))["speed"]["value"]


async def test_create(api: Api) -> None:
    """5.6.7, 6.14.3.1: 201 and the ids; 207 where some are there already."""
    answer = await api("POST", OPERATIONS + "/create", [car(1), car(2)], status=201)
    assert answer.json() == ids(1, 2)
    told = (await api("POST", OPERATIONS + "/create", [car(2), car(3), car(3)], status=207)).json()
    assert told["success"] == ids(3)
    assert [(one["entityId"], one["error"]["type"].rpartition("/")[2]) for one in told["errors"]] == [
        (ids(2)[0], "AlreadyExists"),
        (ids(3)[0], "AlreadyExists"),
    ]


async def test_upsert(api: Api) -> None:
    """5.6.8, 6.15.3.1: 201 with what was created; 204 where all were there; replace, or update."""
    await api.create(car(1))
    more = {"id": ids(1)[0], "type": "Vehicle", "colour": {"value": "red"}}
    answer = await api("POST", OPERATIONS + "/upsert", [more, car(2)], status=201)
    assert answer.json() == ids(2)
    assert "speed" not in await api.get("/entities/" + ids(1)[0])
    await api("POST", OPERATIONS + "/upsert?options=update", [{**more, "id": ids(2)[0]}], status=204)
    held = await api.get("/entities/" + ids(2)[0])
    assert (held["speed"]["value"], held["colour"]["value"]) == (50, "red")
    told = (await api("POST", OPERATIONS + "/upsert", [car(3), {"id": ids(4)[0]}], status=207)).json()
    assert told["success"] == ids(3)
    assert told["errors"][0]["entityId"] == ids(4)[0]


async def test_update(api: Api) -> None:
    """5.6.9, 6.16.3.1."""
    await api("POST", OPERATIONS + "/create", [car(1), car(2)], status=201)
    change = {"speed": {"type": "Property", "value": 9}}
    await api(
        "POST",
        OPERATIONS + "/update",
        [{"id": i, "type": "Vehicle", **change} for i in ids(1, 2)],
        status=204,
    )
    assert (await speed(api, 1), await speed(api, 2)) == (9, 9)
    told = (
        await api("POST", OPERATIONS + "/update", [{"id": i, **change} for i in ids(1, 7)], status=207)
    ).json()
    assert told["success"] == ids(1)
    assert told["errors"][0]["error"]["type"].endswith("ResourceNotFound")
    change = {"speed": {"value": 1}, "wheels": {"value": 4}}
    told = (
        await api(
            "POST", OPERATIONS + "/update?options=noOverwrite", [{"id": ids(1)[0], **change}], status=207
        )
    ).json()
    assert (told["success"], told["errors"][0]["entityId"]) == ([], ids(1)[0])
    assert told["errors"][0]["error"]["type"].endswith("AlreadyExists")
    held = await api.get("/entities/" + ids(1)[0])
    assert held["speed"]["value"] == 9
    assert held["wheels"]["value"] == 4


async def test_no_overwrite_of_what_is_not_there(api: Api) -> None:
    """5.6.9.4: nothing to tell."""
    await api("POST", OPERATIONS + "/create", [car(1)], status=201)
    new = {"id": ids(1)[0], "wheels": {"value": 4}}
    await api("POST", OPERATIONS + "/update?options=noOverwrite", [new], status=204)


@pytest.mark.parametrize("operation", ["create", "upsert", "update", "merge", "delete"])
async def test_arrays_that_are_refused_whole(api: Api, operation: str) -> None:
    """5.6.7.4 and the like: empty, or with a null in it; 6.3.5: a Link beside contexts of bodies."""
    good = ids(1)[0] if operation == "delete" else car(1)
    for wrong in ([], [good, None], {}, 5):
        await api.refused("BadRequestData", 400, "POST", f"{OPERATIONS}/{operation}", wrong)
    await api.refused(
        "InvalidRequest", 400, "POST", f"{OPERATIONS}/{operation}", b"[{", content_type="application/json"
    )
    if operation != "delete":
        link = f'<{CARS_URL}>; rel="http://www.w3.org/ns/json-ld#context"'
        body = [{**car(1), "@context": CORE_URL}]
        await api.refused(
            "BadRequestData", 400, "POST", f"{OPERATIONS}/{operation}", body, ld=True, link=link
        )
    await api.refused("ResourceNotFound", 404, "GET", "/entities/" + ids(1)[0])


async def test_merge(api: Api) -> None:
    """5.6.20, 6.31.3.1."""
    await api("POST", OPERATIONS + "/create", [car(1), car(2)], status=201)
    patch = {"speed": {"type": "Property", "value": 9}, "isParked": "urn:ngsi-ld:null"}
    await api("POST", OPERATIONS + "/merge", [{"id": i, **patch} for i in ids(1, 2)], status=204)
    held = await api.get("/entities/" + ids(2)[0])
    assert held["speed"] == {**car()["speed"], "value": 9}
    assert "isParked" not in held
    told = (
        await api("POST", OPERATIONS + "/merge", [{"id": i, **patch} for i in ids(1, 7)], status=207)
    ).json()
    assert told["success"] == ids(1)


async def test_delete(api: Api) -> None:
    """5.6.10, 6.17.3.1."""
    await api("POST", OPERATIONS + "/create", [car(1), car(2)], status=201)
    told = (await api("POST", OPERATIONS + "/delete", [*ids(1, 7), "no uri"], status=207)).json()
    assert told["success"] == ids(1)
    assert {one["error"]["type"].rpartition("/")[2] for one in told["errors"]} == {
        "ResourceNotFound",
        "BadRequestData",
    }
    await api("POST", OPERATIONS + "/delete", ids(2), status=204)
    assert await api.get("/entities?type=Vehicle") == []


async def test_each_has_its_own_context(api: Api) -> None:
    """6.3.5: in ld+json every entity of a batch brings its own."""
    one = {**car(1), "@context": [CARS_URL, CORE_URL]}
    two = {**car(2), "@context": CORE_URL}
    told = (await api("POST", OPERATIONS + "/create", [one, two, car(3)], ld=True, status=207)).json()
    assert told["success"] == ids(1, 2)
    assert told["errors"][0]["error"]["type"].endswith("BadRequestData")
    assert (await api.get("/entities/" + ids(1)[0]))["type"] == "https://cars.example/terms/Vehicle"
    assert (await api.get("/entities/" + ids(2)[0]))["type"] == "Vehicle"
    assert api.web.asked == [CARS_URL]
