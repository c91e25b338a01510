"""Changes of one entity and of its attributes (ETSI GS CIM 009 v1.8.1, 5.6.2 to 5.6.5, 5.6.17 to 5.6.19)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.ngsi.conftest import CARS_URL, Api, car

ID = "/entities/urn:ngsi-ld:Vehicle:1"
NULL = "urn:ngsi-ld:null"
DEFAULT = "https://uri.etsi.org/ngsi-ld/default-context/"


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


GPS = "urn:ngsi-ld:Dataset:gps"
#: the member of the value, two values, and what takes the attribute away
NULLS: dict[str, tuple[str, Any, Any, Any]] = {
    "Property": ("value", 1, 2, NULL),
    "Relationship": ("object", "urn:a:b", "urn:a:c", NULL),
    "GeoProperty": (
        "value",
        {"type": "Point", "coordinates": [1, 2]},
        {"type": "Point", "coordinates": [3, 4]},
        NULL,
    ),
    "LanguageProperty": ("languageMap", {"no": "bil"}, {"en": "car"}, {"@none": NULL}),
}


@pytest.mark.parametrize("kind", NULLS)
@pytest.mark.parametrize("way", ["/attrs/it", "/attrs", ""])
@pytest.mark.parametrize("which", ["only", "dataset", "default"])
async def test_null_takes_away(api: Api, kind: str, way: str, which: str) -> None:
    """4.5.0, 4.6.5, 5.5.8, 5.5.12: an attribute, one instance of a dataset, or the default one."""
    member, first, second, null = NULLS[kind]
    default = {"type": kind, member: first}
    other = {"type": kind, member: second, "datasetId": GPS}
    await api.create({"id": "urn:ngsi-ld:Vehicle:1", "type": "Vehicle", "it": [default, other]})
    if which == "only":
        await api("DELETE", ID + f"/attrs/it?datasetId={GPS}", status=204)
    gone = {"type": kind, member: null} | ({"datasetId": GPS} if which == "dataset" else {})
    await api("PATCH", ID + way, gone if way.endswith("/it") else {"it": gone}, status=204)
    left = (await api.get(ID)).get("it")
    assert left == {"only": None, "dataset": default, "default": other}[which]


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
        ("PATCH", "/attrs/speed", {}),
        ("PUT", "/attrs/speed", {}),
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


@pytest.mark.parametrize("method", ["POST", "PATCH"])
async def test_nothing_to_change(api: Api, method: str) -> None:
    """5.5.4: an empty body says nothing."""
    await api.create(car())
    await api.refused("InvalidRequest", 400, method, ID + "/attrs", {})


async def test_a_change_is_told_in_whole_names(api: Api) -> None:
    """6.3.6: no context and no Link beside what became of a change."""
    await api.create(car())
    body = {"speed": {"value": 9}, "@context": [CARS_URL, {"wheels": "https://x.y/wheels"}]}
    answer = await api("POST", ID + "/attrs", body, ld=True, status=204)
    answer = await api("POST", ID + "/attrs?options=noOverwrite", body, ld=True, status=207)
    assert answer.json()["notUpdated"][0]["attributeName"] == "https://cars.example/terms/speed"
    assert "link" not in answer.headers
    assert await api.get("/jsonldContexts?kind=ImplicitlyCreated") == []


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
