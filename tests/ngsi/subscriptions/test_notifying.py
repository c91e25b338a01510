"""From a change to whoever subscribed to it (clauses 5.3.1, 5.8.6, 6.3.8)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.ngsi.conftest import CARS_URL
from tests.ngsi.subscriptions.conftest import City, car
from tests.ngsi.test_one_state import read_in, reading, running

from tocsin.context import Context

V1 = "urn:ngsi-ld:Vehicle:1"


def speed(value: float, **more: Any) -> dict[str, Any]:
    return {"speed": {"type": "Property", "value": value, **more}}


async def test_a_change_is_told(city: City) -> None:
    name = await city.subscribe()
    await city.api.create(car())
    (first,) = await city.receiver.take()
    assert first.body["type"] == "Notification"
    assert first.body["subscriptionId"] == name
    assert first.body["id"].startswith("urn:ngsi-ld:Notification:")
    assert first.body["notifiedAt"].endswith("Z")
    assert first.headers["content-type"] == "application/json"
    assert 'rel="http://www.w3.org/ns/json-ld#context"' in first.headers["link"]
    assert first.data[0]["id"] == V1
    assert first.data[0]["speed"]["value"] == 50
    await city.speed(60)
    (second,) = await city.receiver.take()
    assert second.data[0]["speed"]["value"] == 60
    shown = await city.until(name, lambda one: one["notification"].get("timesSent") == 2)
    assert shown["status"] == "active"
    assert shown["notification"]["status"] == "ok"
    assert shown["notification"]["lastSuccess"] == shown["notification"]["lastNotification"]
    assert city.receiver.connections == 1  # kept open


async def test_only_what_matches(city: City) -> None:
    """Each of several subscriptions is told of its own alone: selectors, conditions, watched attributes."""
    hears = {
        "any": {},
        "id": {"entities": [{"type": "Vehicle", "id": "urn:ngsi-ld:Vehicle:2"}]},
        "pattern": {"entities": [{"type": "Vehicle", "idPattern": ":[12]$"}]},
        "types": {"entities": [{"type": "(Vehicle;Bus),Bike"}]},
        "star": {"entities": [{"type": "*"}]},
        "q": {"q": "speed>90"},
        "scope": {"scopeQ": "/Oslo/#"},
        "geo": {
            "geoQ": {"georel": "near;maxDistance==1000", "geometry": "Point", "coordinates": [10.75, 59.91]}
        },
        "watched": {"watchedAttributes": ["colour"]},
        "no entities": {"entities": None, "watchedAttributes": ["speed", "colour"]},
    }
    names = {await city.subscribe(**more): called for called, more in hears.items()}

    async def heard(count: int) -> set[str]:
        got = await city.receiver.take(count)
        await city.receiver.nothing(0.1)
        return {names[one.body["subscriptionId"]] for one in got}

    await city.api.create(car(1))
    assert await heard(5) == {"any", "pattern", "star", "geo", "no entities"}
    far = {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [5.0, 60.0]}}
    await city.api.create(car(2, type=["Vehicle", "Bus"], location=far, scope="/Oslo/Sentrum") | speed(100))
    assert await heard(8) == {"any", "id", "pattern", "types", "star", "q", "scope", "no entities"}
    paint = {"colour": {"type": "Property", "value": "red"}}
    await city.api("POST", "/entities/urn:ngsi-ld:Vehicle:1/attrs", paint, status=204)
    assert await heard(6) == {"any", "pattern", "star", "geo", "watched", "no entities"}


async def test_triggers_and_changes(city: City) -> None:
    """Every kind of change, each for who asked for it, with what was there before."""
    kinds = [
        "entityCreated", "entityUpdated", "entityDeleted",
        "attributeCreated", "attributeUpdated", "attributeDeleted",
    ]  # fmt: skip
    shown = {"notification": {"showChanges": True}}
    names = {await city.subscribe(notificationTrigger=[kind], **shown): kind for kind in kinds}
    api, receiver = city.api, city.receiver

    async def told(count: int) -> dict[str, Any]:
        found = {names[one.body["subscriptionId"]]: one.data[0] for one in await receiver.take(count)}
        await receiver.nothing(0.1)
        return found

    await api.create(car())
    assert set(await told(2)) == {"entityCreated", "attributeCreated"}
    await city.speed(60)
    found = await told(2)
    assert set(found) == {"entityUpdated", "attributeUpdated"}
    assert (
        found["attributeUpdated"]["speed"]["value"],
        found["attributeUpdated"]["speed"]["previousValue"],
    ) == (
        60,
        50,
    )
    assert "previousObject" not in found["attributeUpdated"]["isParked"]  # it did not change
    parked = {"isParked": {"type": "Relationship", "object": "urn:ngsi-ld:Parking:2"}}
    await api("PATCH", f"/entities/{V1}/attrs", parked, status=204)
    assert (await told(2))["entityUpdated"]["isParked"]["previousObject"] == "urn:ngsi-ld:Parking:1"
    await api("DELETE", f"/entities/{V1}/attrs/speed", status=204)
    found = await told(2)
    assert set(found) == {"entityUpdated", "attributeDeleted"}
    gone = found["attributeDeleted"]["speed"]
    assert (gone["type"], gone["value"], gone["previousValue"]) == ("Property", "urn:ngsi-ld:null", 60)
    assert "deletedAt" not in gone  # sysAttrs is not asked for
    words = {"name": {"type": "LanguageProperty", "languageMap": {"en": "one"}}}
    await api("POST", f"/entities/{V1}/attrs", words, status=204)
    assert set(await told(2)) == {"entityUpdated", "attributeCreated"}
    await api("DELETE", f"/entities/{V1}/attrs/name", status=204)
    gone = (await told(2))["attributeDeleted"]["name"]
    assert gone["languageMap"] == {"@none": "urn:ngsi-ld:null"}
    assert gone["previousLanguageMap"] == {"en": "one"}
    await api("DELETE", f"/entities/{V1}", status=204)
    found = await told(2)
    assert found["attributeDeleted"] == found["entityDeleted"]
    left = found["entityDeleted"]
    assert (left["id"], left["type"]) == (V1, "Vehicle")
    assert left["deletedAt"].endswith("Z")
    assert left["isParked"]["previousObject"] == "urn:ngsi-ld:Parking:2"


async def test_forms(city: City) -> None:
    """Form, members, language, datasets, kind of body."""
    asked: dict[str, dict[str, Any]] = {
        "simplified": {"notification": {"format": "simplified", "attributes": ["speed"]}},
        "keyValues": {"notification": {"format": "keyValues", "pick": ["id", "speed"]}},
        "concise": {
            "notification": {"format": "concise", "omit": ["location", "isParked"], "showChanges": True}
        },
        "sys": {"notification": {"sysAttrs": True}},
        "lang": {"lang": "nb", "notification": {"pick": ["name"]}},
        "dataset": {"datasetId": ["urn:d:2"], "notification": {"pick": ["name", "speed"]}},
        "ld": {"endpoint": {"accept": "application/ld+json"}},
        "geo": {"endpoint": {"accept": "application/geo+json"}, "notification": {"format": "simplified"}},
        "header": {"endpoint": {"receiverInfo": [{"key": "X-Key", "value": "1"}]}},
    }
    names = {await city.subscribe(**more): called for called, more in asked.items()}
    two = [
        {"type": "Property", "value": 50},
        {"type": "Property", "value": 52, "datasetId": "urn:d:2"},
    ]
    words = {"type": "LanguageProperty", "languageMap": {"nb": "bil", "en": "car"}}
    await city.api.create(car(speed=two, name=words))
    got = {names[one.body["subscriptionId"]]: one for one in await city.receiver.take(len(asked))}
    data = {called: one.body["data"] for called, one in got.items()}
    simple = {"id": V1, "type": "Vehicle", "speed": {"dataset": {"@none": 50, "urn:d:2": 52}}}
    assert data["simplified"] == [simple]
    assert data["keyValues"] == [{"id": V1, "speed": simple["speed"]}]
    assert set(data["concise"][0]) == {"id", "type", "speed", "name"}
    assert {"createdAt", "modifiedAt"} <= set(data["sys"][0])
    assert data["lang"] == [{"name": {"type": "Property", "value": "bil", "lang": "nb"}}]
    assert data["dataset"][0]["speed"]["value"] == 52
    assert got["ld"].headers["content-type"] == "application/ld+json"
    assert "link" not in got["ld"].headers
    for stated in (got["ld"].body, got["ld"].data[0]):  # receivers take the entities out
        assert stated["@context"].startswith("https://uri.etsi.org/")
    assert data["geo"]["type"] == "FeatureCollection"
    feature = data["geo"]["features"][0]
    assert (feature["id"], feature["geometry"]["type"]) == (V1, "Point")
    assert got["header"].headers["x-key"] == "1"
    await city.api("PATCH", f"/entities/{V1}/attrs", speed(60), status=204)
    got = {names[one.body["subscriptionId"]]: one for one in await city.receiver.take(len(asked))}
    first = got["concise"].data[0]["speed"][0]
    assert first == {"value": 60, "previousValue": 50}


async def test_names_are_short_by_the_context_of_the_subscription(city: City) -> None:
    link = f'<{CARS_URL}>; rel="http://www.w3.org/ns/json-ld#context"'
    endpoint = {"uri": city.receiver.uri}
    body = {
        "type": "Subscription",
        "entities": [{"type": "Vehicle"}],
        "q": "speed>10",
        "notification": {"endpoint": endpoint},
    }
    await city.api("POST", "/subscriptions", body, status=201, link=link)
    await city.subscribe(entities=[{"type": "https://cars.example/terms/Vehicle"}], jsonldContext=CARS_URL)
    await city.api.create(car())  # of the default context: another type
    await city.receiver.nothing()
    await city.api("POST", "/entities", car(2), status=201, link=link)
    for got in await city.receiver.take(2):
        assert (got.data[0]["type"], got.data[0]["speed"]["value"]) == ("Vehicle", 50)
        assert CARS_URL in got.headers["link"]


async def test_readings_are_changes_too(city: City) -> None:
    """Each reading by itself, also where many become one write; not those that tell nothing new."""
    now = datetime.now(UTC)
    stage = Context(city.api.bus, city.api.context, flush_s=0)
    await city.subscribe(q="speed>=100", notification={"showChanges": True})
    every = await city.subscribe(notificationTrigger=["entityCreated", "entityUpdated"])
    async with running(stage):
        three = [reading(now + timedelta(seconds=n), speed=v) for n, v in enumerate((50, 120, 60))]
        await read_in(city.api, stage, *three)
        got = await city.receiver.take(4)
        fast = [one for one in got if one.body["subscriptionId"] != every]
        assert [one.data[0]["speed"]["value"] for one in fast] == [120]
        assert fast[0].data[0]["speed"]["previousValue"] == 50
        assert fast[0].data[0]["speed"]["unitCode"] == "KMH"
        rest = [one for one in got if one.body["subscriptionId"] == every]
        assert [one.data[0]["speed"]["value"] for one in rest] == [50, 120, 60]
        await read_in(city.api, stage, three[0])
        await city.receiver.nothing()
        # laid over what NGSI-LD wrote, of a type that the reading does not name
        written = car(1, type=["Vehicle", "Van"], colour={"type": "Property", "value": "red"})
        await city.api("PUT", f"/entities/{V1}", written, status=204)
        await city.receiver.take(1)
        await city.subscribe(entities=[{"type": "Van"}])
        await read_in(city.api, stage, reading(now + timedelta(seconds=40), speed=70))
        got = await city.receiver.take(2)
        assert {one.data[0]["colour"]["value"] for one in got} == {"red"}
        assert {one.data[0]["speed"]["value"] for one in got} == {70}


async def test_a_batch_is_one_notification(city: City) -> None:
    await city.subscribe()
    many = [car(number) for number in range(1, 31)]
    await city.api("POST", "/entityOperations/create", many, status=201)
    (got,) = await city.receiver.take()
    assert {one["id"] for one in got.data} == {one["id"] for one in many}
    await city.receiver.nothing()


async def test_paused_resumed_expired(city: City) -> None:
    """Nothing is told while paused, nor of that time later; one that has expired is told nothing."""
    name = await city.subscribe()
    await city.api.create(car())
    await city.receiver.take()
    await city.api("PATCH", f"/subscriptions/{name}", {"isActive": False}, status=204)
    await city.speed(61)
    await city.receiver.nothing()
    await city.api("PATCH", f"/subscriptions/{name}", {"isActive": True}, status=204)
    await city.speed(62)
    (got,) = await city.receiver.take()
    assert got.data[0]["speed"]["value"] == 62
    soon = (datetime.now(UTC) + timedelta(seconds=2)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    await city.api("PATCH", f"/subscriptions/{name}", {"expiresAt": soon}, status=204)
    await city.until(name, lambda one: one["status"] == "expired")
    await city.speed(63)
    await city.receiver.nothing()
    await city.stage.tidy()
    await city.api("PATCH", f"/subscriptions/{name}", {"expiresAt": "urn:ngsi-ld:null"}, status=204)
    await city.speed(64)
    (got,) = await city.receiver.take()
    assert got.data[0]["speed"]["value"] == 64


@pytest.mark.parametrize("parked", [False, True])
async def test_throttled(city: City, monkeypatch: pytest.MonkeyPatch, parked: bool) -> None:
    """At most one in that time, and at its end the newest of what came meanwhile, held or read again."""
    if parked:
        monkeypatch.setattr("tocsin.ngsi.subscriptions.lane._PARK_S", 0.0)
        monkeypatch.setattr("tocsin.ngsi.subscriptions.lane.HELD", 1)
    name = await city.subscribe(throttling=0.7, notification={"showChanges": True})
    await city.api.create(car())
    await city.receiver.take()
    for value in (61, 62, 63):
        await city.speed(value)
    await city.receiver.nothing(0.2)
    (got,) = await city.receiver.take()
    assert (got.data[0]["speed"]["value"], got.data[0]["speed"]["previousValue"]) == (63, 50)
    await city.receiver.nothing(0.9)
    assert (await city.api.broker.subscriptions.get(name)).ledger.coalesced == 2


async def test_periodic(city: City) -> None:
    """What matches, every so often, whatever changed; nothing where nothing matches."""
    name = await city.subscribe(timeInterval=0.3)
    await city.receiver.nothing(0.5)
    await city.api.create(car(1))
    await city.api.create(car(2))
    first, second = await city.receiver.take(2)
    assert {one["id"] for one in first.data} | {one["id"] for one in second.data} == {
        V1,
        "urn:ngsi-ld:Vehicle:2",
    }
    assert first.body["id"] != second.body["id"]
    await city.until(name, lambda one: one["notification"].get("timesSent", 0) >= 2)
