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
        await api.refused("InvalidRequest", 400, "POST", "/entities", none, content_type="application/json")


async def test_no_such_thing(api: Api) -> None:
    """6.3.2: a path or a method that is none; 4.14: there are no tenants."""
    await api.refused("ResourceNotFound", 404, "GET", "/nothing")
    answer = await api("PUT", "/entities", car())
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")
    await api.refused("NoMultiTenantSupport", 501, "GET", ID, ngsild_tenant="oslo")
    await api.refused("BadRequestData", 400, "GET", "/entities/no-uri")


async def test_deleted(api: Api) -> None:
    """5.6.6."""
    await api.create(car())
    await api("DELETE", ID, status=204)
    for method in ("GET", "DELETE"):
        await api.refused("ResourceNotFound", 404, method, ID)
    await api.create(car(speed={"type": "Property", "value": 7}))
    assert (await api.get(ID))["speed"] == {"type": "Property", "value": 7}


async def test_append(api: Api) -> None:
    """5.6.3: new ones added, old ones replaced whole; noOverwrite leaves them and says so (207)."""
    await api.create(car())
    await api(
        "POST",
        ID + "/attrs",
        {"speed": {"type": "Property", "value": 7}, "colour": {"value": "red"}},
        status=204,
    )
    held = await api.get(ID)
    assert held["speed"] == {"type": "Property", "value": 7}
    assert held["colour"] == {"type": "Property", "value": "red"}
    answer = await api(
        "POST", ID + "/attrs?options=noOverwrite", {"speed": {"value": 9}, "wheels": {"value": 4}}, status=207
    )
    told = answer.json()
    assert told["updated"] == [DEFAULT + "wheels"]
    assert [one["attributeName"] for one in told["notUpdated"]] == [DEFAULT + "speed"]
    held = await api.get(ID)
    assert (held["speed"]["value"], held["wheels"]["value"]) == (7, 4)
    await api.refused("ResourceNotFound", 404, "POST", "/entities/urn:x:y/attrs", {"speed": {"value": 9}})


async def test_append_adds_types_and_datasets(api: Api) -> None:
    """5.6.3, 4.5.5, 4.16."""
    await api.create(car())
    second = {"type": "Property", "value": 60, "datasetId": "urn:ngsi-ld:Dataset:gps"}
    await api("POST", ID + "/attrs", {"type": "Taxi", "speed": second}, status=204)
    held = await api.get(ID)
    assert held["type"] == ["Vehicle", "Taxi"]
    assert held["speed"] == [car()["speed"], second]


