"""Looking back through the door: what was open then, to whom, and what the record says of the looking."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from httpx import AsyncClient
from tests.api.door import alert, at, incident, state
from tests.api.house import House

from tocsin.alerts import repository as alert_rows
from tocsin.alerts.episodes import Memory
from tocsin.audit import service
from tocsin.db import Connection
from tocsin.incidents import repository as incident_rows
from tocsin.kernel.decisions import (
    AlertEvent,
    AlertState,
    IncidentEvent,
    LogEntry,
    Mark,
    Task,
    TaskState,
)
from tocsin.kernel.sharing import Level, Sharing

POLICE_ALONE = Sharing("police", Level.OWN)
WITH_IT = Sharing("police", Level.NAMED, ("it",))

Step = tuple[float, dict[str, Any]]


async def alert_was(door: House, number: int, *steps: Step) -> None:
    """An alert's life: at so many seconds after 16:00 it became so; what is not said stays as it was."""
    made, events = alert(number), list[AlertEvent]()
    for version, (seconds, change) in enumerate(steps, start=1):
        made = msgspec.structs.replace(made, version=version, updated_at=at(seconds), **change)
        if version == 1:
            made = msgspec.structs.replace(made, raised_at=at(seconds))
        if made.state is AlertState.CLOSED and made.closed is None:
            made = msgspec.structs.replace(made, closed=Mark("operator", at(seconds)))
        events.append(AlertEvent("updated", "alerts", at(seconds), made))

    def save(conn: Connection) -> None:
        alert_rows.save(conn, [alert_rows.Row(number, made, Memory((), ()))], events)

    await door.services.ops.write(save)


async def incident_was(door: House, number: int, *steps: Step) -> None:
    """The same of an incident; each step is a line of its log."""
    made = incident(number)
    for version, (seconds, change) in enumerate(steps, start=1):
        line = LogEntry(version, "noted", "operator", at(seconds), f"line {version}")
        made = msgspec.structs.replace(
            made, version=version, updated_at=at(seconds), log=(*made.log, line), **change
        )
        event = IncidentEvent("noted", "operator", at(seconds), made)
        await door.services.ops.write(lambda conn, event=event: incident_rows.save(conn, event))


@contextlib.asynccontextmanager
async def room(door: House, organisation: str) -> AsyncIterator[AsyncClient]:
    """A screen of that control room."""
    organisations = door.services.identity.organisations
    with contextlib.suppress(Exception):
        await organisations.add(organisation, organisation, by="test")
    secret, _ = await door.services.identity.tokens.create(
        "wall", ["read"], by="test", organisation=organisation
    )
    async with door.client(headers={"Authorization": f"Bearer {secret}"}) as client:
        yield client


async def look(client: AsyncClient, seconds: float, **more: Any) -> dict[str, Any]:
    answer = await client.get("/api/v1/picture", params={"at": at(seconds).isoformat(), **more})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def ids(client: AsyncClient, seconds: float) -> list[str]:
    found = await look(client, seconds)
    return [thing["id"] for thing in (*found["alerts"], *found["incidents"])]


async def test_alerts_stand_as_their_events_left_them(door: House) -> None:
    closed = {"state": AlertState.CLOSED}
    await alert_was(
        door,
        1,
        (10, {}),
        (20, {"state": AlertState.ACKNOWLEDGED}),
        (30, closed),
        (40, {"state": AlertState.CONFIRMED, "closed": None}),
        (50, closed),
    )
    await alert_was(door, 2, (25, {"severity": "low"}))
    async with room(door, "police") as police:
        seen = {
            seconds: [(a["id"], a["state"]) for a in (await look(police, seconds))["alerts"]]
            for seconds in (9, 10, 20, 29, 30, 40, 50)
        }
    assert seen == {
        9: [],
        10: [("AL-0001", "new")],
        20: [("AL-0001", "acknowledged")],
        29: [("AL-0001", "acknowledged"), ("AL-0002", "new")],
        30: [("AL-0002", "new")],
        40: [("AL-0001", "confirmed"), ("AL-0002", "new")],
        50: [("AL-0002", "new")],
    }


async def test_incidents_stand_with_their_log_up_to_then(door: House) -> None:
    await incident_was(
        door,
        1,
        (10, {"title": "Surge"}),
        (20, {"title": "Surge, exit 5"}),
        (30, {"state": "closed"}),
        (40, {"state": "open"}),
    )
    async with room(door, "police") as police:
        assert (await look(police, 9))["incidents"] == []
        at_25 = (await look(police, 25))["incidents"][0]
        assert (at_25["title"], at_25["version"]) == ("Surge, exit 5", 2)
        assert [line["words"] for line in at_25["log"]] == ["line 1", "line 2"]
        assert (await look(police, 30))["incidents"] == []
        at_40 = (await look(police, 40))["incidents"][0]
        assert [line["seq"] for line in at_40["log"]] == [1, 2, 3, 4]


# The four cases of "what this room was allowed to see then", for two rooms. Written by hand.
SHARED_LATER = ((10, {"sharing": POLICE_ALONE}), (20, {"sharing": WITH_IT}))
UNSHARED_LATER = ((10, {"sharing": WITH_IT}), (20, {"sharing": POLICE_ALONE}))
NEVER_SHARED = ((10, {"sharing": POLICE_ALONE}), (20, {}))
ALWAYS_SHARED = ((10, {"sharing": WITH_IT}), (20, {}))


