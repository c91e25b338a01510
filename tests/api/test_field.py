"""A responder's tasks through the door: whose they are, what is answered once, what is not overwritten."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.api.fieldwork import API, RESPONDER, Field, fieldwork, key
from tests.api.rooms import program

from tocsin.bus.memory import MemoryBus
from tocsin.kernel.sharing import Level, Sharing

POLICE = Sharing("police", Level.ALL)


@pytest.fixture
async def field(folder: Path, bus: MemoryBus) -> AsyncIterator[Field]:
    async with fieldwork(folder, bus, POLICE) as made:
        yield made


async def test_a_responder_sees_their_tasks_and_nothing_of_the_city(field: Field) -> None:
    async with field.seat("police", RESPONDER) as sam:
        tasks = await field.mine(sam)
        assert set(tasks) == {"exit", "gas"}, "what waits is not there yet"
        exit_ = tasks["exit"]
        assert (exit_["title"], exit_["severity"], exit_["state"]) == ("Open exit 3", "high", "open")
        assert exit_["due_at"] == (field.clock.at + timedelta(minutes=5)).isoformat().replace("+00:00", "Z")
        assert [line["words"] for line in exit_["checklist"]] == ["both leaves outwards", "locked open"]
        assert tasks["gas"]["answers"] == ["yes", "no"]
        assert exit_["room"] == "Police"
        assert "log" not in exit_
        assert "alerts" not in exit_
        for closed in ("incidents", "alerts", "entities", "status", f"incidents/{field.incident}"):
            assert (await sam.get(f"{API}/{closed}")).status_code == 403, closed
        assert (await sam.post(f"{API}/incidents/INC-001/tasks/p.exit/start", json={})).status_code == 403


@pytest.mark.parametrize(
    ("room", "roles"),
    [
        ("police", ("operator",)),
        ("police", ("supervisor",)),
        ("it", (RESPONDER,)),
        ("hospital", (RESPONDER,)),
    ],
)
async def test_others_have_none_of_them(field: Field, room: str, roles: tuple[str, ...]) -> None:
    async with field.seat(room, *roles) as other:
        assert await field.mine(other) == {}
        for act in ("on my way", "done", "cannot"):
            refused = await field.say(other, "exit", act, reason="x")
            assert refused.status_code == 403, refused.text
        assert (await other.put(field.path("exit", "consent"))).status_code == 403
        photo = await other.post(field.path("exit", "evidence"), content=b"x", params={"key": key()})
        assert photo.status_code == 403
    assert (await field.stored()).log[-1].act == "procedure started"


async def test_a_room_that_works_on_it_has_its_responders_there_too(folder: Path, bus: MemoryBus) -> None:
    async with (
        fieldwork(folder, bus, Sharing("police", Level.NAMED, ("hospital",))) as field,
        field.seat("hospital", RESPONDER) as medic,
        field.seat("it", RESPONDER) as stranger,
    ):
        assert set(await field.mine(medic)) == {"exit", "gas"}
        assert (await field.say(medic, "exit", "on my way")).status_code == 200
        assert await field.mine(stranger) == {}


async def test_a_program_has_no_task(field: Field) -> None:
    async with field.door.client(headers=await program(field.door, "police", "read", "act")) as robot:
        assert await field.mine(robot) == {}
        assert (await field.say(robot, "exit", "done", reason="x")).status_code == 403


async def test_from_on_my_way_to_done(field: Field) -> None:
    async with field.seat("police", RESPONDER) as sam:
        went = await field.say(sam, "exit", "on my way")
        assert went.json()["changed"] is True
        assert went.json()["task"]["started"]["by"] == "police-field-responder"
        again = await field.say(sam, "exit", "on my way")
        assert (again.status_code, again.json()["changed"]) == (200, False), "a glove presses twice"
        assert (await field.say(sam, "exit", "tick", item=0)).json()["changed"] is True
        assert (await field.say(sam, "exit", "tick", item=0)).json()["changed"] is False
        assert (await field.say(sam, "exit", "tick", item=9)).status_code == 422
        left = await field.say(sam, "exit", "done")
        assert (left.status_code, left.json()["field"]) == (422, "reason")
        ended = await field.say(sam, "exit", "done", reason="the lock is broken")
        assert ended.json() == {"changed": True, "task": None}
        assert (await field.say(sam, "gas", "decide", answer="no")).status_code == 200
        assert set(await field.mine(sam)) == {"stay"}
    incident = await field.stored()
    assert [line.act for line in incident.log][-4:] == [
        "task started",
        "task ticked",
        "task done",
        "task answered",
    ]
    assert incident.log[-2].by == "police-field-responder"
    done = [("field.done", "police-field-responder", "done")]
    assert await field.recorded("field.done") == done


async def test_cannot_gives_it_back_and_opens_nothing(field: Field) -> None:
    async with field.seat("police", RESPONDER) as sam:
        await field.say(sam, "exit", "on my way")
        assert (await field.say(sam, "exit", "cannot")).status_code == 422
        said = await field.say(sam, "exit", "cannot", reason="the road is\nblocked")
        assert said.json()["task"]["state"] == "open"
        assert said.json()["task"]["cannot"]["reason"] == "the road is blocked"
    incident = await field.stored()
    states = {task.id: task.state.value for task in incident.tasks}
    assert (states["p.exit"], states["p.after"]) == ("open", "waiting")
    assert (incident.log[-1].act, incident.log[-1].words) == (
        "task cannot",
        "Open exit 3: the road is blocked",
    )


async def test_the_same_key_takes_effect_once(field: Field) -> None:
    async with field.seat("police", RESPONDER) as sam, field.seat("police", RESPONDER, "analyst") as ann:
        given = {"key": key(), "act": "cannot", "reason": "fire", "said_at": field.clock.at.isoformat()}
        path = field.path("exit", "answers")
        first, second = await sam.post(path, json=given), await sam.post(path, json=given)
        assert (first.json()["changed"], second.json()["changed"]) == (True, False)
        other = await sam.post(path, json={**given, "act": "on my way"})
        assert (other.status_code, other.json()["field"]) == (409, "key")
        elsewhere = await sam.post(field.path("gas", "answers"), json=given)
        assert elsewhere.status_code == 409
        # a key is of a person: another's is another answer
        assert (await ann.post(path, json={**given, "reason": "smoke"})).status_code == 200
        assert (await sam.post(path, json={**given, "key": "short"})).status_code == 422
        late = {**given, "key": key(), "said_at": "2026-11-21T16:42:00"}
        assert (await sam.post(path, json=late)).status_code == 422, "a time without its zone"
    assert [line.act for line in (await field.stored()).log].count("task cannot") == 2


async def test_what_came_too_late_overwrites_nothing(field: Field) -> None:
    """A phone without a network; meanwhile the room ended the task, then the incident."""
    async with field.seat("police", RESPONDER) as sam, field.seat("police", "operator", "supervisor") as desk:
        pressed = field.clock.at.isoformat()
        field.clock.on(hours=1)
        task = f"{API}/incidents/{field.incident}/tasks/p.exit"
        assert (await desk.post(f"{task}/done", json={"reason": "on the radio"})).status_code == 200
        before = await field.stored()
        for act in ("on my way", "done", "cannot", "tick"):
            late = await field.say(sam, "exit", act, said_at=pressed, reason="late", item=0)
            assert late.status_code == 409, act
            assert "is done by police-operator-supervisor" in late.json()["detail"]
        assert await field.stored() == before
        closed = {"outcome": "handled", "words": "over"}
        assert (await desk.post(f"{API}/incidents/{field.incident}/close", json=closed)).status_code == 200
        late = await field.say(sam, "gas", "on my way", said_at=pressed)
        assert late.status_code == 409
        assert "closed by" in late.json()["detail"]
        assert await field.mine(sam) == {}


async def test_the_log_says_when_a_late_answer_was_pressed(field: Field) -> None:
    async with field.seat("police", RESPONDER) as sam:
        pressed = field.clock.at
        field.clock.on(hours=2)
        assert (await field.say(sam, "exit", "on my way", said_at=pressed.isoformat())).status_code == 200
    line = (await field.stored()).log[-1]
    assert line.at == field.clock.at
    assert line.words == "Open exit 3; pressed 21 Nov 16:42:00 UTC, came later"


async def test_two_responders_and_one_task(field: Field) -> None:
    async with field.seat("police", RESPONDER) as sam, field.seat("police", RESPONDER, "analyst") as ann:
        await field.say(sam, "exit", "on my way")
        second = await field.say(ann, "exit", "on my way")
        assert second.status_code == 409
        assert "in progress by police-field-responder" in second.json()["detail"]
        assert (await field.say(ann, "exit", "cannot", reason="x")).status_code == 409
        assert (await field.stored()).log[-1].act == "task started"


async def test_a_room_sends_a_task_to_one_of_its_people(field: Field) -> None:
    send = f"{API}/incidents/{field.incident}/tasks/p.exit/send"
    async with (
        field.seat("police", "operator") as desk,
        field.seat("police", RESPONDER) as sam,
        field.seat("police", RESPONDER, "analyst") as ann,
        field.seat("it", "operator") as stranger,
    ):
        names = [one["name"] for one in (await desk.get(f"{API}/field/responders")).json()["items"]]
        assert names[:2] == ["police-field-responder", "police-field-responder-analyst"]
        await field.say(sam, "exit", "on my way")
        place = {"lon": 24.944, "lat": 60.171, "name": "Exit 3"}
        sent = await desk.post(send, json={"to": names[1], "place": place})
        assert sent.status_code == 200, sent.text
        assert set(await field.mine(sam)) == {"gas"}, "it is another's now"
        assert (await field.say(sam, "exit", "done", reason="x")).status_code == 403
        task = (await field.mine(ann))["exit"]
        assert (task["by_name"], task["state"], task["place"]["name"]) == (True, "open", "Exit 3")
        line = (await field.stored()).log[-1]
        assert line.words.endswith(f"to {names[1]}; police-field-responder is off it")
        assert (await desk.post(send, json={})).status_code == 200
        assert set(await field.mine(sam)) == {"exit", "gas"}
        assert (await desk.post(send, json={"to": "nobody"})).status_code == 422
        assert (await desk.post(send, json={"picture": "EV-0001"})).status_code == 404
        assert (await stranger.post(send, json={})).status_code == 403
        assert (await sam.post(send, json={})).status_code == 403
