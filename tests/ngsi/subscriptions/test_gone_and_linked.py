"""What is gone, told (clauses 4.5.0, 4.5.20, 5.8.6), and what an entity leads to (clause 4.5.23)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.ngsi.subscriptions.conftest import City

HOUSE, CITY = "urn:ngsi-ld:House:1", "urn:ngsi-ld:City:1"
NULL = "urn:ngsi-ld:null"
NAME: dict[str, Any] = {"type": "Property", "value": "tower"}
FRENCH = {"type": "Property", "value": "tour", "datasetId": "urn:d:fr"}
LINK = {"type": "Relationship", "object": CITY}
PLAIN = {"id": HOUSE, "type": "House"}
TOWN = {"id": CITY, "type": "City", "name": {"type": "Property", "value": "Paris"}}


def timeless(given: Any) -> Any:
    """Times that the broker gives as a mark: that they are there is seen, not which."""
    if isinstance(given, list):
        return [timeless(one) for one in given]
    if not isinstance(given, dict):
        return given
    times = ("createdAt", "modifiedAt", "deletedAt")
    return {key: "…" if key in times else timeless(value) for key, value in given.items()}


async def told(
    city: City, entity: dict[str, Any], asked: dict[str, Any], method: str, path: str, body: Any = None
) -> Any:
    """What is told of ``entity`` when that is done to it."""
    await city.api.create({**PLAIN, **entity})
    await city.subscribe(entities=[{"type": "House"}], **asked)
    await city.api(method, f"/entities/{HOUSE}{path}", body, status=204)
    (got,) = await city.receiver.take()
    await city.receiver.nothing(0.05)
    return timeless(got.body["data"])


GONE = {"notificationTrigger": ["attributeDeleted"]}
NAMED = {**GONE, "watchedAttributes": ["name"]}
DELETED = {"notificationTrigger": ["entityDeleted"]}


def formed(asked: dict[str, Any], **notification: Any) -> dict[str, Any]:
    return {**asked, "notification": notification}


@pytest.mark.parametrize(
    ("entity", "asked", "call", "left"),
    [
        ({"name": NAME}, GONE, ("DELETE", "/attrs/name"), {"name": {"type": "Property", "value": NULL}}),
        (
            {"name": NAME},
            formed(GONE, sysAttrs=True),
            ("DELETE", "/attrs/name"),
            {
                "createdAt": "…",
                "modifiedAt": "…",
                "name": {
                    "type": "Property",
                    "value": NULL,
                    "createdAt": "…",
                    "modifiedAt": "…",
                    "deletedAt": "…",
                },
            },
        ),
        ({"name": NAME}, formed(GONE, format="keyValues"), ("DELETE", "/attrs/name"), {"name": NULL}),
        ({"name": NAME}, formed(GONE, format="concise"), ("DELETE", "/attrs/name"), {"name": NULL}),
        # by a null in a fragment
        (
            {"name": NAME},
            NAMED,
            ("PATCH", "", {"name": NULL}),
            {"name": {"type": "Property", "value": NULL}},
        ),
        (
            {"link": LINK},
            GONE,
            ("PATCH", "/attrs", {"link": {"type": "Relationship", "object": NULL}}),
            {"link": {"type": "Relationship", "object": NULL}},
        ),
        # one instance of several, and all of them
        (
            {"name": [NAME, FRENCH]},
            NAMED,
            ("DELETE", "/attrs/name?datasetId=urn:d:fr"),
            {"name": [NAME, {"type": "Property", "value": NULL, "datasetId": "urn:d:fr"}]},
        ),
        (
            {"name": [NAME, FRENCH]},
            formed(NAMED, format="simplified"),
            ("DELETE", "/attrs/name?datasetId=urn:d:fr"),
            {"name": {"dataset": {"@none": "tower", "urn:d:fr": NULL}}},
        ),
        (
            {"name": [NAME, FRENCH]},
            formed(NAMED, showChanges=True),
            ("DELETE", "/attrs/name?datasetId=urn:d:fr"),
            {
                "name": [
                    NAME,
                    {
                        "type": "Property",
                        "value": NULL,
                        "datasetId": "urn:d:fr",
                        "previousValue": "tour",
                    },
                ]
            },
        ),
        (
            {"name": [NAME, FRENCH]},
            NAMED,
            ("DELETE", "/attrs/name?deleteAll=true"),
            {"name": {"type": "Property", "value": NULL}},
        ),
        # what it held
        (
            {"kind": {"type": "VocabProperty", "vocab": "museum"}},
            formed(GONE, showChanges=True),
            ("DELETE", "/attrs/kind"),
            {"kind": {"type": "VocabProperty", "vocab": NULL, "previousVocab": "museum"}},
        ),
        (
            {"kind": {"type": "VocabProperty", "vocab": "museum"}},
            {"notification": {"showChanges": True}},
            ("PATCH", "/attrs", {"kind": {"type": "VocabProperty", "vocab": "hall"}}),
            {"kind": {"type": "VocabProperty", "vocab": "hall", "previousVocab": "museum"}},
        ),
        # the whole entity
        ({"name": NAME}, DELETED, ("DELETE", ""), {"deletedAt": "…"}),
        (
            {"name": NAME},
            formed(DELETED, sysAttrs=True),
            ("DELETE", ""),
            {"createdAt": "…", "modifiedAt": "…", "deletedAt": "…"},
        ),
        (
            {"name": NAME, "link": LINK},
            NAMED,
            ("DELETE", ""),
            {"deletedAt": "…", "name": {"type": "Property", "value": NULL}},
        ),
        (
            {"link": LINK},
            formed(DELETED, showChanges=True),
            ("DELETE", ""),
            {
                "deletedAt": "…",
                "link": {"type": "Relationship", "object": NULL, "previousObject": CITY},
            },
        ),
    ],
)
async def test_what_is_gone(
    city: City, entity: dict[str, Any], asked: dict[str, Any], call: tuple[Any, ...], left: dict[str, Any]
) -> None:
    assert await told(city, entity, asked, *call) == [{**PLAIN, **left}]


async def test_a_place_that_is_gone_is_no_geometry(city: City) -> None:
    place = {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [1.0, 2.0]}}
    asked = {**GONE, "endpoint": {"accept": "application/geo+json"}}
    (feature,) = (await told(city, {"location": place}, asked, "DELETE", "/attrs/location"))["features"]
    assert feature["geometry"] is None
    assert feature["properties"]["location"] == {"type": "GeoProperty", "value": NULL}


HALL = {"name": {"type": "Property", "value": "hall"}}


@pytest.mark.parametrize(
    ("said", "data"),
    [
        ({"join": "flat"}, [{**PLAIN, "link": LINK, **HALL}, TOWN]),
        ({"join": "inline"}, [{**PLAIN, "link": {**LINK, "entity": TOWN}, **HALL}]),
        ({"join": "inline", "attributes": ["link"]}, [{**PLAIN, "link": {**LINK, "entity": TOWN}}]),
        (
            {"join": "inline", "format": "simplified"},
            [{**PLAIN, "link": {"id": CITY, "type": "City", "name": "Paris"}, "name": "hall"}],
        ),
        (
            {"join": "flat", "format": "keyValues", "attributes": ["name"]},
            [{**PLAIN, "name": "hall"}, {"id": CITY, "type": "City", "name": "Paris"}],
        ),
        ({"join": "@none"}, [{**PLAIN, "link": LINK, **HALL}]),
    ],
)
async def test_linked_entities(city: City, said: dict[str, Any], data: list[dict[str, Any]]) -> None:
    await city.api.create(TOWN)
    assert await told(city, {"link": LINK}, {"notification": said}, "POST", "/attrs", HALL) == data


@pytest.mark.parametrize("how", ["flat", "inline"])
async def test_linked_entities_as_features(city: City, how: str) -> None:
    await city.api.create(TOWN)
    said = {"endpoint": {"accept": "application/geo+json"}, "notification": {"join": how}}
    told_ = (await told(city, {"link": LINK}, said, "POST", "/attrs", HALL))["features"]
    assert [(one["id"], one["type"]) for one in told_] == [
        (PLAIN["id"], "Feature"),
        *([(CITY, "Feature")] if how == "flat" else []),
    ]
    assert told_[0]["properties"]["link"] == (LINK if how == "flat" else {**LINK, "entity": TOWN})


async def test_how_it_went_is_seen_at_once(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not when it is next the turn of all that waits to be written down."""
    monkeypatch.setattr("tocsin.ngsi.subscriptions.books._SOON_S", 60.0)
    name = await city.subscribe(entities=[{"type": "House"}])
    await city.api.create(PLAIN | HALL)
    await city.receiver.take()
    shown = await city.until(name, lambda one: "status" in one["notification"])
    assert shown["notification"]["timesSent"] == 1