@pytest.mark.parametrize(
    ("life", "it_at_15", "it_at_25"),
    [
        (SHARED_LATER, False, True),
        (UNSHARED_LATER, True, False),
        (NEVER_SHARED, False, False),
        (ALWAYS_SHARED, True, True),
    ],
    ids=["shared later", "unshared later", "never shared", "always shared"],
)
async def test_a_room_sees_what_it_was_allowed_to_see_then(
    door: House, life: tuple[Step, ...], it_at_15: bool, it_at_25: bool
) -> None:
    await alert_was(door, 1, *life)
    await incident_was(door, 1, *life)
    both = ["AL-0001", "INC-001"]
    async with room(door, "police") as police, room(door, "it") as it:
        assert await ids(police, 15) == both
        assert await ids(police, 25) == both
        assert await ids(it, 15) == (both if it_at_15 else [])
        assert await ids(it, 25) == (both if it_at_25 else [])
        gone = both if it_at_15 and not it_at_25 else []
        assert (await look(it, 15))["closed_since"] == gone
        assert (await look(police, 15))["closed_since"] == []


async def test_a_task_kept_closer_than_its_incident_is_not_in_it(door: House) -> None:
    def task(name: str, sharing: Sharing | None) -> Task:
        return Task(name, "weapon-seen", name, "", "operator", TaskState.OPEN, 5, sharing=sharing)

    tasks = (task("open", None), task("closed", POLICE_ALONE))
    await incident_was(door, 1, (10, {"sharing": WITH_IT, "tasks": tasks}))
    async with room(door, "police") as police, room(door, "it") as it:
        for client, expected in ((police, ["open", "closed"]), (it, ["open"])):
            [found] = (await look(client, 15))["incidents"]
            assert [t["id"] for t in found["tasks"]] == expected


async def test_each_look_is_recorded_and_names_what_is_closed_by_now(door: House) -> None:
    await alert_was(door, 1, *UNSHARED_LATER)
    async with room(door, "it") as it:
        await look(it, 15, reason="complaint 17")
        await look(it, 25)
    found, _ = await door.services.ops.read(lambda conn: service.find(conn, action="picture.read"))
    first, second = (one.entry for one in reversed(found))
    assert (first.person, first.organisation, first.object_kind) == ("token:wall", "it", "picture")
    assert first.object_id == "2026-11-21T16:00:15Z"
    assert (first.purpose, first.reason) == ("look back", "complaint 17")
    assert first.detail["closed_since"] == "AL-0001"
    assert (first.detail["alerts"], second.detail["alerts"]) == ("1", "0")
    assert "closed_since" not in second.detail


async def test_readings_come_from_the_lake(door: House) -> None:
    door.lake.states = [state("SQ-D4", 7, 5)]
    door.lake.span = (at(0), at(600))
    async with room(door, "police") as police:
        found = await look(police, 10)
        assert found["entities"] == msgspec.json.decode(msgspec.json.encode(door.lake.states))
        assert (found["now"], found["why"]) == ("2026-11-21T16:00:10Z", "")
        assert door.lake.asked[-1] == (at(10), 3 * 3600.0)
        await look(police, 10, staleness=60)
        assert door.lake.asked[-1] == (at(10), 60.0)


async def test_an_empty_picture_says_why(door: House) -> None:
    async with room(door, "police") as police:
        assert (await look(police, 0))["why"] == "No reading is stored yet."
        door.lake.span = (at(100), at(600))
        assert "taken in at 2026-11-21T16:01:40Z" in (await look(police, 0))["why"]
        assert (await look(police, 200))["why"] == "No sensor had reported in the 180 minutes before."


async def test_the_future_is_refused(door: House) -> None:
    later = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
    async with room(door, "police") as police:
        answer = await police.get("/api/v1/picture", params={"at": later})
        assert answer.status_code == 422
        assert answer.json()["field"] == "at"
        assert answer.json()["cure"].startswith("ask for one up to")
        for wrong in ("yesterday", "2026-11-21T16:00:00", ""):
            assert (await police.get("/api/v1/picture", params={"at": wrong})).status_code == 422
        assert (await police.get("/api/v1/picture")).status_code == 422


async def test_a_final_picture_is_kept_by_its_tag_and_by_its_room(door: House) -> None:
    door.lake.span = (at(0), at(600))
    await alert_was(door, 1, (10, {"sharing": POLICE_ALONE}))
    params = {"at": at(100).isoformat()}
    async with room(door, "police") as police, room(door, "it") as it:
        first = await police.get("/api/v1/picture", params=params)
        assert (first.json()["final"], first.headers["cache-control"]) == (True, "private, no-cache")
        held = {"If-None-Match": first.headers["etag"]}
        again = await police.get("/api/v1/picture", params=params, headers=held)
        assert (again.status_code, again.content) == (304, b"")
        other = await it.get("/api/v1/picture", params=params, headers=held)
        assert (other.status_code, other.json()["alerts"]) == (200, [])
        wider = await police.get("/api/v1/picture", params={**params, "staleness": 600}, headers=held)
        assert wider.status_code == 200
    found, _ = await door.services.ops.read(lambda conn: service.find(conn, action="picture.read"))
    assert ["again" in one.entry.detail for one in reversed(found)] == [False, True, False, False]


async def test_what_may_still_change_is_not_kept(door: House) -> None:
    door.lake.span = (at(0), at(110))  # readings of this moment may be on their way into the table
    async with room(door, "police") as police:
        answer = await police.get("/api/v1/picture", params={"at": at(100).isoformat()})
    assert (answer.json()["final"], answer.headers["cache-control"]) == (False, "no-store")
    assert "etag" not in answer.headers
