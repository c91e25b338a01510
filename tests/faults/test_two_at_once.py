"""Two people act on the same thing at the same time: one is first, the other is told."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from httpx import AsyncClient, Response
from tests.api.house import House
from tests.api.rooms import at_seat, furnish
from tests.api.test_proposals import city, proposed, raise_on_square

from tocsin.audit import repository as audit
from tocsin.audit.chain import read


async def both(one: AsyncClient, two: AsyncClient, path: str, *bodies: dict[str, Any]) -> list[Response]:
    """The same call of two people, under way together."""
    first, second = bodies if len(bodies) == 2 else (bodies[0], bodies[0])
    return list(
        await asyncio.gather(
            one.post(f"/api/v1/{path}", json=first), two.post(f"/api/v1/{path}", json=second)
        )
    )


def told_apart(answers: list[Response], thing: str) -> int:
    """Which of two was first; the other has a conflict that says what to do."""
    assert sorted(a.status_code for a in answers) == [200, 409], [a.text for a in answers]
    lost = next(a for a in answers if a.status_code == 409).json()
    assert thing in lost["detail"] or lost["field"] == "version", lost
    assert lost["cure"], "what to do now"
    return [a.status_code for a in answers].index(200)


async def recorded(door: House, action: str, thing: str) -> list[str]:
    """Who is in the record for it."""
    rows = await door.services.ops.read(lambda conn: [row for row, _ in audit.stored(conn)])
    found = [read(row.body) for row in rows]
    done = [e for e in found if e.outcome == "done"]
    return [e.person for e in done if (e.action, e.object_id) == (action, thing)]


@pytest.mark.parametrize("_again", range(3))
async def test_alert(door: House, _again: int) -> None:
    await furnish(door)
    async with (
        city(door) as (_, screen),
        at_seat(door, "police", "operator") as ann,
        at_seat(door, "police", "supervisor") as bob,
    ):
        names = ["police-operator", "police-supervisor"]
        alert = await raise_on_square(door, screen, 1)
        answers = await both(ann, bob, f"alerts/{alert}/acknowledge", {"version": 1})
        first = told_apart(answers, alert)
        after = (await ann.get(f"/api/v1/alerts/{alert}")).json()
        assert after["acknowledged"]["by"] == names[first]

        seen = {"version": after["version"]}
        answers = await asyncio.gather(
            ann.post(f"/api/v1/alerts/{alert}/confirm", json=seen),
            bob.post(f"/api/v1/alerts/{alert}/reject", json={**seen, "reason": "a delivery"}),
        )
        decided = told_apart(list(answers), alert)
        mark = ("confirmed", "rejected")[decided]
        after = (await ann.get(f"/api/v1/alerts/{alert}")).json()
        assert (after["state"], after[mark]["by"]) == (mark, names[decided])
        # the second one looks again and decides: both stand in its life and in the record
        other, again = ((bob, "reject"), (ann, "confirm"))[decided]
        await other.post(f"/api/v1/alerts/{alert}/reopen", json={"reason": "look again"})
        answer = await other.post(f"/api/v1/alerts/{alert}/{again}", json={"reason": "seen"})
        assert answer.status_code == 200, answer.text
        acts = [
            (e["act"], e["by"]) for e in (await ann.get(f"/api/v1/alerts/{alert}/events")).json()["items"]
        ]
        assert ("confirmed", names[0]) in acts
        assert ("rejected", names[1]) in acts
        assert await recorded(door, "alert.confirm", alert) == names[:1]
        assert await recorded(door, "alert.reject", alert) == names[1:]


async def test_incident(door: House) -> None:
    await furnish(door)
    async with (
        city(door) as (_, screen),
        at_seat(door, "police", "operator") as ann,
        at_seat(door, "police", "supervisor") as bob,
    ):
        alert = await raise_on_square(door, screen, 1)
        opened = (await ann.post("/api/v1/incidents", json={"title": "Square", "alerts": [alert]})).json()
        path, version = f"incidents/{opened['id']}", opened["version"]
        notes = ({"words": "Ann's note", "version": version}, {"words": "Bob's note", "version": version})
        answers = await both(ann, bob, f"{path}/notes", *notes)
        first = told_apart(answers, opened["id"])
        now = (await ann.get(f"/api/v1/{path}")).json()
        said = [line["words"] for line in now["log"] if line["act"] == "noted"]
        assert said == [notes[first]["words"]]
        late = (bob, ann)[first]
        again = await late.post(f"/api/v1/{path}/notes", json={**notes[1 - first], "version": now["version"]})
        assert again.status_code == 200
        log = [(line["words"], line["by"]) for line in again.json()["log"] if line["act"] == "noted"]
        assert sorted(log) == [("Ann's note", "police-operator"), ("Bob's note", "police-supervisor")]
        # notes without a version are no decision on what was seen: both are kept
        answers = await both(ann, bob, f"{path}/notes", {"words": "a"}, {"words": "b"})
        assert [a.status_code for a in answers] == [200, 200]
        closing = {"outcome": "handled", "words": "over"}
        answers = await both(ann, bob, f"{path}/close", closing)
        told_apart(answers, opened["id"])
        assert sorted(await recorded(door, "incident.note", opened["id"])) == sorted(
            ["police-operator", "police-supervisor"] * 2
        )


async def test_task(door: House) -> None:
    await furnish(door)
    async with (
        city(door) as (_, screen),
        at_seat(door, "police", "operator") as ann,
        at_seat(door, "police", "supervisor") as bob,
    ):
        alert = await raise_on_square(door, screen, 1)
        opened = (await ann.post("/api/v1/incidents", json={"title": "Square", "alerts": [alert]})).json()
        path = f"incidents/{opened['id']}"
        begun = await ann.post(f"/api/v1/{path}/procedure", json={"procedure": "crowd-surge"})
        assert begun.status_code == 200, begun.text
        task = next(t for t in begun.json()["tasks"] if t["state"] == "open")
        seen = {"version": begun.json()["version"]}
        answers = await both(ann, bob, f"{path}/tasks/{task['id']}/start", seen)
        first = told_apart(answers, opened["id"])
        now = (await ann.get(f"/api/v1/{path}")).json()
        (mine,) = [t for t in now["tasks"] if t["id"] == task["id"]]
        assert mine["started"]["by"] == ("police-operator", "police-supervisor")[first]
        assert sum(line["act"] == "task started" for line in now["log"]) == 1


async def test_proposal(door: House) -> None:
    await furnish(door)
    async with (
        city(door) as (client, screen),
        at_seat(door, "police", "operator") as ann,
        at_seat(door, "police", "supervisor") as bob,
    ):
        pair = [await raise_on_square(door, screen, number) for number in (1, 2)]
        found = await proposed(client, *pair)
        path = f"/api/v1/proposals/{found['id']}"
        answers = await asyncio.gather(
            ann.post(f"{path}/accept", json={"version": found["version"]}),
            bob.post(f"{path}/decline", json={"version": found["version"], "reason": "no"}),
        )
        first = told_apart(list(answers), found["id"])
        now = (await ann.get(path)).json()
        assert now["state"] == ("accepted", "declined")[first]
        assert now["decided"]["by"] == ("police-operator", "police-supervisor")[first]
        count = len((await ann.get("/api/v1/incidents?state=all")).json()["items"])
        assert count == (1, 0)[first], "an incident where it was accepted, none where it was not"
