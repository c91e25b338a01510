"""Queries, pages and discovery (clauses 5.7.2, 5.7.5 to 5.7.10, 6.3.10, 6.3.13, 6.4.3.2, 6.23)."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import pytest
from tests.ngsi.conftest import CARS_URL, CORE_URL, Api, car

from tocsin.ngsi.store import repository

WEST = "[[[10.0,59.8],[10.025,59.8],[10.025,60],[10.0,60],[10.0,59.8]]]"


@pytest.fixture
async def city(api: Api) -> Api:
    """Ten vehicles, one of them a taxi too, eastwards; a parking area."""
    cars: list[dict[str, Any]] = [
        car(
            n,
            speed={"type": "Property", "value": n * 10},
            location={
                "type": "GeoProperty",
                "value": {"type": "Point", "coordinates": [10.0 + n / 100, 59.9]},
            },
            colour={"type": "Property", "value": ["red", "blue"][n % 2]},
        )
        for n in range(10)
    ]
    cars[3]["type"] = ["Vehicle", "Taxi"]
    cars[4]["scope"] = "/Oslo/Sentrum"
    cars[5]["speed"] = [cars[5]["speed"], {"type": "Property", "value": 500, "datasetId": "urn:d:a"}]
    area = [[[10.0, 59.8], [10.045, 59.8], [10.045, 60.0], [10.0, 60.0], [10.0, 59.8]]]
    parking = {
        "id": "urn:ngsi-ld:Parking:1",
        "type": "Parking",
        "location": {"type": "GeoProperty", "value": {"type": "Polygon", "coordinates": area}},
        "spaces": {"type": "Property", "value": [5, 700]},
    }
    await api("POST", "/entityOperations/create", [*cars, parking], status=201)
    return api


async def numbers(api: Api, query: str) -> list[str]:
    return [one["id"].rpartition(":")[2] for one in await api.get("/entities?" + query)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("type=Vehicle", "0123456789"),
        ("type=Taxi", "3"),
        ("type=Parking,Taxi", "13"),
        ("type=(Vehicle;Taxi)", "3"),
        ("local=true&id=urn:ngsi-ld:Vehicle:2,urn:ngsi-ld:Vehicle:7", "27"),
        ("type=Vehicle&idPattern=.*:[12]$", "12"),
        ("attrs=spaces", "1"),
        ("q=speed>70", "5" + "89"),
        ("type=Vehicle&q=speed==20", "2"),
        ("type=Vehicle&q=speed==20..40", "234"),
        ("type=Vehicle&q=speed>60;colour==\"red\"", "8"),
        ("type=Vehicle&q=speed<20|speed>80", "0159"),
        ("q=spaces", "1"),
        ("q=spaces==700", "1"),
        ("q=isParked==urn:ngsi-ld:Parking:1", "0123456789"),
        ("type=Vehicle&scopeQ=/Oslo/%2B", "4"),
        ("type=Vehicle&georel=near;maxDistance==600&geometry=Point&coordinates=[10.02,59.9]", "123"),
        (f"type=Vehicle&georel=within&geometry=Polygon&coordinates={WEST}", "12"),
        ("type=Parking&georel=contains&geometry=Point&coordinates=[10.02,59.9]", "1"),
        ("georel=intersects&geometry=Point&coordinates=[10.04,59.9]", "14"),
        ("local=true", "10123456789"),
    ],
)  # fmt: skip
async def test_found(city: Api, query: str, found: str) -> None:
    """5.7.2.4: by every parameter, in order of the id."""
    assert await numbers(city, query) == list(found)


async def test_pages(city: Api) -> None:
    """5.5.9, 6.3.10: limit, offset, links to the pages before and after."""
    answer = await city("GET", "/entities?type=Vehicle&limit=4&options=keyValues", status=200)
    seen = [one["id"] for one in answer.json()]
    assert 'rel="prev"' not in answer.headers["link"]
    for _ in range(2):
        found = re.search(r'<([^>]*)>; rel="next"; type="application/ld\+json"', answer.headers["link"])
        assert found is not None
        answer = await city("GET", found[1].removeprefix("/ngsi-ld/v1"), status=200)
        seen += [one["id"] for one in answer.json()]
        assert answer.json()[0].keys() == {"id", "type", "speed", "isParked", "location", "colour"} | (
            {"scope"} if answer.json()[0]["id"].endswith("4") else set()
        )
    assert seen == [f"urn:ngsi-ld:Vehicle:{n}" for n in range(10)]
    assert 'rel="next"' not in answer.headers["link"]
    assert 'rel="prev"' in answer.headers["link"]
    assert await numbers(city, "type=Vehicle&offset=100") == []


async def test_counted(city: Api) -> None:
    """6.3.13: NGSILD-Results-Count counts all that match, also with limit=0."""
    for query in (
        "type=Vehicle&count=true&limit=3",
        "type=Vehicle&count=true&limit=0",
        "type=Vehicle&options=count",
    ):
        answer = await city("GET", "/entities?" + query, status=200)
        assert answer.headers["ngsild-results-count"] == "10"
    assert "ngsild-results-count" not in (await city("GET", "/entities?type=Vehicle")).headers


async def test_shown(city: Api) -> None:
    """6.4.3.2: attrs narrows and selects, pick and omit select, formats and contexts as for one entity."""
    (one,) = await city.get("/entities?type=Taxi&attrs=speed,nothing&options=keyValues")
    assert one == {"id": "urn:ngsi-ld:Vehicle:3", "type": ["Vehicle", "Taxi"], "speed": 30}
    assert await city.get("/entities?type=Taxi&pick=id") == [{"id": "urn:ngsi-ld:Vehicle:3"}]
    answer = await city("GET", "/entities?type=Taxi", accept="application/geo+json", status=200)
    told = answer.json()
    assert told["type"] == "FeatureCollection"
    assert told["features"][0]["geometry"] == {"type": "Point", "coordinates": [10.03, 59.9]}
    answer = await city("GET", "/entities?type=Taxi", accept="application/ld+json", status=200)
    assert answer.json()[0]["@context"] == CORE_URL


async def test_by_post(city: Api) -> None:
    """5.2.23, 6.23: the same, by a body; several selectors are alternatives."""

    async def found(**query: Any) -> list[str]:
        answer = await city("POST", "/entityOperations/query", {"type": "Query", **query}, status=200)
        return [one["id"].rpartition(":")[2] for one in answer.json()]

    assert await found(entities=[{"type": "Taxi"}, {"type": "Parking"}]) == ["1", "3"]
    assert await found(entities=[{"type": "Vehicle", "id": "urn:ngsi-ld:Vehicle:2"}]) == ["2"]
    assert await found(entities=[{"type": "Vehicle", "idPattern": ".*9$"}], q="speed>5") == ["9"]
    near = {"georel": "near;maxDistance==600", "geometry": "Point", "coordinates": [10.02, 59.9]}
    assert await found(entities=[{"type": "Vehicle"}], geoQ=near, attrs=["speed"]) == ["1", "2", "3"]
    answer = await city(
        "POST", "/entityOperations/query?limit=1&count=true", {"type": "Query", "q": "speed>=0"}, status=200
    )
    assert (len(answer.json()), answer.headers["ngsild-results-count"]) == (1, "10")
    assert 'rel="next"' in answer.headers["link"]
    for wrong in (
        {"type": "Query"}, {"entities": [{"type": "T"}]}, {"type": "Query", "entities": []},
        {"type": "Query", "entities": [5]}, {"type": "Query", "q": 5},
        {"type": "Query", "geoQ": {"georel": "near"}},
    ):  # fmt: skip
        await city.refused("BadRequestData", 400, "POST", "/entityOperations/query", wrong)


async def test_types(city: Api) -> None:
    """5.7.5 to 5.7.7."""
    told = await city.get("/types")
    assert told["id"].startswith("urn:ngsi-ld:EntityTypeList:")
    assert (told["type"], told["typeList"]) == ("EntityTypeList", ["Parking", "Taxi", "Vehicle"])
    details = await city.get("/types?details=true")
    assert [one["typeName"] for one in details] == ["Parking", "Taxi", "Vehicle"]
    assert details[0] == {
        "id": "https://uri.etsi.org/ngsi-ld/default-context/Parking",
        "type": "EntityType",
        "typeName": "Parking",
        "attributeNames": ["location", "spaces"],
    }
    info = await city.get("/types/Vehicle")
    assert (info["type"], info["entityCount"], info["typeName"]) == ("EntityTypeInfo", 10, "Vehicle")
    kinds = {one["attributeName"]: one["attributeTypes"] for one in info["attributeDetails"]}
    assert kinds == {
        "speed": ["Property"],
        "isParked": ["Relationship"],
        "location": ["GeoProperty"],
        "colour": ["Property"],
    }
    await city.refused("ResourceNotFound", 404, "GET", "/types/Boat")


async def test_attributes(city: Api) -> None:
    """5.7.8 to 5.7.10."""
    told = await city.get("/attributes")
    assert (told["type"], told["attributeList"]) == (
        "AttributeList",
        ["colour", "isParked", "location", "spaces", "speed"],
    )
    details = await city.get("/attributes?details=true")
    assert {one["attributeName"]: one["typeNames"] for one in details}["location"] == [
        "Parking",
        "Taxi",
        "Vehicle",
    ]
    one = await city.get("/attributes/speed")
    assert (one["attributeCount"], one["attributeTypes"], one["typeNames"]) == (
        10,
        ["Property"],
        ["Taxi", "Vehicle"],
    )
    assert (await city.get("/attributes/location"))["attributeCount"] == 11
    await city.refused("ResourceNotFound", 404, "GET", "/attributes/nothing")


async def test_names_by_context(api: Api) -> None:
    """5.5.7: the types and attributes of a query are those of its context."""
    await api.create({**car(), "@context": [CARS_URL, CORE_URL]}, ld=True)
    link = f'<{CARS_URL}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
    assert await api.get("/entities?type=Vehicle") == []
    assert await api.get("/entities?type=Vehicle&q=speed==50", link=link) == [car()]
    assert len(await api.get("/entities?type=" + quote("https://cars.example/terms/Vehicle", safe=""))) == 1
    assert (await api.get("/types", link=link))["typeList"] == ["Vehicle"]
    assert (await api.get("/types/Vehicle", link=link))["entityCount"] == 1


@pytest.mark.parametrize(("few", "many", "handful"), [(0, 0, 0), (2, 5, 1), (2, 50, 0), (50, 50, 3)])
async def test_the_same_is_found_whichever_way_it_is_looked_for(
    city: Api, monkeypatch: pytest.MonkeyPatch, few: int, many: int, handful: int
) -> None:
    """Ids collected, collected later, or each entity asked."""
    for name, limit in (("_FEW", few), ("_MANY", many), ("_HANDFUL", handful), ("_CHUNK", 8)):
        monkeypatch.setattr(repository, name, limit)
    box = f"georel=within&geometry=Polygon&coordinates={WEST}"
    near = "georel=near;maxDistance==2000&geometry=Point&coordinates=[10.03,59.9]"
    expected = {
        "type=Vehicle": list(range(10)),
        "type=Taxi": [3],
        "type=Vehicle&q=speed>=30;speed<60": [3, 4, 5],
        "q=speed>400": [5],
        f"type=Vehicle&{box}": [1, 2],
        f"type=Vehicle&q=speed>5&{box}": [1, 2],
        f"type=Taxi&q=speed==30&{near}": [3],
        f"type=Vehicle&attrs=colour&q=speed<=20&{near}": [0, 1, 2],
        f"{near}&q=speed>0&type=Vehicle&id={','.join(f'urn:ngsi-ld:Vehicle:{n}' for n in (2, 7))}": [2],
    }
    for query, numbers in expected.items():
        found = [one["id"] for one in await city.get(f"/entities?{query}")]
        assert found == [f"urn:ngsi-ld:Vehicle:{n}" for n in numbers], query
        first = [one["id"] for one in await city.get(f"/entities?{query}&limit=1")]
        assert first == found[:1], query


async def test_what_does_not_go_together_is_refused(city: Api) -> None:
    """Clauses 5.7.1.4, 5.7.2.4, 5.2.23."""
    for path in ("/entities?type=Parking", "/entities/urn:ngsi-ld:Parking:1"):
        joined = "&" if "?" in path else "?"
        await city.refused("BadRequestData", 400, "GET", f"{path}{joined}geometryProperty=location")
    await city.refused("BadRequestData", 400, "GET", "/entities?type=Parking&csf=))no((")
    await city.refused("BadRequestData", 400, "GET", "/entities?type=*&local=false")
    for wide in ("id=urn:x:1", "attrs=createdAt", "attrs=id,type", "type=Parking&attrs=id"):
        await city.refused("BadRequestData", 400, "GET", f"/entities?{wide}")
    query = {"type": "Query", "entities": [{"type": "Parking"}], "temporalQ": {"timerel": "after"}}
    await city.refused("BadRequestData", 400, "POST", "/entityOperations/query", query)


async def test_an_entity_of_another_type_is_not_there(api: Api) -> None:
    """Clause 5.7.1.4."""
    await api.create(car())
    await api.refused("ResourceNotFound", 404, "GET", f"/entities/{car()['id']}?type=Boat")
    assert (await api.get(f"/entities/{car()['id']}?type=Boat|Vehicle"))["id"] == car()["id"]


async def test_names_of_a_projection_are_joined_by_bars_too(api: Api) -> None:
    """Clause 4.21."""
    await api.create(car())
    assert set(await api.get(f"/entities/{car()['id']}?pick=id|speed,isParked")) == {
        "id",
        "speed",
        "isParked",
    }
    assert "speed" not in await api.get(f"/entities/{car()['id']}?omit=isParked|speed")
    await api.refused("BadRequestData", 400, "GET", f"/entities/{car()['id']}?pick=speed||isParked")


async def test_an_id_goes_before_a_pattern(api: Api) -> None:
    """Clause 5.2.33."""
    await api.create(car())
    selector = {"type": "Vehicle", "id": car()["id"], "idPattern": "no.*"}
    found = await api(
        "POST", "/entityOperations/query", {"type": "Query", "entities": [selector]}, status=200
    )
    assert [one["id"] for one in found.json()] == [car()["id"]]
