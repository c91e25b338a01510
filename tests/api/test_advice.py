"""Advice through the door: asked, answered by a process of its own, shown, decided; what-ifs, plans."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient
from msgspec.structs import replace
from tests.api.door import Screen, at, incident, running
from tests.api.house import House
from tests.api.rooms import at_seat, furnish
from tests.api.test_decisions import SEES, raise_alert, shown

from tocsin.alerts.stage import Alerts
from tocsin.api.picture import Picture
from tocsin.app.advising import City
from tocsin.context.reader import ContextReader
from tocsin.db.outbox import Outbox
from tocsin.identity.policy import Audience, Seat
from tocsin.incidents.advice import asking, replan
from tocsin.incidents.advice.rules import AdviceRules, AskRule, ThreatRule
from tocsin.incidents.advice.stage import AdviceStage
from tocsin.incidents.stage import Incidents
from tocsin.kernel.advice import AdviceProgress, Consultation
from tocsin.kernel.events import Place
from tocsin.runner.advising.stage import Advisors
from tocsin.sdk.discover import read_folder
from tocsin.sdk.scaffold import new_tool
from tocsin.sdk.spaces.model import Space
from tocsin.spaces import service as spaces

RING = ((24.95, 60.169), (24.952, 60.169), (24.952, 60.17), (24.95, 60.17), (24.95, 60.169))
SQUARE = {
    "id": "square",
    "name": "Square",
    "walkable": [[[list(p) for p in RING]]],
    "ways": [
        {"id": "n", "name": "North", "line": [[24.9505, 60.17], [24.95061, 60.17]], "width_m": 6.0},
        {"id": "s", "name": "South", "line": [[24.9505, 60.169], [24.95057, 60.169]], "width_m": 4.0},
    ],
}
HERE = Place(24.951, 60.1695, name="Square")
RULES = AdviceRules(ask={"A-01": AskRule("A surge in a known space.", "wardens", 100.0, kinds=("crowd.*",))})


@contextlib.asynccontextmanager
async def city(
    door: House, folder: Path, rules: AdviceRules | None = None
) -> AsyncIterator[tuple[AsyncClient, Screen]]:
    tool = read_folder(new_tool("wardens", folder, advisor=True))
    ops, clock = door.services.ops, door.services.clock
    around = City(ops, ContextReader(door.context), clock)
    stages = (
        Alerts(door.bus, ops, clock),
        Incidents(door.bus, ops),
        AdviceStage(door.bus, ops, clock, around, rules or AdviceRules(), tick_s=0.02),
        Advisors(door.bus, [tool]),
        Outbox(ops, door.bus, "test"),
        door.services.live,
    )
    async with (
        running(*stages),
        door.signed_in() as client,
        contextlib.aclosing(door.services.live.stream(None, SEES)) as frames,
    ):
        yield client, Screen(frames)


async def draw(door: House, **changed: Any) -> None:
    """Somebody who may has drawn the square."""
    import msgspec

    space = msgspec.convert(SQUARE | changed, Space)
    before = await door.services.ops.read(lambda conn: spaces.versions(conn, "square"))
    version = before[0].version if before else None
    at = door.services.clock.now()
    await door.services.ops.write(lambda conn: spaces.keep(conn, space, "", "kim", at, version))


async def opened(client: AsyncClient, door: House, screen: Screen, **more: Any) -> str:
    alert = await raise_alert(door, screen, **({"place": HERE} | more))
    made = await client.post("/api/v1/incidents", json={"title": "Surge", "alerts": [alert["id"]]})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def until(holds: Callable[[], Any]) -> Any:
    async with asyncio.timeout(15):
        while not (found := await holds()):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return found


async def test_asked_answered_shown_and_accepted(door: House, tmp_path: Path) -> None:
    await draw(door)
    async with city(door, tmp_path) as (client, screen):
        incident = await opened(client, door, screen)
        question = {"tool": "wardens", "request": {"space": "square", "crowd": 1000}, "key": "k1"}
        asked = await client.post(f"/api/v1/incidents/{incident}/advice", json=question)
        assert asked.status_code == 200, asked.text
        assert asked.json()["id"] == "AD-0001"
        again = await client.post(f"/api/v1/incidents/{incident}/advice", json=question)
        assert again.json()["id"] == "AD-0001"  # sent twice, asked once
        seen = await shown(screen, "advice", lambda c: c["state"] == "given")
        assert (seen["id"], seen["incident"], seen["standing"]) == ("AD-0001", incident, "proposed")
        assert seen["gist"]["words"] == "5 stewards on 2 ways out of Square"
        assert seen["gist"]["bounds"] == {"stewards_least": 4.0}
        whole = (await client.get("/api/v1/advice/AD-0001/answer")).json()
        assert [post["stewards"] for post in whole["plan"]["posts"]] == [3, 2]
        assert (whole["tool"], whole["request"], whole["complete"]) == ("wardens", "AD-0001", True)
        taken = await client.post("/api/v1/advice/AD-0001/accept", json={"version": seen["version"]})
        assert taken.status_code == 200, taken.text
        assert taken.json()["decided"]["by"] == "operator"
        twice = await client.post("/api/v1/advice/AD-0001/accept", json={})
        assert twice.status_code == 409
        log = (await client.get(f"/api/v1/incidents/{incident}")).json()["log"]
        assert [(e["act"], e["by"]) for e in log[-3:]] == [
            ("advice asked", "operator"),
            ("advice given", "wardens"),
            ("advice accepted", "operator"),
        ]
        steps = (await client.get("/api/v1/advice/AD-0001/events")).json()["items"]
        assert [e["act"] for e in steps] == ["asked", "given", "accepted"]
        [listed] = (await client.get(f"/api/v1/incidents/{incident}/advice")).json()["items"]
        assert listed["standing"] == "accepted"


async def test_what_cannot_be_answered_says_why_at_the_incident(door: House, tmp_path: Path) -> None:
    await draw(door)
    async with city(door, tmp_path) as (client, screen):
        incident = await opened(client, door, screen)
        for request, why in (
            ({"space": "square", "crowd": -1}, "not a number of people"),
            ({"space": "nowhere"}, "there is no space 'nowhere'"),
        ):
            await client.post(
                f"/api/v1/incidents/{incident}/advice", json={"tool": "wardens", "request": request}
            )
            told = await shown(screen, "advice", lambda c, why=why: why in str(c["trouble"]))
            assert told["state"] == "failed"
        await client.post(f"/api/v1/incidents/{incident}/advice", json={"tool": "nobody", "request": {}})
        told = await shown(screen, "advice", lambda c: c["tool"] == "nobody" and c["state"] == "failed")
        assert "no such advisor" in told["trouble"]
        nothing = await client.get(f"/api/v1/advice/{told['id']}/answer")
        assert nothing.status_code == 404


async def test_who_asks_by_hand_without_a_word_on_threats_has_those_of_the_incident(
    door: House, tmp_path: Path
) -> None:
    await draw(door)
    threat = ThreatRule("Nobody goes near it.", "area", 40.0, kinds=("crowd.*",))
    async with city(door, tmp_path, AdviceRules(threat={"T-1": threat})) as (client, screen):
        incident = await opened(client, door, screen)
        for key, request in (("a", {"space": "square"}), ("b", {"space": "square", "threats": []})):
            question = {"tool": "wardens", "request": request, "key": key}
            asked = (await client.post(f"/api/v1/incidents/{incident}/advice", json=question)).json()
            if key == "a":
                [known] = asked["request"]["threats"]
                assert (known["kind"], known["radius_m"]) == ("area", 40.0)
                assert known["place"]["coordinates"] == [HERE.lon, HERE.lat]
                assert asked["filled"] == ["threats"]
            else:
                assert (asked["request"]["threats"], asked["filled"]) == ([], [])


async def test_what_ifs_touch_nothing_and_are_saved_under_a_name(door: House, tmp_path: Path) -> None:
    await draw(door)
    async with city(door, tmp_path) as (client, screen):
        incident = await opened(client, door, screen)
        question = {"tool": "wardens", "request": {"space": "square", "crowd": 5000}}
        told = await client.post("/api/v1/what-if", json=question)
        assert told.status_code == 200, told.text
        assert told.json()["words"] == "20 stewards on 2 ways out of Square"
        assert (await client.get(f"/api/v1/incidents/{incident}/advice")).json()["items"] == []
        refused = await client.post(
            "/api/v1/what-if", json={"tool": "wardens", "request": {"space": "square", "crowd": -4}}
        )
        assert (refused.status_code, refused.json()["field"]) == (422, "crowd")
        # an operator looks; a planner keeps
        assert (await client.post("/api/v1/plans", json={"name": "Concert", **question})).status_code == 403
        async with door.program("read", "act") as planner:
            kept = await planner.post("/api/v1/plans", json={"name": "Concert", **question})
            assert kept.status_code == 200, kept.text
            assert kept.json()["saved"]["space_version"] == 1
        [offered] = (await client.get("/api/v1/plans", params={"incident": incident})).json()["items"]
        assert (offered["saved"]["name"], offered["away_m"]) == ("Concert", 0.0)
        assert (await client.get("/api/v1/plans", params={"near": "24.0,60.0"})).json()["items"] == []
        assert (await client.get("/api/v1/plans", params={"near": "x"})).status_code == 422
        whole = (await client.get(f"/api/v1/plans/{offered['saved']['id']}")).json()
        assert whole["advice"]["plan"]["crowd"] == 5000


async def test_an_incident_that_meets_a_rule_asks_once_by_itself(door: House, tmp_path: Path) -> None:
    await draw(door)
    async with city(door, tmp_path, RULES) as (client, screen):
        incident = await opened(client, door, screen)
        told = await shown(screen, "advice", lambda c: c["state"] == "given")
        assert (told["why"], told["asked_by"], told["space"]) == ("rule", "advice", "square")
        assert told["reason"] == "A-01: A surge in a known space. (AL-0001, in Square)"
        await client.post(f"/api/v1/incidents/{incident}/notes", json={"words": "seen"})
        await asyncio.sleep(0.2)
        assert len((await client.get(f"/api/v1/incidents/{incident}/advice")).json()["items"]) == 1


async def test_what_a_plan_stood_on_changes_and_a_new_one_is_proposed_beside_it(
    door: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "CHECK_S", 0.05)
    monkeypatch.setattr(replan, "LEAST_APART_S", 0.0)
    await draw(door)
    async with city(door, tmp_path, RULES) as (client, screen):
        await opened(client, door, screen)
        first = await shown(screen, "advice", lambda c: c["state"] == "given")
        await client.post(f"/api/v1/advice/{first['id']}/accept", json={})
        await asyncio.sleep(0.3)
        assert len((await client.get(f"/api/v1/incidents/{first['incident']}/advice")).json()["items"]) == 1
        await draw(door, ways=[SQUARE["ways"][0]])
        second = await shown(screen, "advice", lambda c: c["why"] == "change" and c["state"] == "given")
        assert (second["standing"], second["beside"]) == ("proposed", first["id"])
        assert second["reason"] == "space square has version 2, it was 1"
        still = (await client.get(f"/api/v1/advice/{first['id']}")).json()
        assert still["standing"] == "accepted"  # nothing was swapped
        await client.post(f"/api/v1/advice/{second['id']}/accept", json={"reason": "the south is shut"})
        gone = (await client.get(f"/api/v1/advice/{first['id']}")).json()
        assert gone["standing"] == "superseded"


async def test_advice_is_open_as_its_incident_is(door: House, tmp_path: Path) -> None:
    await draw(door)
    await furnish(door)
    async with (
        city(door, tmp_path, RULES) as (client, screen),
        at_seat(door, "it", "operator") as it,
        contextlib.aclosing(door.services.live.stream(None, Audience(True, Seat("it")))) as frames,
    ):
        other = Screen(frames)
        assert (await other.next("snapshot")).data["advice"] == []
        alert = await raise_alert(door, screen, place=HERE)
        await client.post(f"/api/v1/alerts/{alert['id']}/take-over", json={})
        taken = await client.post(f"/api/v1/alerts/{alert['id']}/share", json={"level": "own room"})
        assert taken.status_code == 200, taken.text
        made = await client.post("/api/v1/incidents", json={"title": "Surge", "alerts": [alert["id"]]})
        incident = made.json()["id"]
        told = await shown(screen, "advice", lambda c: c["state"] == "given")
        for path in (f"advice/{told['id']}", f"advice/{told['id']}/answer", f"incidents/{incident}/advice"):
            assert (await it.get(f"/api/v1/{path}")).status_code == 403
        assert told["id"] not in other.text
        version = (await client.get(f"/api/v1/incidents/{incident}")).json()["version"]
        wide = {"level": "all rooms", "version": version}
        assert (await client.post(f"/api/v1/incidents/{incident}/share", json=wide)).status_code == 200
        seen = await shown(other, "advice", lambda c: c["state"] == "given")
        assert seen["id"] == told["id"]
        assert (await it.get(f"/api/v1/advice/{told['id']}/answer")).status_code == 200
        # to look is not to decide
        assert (await it.post(f"/api/v1/advice/{told['id']}/accept", json={})).status_code == 403
        shut = await client.post(f"/api/v1/incidents/{incident}/share", json={"level": "own room"})
        assert shut.status_code == 200
        gone = await other.next("shut")
        assert told["id"] in gone.data["advice"]
        await client.post(f"/api/v1/incidents/{incident}/close", json={"outcome": "handled", "words": "over"})
        ended = await screen.next("gone")
        assert told["id"] in ended.data["advice"]


def test_progress_is_shown_while_it_is_asked_and_kept_by_nobody() -> None:
    picture = Picture()
    picture.incident(incident(1))
    asked = Consultation(
        "AD-0001", 1, "INC-001", "wardens", {}, "person", "x", "asked", "none", "kim", at(0), at(0)
    )
    picture.advice(replace(asked, incident="INC-404"))  # of no incident that is shown
    picture.advice(asked)
    picture.drain()
    picture.progress(AdviceProgress("AD-0001", 0.4, "routes"))
    picture.progress(AdviceProgress("AD-0404", 0.4, "routes"))
    [(key, change)] = picture.drain().items()
    assert key == ("advice", "AD-0001")
    assert change.raw is not None
    told = json.loads(change.raw)
    assert (told["share"], told["progress"], told["version"]) == (0.4, "routes", 1)
    picture.advice(replace(asked, version=2, state="withdrawn"))
    picture.progress(AdviceProgress("AD-0001", 0.9, "too late"))
    [change] = picture.drain().values()
    assert change.raw is not None
    assert json.loads(change.raw)["progress"] == ""
