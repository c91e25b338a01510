"""Sharing through the door: open screens follow at once; hand-over; requests for access; single tasks."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from httpx import AsyncClient
from tests.api.door import Screen
from tests.api.house import House
from tests.api.rooms import at_seat, furnish, share
from tests.api.test_decisions import city, raise_alert, shown

from tocsin.alerts.routing import read_routing
from tocsin.audit import service as audit
from tocsin.identity.policy import Audience, Seat
from tocsin.kernel.errors import Misconfigured

POLICE, IT, FIRE = (Audience(True, Seat(room)) for room in ("police", "it", "fire"))
HOSPITAL = Audience(True, Seat("hospital", partner=True))


@contextlib.asynccontextmanager
async def screen_of(door: House, audience: Audience, last_id: str | None = None) -> AsyncIterator[Screen]:
    async with contextlib.aclosing(door.services.live.stream(last_id, audience)) as frames:
        yield Screen(frames)


class Town:
    """Three rooms and a partner, an alert of the police, their incident with a procedure."""

    def __init__(self, door: House, stack: contextlib.AsyncExitStack) -> None:
        self.door, self._stack = door, stack

    async def open(self) -> None:
        await furnish(self.door)
        _, self.first = await self._stack.enter_async_context(city(self.door))
        self.police = await self._stack.enter_async_context(at_seat(self.door, "police", "operator"))
        self.it = await self._stack.enter_async_context(at_seat(self.door, "it", "operator"))
        self.fire = await self._stack.enter_async_context(at_seat(self.door, "fire", "operator"))
        self.alert = (await raise_alert(self.door, self.first, 1))["id"]
        await ok(self.police, f"/alerts/{self.alert}/take-over")
        await share(self.police, self.alert, "own room")
        await shut(self.first, "alerts", self.alert)
        made = await ok(self.police, "/incidents", title="Weapon on the square", alerts=[self.alert])
        self.incident = made["id"]

    async def opening(self, audience: Audience) -> Screen:
        """A screen that has shown nothing yet, not even the picture it opens with."""
        return await self._stack.enter_async_context(screen_of(self.door, audience))

    async def screen(self, audience: Audience) -> Screen:
        screen = await self.opening(audience)
        self.snapshot = (await screen.next("snapshot")).data
        return screen


@pytest.fixture
async def town(door: House) -> AsyncIterator[Town]:
    async with contextlib.AsyncExitStack() as stack:
        made = Town(door, stack)
        await made.open()
        yield made


async def ok(client: AsyncClient, path: str, **given: Any) -> dict[str, Any]:
    answer = await client.post(f"/api/v1{path}", json=given)
    assert answer.status_code in (200, 201), answer.text
    return dict(answer.json())


async def seen(screen: Screen, kind: str, thing: str) -> dict[str, Any]:
    return await shown(screen, kind, lambda item: item["id"] == thing)


async def shut(screen: Screen, kind: str, thing: str) -> None:
    while thing not in (await screen.next("shut")).data[kind]:
        pass


async def test_an_incident_starts_as_open_as_its_least_open_alert(town: Town) -> None:
    found = (await town.police.get(f"/api/v1/incidents/{town.incident}")).json()
    assert (found["sharing"]["room"], found["sharing"]["level"]) == ("police", "own room")
    assert town.alert in found["log"][0]["words"]
    assert "Weapon on the square" in found["log"][0]["words"]


async def test_shared_is_seen_and_unshared_is_gone_at_once(town: Town) -> None:
    it = await town.screen(IT)
    assert town.snapshot["alerts"] == town.snapshot["incidents"] == []
    await share(town.police, town.incident, "named rooms", "it")
    incident = await seen(it, "incidents", town.incident)
    assert incident["alerts"] == [town.alert], "it is told that there is one, and not what it is"
    assert (await town.it.get(f"/api/v1/alerts/{town.alert}")).status_code == 403
    await share(town.police, town.incident, "own room")
    await shut(it, "incidents", town.incident)
    assert (await town.it.get(f"/api/v1/incidents/{town.incident}")).status_code == 403
    # what goes on there is nobody's business any more, not even that it does
    await ok(town.police, f"/incidents/{town.incident}/notes", words="we go in")
    await share(town.police, town.alert, "all rooms")
    while True:
        event = await it.next("change", "gone", "shut")
        named = [i if isinstance(i, str) else i["id"] for i in event.data["incidents"]]
        assert town.incident not in named
        if event.name == "change" and any(a["id"] == town.alert for a in event.data["alerts"]):
            break


async def test_a_slow_screen_hears_that_it_was_shut_out_meanwhile(town: Town) -> None:
    """Un-shared, then changed again, before the screen has read on: the end of it is still told."""
    await share(town.police, town.incident, "all rooms")
    it = await town.screen(IT)
    while not any(i["id"] == town.incident for i in town.snapshot["incidents"]):
        town.snapshot = (await it.next("snapshot", "change")).data
    await share(town.police, town.incident, "own room")
    for words in ("one", "two", "three"):
        await ok(town.police, f"/incidents/{town.incident}/notes", words=words)
    await shut(it, "incidents", town.incident)


async def test_a_closed_one_that_a_screen_may_still_hold_is_shut_too(town: Town) -> None:
    await share(town.police, town.incident, "all rooms")
    hospital = await town.screen(HOSPITAL)
    it = await town.screen(IT)
    await ok(town.police, f"/incidents/{town.incident}/close", outcome="handled", words="over")
    while town.incident not in (await it.next("gone")).data["incidents"]:
        pass
    await share(town.police, town.incident, "own room")
    await shut(it, "incidents", town.incident)
    await raise_alert(town.door, town.first, 9)
    while town.incident in hospital.text or "AL-0002" not in hospital.text:
        assert town.incident not in hospital.text, "never open to the hospital"
        await share(town.police, "AL-0002", "city group")
        await hospital.next("change", "gone", "shut")


async def test_with_other_eyes_a_stream_starts_anew(town: Town) -> None:
    police = await town.screen(POLICE)
    await ok(town.police, f"/incidents/{town.incident}/notes", words="secret")
    last = (await police.next("change")).id
    async with screen_of(town.door, POLICE, last) as same:
        assert (await same.next()).name != "snapshot"
    async with screen_of(town.door, FIRE, last) as other:
        first = await other.next("snapshot")
        assert town.incident not in repr(first.data)


async def test_hand_over(town: Town) -> None:
    path = f"/incidents/{town.incident}"
    it = await town.screen(IT)
    await ok(town.police, f"{path}/hand-over", to="it", reason="it is a camera")
    offered = await seen(it, "incidents", town.incident)
    assert (offered["sharing"]["room"], offered["sharing"]["offer"]["to"]) == ("police", "it")
    assert (await town.it.post(f"/api/v1{path}/notes", json={"words": "x"})).status_code == 403, "not yet"
    assert (await town.fire.post(f"/api/v1{path}/take-over", json={})).status_code == 403
    taken = await ok(town.it, f"{path}/take-over")
    assert (taken["sharing"]["room"], taken["sharing"]["rooms"]) == ("it", ["police"])
    await ok(town.police, f"{path}/notes", words="we go on with it")
    assert (await town.police.post(f"/api/v1{path}/share", json={"level": "own room"})).status_code == 403
    acts = [line["act"] for line in (await town.it.get(f"/api/v1{path}")).json()["log"]]
    assert acts == ["opened", "offered", "taken", "noted"]


async def test_an_offer_is_declined_or_taken_back(town: Town) -> None:
    path = f"/incidents/{town.incident}"
    for who in (town.it, town.police):
        await ok(town.police, f"{path}/hand-over", to="it", reason="yours?")
        await ok(who, f"{path}/decline", reason="no hands")
        assert (await town.it.get(f"/api/v1{path}")).status_code == 403


async def test_two_rooms_take_the_same_alert(town: Town) -> None:
    alert = (await raise_alert(town.door, town.first, 2))["id"]
    await ok(town.it, f"/alerts/{alert}/take-over")
    late = await town.fire.post(f"/api/v1/alerts/{alert}/take-over", json={})
    assert (late.status_code, late.json()["detail"]) == (409, "it belongs to it")


async def test_request_access(town: Town) -> None:
    police = await town.screen(POLICE)
    fire = await town.screen(FIRE)
    closed = await town.it.get(f"/api/v1/incidents/{town.incident}")
    assert (closed.status_code, closed.json()["cure"]) == (403, "request access from police")
    given = {"kind": "incident", "id": town.incident, "reason": "our camera stands there"}
    asked = await ok(town.it, "/access-requests", **given)
    assert "Weapon" not in repr(asked)
    assert (await ok(town.it, "/access-requests", **given))["id"] == asked["id"], "asking again is the same"
    on_screen = await seen(police, "requests", asked["id"])
    assert (on_screen["room"], on_screen["owner"]) == ("it", "police")
    assert (await town.it.post(f"/api/v1/access-requests/{asked['id']}/grant", json={})).status_code == 403
    assert (await town.fire.get("/api/v1/access-requests")).json()["items"] == []
    granted = await ok(town.police, f"/access-requests/{asked['id']}/grant")
    assert granted["state"] == "granted"
    await ok(town.it, f"/incidents/{town.incident}/notes", words="the camera was cut off at 22:04")
    twice = await town.police.post(f"/api/v1/access-requests/{asked['id']}/refuse", json={"reason": "x"})
    assert twice.status_code == 409
    assert (await town.it.post("/api/v1/access-requests", json=given)).status_code == 409, "open already"
    await share(town.police, town.alert, "all rooms")
    await seen(fire, "alerts", town.alert)
    assert asked["id"] not in fire.text, "not one byte of what two other rooms say to each other"


async def test_a_request_refused_says_why_and_opens_nothing(town: Town) -> None:
    asked = await ok(town.fire, "/access-requests", kind="alert", id=town.alert, reason="curious")
    without = await town.police.post(f"/api/v1/access-requests/{asked['id']}/refuse", json={})
    assert (without.status_code, without.json()["field"]) == (422, "reason")
    await ok(town.police, f"/access-requests/{asked['id']}/refuse", reason="under investigation")
    mine = (await town.fire.get("/api/v1/access-requests?state=all")).json()["items"]
    assert mine[0]["decided"]["reason"] == "under investigation"
    assert (await town.fire.get(f"/api/v1/alerts/{town.alert}")).status_code == 403


async def test_a_task_may_be_closed_to_rooms_that_see_its_incident(town: Town) -> None:
    path = f"/incidents/{town.incident}"
    await share(town.police, town.incident, "all rooms", "it")
    started = await ok(town.police, f"{path}/procedure", procedure="weapon-seen")
    task = started["tasks"][0]
    await ok(town.police, f"{path}/tasks/{task['id']}/share", level="own room", reason="tactics")
    await ok(town.police, f"{path}/tasks/{task['id']}/start")
    mine = (await town.police.get(f"/api/v1{path}")).json()
    theirs = (await town.it.get(f"/api/v1{path}")).json()
    assert len(theirs["tasks"]) == len(mine["tasks"]) - 1
    assert task["title"] not in repr(theirs), "nor in the log"
    police = await town.screen(POLICE)
    await ok(town.police, f"{path}/notes", words="mark")
    card = await shown(police, "tasks", lambda c: c["log"][-1]["act"] == "task started")
    it = await town.opening(IT)  # the picture has come so far: what it opens with is what it may see now
    assert (card["incident"], card["place"]) == (town.incident, 0)
    assert [line["act"] for line in card["log"]][-1] == "task started"
    await shown(it, "incidents", lambda i: i["log"][-1]["words"] == "mark")
    assert task["title"] not in it.text
    refused = await town.it.post(f"/api/v1{path}/tasks/{task['id']}/done", json={"reason": "x"})
    assert refused.status_code == 403
    await ok(town.police, f"{path}/tasks/{task['id']}/share", level=None)
    assert len((await town.it.get(f"/api/v1{path}")).json()["tasks"]) == len(mine["tasks"])


async def test_closing_leaves_what_another_room_works_on(town: Town) -> None:
    mine = (await raise_alert(town.door, town.first, 3))["id"]
    made = await ok(town.police, "/incidents", title="Two", alerts=[mine])
    await ok(town.police, f"/alerts/{mine}/take-over")
    await ok(town.police, f"/alerts/{mine}/hand-over", to="it", reason="yours")
    await ok(town.it, f"/alerts/{mine}/take-over")
    await share(town.it, mine, "own room")
    closed = await ok(town.police, f"/incidents/{made['id']}/close", outcome="handled", words="over")
    assert closed["state"] == "closed"
    assert (await town.it.get(f"/api/v1/alerts/{mine}")).json()["state"] == "new"


async def test_every_step_is_in_the_record(town: Town) -> None:
    await share(town.police, town.incident, "named rooms", "it", reason="their camera")
    await ok(town.police, f"/incidents/{town.incident}/hand-over", to="it", reason="yours")
    await ok(town.it, f"/incidents/{town.incident}/take-over")
    rows, _ = await town.door.services.ops.read(
        lambda conn: audit.find(conn, object_id=town.incident, limit=100)
    )
    told = {row.entry.action: row.entry for row in rows}
    assert {"incident.shared", "incident.offered", "incident.taken"} <= set(told)
    assert (told["incident.shared"].reason, told["incident.shared"].organisation) == (
        "their camera",
        "police",
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "cannot be read"),
        ('[[rule]]\nid="a"\nwords="x"\nwhen={kind="x"}\ngives={room="p",level="own room"}', "fit everything"),
        ('[[rule]]\nid="a"\nwords="x"\nwhen={}\ngives={room="",level="own room"}', "no room owns it"),
        ('[[rule]]\nid="a"\nwords="x"\nwhen={}\ngives={room="p",level="named rooms"}', "needs one"),
        ('[[rule]]\nid="a"\nwords=" "\nwhen={}\ngives={room="p",level="all rooms"}', "explains nothing"),
        ('[[rule]]\nid="a"\nwords="x"\nwhen={}\ngives={room="p",level="everybody"}', "cannot be read"),
    ],
)
def test_routing_rules_that_cannot_be_right(text: str, words: str) -> None:
    with pytest.raises(Misconfigured, match=words):
        read_routing(text)
