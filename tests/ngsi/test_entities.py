"""Provision and retrieval of one entity, clause by clause (ETSI GS CIM 009 v1.8.1, 5.6.1 to 5.6.6, 5.7.1)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.ngsi.conftest import CARS_URL, CORE_URL, Api, car

ID = "/entities/urn:ngsi-ld:Vehicle:1"
NULL = "urn:ngsi-ld:null"
DEFAULT = "https://uri.etsi.org/ngsi-ld/default-context/"


async def test_created_as_it_was_sent(api: Api) -> None:
    """5.6.1.4, 6.4.3.1: 201 with the place of the new entity; 5.7.1: retrieved as it was."""
    answer = await api("POST", "/entities", car(), status=201)
    assert answer.headers["location"] == "/ngsi-ld/v1/entities/urn:ngsi-ld:Vehicle:1"
    assert answer.content == b""
    assert await api.get(ID) == car()


async def test_twice_is_refused(api: Api) -> None:
    """5.6.1.4: AlreadyExists."""
    await api.create(car())
    await api.refused("AlreadyExists", 409, "POST", "/entities", car())


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "no uri"},
        {"id": 5},
        {"id": None},
        {"type": None},
        {"type": []},
        {"type": 7},
        {"speed": {"type": "Property"}},
        {"speed": {"type": "Property", "value": None}},
        {"speed": None},
        {"speed": {"type": "Relationship", "value": 5}},
        {"speed": {"type": "Relationship", "object": "no uri"}},
        {"speed": {"type": "Nonsense", "value": 5}},
        {"speed": {"type": "Property", "value": 5, "observedAt": "yesterday"}},
        {"speed": {"type": "Property", "value": 5, "observedAt": "2026-11-22T10:00:00"}},
        {"speed": {"type": "Property", "value": 5, "observedAt": "2026-11-22T10:00:00+01:00"}},
        {"speed": {"type": "Property", "value": 5, "observedAt": "2026-13-22T10:00:00Z"}},
        {"speed": {"type": "Property", "value": 5, "observedAt": 5}},
        {"speed": {"type": "Property", "value": 5, "unitCode": 5}},
        {"speed": {"type": "Property", "value": 5, "datasetId": "no uri"}},
        {"speed": {"value": 5, "object": "urn:a:b"}},
        {"speed": {"type": "Property", "value": NULL}},
        {"speed": [{"type": "Property", "value": 5}, {"type": "Property", "value": 6}]},
        {"speed": [{"value": 5, "datasetId": "urn:a:b"}, {"value": 6, "datasetId": "urn:a:b"}]},
        {"name": {"type": "LanguageProperty", "languageMap": "Oslo"}},
        {"name": {"type": "LanguageProperty", "languageMap": {"en": 5}}},
        {"name": {"type": "VocabProperty", "vocab": 5}},
        {"name": {"type": "ListProperty", "valueList": 5}},
        {"name": {"type": "ListRelationship", "objectList": ["no uri"]}},
        {"location": {"type": "GeoProperty", "value": "here"}},
        {"location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [200, 10]}}},
        {
            "location": {
                "type": "GeoProperty",
                "value": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 1]]]},
            }
        },
        {"location": {"type": "GeoProperty", "value": {"type": "GeometryCollection", "geometries": []}}},
        {"location": {"type": "GeometryCollection", "geometries": []}},
        {"scope": "not a scope"},
        {"scope": []},
        {"bad name": {"type": "Property", "value": 5}},
        {"<script>": {"type": "Property", "value": 5}},
        {"@context": CORE_URL},
        {"id": NULL},
        *(
            {"id": f"urn:ngsi-ld:Vehicle:A{c}B"}
            for c in "\u202e\u200b\ufeff\u2028\u00a0\ufe0f\u3164\ufdd0\u2800\U000e0100"
        ),
        {"place": {"type": "GeoProperty", "value": '{"type": "Point"}'}},
        {"raw": {"type": "JsonProperty", "json": {"a": 1}, "unitCode": "MTR"}},
        {"type": "type"},
        {"type": ["Vehicle", "@id"]},
        {"scope": NULL},
        {"datasetId": {"type": "Property", "value": 1}},
        {"instanceId": {"type": "Property", "value": 1}},
        {"observedAt": {"type": "Property", "value": "2026-11-22T10:00:00Z"}},
        {"speed": {"type": "Property", "value": 5, "@context": {"speed": "https://x.y/speed"}}},
        {"speed": {"type": "Property", "value": 5, "gauge": {"type": "Property", "value": NULL}}},
        {"speed": {"type": "Property", "value": {"a": {"b": NULL}}}},
        {"isParked": {"type": "Relationship", "object": "urn:a:b", "unitCode": "MTR"}},
        {"name": {"type": "LanguageProperty", "languageMap": {"@none": NULL}}},
        {"name": {"type": "LanguageProperty", "languageMap": {"en": "car", "no": NULL}}},
    ],
)
async def test_wrong_data_is_refused(api: Api, wrong: dict[str, Any]) -> None:
    """5.5.4, 4.5: BadRequestData, and nothing is kept."""
    await api.refused("BadRequestData", 400, "POST", "/entities", {**car(), **wrong})
    await api.refused("ResourceNotFound", 404, "GET", ID)


@pytest.mark.parametrize("how", ["", "?options=keyValues"])
async def test_no_collection_is_kept_under_another_name(api: Api, how: str) -> None:
    """4.7.1 leaves GeometryCollection out: also where an object by itself would be a value."""
    place = {"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [1, 2]}]}
    await api.refused("BadRequestData", 400, "POST", f"/entities{how}", {**blank_car(), "place": place})
    odd = {**blank_car(), "place": {"type": ["Point"], "seats": 4}}
    assert (await api("POST", f"/entities{how}", odd)).status_code < 500


def blank_car() -> dict[str, Any]:
    return {"id": "urn:ngsi-ld:Vehicle:1", "type": "Vehicle"}


@pytest.mark.parametrize("missing", ["id", "type"])
async def test_id_and_type_are_needed(api: Api, missing: str) -> None:
    """5.6.1.4."""
    await api.refused(
        "BadRequestData", 400, "POST", "/entities", {k: v for k, v in car().items() if k != missing}
    )


async def test_the_context_tells_what_names_mean(api: Api) -> None:
    """5.5.7, 6.3.5: expanded by the context of the request, compacted by that of whoever asks."""
    await api.create({**car(), "@context": [CARS_URL, CORE_URL]}, ld=True)
    plain = await api.get(ID)
    assert plain["type"] == "https://cars.example/terms/Vehicle"
    assert plain["https://cars.example/terms/speed"]["value"] == 50
    link = f'<{CARS_URL}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
    answer = await api("GET", ID, link=link, status=200)
    assert answer.json() == car()
    assert CARS_URL in answer.headers["link"]
    answer = await api("GET", ID, link=link, accept="application/ld+json", status=200)
    assert answer.json() == {**car(), "@context": [CARS_URL, CORE_URL]}
    assert answer.headers["content-type"] == "application/ld+json"
    assert "link" not in answer.headers


async def test_the_context_stands_where_the_media_type_says(api: Api) -> None:
    """6.3.5: in the body of ld+json, in the Link header of json, never in both."""
    await api.refused("BadRequestData", 400, "POST", "/entities", car(), ld=True)
    link = f'<{CARS_URL}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
    await api.refused(
        "BadRequestData", 400, "POST", "/entities", {**car(), "@context": CORE_URL}, ld=True, link=link
    )
    await api.refused("BadRequestData", 400, "GET", ID, link=f"{link}, {link}")


async def test_media_types(api: Api) -> None:
    """6.3.4: 415 for a body that is not read, 406 for an answer that is not written."""
    await api.refused("InvalidRequest", 415, "POST", "/entities", b"<a/>", content_type="text/xml")
    await api.create(car())
    await api.refused("InvalidRequest", 406, "GET", ID, accept="text/html")
    # whatever says nothing of itself is read as JSON
    untyped = await api.client.post("/ngsi-ld/v1/entities", content=b"{")
    assert (untyped.status_code, "InvalidRequest" in untyped.text) == (400, True)
    for none in (b"{", b"", b"{}"):
        for kind in ("application/json", "application/ld+json"):
            await api.refused("InvalidRequest", 400, "POST", "/entities", none, content_type=kind)


async def test_no_such_thing(api: Api) -> None:
    """6.3.2: a path or a method that is none."""
    await api.refused("ResourceNotFound", 404, "GET", "/nothing")
    answer = await api("PUT", "/entities", car())
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")
    await api.refused("BadRequestData", 400, "GET", "/entities/no-uri")


async def test_deleted(api: Api) -> None:
    """5.6.6."""
    await api.create(car())
    await api("DELETE", ID, status=204)
    for method in ("GET", "DELETE"):
        await api.refused("ResourceNotFound", 404, method, ID)
    await api.create(car(speed={"type": "Property", "value": 7}))
    assert (await api.get(ID))["speed"] == {"type": "Property", "value": 7}


async def test_a_geometry_as_a_string(api: Api) -> None:
    """4.7.2: read as what it says, told as what it is."""
    point = {"type": "Point", "coordinates": [10.75, 59.91]}
    text = '{"type": "Point", "coordinates": [10.75, 59.91]}'
    await api.create({**car(), "location": {"type": "GeoProperty", "value": text}})
    assert (await api.get(ID))["location"] == {"type": "GeoProperty", "value": point}


async def test_ids_in_other_letters(api: Api) -> None:
    """RFC 3987: what people can read is an id."""
    entity = car("blå-\u8eca")
    await api.create(entity)
    assert await api.get("/entities/" + entity["id"]) == entity


async def test_an_id_with_slashes(api: Api) -> None:
    """4.6.2: any URI is an id; escaped it goes through the path."""
    await api.create({**car(), "id": "https://city.example/cars/1"})
    held = await api.get("/entities/https%3A%2F%2Fcity.example%2Fcars%2F1")
    assert held["id"] == "https://city.example/cars/1"
    await api(
        "PATCH", "/entities/https%3A%2F%2Fcity.example%2Fcars%2F1/attrs/speed", {"value": 2}, status=204
    )
    await api("DELETE", "/entities/https%3A%2F%2Fcity.example%2Fcars%2F1", status=204)


async def test_only_what_is_asked_for(api: Api) -> None:
    """5.7.1, 4.21: attrs, pick and omit."""
    await api.create(car())
    assert set(await api.get(ID + "?attrs=speed")) == {"id", "type", "speed"}
    assert set(await api.get(ID + "?pick=id,speed")) == {"id", "speed"}
    assert set(await api.get(ID + "?omit=speed,type")) == {"id", "isParked", "location"}
    await api.refused("ResourceNotFound", 404, "GET", ID + "?attrs=colour")
    await api.refused("BadRequestData", 400, "GET", ID + "?attrs=speed&pick=speed")
    await api.refused("BadRequestData", 400, "GET", ID + "?pick=")