async def test_update(api: Api) -> None:
    """5.6.2, 5.5.8: what is there is replaced whole, what is not is added; what cannot be done is told."""
    await api.create(car())
    gps = {"value": 9, "datasetId": "urn:ngsi-ld:Dataset:gps"}
    await api("PATCH", ID + "/attrs", {"speed": {"value": 7}, "colour": {"value": "red"}}, status=204)
    held = await api.get(ID)
    assert (held["speed"], held["colour"]["value"]) == ({"type": "Property", "value": 7}, "red")
    answer = await api(
        "PATCH", ID + "/attrs", {"speed": gps, "scope": "/Oslo", "wheels": {"value": NULL}}, status=207
    )
    told = answer.json()
    assert told["updated"] == [DEFAULT + "speed"]
    refused = {one["attributeName"]: one["reason"] for one in told["notUpdated"]}
    assert refused.keys() == {"https://uri.etsi.org/ngsi-ld/scope", DEFAULT + "wheels"}
    assert all(refused.values())
    held = await api.get(ID)
    assert [one["value"] for one in held["speed"]] == [7, 9]
    assert "scope" not in held
    await api("PATCH", ID + "/attrs", {"speed": {**gps, "value": NULL}}, status=204)
    await api("PATCH", ID + "/attrs", {"speed": {"type": "Property", "value": NULL}}, status=204)
    assert "speed" not in await api.get(ID)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "/attrs", {"name": {"type": "LanguageProperty", "languageMap": {"@none": NULL}}}),
        ("PATCH", "/attrs/name", {"type": "LanguageProperty", "languageMap": {"@none": NULL}}),
        ("PATCH", "", {"name": {"type": "LanguageProperty", "languageMap": {"@none": NULL}}}),
        ("PATCH", "", {"name": NULL}),
    ],
)
async def test_the_null_of_a_language_map(api: Api, method: str, path: str, body: dict[str, Any]) -> None:
    """4.6.5: as the whole map it takes the attribute away."""
    await api.create(car(name={"type": "LanguageProperty", "languageMap": {"no": "bil", "en": "car"}}))
    await api(method, ID + path, body, status=204)
    assert await api.get(ID) == car()


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "/attrs/note", {"value": {"a": NULL}}),
        ("PATCH", "/attrs", {"note": {"value": {"a": {"b": [{"c": NULL}]}}}}),
        ("POST", "/attrs", {"note": {"value": {"a": NULL}}}),
        ("PATCH", "/attrs/speed", {"datasetId": NULL}),
        ("PATCH", "/attrs/scope", {"value": "/Oslo"}),
        ("PUT", "/attrs/scope", {"value": "/Oslo"}),
        ("PUT", "/attrs/@odd", {"value": 5}),
    ],
)
async def test_changes_that_are_wrong(api: Api, method: str, path: str, body: dict[str, Any]) -> None:
    """5.5.4: null inside of a value outside of a merge; 5.5.8: a datasetId stays; 5.6.4, 5.6.19: scope."""
    whole = car(note={"type": "Property", "value": {"a": 1, "b": 2}}, scope="/Bergen")
    await api.create(whole)
    await api.refused("BadRequestData", 400, method, ID + path, body)
    assert await api.get(ID) == whole
    await api("PATCH", ID, {"note": {"type": "Property", "value": {"a": NULL}}}, status=204)
    assert (await api.get(ID))["note"]["value"] == {"b": 2}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "/attrs", {"speed": {"value": 7}}),
        ("POST", "/attrs", {"speed": {"value": 7}}),
        ("PATCH", "/attrs/speed", {"value": 7}),
        ("PUT", "/attrs/speed", {"value": 7}),
        ("DELETE", "/attrs/speed", None),
        ("PATCH", "", {"speed": {"value": 7}}),
        ("PUT", "", {"type": "Vehicle"}),
        ("DELETE", "", None),
    ],
)
async def test_only_one_of_a_type(api: Api, method: str, path: str, body: Any) -> None:
    """5.6.2.4 to 5.6.6.4, 4.17: an entity of another type is none."""
    await api.create(car())
    for other in ("Building", "(Vehicle;Building)"):
        await api.refused("ResourceNotFound", 404, method, f"{ID}{path}?type={other}", body)
    assert await api.get(ID) == car()
    await api(method, f"{ID}{path}?type=Building,Vehicle", body, status=204)


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


async def test_the_default_instance_by_name(api: Api) -> None:
    """4.5.5.1: ``@none`` says what leaving the datasetId out says, and is never told."""
    gps = {"type": "Property", "value": 60, "datasetId": "urn:ngsi-ld:Dataset:gps"}
    await api.create({**car(), "speed": [{**car()["speed"], "datasetId": "@none"}, gps]})
    assert (await api.get(ID))["speed"] == [car()["speed"], gps]
    two = [{"value": 1}, {"value": 2, "datasetId": "@none"}]
    await api.refused("BadRequestData", 400, "POST", ID + "/attrs", {"speed": two})


@pytest.mark.parametrize(("method", "status"), [("PATCH", 400), ("PUT", 400), ("POST", 201)])
async def test_an_address_without_an_id(api: Api, method: str, status: int) -> None:
    """5.6.17.4, 5.6.18.4: BadRequestData where it must be there; of an attribute: no such method."""
    answer = await api(method, "/entities/", car())
    assert answer.status_code == status, answer.text
    assert (await api("DELETE", ID + "/attrs/")).status_code == 405
    for path in ("/attrs", "/attrs/speed"):
        await api.refused("BadRequestData", 400, "PATCH", f"/entities/{path}", {"speed": {"value": 7}})


async def test_partial_update(api: Api) -> None:
    """5.6.4: members that are given change, others stay."""
    await api.create(car())
    await api(
        "PATCH", ID + "/attrs/speed", {"value": 7, "source": {"type": "Property", "value": "gps"}}, status=204
    )
    held = (await api.get(ID))["speed"]
    assert held == {**car()["speed"], "value": 7, "source": {"type": "Property", "value": "gps"}}
    await api("PATCH", ID + "/attrs/speed", {"unitCode": "MTS"}, status=204)
    assert (await api.get(ID))["speed"]["unitCode"] == "MTS"
    await api("PATCH", ID + "/attrs/isParked", {"object": "urn:ngsi-ld:Parking:2"}, status=204)
    assert (await api.get(ID))["isParked"]["object"] == "urn:ngsi-ld:Parking:2"
    await api.refused("ResourceNotFound", 404, "PATCH", ID + "/attrs/colour", {"value": 7})
    await api.refused(
        "ResourceNotFound", 404, "PATCH", ID + "/attrs/speed", {"value": 7, "datasetId": "urn:a:b"}
    )
    await api.refused(
        "BadRequestData", 400, "PATCH", ID + "/attrs/speed", {"type": "Relationship", "object": "urn:a:b"}
    )


