"""When an incident asks an advisor, what threatens there, when a plan stands no longer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.api.door import alert as made_alert
from tests.db.shape import shaped
from tests.incidents.plans import T0, minute, procedure, step

from tocsin.db import Connection, Database
from tocsin.incidents import service as incidents
from tocsin.incidents import task_service, tasks
from tocsin.incidents.advice import replan, repository, service
from tocsin.incidents.advice.asking import Asking
from tocsin.incidents.advice.city import Near
from tocsin.incidents.advice.machine import Ask
from tocsin.incidents.advice.replan import changed, moved
from tocsin.incidents.advice.rules import AdviceRules, city_rules, read_rules
from tocsin.incidents.procedures.library import Procedures
from tocsin.incidents.procedures.model import AdviceRequest
from tocsin.kernel.advice import AdviceAnswered, Footing, NearbyAlert, Surroundings, SurroundingsAsked
from tocsin.kernel.decisions import Alert
from tocsin.kernel.errors import Conflict, Invalid, Misconfigured
from tocsin.kernel.events import Advice, Attribute, Observation, Place
from tocsin.kernel.geo import Point

HERE = Place(24.944, 60.171, radius_m=10.0)


def alert(kind: str, number: int = 1, **more: Any) -> Alert:
    return replace(made_alert(number), **({"kind": kind, "place": HERE} | more))


def weather(**attributes: float) -> Observation:
    values = tuple(Attribute(name, value) for name, value in attributes.items())
    return Observation("w", "urn:ngsi-ld:WeatherObserved:W-1", "WeatherObserved", T0, values)


class Clock:
    def __init__(self) -> None:
        self.at = T0

    def now(self) -> Any:
        return self.at


class City:
    def __init__(self, alerts: Sequence[Alert], spaces: Sequence[Near] = (), **around: Any) -> None:
        self._alerts = {a.id: a for a in alerts}
        self.spaces, self.around = list(spaces), Surroundings(T0, **around)
        self.asked: list[SurroundingsAsked] = []

    async def surroundings(self, asked: SurroundingsAsked) -> Surroundings:
        self.asked.append(asked)
        return self.around

    def near(self, conn: Connection, place: Point, within_m: float) -> Sequence[Near]:
        return [near for near in self.spaces if near.away_m <= within_m]

    def alerts(self, conn: Connection, ids: Sequence[str]) -> Sequence[Alert]:
        return [self._alerts[name] for name in ids]


SQUARE = Near("square", "Square", 3, 0.0)


@pytest.fixture
def db(tmp_path: Path) -> Any:
    made = Database(tmp_path / "ops.db", durable=False, name="ops")
    shaped(made)
    yield made
    made.close()


def answer(name: str = "x", **more: Any) -> Advice:
    fields = {"words": "out by north", "plan": {"a": 1}, "bounds": {"clearing_s": 100.0}}
    return Advice(
        **{
            "id": "i",
            "request": name,
            "tool": "evacuation",
            "tool_version": "1",
            "assumptions": ("none falls",),
            "valid_until": minute(15),
            **fields,
            **more,
        }
    )


# --- rules -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "rules", "means"),
    [
        ("crowd.surge", ["A-01"], None),
        ("weapon.pistol", ["A-02"], "area"),
        ("vehicle.ramming", ["A-03"], "area"),
        ("bacteria.spike", ["A-04"], "plume"),
        ("egress.started", ["A-05"], None),
        ("camera.dark", [], None),
    ],
)
def test_the_shipped_rules_say_who_asks_and_what_threatens(
    kind: str, rules: list[str], means: str | None
) -> None:
    ships, one = read_rules(), alert(kind)
    assert [name for name, _, _ in ships.asking([one], "high")] == rules
    around = Surroundings(T0, entities=(weather(windSpeed=4.0, windDirection=-90.0),))
    threats = ships.threats([one], around)
    assert [t["kind"] for t in threats] == ([means] if means else [])
    if means == "plume":
        assert (threats[0]["wind_from_deg"], threats[0]["wind_mps"]) == (270.0, 4.0)
        later = replace(around, now=one.onset + timedelta(seconds=90))
        assert ships.threats([one], later)[0]["age_s"] == 90.0  # it has drifted since
    elif means == "area":
        assert threats[0]["radius_m"] == 40.0
        assert threats[0]["place"] == {"type": "Point", "coordinates": [24.944, 60.171]}


def test_no_rule_is_met_below_its_severity_or_without_a_place() -> None:
    ships = read_rules()
    assert ships.asking([alert("crowd.surge")], "medium") == []
    assert ships.asking([alert("crowd.surge", place=None)], "critical") == []
    assert ships.threats([alert("weapon.pistol", state="rejected")], Surroundings(T0)) == []


@pytest.mark.parametrize(
    "wind", [(), (weather(windSpeed=0.2, windDirection=10.0),), (weather(windSpeed=3.0),)]
)
def test_without_a_wind_a_plume_is_a_circle(wind: tuple[Observation, ...]) -> None:
    wide = alert("bio.spores", place=replace(HERE, radius_m=75.0))
    [threat] = read_rules().threats([wide], Surroundings(T0, entities=wind))
    assert (threat["kind"], threat["radius_m"]) == ("area", 75.0)


def test_threats_are_what_the_evacuation_advisor_reads() -> None:
    from tocsin.tools.evacuation.request import read_request

    around = Surroundings(T0, entities=(weather(windSpeed=4.0, windDirection=200.0),))
    alerts = [alert(kind, n) for n, kind in enumerate(("bio.x", "weapon.x", "vehicle.x", "fire.x"), 1)]
    asked = read_request({"space": "square", "threats": read_rules().threats(alerts, around)})
    assert [t.kind for t in asked.threats] == ["plume", "area", "area", "area"]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ('[ask.X]\nwords = "x"\ntool = "e"\nwithin_m = -1\nkinds = ["a.*"]', "within_m"),
        ('[ask.X]\nwords = "x"\ntool = "e"\nwithin_m = nan\nkinds = ["a.*"]', "within_m"),
        ('[ask.X]\nwords = "x"\ntool = "e"\nwithin_m = 5', "kinds"),
        ('[threat.X]\nwords = " "\nmeans = "area"\nradius_m = 5\nkinds = ["a"]', "words"),
        ('[threat.X]\nwords = "x"\nmeans = "cloud"\nradius_m = 5\nkinds = ["a"]', "threat.X.means"),
        ('off = ["A-99"]', "off"),
    ],
)
def test_a_wrong_rule_is_refused_with_its_field(tmp_path: Path, text: str, field: str) -> None:
    (tmp_path / "advice.toml").write_text(text)
    with pytest.raises(Misconfigured) as refused:
        city_rules(tmp_path)
    assert refused.value.field == field
    assert refused.value.cure


def test_a_city_takes_a_shipped_rule_away(tmp_path: Path) -> None:
    (tmp_path / "advice.toml").write_text('off = ["A-01"]')
    assert "A-01" not in city_rules(tmp_path).ask
    assert "A-02" in city_rules(tmp_path).ask


# --- plans that stand no longer ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("was", "now", "expected"),
    [
        (100.0, 119.0, False),
        (100.0, 120.0, True),
        (4, 13, False),  # much of little
        (0, 10, True),
        ("open", "closed", True),
        (True, False, True),
        (True, True, False),
        (5, None, False),
        (None, 5, False),
        (5, "many", True),
    ],
)
def test_what_moved_by_enough(was: Any, now: Any, expected: bool) -> None:
    assert moved(was, now) is expected


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_moving_is_never_less_than_both_bounds(was: float, now: float) -> None:
    if moved(was, now):
        assert abs(now - was) >= 10.0
        assert abs(now - was) >= 0.2 * was


def test_each_thing_that_it_stood_on_is_told_when_it_changes() -> None:
    counter = "urn:ngsi-ld:CrowdFlowObserved:C-1"
    stood = (
        Footing("space", "square", 3),
        Footing("alert", "AL-0001", True),
        Footing("entity", counter, 100, "peopleCount"),
    )
    seen = Observation("o", counter, "CrowdFlowObserved", T0, (Attribute("peopleCount", 105),))
    near = NearbyAlert("AL-0001", "crowd.surge", "Safety", "high", HERE, T0, True)
    same = Surroundings(T0, entities=(seen,), alerts=(near,), versions={"square": 3})
    assert changed(stood, same) == []
    full = replace(seen, attributes=(Attribute("peopleCount", 300),))
    other = replace(near, id="AL-0002", kind="weapon.pistol")
    mild = replace(near, id="AL-0003", severity="low")
    after = Surroundings(
        T0,
        entities=(full,),
        alerts=(replace(near, active=False), other, mild),
        versions={"square": 4},
    )
    assert changed(stood, after) == [
        "space square has version 4, it was 3",
        "AL-0001 has ended",
        "peopleCount of C-1 is 300, it was 100",
        "AL-0002 has begun",
    ]


def test_numbers_and_what_ended_are_no_reason_while_proposals_pile_up() -> None:
    counter = "urn:ngsi-ld:CrowdFlowObserved:C-1"
    stood = (Footing("space", "square", 3), Footing("entity", counter, 100, "peopleCount"))
    full = Observation("o", counter, "CrowdFlowObserved", T0, (Attribute("peopleCount", 500),))
    now = Surroundings(T0, entities=(full,), versions={"square": 3})
    assert changed(stood, now, settled=False) == []
    ended = (*stood, Footing("alert", "AL-0001", True))
    assert changed(ended, now, settled=False) == []
    assert "AL-0001 has ended" in changed(ended, now)
    assert len(changed(stood, replace(now, versions={"square": 4}), settled=False)) == 1
    exit_ = "urn:ngsi-ld:ItemFlowObserved:K-05"
    held = Observation("o", exit_, "ItemFlowObserved", T0, (Attribute("state", "held"),))
    shut = (*stood, Footing("entity", exit_, "open", "state"))
    told = changed(shut, replace(now, entities=(full, held)), settled=False)
    assert told == ["state of K-05 is held, it was open"]


# --- steps -------------------------------------------------------------------------------------------------


def begun(db: Database, one: Alert, wants: str = "evacuation") -> str:
    plan = procedure(step("look"), step("plan", "look", advice=AdviceRequest(wants, "How is it left?")))

    def write(conn: Connection) -> str:
        made = incidents.open_(conn, "Surge", [one], "kim", T0)
        task_service.start(conn, made.id, plan, "kim", T0)
        return made.id

    return db.write_now(write)


def finish(db: Database, incident: str, task: str) -> None:
    db.write_now(
        lambda conn: task_service.act(conn, incident, None, lambda i: tasks.done(i, task, None, "kim", T0))
    )


async def test_a_step_that_is_reached_asks_once_and_its_task_names_the_answer(db: Database) -> None:
    one = alert("weapon.pistol")
    asking = Asking(db, Clock(), City([one], [SQUARE]), read_rules('off = ["A-02"]'))
    incident = begun(db, one)
    await asking.tick()
    assert db.read_now(lambda conn: service.of_incident(conn, incident)) == []  # not reached yet
    db.write_now(
        lambda conn: task_service.act(
            conn, incident, None, lambda i: tasks.done(i, "p.look", None, "kim", T0)
        )
    )
    for _ in range(3):
        await asking.tick()
        asking._seen.clear()  # as after a restart
    [asked] = db.read_now(lambda conn: service.of_incident(conn, incident))
    assert (asked.why, asked.task, asked.space, asked.state) == ("procedure", "p.plan", "square", "asked")
    assert asked.reason == "Plan: How is it left?"
    assert asked.request["threats"][0]["kind"] == "area"
    told = AdviceAnswered(asked.id, answer(asked.id))
    db.write_now(lambda conn: service.answered(conn, told, minute(1)))
    found = db.read_now(lambda conn: incidents.get(conn, incident))
    assert [t.advised for t in found.tasks] == [None, "AD-0001"]
    assert (found.log[-1].act, found.log[-1].tasks) == ("advice given", ("p.plan",))
    assert db.write_now(lambda conn: service.answered(conn, told, minute(2))) is None  # told twice, kept once


async def test_a_step_without_a_known_space_says_so(db: Database) -> None:
    one = alert("weapon.pistol")
    asking = Asking(db, Clock(), City([one]), AdviceRules())
    incident = begun(db, one)
    db.write_now(
        lambda conn: task_service.act(
            conn, incident, None, lambda i: tasks.done(i, "p.look", None, "kim", T0)
        )
    )
    await asking.tick()
    [failed] = db.read_now(lambda conn: service.of_incident(conn, incident))
    assert (failed.state, failed.task) == ("failed", "p.plan")
    assert "no known space within 300 m" in str(failed.trouble)


async def test_an_advisor_that_is_not_installed_is_not_asked(db: Database) -> None:
    one = alert("weapon.pistol")
    asking = Asking(db, Clock(), City([one], [SQUARE]), read_rules(), tools={"other"})
    incident = begun(db, one)
    await asking.tick()
    assert db.read_now(lambda conn: service.of_incident(conn, incident)) == []


@pytest.mark.parametrize(
    "name", ["crowd-surge", "weapon-seen", "vehicle-into-crowd", "bio-sensor-alarm", "evacuation"]
)
def test_shipped_procedures_ask_for_the_plan(name: str) -> None:
    found = Procedures().get(name, None)
    assert any(one.advice is not None and one.advice.tool == "evacuation" for one in found.steps)


async def test_proposals_that_nobody_decides_come_ever_more_slowly(db: Database) -> None:
    one = alert("crowd.surge")
    counter = "urn:ngsi-ld:CrowdFlowObserved:C-1"
    clock = Clock()
    city = City([one], [SQUARE])
    asking = Asking(db, clock, city, read_rules())
    incident = db.write_now(lambda conn: incidents.open_(conn, "Surge", [one], "kim", T0)).id
    people, times = 100, []
    for second in range(0, 3 * 3600, 30):
        clock.at = T0 + timedelta(seconds=second)
        people *= 2 if second % 60 else 1
        people = people % 100_000 + 50
        seen = Observation("o", counter, "CrowdFlowObserved", clock.at, (Attribute("peopleCount", people),))
        city.around = Surroundings(clock.at, entities=(seen,), versions={"square": 3})
        asking._checked = float("-inf")
        await asking.tick()
        for c in db.read_now(lambda conn: service.of_incident(conn, incident)):
            if c.state == "asked":
                stood = (Footing("entity", counter, people, "peopleCount"), Footing("alert", one.id, False))
                told = AdviceAnswered(c.id, answer(c.id), footing=stood)
                db.write_now(partial(service.answered, told=told, at=clock.at))
                times.append(second)
    apart = [b - a for a, b in pairwise(times)]
    assert len(times) == 1 + replan.MOST_UNDECIDED
    assert all(gap >= 60 * 2**n for n, gap in enumerate(apart))
    every = db.read_now(lambda conn: service.of_incident(conn, incident))
    up = [c.id for c in every if c.standing == "proposed"]
    assert up == [every[0].id, "AD-0001"]  # the newest, beside the first


async def test_a_plan_whose_time_is_over_is_asked_anew_beside_the_one_in_force(db: Database) -> None:
    one, clock = alert("weapon.pistol"), Clock()
    city = City([one], [SQUARE], versions={"square": 3})
    asking = Asking(db, clock, city, read_rules())
    incident = db.write_now(lambda conn: incidents.open_(conn, "Weapon", [one], "kim", T0)).id
    await asking.tick()
    told = AdviceAnswered("AD-0001", answer("AD-0001"), footing=(Footing("alert", one.id, False),))
    db.write_now(lambda conn: service.answered(conn, told, T0))
    db.write_now(lambda conn: service.accept(conn, "AD-0001", None, "kim", T0))

    async def looked(at: Any) -> Any:
        clock.at, asking._checked = at, float("-inf")
        await asking.tick()
        return db.read_now(lambda conn: service.of_incident(conn, incident))

    assert len(await looked(minute(14))) == 1
    anew, first = await looked(minute(15))
    assert (anew.why, anew.beside, anew.filled) == ("change", "AD-0001", ("threats",))
    assert anew.reason == f"AD-0001 was valid until {minute(15):%H:%M} UTC"
    assert first.standing == "accepted"  # never swapped by itself
    assert anew.request["threats"] == first.request["threats"]


async def test_a_turned_wind_is_asked_anew_and_what_a_person_drew_stays(db: Database) -> None:
    one, clock = alert("bio.spores"), Clock()
    city = City([one], [SQUARE], entities=(weather(windSpeed=4.0, windDirection=350.0),))
    asking = Asking(db, clock, city, read_rules())
    incident = db.write_now(lambda conn: incidents.open_(conn, "Spores", [one], "kim", T0)).id
    await asking.tick()
    stood = (Footing("alert", one.id, False),)
    db.write_now(lambda conn: service.answered(conn, AdviceAnswered("AD-0001", answer(), footing=stood), T0))

    async def looked(at: Any, wind: float) -> Any:
        clock.at, asking._checked = at, float("-inf")
        city.around = Surroundings(at, entities=(weather(windSpeed=4.0, windDirection=wind),))
        await asking.tick()
        return db.read_now(lambda conn: service.of_incident(conn, incident))[0]

    assert (await looked(minute(2), 14.0)).id == "AD-0001"
    anew = await looked(minute(3), 15.0)
    assert (anew.why, anew.reason) == ("change", "the wind comes from 15°, it was 350°")
    assert anew.request["threats"][0]["wind_from_deg"] == 15.0
    drawn = {"space": "square", "threats": [{"kind": "area", "name": "drawn"}]}
    wanted = Ask("p", "evacuation", drawn, "person", "kim asks", "square")
    assert wanted.open_to_threats is False
    db.write_now(lambda conn: service.ask(conn, incident, wanted, "kim", minute(4)))
    for name in (anew.id, "AD-0003"):
        told = AdviceAnswered(name, answer(), footing=stood)
        db.write_now(partial(service.answered, told=told, at=minute(4)))
    anew = await looked(minute(30), 200.0)
    assert anew.reason == f"AD-0003 was valid until {minute(15):%H:%M} UTC"
    assert anew.request == drawn


async def test_a_closed_incident_waits_for_nothing(db: Database) -> None:
    one = alert("crowd.surge")
    asking = Asking(db, Clock(), City([one], [SQUARE]), read_rules())
    incident = db.write_now(lambda conn: incidents.open_(conn, "Surge", [one], "kim", T0)).id
    await asking.tick()
    db.write_now(lambda conn: incidents.close(conn, incident, "handled", "over", "kim", T0))
    await asking.tick()
    [gone] = db.read_now(lambda conn: service.of_incident(conn, incident))
    assert gone.state == "withdrawn"


# --- deciding ----------------------------------------------------------------------------------------------


def asked(db: Database, incident: str, key: str, **more: Any) -> str:
    wanted = Ask(key, "evacuation", {"space": "square"}, "person", "kim asks", "square", **more)
    return db.write_now(lambda conn: service.ask(conn, incident, wanted, "kim", T0)).id


def test_one_plan_is_in_force_and_nothing_is_decided_twice(db: Database) -> None:
    one = alert("crowd.surge")
    incident = db.write_now(lambda conn: incidents.open_(conn, "Surge", [one], "kim", T0)).id
    first = asked(db, incident, "a")
    with pytest.raises(Conflict):
        asked(db, incident, "a")
    with pytest.raises(Conflict, match="asked"):
        db.write_now(lambda conn: service.accept(conn, first, None, "kim", T0))
    db.write_now(lambda conn: service.answered(conn, AdviceAnswered(first, answer(first)), T0))
    db.write_now(lambda conn: service.accept(conn, first, None, "kim", T0))
    second = asked(db, incident, "b", beside=first)
    late = answer(second, bounds={"clearing_s": 160.0})
    kept = db.write_now(lambda conn: service.answered(conn, AdviceAnswered(second, late), T0))
    assert kept is not None
    assert kept.differences == ("clearing_s: 100, now 160",)
    said = answer(second, plan={"differences": ["Zone A now goes south"]})
    with pytest.raises(Invalid):
        db.write_now(lambda conn: service.decline(conn, second, " ", "kim", T0))
    db.write_now(lambda conn: service.accept(conn, second, "the north is shut", "lee", minute(1)))
    states = db.read_now(lambda conn: {c.id: c.standing for c in service.of_incident(conn, incident)})
    assert states == {first: "superseded", second: "accepted"}
    assert said.plan["differences"]
    waiting = [asked(db, incident, f"w{n}") for n in range(5)]
    with pytest.raises(Invalid, match="waits for"):
        asked(db, incident, "one too many")
    gone = db.write_now(lambda conn: service.withdraw(conn, waiting[0], "kim", T0))
    assert gone.state == "withdrawn"
    told = AdviceAnswered(waiting[0], answer())
    assert db.write_now(lambda conn: service.answered(conn, told, T0)) is None  # too late: nobody waits
    db.write_now(
        lambda conn: incidents.close(conn, incident, "handled", "over", "kim", T0 + timedelta(hours=1))
    )
    with pytest.raises(Conflict):
        asked(db, incident, "after its end")
    assert db.read_now(repository.of_open) == []
