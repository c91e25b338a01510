"""Subscriptions to registrations of context sources (clause 5.11), and what they are told (5.3.2, 5.11.7)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from tests.ngsi.conftest import CARS_URL, LD, Api
from tests.ngsi.subscriptions.conftest import INNER, Receiver, listening
from tests.ngsi.test_one_state import running

from tocsin.kernel.clock import WallClock
from tocsin.ngsi.contexts.hosting import Hosting
from tocsin.ngsi.jsonld.loading import Contexts
from tocsin.ngsi.registrations.stage import SourceSubscriptions
from tocsin.ngsi.subscriptions.channels.http import Http
from tocsin.ngsi.subscriptions.channels.mqtt import Mqtt
from tocsin.ngsi.subscriptions.sending import Sending

R, S = "/csourceRegistrations", "/csourceSubscriptions"
POINT = {"type": "Point", "coordinates": [10.75, 59.91]}
PERIOD = {"startAt": "2020-08-01T00:00:00Z", "endAt": "2021-08-01T00:00:00Z"}


def source(number: int = 1, kind: str = "Vehicle", **more: Any) -> dict[str, Any]:
    return {
        "id": f"urn:ngsi-ld:ContextSourceRegistration:{number}",
        "type": "ContextSourceRegistration",
        "information": [{"entities": [{"type": kind}]}],
        "endpoint": "https://other.example/ngsi-ld",
        **more,
    }


def stage_of(api: Api) -> SourceSubscriptions:
    clock = WallClock()
    contexts = Contexts(api.web, Hosting(api.context, clock).body_of)
    sending = Sending(contexts, clock, http=Http(), mqtt=Mqtt(), allowed=INNER, timeout_s=5.0)
    return SourceSubscriptions(api.context, clock, sending)


@dataclass
class Sources:
    """``subscribe`` to sources of vehicles, be told at ``receiver``."""

    api: Api
    receiver: Receiver

    async def register(self, given: dict[str, Any] | None = None, **more: Any) -> str:
        given = given or source(**more)
        await self.api("POST", R, given, status=201)
        return str(given["id"])

    async def subscribe(self, endpoint: dict[str, Any] | None = None, **members: Any) -> str:
        said = {**members.pop("notification", {}), "endpoint": {"uri": self.receiver.uri, **(endpoint or {})}}
        body = {"type": "Subscription", "entities": [{"type": "Vehicle"}], "notification": said, **members}
        answer = await self.api("POST", S, body, status=201)
        return str(answer.headers["location"]).rpartition("/")[2]

    async def shown(self, name: str, status: str) -> dict[str, Any]:
        """How its notifications stand, once that is written down."""
        async with asyncio.timeout(8):
            while (found := (await self.api.get(f"{S}/{name}"))["notification"]).get("status") != status:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        return dict(found)

    async def told(self) -> tuple[str, list[str]]:
        """Why, and of which registrations, by the next notification."""
        (got,) = await self.receiver.take()
        return got.body["triggerReason"], [one["id"] for one in got.data]


@pytest.fixture
async def sources(api: Api, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Sources]:
    monkeypatch.setattr("tocsin.notify.delivery.backoff.BASE_S", 0.1)
    async with listening(Receiver()) as receiver, running(stage_of(api)):
        yield Sources(api, receiver)


async def test_made_read_changed_deleted(api: Api) -> None:
    """5.11.2 to 5.11.6: shown as they were given, apart from those to entities."""
    given = {
        "id": "urn:ngsi-ld:Subscription:1",
        "type": "Subscription",
        "entities": [{"type": "Vehicle"}],
        "watchedAttributes": ["speed"],
        "csf": 'operator=="city"',
        "temporalQ": {"timerel": "after", "timeAt": "2020-06-01T22:07:00Z"},
        "notification": {"format": "keyValues", "endpoint": {"uri": "https://receiver.example/notify"}},
    }
    made = await api("POST", S, given, status=201)
    assert made.headers["location"] == f"/ngsi-ld/v1{S}/{given['id']}"
    path = f"{S}/{given['id']}"
    assert await api.get(path) == {**given, "status": "active"}
    assert await api.get(S) == [{**given, "status": "active"}]
    assert await api.get("/subscriptions") == []
    await api.refused("ResourceNotFound", 404, "GET", f"/subscriptions/{given['id']}")
    await api.refused("AlreadyExists", 409, "POST", S, given)
    await api("PATCH", path, {"isActive": False, "csf": "urn:ngsi-ld:null"}, status=204)
    found = await api.get(path)
    assert (found["status"], found["isActive"], "csf" in found) == ("paused", False, False)
    assert "createdAt" in await api.get(f"{path}?options=sysAttrs")
    answer = await api("GET", f"{S}?limit=0&count=true", status=200)
    assert answer.headers["ngsild-results-count"] == "1"
    await api("DELETE", path, status=204)
    for method, body in (("GET", None), ("DELETE", None), ("PATCH", {"isActive": True})):
        await api.refused("ResourceNotFound", 404, method, path, body)
    await api.refused("BadRequestData", 400, "GET", f"{S}/notauri")


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("q", {"q": "speed>5"}),
        ("csf", {"csf": "a=="}),
        ("timerel", {"temporalQ": {"timeproperty": "observedAt"}}),
        ("temporalQ", {"temporalQ": "after"}),
        ("watchedAttributes", {"watchedAttributes": []}),
        ("type", {"type": "Sub"}),
        ("notification", {"notification": {"format": 1}}),
    ],
)
async def test_each_member_is_checked(api: Api, field: str, wrong: dict[str, Any]) -> None:
    uri = {"endpoint": {"uri": "https://receiver.example/"}}
    given = {"type": "Subscription", "entities": [{"type": "Vehicle"}], "notification": uri, **wrong}
    told = await api.refused("BadRequestData", 400, "POST", S, given)
    assert f"field '{field}" in told["detail"], told


async def test_told_what_matches_what_changes_and_what_goes(sources: Sources) -> None:
    """5.11.7: at first all that matches; then each change of one, by what it means to the subscriber."""
    first = await sources.register(number=1)
    await sources.register(number=2, kind="Bus")
    name = await sources.subscribe()
    (got,) = await sources.receiver.take()
    assert got.headers["content-type"] == "application/json"
    assert 'rel="http://www.w3.org/ns/json-ld#context"' in got.headers["link"]
    assert got.body["id"].startswith("urn:")
    assert got.body["notifiedAt"].endswith("Z")
    told = {key: value for key, value in got.body.items() if key not in ("id", "notifiedAt")}
    assert told == {
        "type": "ContextSourceNotification",
        "subscriptionId": name,
        "triggerReason": "newlyMatching",
        "data": [source()],
    }
    shown = await sources.shown(name, "ok")
    assert shown["timesSent"] == 1
    assert shown["lastSuccess"] == shown["lastNotification"]

    third = await sources.register(number=3)
    assert await sources.told() == ("newlyMatching", [third])
    await sources.api("PATCH", f"{R}/{first}", {"description": "of cars"}, status=204)
    assert await sources.told() == ("updated", [first])
    await sources.api("PATCH", f"{R}/{first}", {"information": [{"entities": [{"type": "Bus"}]}]}, status=204)
    assert await sources.told() == ("noLongerMatching", [first])
    await sources.api("DELETE", f"{R}/{third}", status=204)
    assert await sources.told() == ("noLongerMatching", [third])
    await sources.receiver.nothing()


async def test_told_all_anew_when_it_is_changed(sources: Sources) -> None:
    bus, car = await sources.register(number=1, kind="Bus"), await sources.register(number=2)
    name = await sources.subscribe()
    assert await sources.told() == ("newlyMatching", [car])
    both = {"entities": [{"type": "Vehicle"}, {"type": "Bus"}]}
    await sources.api("PATCH", f"{S}/{name}", both, status=204)
    assert await sources.told() == ("newlyMatching", [bus, car])
    await sources.api("PATCH", f"{S}/{name}", {"isActive": False}, status=204)
    await sources.api("DELETE", f"{R}/{bus}", status=204)
    await sources.receiver.nothing(0.4)
    await sources.api("PATCH", f"{S}/{name}", {"isActive": True}, status=204)
    assert await sources.told() == ("newlyMatching", [car])


async def test_only_the_information_that_matches(sources: Sources) -> None:
    await sources.subscribe(watchedAttributes=["speed"])
    information = [
        {"entities": [{"type": "Vehicle"}], "propertyNames": ["speed", "colour"]},
        {"entities": [{"type": "Vehicle"}], "propertyNames": ["colour"]},
        {"entities": [{"type": "Bus"}]},
    ]
    await sources.register(source(information=information))
    (got,) = await sources.receiver.take()
    assert got.data == [source(information=information[:1])]


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ({"geoQ": {"georel": "near;maxDistance==200", "geometry": "Point", "coordinates": [10.75, 59.91]}},
         {"location": POINT}),
        ({"temporalQ": {"timerel": "after", "timeAt": "2020-06-01T22:07:00Z"}},
         {"observationInterval": PERIOD}),
        ({"temporalQ": {"timerel": "after", "timeAt": "2020-06-01T22:07:00Z", "timeproperty": "modifiedAt"}},
         {"managementInterval": PERIOD}),
        ({"csf": 'operator=="city"'}, {"operator": "city"}),
        ({"scopeQ": "/oslo/#"}, {"scope": "/oslo/centre"}),
    ],
)  # fmt: skip
async def test_filters(sources: Sources, wanted: dict[str, Any], given: dict[str, Any]) -> None:
    await sources.subscribe(**wanted)
    await sources.register(number=1)
    fits = await sources.register(number=2, **given)
    assert await sources.told() == ("newlyMatching", [fits])


async def test_every_so_often_whatever_changed(sources: Sources) -> None:
    one = await sources.register()
    await sources.subscribe(timeInterval=0.2)
    assert await sources.told() == ("newlyMatching", [one])
    assert await sources.told() == ("updated", [one])
    assert await sources.told() == ("updated", [one])


async def test_who_failed_is_told_later(sources: Sources) -> None:
    """And of what has changed meanwhile by one notification; another stage goes on where one ended."""
    sources.receiver.status = 500
    name = await sources.subscribe(throttling=0.05)
    one = await sources.register()
    await sources.receiver.until(lambda: sources.receiver.tried)
    assert (await sources.shown(name, "failed"))["lastFailure"]
    other = await sources.register(number=2)
    sources.receiver.status = 200
    told = [await sources.told()]
    if told != [("newlyMatching", [one, other])]:
        told.append(await sources.told())
    assert sorted(key for _, keys in told for key in keys) == [one, other]
    await sources.shown(name, "ok")
    async with running(stage_of(sources.api)):
        await sources.receiver.nothing(0.3)


async def test_in_the_context_of_the_subscription(sources: Sources) -> None:
    body = {**source(), "@context": CARS_URL, "information": [{"propertyNames": ["speed"]}], "cars:fleet": 5}
    await sources.api("POST", R, body, status=201, ld=True)
    uri = {"uri": sources.receiver.uri, "accept": "application/ld+json"}
    given = {
        "type": "Subscription",
        "entities": [{"type": "Vehicle"}],
        "notification": {"endpoint": uri},
        "@context": CARS_URL,
    }
    await sources.api("POST", S, given, status=201, ld=True)
    (got,) = await sources.receiver.take()
    assert got.headers["content-type"] == LD["content-type"]
    assert "link" not in got.headers
    assert CARS_URL in got.body["@context"]
    assert got.data[0]["information"] == [{"propertyNames": ["speed"]}]
    assert got.data[0]["cars:fleet"] == 5
