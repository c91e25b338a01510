"""What was refused stands in the record too, by whom and why; a flood of refusals does not fill it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.api.house import House
from tests.api.test_audit import rows
from tests.api.test_decisions import city, raise_alert

from tocsin.audit.service import Found
from tocsin.identity.policy import Subject, token
from tocsin.identity.refusals import OTHERS, Attempt, Refusals
from tocsin.kernel.errors import Conflict, Forbidden, NotFound


class SetClock:
    def __init__(self) -> None:
        self.at = datetime(2026, 11, 21, 16, 0, 30, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


def refused(found: list[Found]) -> list[Any]:
    return [one.entry for one in found if one.entry.outcome == "refused"]


async def test_a_decision_refused_by_the_policy_is_a_row_of_its_own(door: House) -> None:
    async with city(door) as (_, screen), door.program("read") as program:
        alert = await raise_alert(door, screen)
        path = f"/api/v1/alerts/{alert['id']}/confirm"
        assert (await program.post(path)).status_code == 403
    (entry,) = refused(await rows(door))
    assert (entry.action, entry.person, entry.organisation) == (
        "call.act_on_alert",
        "token:test",
        "control-room",
    )
    assert alert["id"] in entry.object_id
    assert "may not do this" in entry.reason
    assert entry.detail == {"refusal": "forbidden", "count": "1", "field": "permission"}


async def test_a_decision_refused_by_a_conflict_names_action_and_object(door: House) -> None:
    async with city(door) as (client, screen):
        alert = await raise_alert(door, screen)
        path = f"/api/v1/alerts/{alert['id']}"
        assert (await client.post(f"{path}/confirm")).status_code == 200
        assert (await client.post(f"{path}/acknowledge")).status_code == 409
        assert (await client.post(f"{path}/shelve", json={})).status_code == 422
        assert (await client.post("/api/v1/alerts/AL-9999/confirm")).status_code == 404
    (entry,) = refused(await rows(door, person="operator"))
    assert (entry.action, entry.object_kind, entry.object_id) == ("alert.acknowledge", "alert", alert["id"])
    assert entry.capacity == "administrator, operator"
    assert entry.detail["refusal"] == "conflict"
    assert (await rows(door, action="alert.confirm"))[0].entry.outcome == "done"


async def test_several_at_once_name_each_that_was_refused(door: House) -> None:
    async with city(door) as (client, screen):
        alert = await raise_alert(door, screen)
        assert (await client.post(f"/api/v1/alerts/{alert['id']}/confirm")).status_code == 200
        asked = {"items": [{"id": alert["id"]}]}
        answer = await client.post("/api/v1/bulk/acknowledge", json=asked)
        assert answer.status_code == 200, answer.text
        assert len(answer.json()["failed"]) == 1
    (entry,) = refused(await rows(door, person="operator"))
    assert (entry.action, entry.object_id) == ("alert.acknowledge", alert["id"])


async def test_who_tries_the_record_without_leave_stands_in_it(door: House) -> None:
    async with door.signed_in() as client:
        assert (await client.get("/api/v1/audit", params={"reason": "curious"})).status_code == 403
        client.headers["x-csrf-token"] = "of another"
        assert (await client.post("/api/v1/alerts/AL-0001/confirm")).status_code == 403
    async with door.client() as stranger:
        assert (await stranger.get("/api/v1/audit", params={"reason": "curious"})).status_code == 401
    assert [(e.action, e.person) for e in refused(await rows(door))] == [
        ("call.list_audit", "operator"),
        ("call.act_on_alert", "operator"),
    ]


async def test_administration_refused_by_a_conflict_is_recorded(door: House) -> None:
    async with door.signed_in() as boss:
        assert (await boss.delete("/api/v1/organisations/control-room")).status_code == 409
    (entry,) = refused(await rows(door))
    assert (entry.action, entry.object_id) == ("call.remove_organisation", "control-room")
    assert "nobody would be left" in entry.reason


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def who() -> Subject:
    return token("t1", "robot", ["read"])


async def test_a_flood_costs_two_rows_a_minute_and_loses_no_count(
    door: House, clock: SetClock, who: Subject
) -> None:
    refusals = Refusals(door.services.ops, clock)
    for number in range(1000):
        attempt = Attempt("alert.confirm", "alert", f"AL-{number:04}")
        await refusals.note(who, attempt, Forbidden("no"))
    assert len(refused(await rows(door))) == 1
    clock.at += timedelta(minutes=1)
    await refusals.note(who, Attempt("alert.confirm", "alert", "AL-2000"), Conflict("gone"))
    await refusals.close()
    found = refused(await rows(door))
    assert [(e.object_id, e.detail["count"]) for e in found] == [
        ("AL-0000", "1"),
        ("", "999"),
        ("AL-2000", "1"),
    ]
    assert found[1].detail["objects"] == "AL-0001 AL-0002 AL-0003 AL-0004 AL-0005"
    assert found[1].detail["since"].startswith("2026-11-21T16:00:30")


async def test_made_up_actions_share_rows_too(door: House, clock: SetClock, who: Subject) -> None:
    refusals = Refusals(door.services.ops, clock)
    words = [f"{a}{b}{c}" for a in "abcdefghij" for b in "abcdefghij" for c in "abcdefg"]
    for word in words:
        await refusals.note(who, Attempt(f"x.{word}"), Forbidden("no"))
    await refusals.close()
    assert len(await rows(door, action="x")) == 500
    others = refused(await rows(door, action=OTHERS))
    assert [e.detail["count"] for e in others] == ["1", "199"]


async def test_each_person_and_each_action_has_its_own_row(door: House, clock: SetClock) -> None:
    refusals = Refusals(door.services.ops, clock)
    for name in ("a", "b"):
        for action in ("alert.confirm", "alert.reject"):
            await refusals.note(token(name, name, ["act"]), Attempt(action), Forbidden("no"))
    await refusals.close()
    found = [(e.person, e.action) for e in refused(await rows(door))]
    assert sorted(found) == [
        ("token:a", "alert.confirm"),
        ("token:a", "alert.reject"),
        ("token:b", "alert.confirm"),
        ("token:b", "alert.reject"),
    ]


async def test_a_refusal_is_noted_once_and_by_itself(
    door: House, clock: SetClock, who: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tocsin.identity.refusals._MINUTE", timedelta(seconds=0.05))
    refusals = Refusals(door.services.ops, clock)
    error = Forbidden("no")
    await refusals.note(who, Attempt("alert.confirm"), error)
    await refusals.note(who, Attempt("call.act_on_alert"), error)
    await refusals.note(who, Attempt("alert.confirm"), Forbidden("still no"))
    clock.at += timedelta(seconds=1)
    async with asyncio.timeout(20):
        while len(found := refused(await rows(door))) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    assert [(e.action, e.reason) for e in found] == [("alert.confirm", "no"), ("alert.confirm", "still no")]


async def test_what_is_missing_is_no_refusal(door: House) -> None:
    async with door.signed_in() as client:
        gone = await client.delete("/api/v1/tokens/none")
        assert gone.status_code == NotFound.status
    assert refused(await rows(door)) == []
