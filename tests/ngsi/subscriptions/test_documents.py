"""The subscription as a document: made, read, changed, deleted; each member checked (clauses 5.2.12, 5.8)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.ngsi.conftest import CARS_URL, Api
from tests.ngsi.subscriptions.conftest import City

URI = "https://receiver.example/notify"


def subscription(**more: Any) -> dict[str, Any]:
    made = {
        "type": "Subscription",
        "entities": [{"type": "Vehicle"}],
        "notification": {"endpoint": {"uri": URI}},
        **more,
    }
    return {key: value for key, value in made.items() if value is not None}


def notified(endpoint: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"notification": {"endpoint": {"uri": URI, **(endpoint or {})}, **more}}


async def test_made_read_changed_deleted(api: Api) -> None:
    given = subscription(id="urn:ngsi-ld:Subscription:1", q="speed>50", throttling=5, csf="a==1")
    made = await api("POST", "/subscriptions", given, status=201)
    assert made.headers["location"] == "/ngsi-ld/v1/subscriptions/urn:ngsi-ld:Subscription:1"
    shown = await api.get("/subscriptions/urn:ngsi-ld:Subscription:1")
    assert {key: shown[key] for key in given if key != "notification"} == {
        key: value for key, value in given.items() if key != "notification"
    }
    assert (shown["status"], "isActive" in shown) == ("active", False)
    assert shown["notificationTrigger"] == ["attributeCreated", "attributeUpdated"]
    assert "createdAt" not in shown
    assert "createdAt" in await api.get("/subscriptions/urn:ngsi-ld:Subscription:1?options=sysAttrs")

    change = {"type": "Subscription", "isActive": False, "q": "speed>90", "throttling": "urn:ngsi-ld:null"}
    await api("PATCH", "/subscriptions/urn:ngsi-ld:Subscription:1", change, status=204)
    shown = await api.get("/subscriptions/urn:ngsi-ld:Subscription:1")
    assert (shown["status"], shown["q"], "throttling" in shown) == ("paused", "speed>90", False)
    assert shown["csf"] == "a==1"
    part = {"notification": {"format": "concise", "endpoint": {"accept": "application/ld+json"}}}
    await api("PATCH", "/subscriptions/urn:ngsi-ld:Subscription:1", part, status=204)
    shown = await api.get("/subscriptions/urn:ngsi-ld:Subscription:1")
    assert shown["notification"] == {
        "format": "concise",
        "endpoint": {"uri": URI, "accept": "application/ld+json"},
    }

    await api.refused("AlreadyExists", 409, "POST", "/subscriptions", given)
    await api("DELETE", "/subscriptions/urn:ngsi-ld:Subscription:1", status=204)
    for method, body in (("GET", None), ("DELETE", None), ("PATCH", {"isActive": True})):
        path = "/subscriptions/urn:ngsi-ld:Subscription:1"
        await api.refused("ResourceNotFound", 404, method, path, body)
    await api.refused("BadRequestData", 400, "GET", "/subscriptions/notauri")


async def test_names_are_those_of_the_context(api: Api) -> None:
    given = subscription(
        id="urn:s:1",
        watchedAttributes=["speed"],
        entities=[{"type": "(Vehicle;cars:Van),Bike", "idPattern": "^urn"}],
        notification={"attributes": ["speed"], "endpoint": {"uri": URI}},
        geoQ={"georel": "within", "geometry": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]},
    )
    link = f'<{CARS_URL}>; rel="http://www.w3.org/ns/json-ld#context"'
    await api("POST", "/subscriptions", given, status=201, link=link)
    shown = await api.get("/subscriptions/urn:s:1")
    assert shown["watchedAttributes"] == ["https://cars.example/terms/speed"]
    same = await api.get("/subscriptions/urn:s:1", link=link)
    assert same["watchedAttributes"] == ["speed"]
    assert same["notification"]["attributes"] == ["speed"]
    assert same["entities"] == given["entities"]
    assert same["geoQ"] == given["geoQ"]


async def test_pages_and_count(api: Api) -> None:
    for number in range(5):
        await api("POST", "/subscriptions", subscription(id=f"urn:s:{number}"), status=201)
    answer = await api("GET", "/subscriptions?limit=2&offset=2&count=true", status=200)
    assert [one["id"] for one in answer.json()] == ["urn:s:2", "urn:s:3"]
    assert answer.headers["ngsild-results-count"] == "5"
    assert 'rel="prev"' in answer.headers["link"]
    assert 'rel="next"' in answer.headers["link"]
    # as older versions write the address; the page is asked for by that of this one
    ld = {"accept": "application/ld+json"}
    answer = await api("GET", "/subscriptions/?limit=1&offset=1", status=200, **ld)
    ends = [(0, "prev"), (2, "next")]
    assert answer.headers["link"] == ", ".join(
        f'</ngsi-ld/v1/subscriptions?limit=1&offset={n}>; rel="{rel}"; type="application/ld+json"'
        for n, rel in ends
    )
    last = await api("GET", "/subscriptions?limit=2&offset=4", status=200)
    assert 'rel="next"' not in last.headers["link"]
    empty = await api("GET", "/subscriptions?limit=0&count=true", status=200)
    assert (empty.json(), empty.headers["ngsild-results-count"]) == ([], "5")
    await api.refused("BadRequestData", 400, "GET", "/subscriptions?limit=0")
    await api.refused("BadRequestData", 400, "GET", "/subscriptions?limit=-1")
    await api.refused("TooManyResults", 403, "GET", "/subscriptions?limit=1001")


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("type", {"type": "Suscription"}),
    ("type", {"type": None}),
    ("id", {"id": "one"}),
    ("entities", {"entities": None}),
    ("entities", {"entities": []}),
    ("entities", {"entities": {"type": "Vehicle"}}),
    ("entities.type", {"entities": [{"id": "urn:a:b"}]}),
    ("entities.type", {"entities": [{"type": "a b|<"}]}),
    ("entities.id", {"entities": [{"type": "Vehicle", "id": "no uri"}]}),
    ("idPattern", {"entities": [{"type": "Vehicle", "idPattern": "(a"}]}),
    ("watchedAttributes", {"watchedAttributes": []}),
    ("watchedAttributes", {"watchedAttributes": [1]}),
    ("q", {"q": "speed>>"}),
    ("q", {"q": ""}),
    ("csf", {"csf": "a=="}),
    ("geoQ", {"geoQ": "near"}),
    ("georel", {"geoQ": {"geometry": "Point", "coordinates": [0, 0]}}),
    ("georel", {"geoQ": {"georel": "near", "geometry": "Point", "coordinates": [0, 0]}}),
    ("scopeQ", {"scopeQ": "/a//b"}),
    ("expiresAt", {"expiresAt": "2001-01-01T00:00:00Z"}),
    ("expiresAt", {"expiresAt": "tomorrow"}),
    ("throttling", {"throttling": 0}),
    ("throttling", {"throttling": -1}),
    ("throttling", {"throttling": True}),
    ("timeInterval", {"timeInterval": "5"}),
    ("throttling", {"timeInterval": 5, "throttling": 5}),
    ("watchedAttributes", {"timeInterval": 5, "watchedAttributes": ["a"]}),
    ("isActive", {"isActive": "yes"}),
    ("notificationTrigger", {"notificationTrigger": ["entityTouched"]}),
    ("notificationTrigger", {"notificationTrigger": []}),
    ("temporalQ", {"temporalQ": {}}),
    ("jsonldContext", {"jsonldContext": "cars"}),
    ("datasetId", {"datasetId": ["x"]}),
    ("lang", {"lang": 1}),
    ("subscriptionName", {"subscriptionName": ""}),
    ("subscriptionName", {"subscriptionName": 5}),
    ("notification", {"notification": None}),
    ("notification", {"notification": "there"}),
    ("notification.endpoint", {"notification": {}}),
    ("notification.endpoint.uri", {"notification": {"endpoint": {}}}),
    ("notification.endpoint.uri", {"notification": {"endpoint": {"uri": "receiver"}}}),
    ("notification.endpoint.uri", {"notification": {"endpoint": {"uri": "ftp://receiver.example/"}}}),
    ("notification.endpoint.uri", {"notification": {"endpoint": {"uri": "http://10.0.0.1/"}}}),
    ("notification.endpoint.uri", {"notification": {"endpoint": {"uri": "http://[::1]:80/"}}}),
    ("notification.endpoint.uri", {"notification": {"endpoint": {"uri": "http://169.254.169.254/"}}}),
    ("notification.endpoint.uri", {"notification": {"endpoint": {"uri": "http://a:b@receiver.example/"}}}),
    ("notification.endpoint.uri", {"notification": {"endpoint": {"uri": "mqtt://receiver.example"}}}),
    ("notification.endpoint.uri", {"notification": {"endpoint": {"uri": "mqtt://receiver.example/a/%23"}}}),
    ("notification.endpoint.accept", notified({"accept": "text/html"})),
    ("notification.endpoint.timeout", notified({"timeout": 0})),
    ("notification.endpoint.receiverInfo", notified({"receiverInfo": {"a": "b"}})),
    ("notification.endpoint.receiverInfo", notified({"receiverInfo": [{"key": "a"}]})),
    ("notification.endpoint.receiverInfo", notified({"receiverInfo": [{"key": "a", "value": "b\r\nc: d"}]})),
    ("notification.endpoint.receiverInfo", notified({"receiverInfo": [{"key": "Host", "value": "b"}]})),
    ("notification.format", notified(format="pretty")),
    ("notification.attributes", notified(attributes=[])),
    ("notification.attributes", notified(attributes=["id"])),
    ("notification.attributes", notified(attributes=["a"], pick=["b"])),
    ("notification.omit", notified(pick=["a"], omit=["a"])),
    ("join", notified(join="deep")),
    ("joinLevel", notified(join="flat", joinLevel=0)),
    ("notification.showChanges", notified(showChanges=True, format="keyValues")),
    ("notification.sysAttrs", notified(sysAttrs=1)),
    (
        "notification.endpoint.notifierInfo.MQTT-QoS",
        notified({"uri": "mqtt://r.example/a", "notifierInfo": [{"key": "MQTT-QoS", "value": "3"}]}),
    ),
    ("body", {"unknown": "x" * 200_000}),
    ("throttling", {"throttling": 1e308}),
    ("body", {"q": {"deep": json.loads("[" * 80 + "]" * 80)}}),
]


async def test_each_member_is_checked(api: Api) -> None:
    for field, wrong in WRONG:
        told = await api.refused("BadRequestData", 400, "POST", "/subscriptions", subscription(**wrong))
        assert f"field '{field}'" in told["detail"], (wrong, told)
        assert "cure: " in told["detail"]
    await api.refused("BadRequestData", 400, "POST", "/subscriptions", [])
    await api.refused("InvalidRequest", 400, "POST", "/subscriptions", b"{")
    missing = subscription(jsonldContext="https://nowhere.example/c.jsonld")
    await api.refused("LdContextNotAvailable", 503, "POST", "/subscriptions", missing)
    assert await api.get("/subscriptions") == []


async def test_no_more_than_can_be_held(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tocsin.ngsi.subscriptions.desk.MOST", 1)
    await api("POST", "/subscriptions", subscription(), status=201)
    await api.refused("OperationNotSupported", 422, "POST", "/subscriptions", subscription())


@pytest.mark.parametrize(
    "fragment",
    [
        {},
        {"id": "urn:other:1"},
        {"type": "Entity"},
        {"entities": "urn:ngsi-ld:null"},
        {"notification": "urn:ngsi-ld:null"},
        {"notification": {"endpoint": {"uri": "nowhere"}}},
        {"expiresAt": "2001-01-01T00:00:00Z"},
        {"timeInterval": 0},
        {"timeInterval": 0.000_001},
        {"q": None},
    ],
)
async def test_a_wrong_change_changes_nothing(api: Api, fragment: dict[str, Any]) -> None:
    await api("POST", "/subscriptions", subscription(id="urn:s:1"), status=201)
    before = await api.get("/subscriptions/urn:s:1")
    await api.refused("BadRequestData", 400, "PATCH", "/subscriptions/urn:s:1", fragment)
    assert await api.get("/subscriptions/urn:s:1") == before


async def test_who_may(city: City) -> None:
    """A subscription shows what one may see: to write is not enough; and what lets one in is not for all."""
    secret = {"receiverInfo": [{"key": "Authorization", "value": "Bearer hidden"}]}
    name = await city.subscribe(endpoint=secret)
    api = city.api
    async with api.door.program("ingest") as writer:
        answer = await writer.post("/ngsi-ld/v1/subscriptions", json=subscription())
        assert answer.status_code == 403
    path, masked = f"/ngsi-ld/v1/subscriptions/{name}", [{"key": "Authorization", "value": "…"}]
    for scopes in (("read",), ("read", "ingest")):
        async with api.door.program(*scopes, name="other") as other:
            for told in (
                (await other.get(path)).json(),
                (await other.get(path.rpartition("/")[0])).json()[0],
            ):
                assert told["notification"]["endpoint"]["receiverInfo"] == masked
    assert "hidden" in str(await city.shown(name))
    async with api.door.program("read", name="test") as replaced:
        assert "hidden" in (await replaced.get(path)).text


async def test_what_lets_one_in_is_not_sent_elsewhere_by_others(city: City) -> None:
    secret = {"receiverInfo": [{"key": "Authorization", "value": "Bearer hidden"}]}
    path = f"/ngsi-ld/v1/subscriptions/{await city.subscribe(endpoint=secret)}"
    elsewhere = {"notification": {"endpoint": {"uri": "https://thief.example/"}}}
    async with city.api.door.program("read", "ingest", name="other") as other:
        answer = await other.patch(path, json=elsewhere)
        assert answer.status_code == 400
        assert "notification.endpoint.receiverInfo" in answer.text
        assert "hidden" not in answer.text
        for own in ([{"key": "Authorization", "value": "Bearer mine"}], "urn:ngsi-ld:null"):
            elsewhere["notification"]["endpoint"] |= {"receiverInfo": own}
            assert (await other.patch(path, json=elsewhere)).status_code == 204