async def test_merge(api: Api) -> None:
    """5.5.12, 5.6.17: laid over, deeply; urn:ngsi-ld:null takes away."""
    await api.create(car(address={"type": "Property", "value": {"street": "A", "city": "Oslo"}}))
    await api(
        "PATCH",
        ID,
        {
            "speed": {"value": 7},
            "address": {"value": {"street": "B", "city": NULL}},
            "isParked": NULL,
            "colour": {"type": "Property", "value": "red"},
        },
        status=204,
    )
    held = await api.get(ID)
    assert held["speed"] == {**car()["speed"], "value": 7}
    assert held["address"]["value"] == {"street": "B"}
    assert held["colour"]["value"] == "red"
    assert "isParked" not in held
    await api("PATCH", ID, {"speed": {"unitCode": NULL, "type": "Property", "value": 8}}, status=204)
    assert "unitCode" not in (await api.get(ID))["speed"]
    await api.refused(
        "BadRequestData", 400, "PATCH", ID, {"id": "urn:ngsi-ld:Vehicle:2", "speed": {"value": 1}}
    )
    await api.refused("ResourceNotFound", 404, "PATCH", "/entities/urn:x:y", {"speed": {"value": 1}})


async def test_merge_simplified(api: Api) -> None:
    """5.6.17, 6.5.3.4: keyValues take the kind that is there; observedAt and lang are of the request."""
    await api.create(car(label={"type": "LanguageProperty", "languageMap": {"en": "car", "no": "bil"}}))
    at = "2026-11-22T11:00:00Z"
    await api(
        "PATCH",
        f"{ID}?options=keyValues&observedAt={at}&lang=no",
        {"speed": 9, "isParked": "urn:ngsi-ld:Parking:9", "label": "vogn"},
        status=204,
    )
    held = await api.get(ID)
    assert held["speed"] == {**car()["speed"], "value": 9, "observedAt": at}
    assert held["isParked"] == {"type": "Relationship", "object": "urn:ngsi-ld:Parking:9"}
    assert held["label"]["languageMap"] == {"en": "car", "no": "vogn"}


async def test_replace(api: Api) -> None:
    """5.6.18: all of it anew, but the time of its creation."""
    await api.create(car())
    before = await api.get(ID + "?options=sysAttrs")
    await api("PUT", ID, {"id": car()["id"], "type": "Vehicle", "colour": {"value": "red"}}, status=204)
    assert await api.get(ID) == {
        "id": car()["id"],
        "type": "Vehicle",
        "colour": {"type": "Property", "value": "red"},
    }
    after = await api.get(ID + "?options=sysAttrs")
    assert after["createdAt"] == before["createdAt"]
    assert after["modifiedAt"] > before["modifiedAt"]
    await api.refused("ResourceNotFound", 404, "PUT", "/entities/urn:x:y", car("y") | {"id": "urn:x:y"})


async def test_replace_attribute(api: Api) -> None:
    """5.6.19."""
    await api.create(car())
    await api("PUT", ID + "/attrs/speed", {"type": "Property", "value": 1}, status=204)
    assert (await api.get(ID))["speed"] == {"type": "Property", "value": 1}
    await api.refused("ResourceNotFound", 404, "PUT", ID + "/attrs/colour", {"type": "Property", "value": 1})


async def test_delete_attribute(api: Api) -> None:
    """5.6.5: the default instance, one of a dataset, or all."""
    two = [{"type": "Property", "value": n, "datasetId": f"urn:d:{n}"} for n in (1, 2)]
    await api.create(car(speed=[*two, {"type": "Property", "value": 3}]))
    await api("DELETE", ID + "/attrs/speed", status=204)
    assert (await api.get(ID))["speed"] == two
    await api("DELETE", ID + "/attrs/speed?datasetId=urn:d:1", status=204)
    assert (await api.get(ID))["speed"] == two[1]
    await api.refused("ResourceNotFound", 404, "DELETE", ID + "/attrs/speed")
    await api("POST", ID + "/attrs", {"speed": {"value": 3}}, status=204)
    await api("DELETE", ID + "/attrs/speed?deleteAll=true", status=204)
    assert "speed" not in await api.get(ID)
    await api.refused("ResourceNotFound", 404, "DELETE", ID + "/attrs/speed?deleteAll=true")


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
