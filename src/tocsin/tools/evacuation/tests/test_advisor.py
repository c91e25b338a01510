"""What is asked in, what is answered: laws of plans, and every kind of bad input."""

from __future__ import annotations

import json
from math import nan
from statistics import median
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from shapely import box
from shapely.ops import unary_union

from tocsin.kernel.errors import Invalid, NotFound
from tocsin.kernel.events import Attribute, Observation
from tocsin.sdk.tool import Cancelled, OutOfTime
from tocsin.tools.evacuation.answer import as_dict, read_plan

from .drawn import NOW, advice, drawn, feature, place, plan

FLOOR = unary_union([box(0, 0, 60, 60), box(60, 20, 100, 28)])
WAYS = {"east": ((100, 20), (100, 28)), "west": ((0, 10), (0, 14)), "south": ((30, 0), (33, 0))}
SQUARE = drawn(FLOOR, {**WAYS, "gate": ((20, 60), (26, 60))}, gate={"role": "gate", "open": False})


def answered(space: Any, **request: Any) -> tuple[dict[str, Any], str]:
    given = advice(space, **request)
    return dict(given.plan), given.words


def out(told: dict[str, Any]) -> float:
    return float(sum(f["people"] for f in told["flows"]))


def test_a_plan_says_who_goes_where_and_beats_the_nearest_way() -> None:
    told = plan(SQUARE, crowd=3000, detail="full")
    assert out(told) == pytest.approx(3000, abs=1)
    assert told["bound"]["seconds"] <= told["clearing_s"] <= told["baseline"]["clearing_s"]
    assert 0 <= told["gap"] <= 0.15
    assert sum(e["people"] for e in told["exits"]) == pytest.approx(3000, rel=0.01)
    assert {e["id"]: e["state"] for e in told["exits"]}["gate"] == "shut"
    assert [f["compliance_share"] for f in told["forecasts"]] == [1.0, 0.7, 0.4]
    assert all(f["p10_s"] <= f["p50_s"] <= f["p90_s"] for f in told["forecasts"])
    medians = [f["p50_s"] for f in told["forecasts"]]
    assert medians == sorted(medians)
    assert told["measures"][0]["kind"] == "open"
    assert told["measures"][0]["saves_s"] > 0
    assert told["density"]["worst"]["level"] in "ABCDEF"
    starts = told["density"]["per_m2"][0]
    assert median(starts) == pytest.approx(3000 / FLOOR.area, rel=0.2)
    assert {*told["instructions"][0]["words"]} == {"en", "it", "nb", "pt"}
    assert as_dict(read_plan(json.loads(json.dumps(told)))) == told


def test_the_same_question_has_the_same_answer() -> None:
    assert plan(SQUARE, crowd=700, seed=3) == plan(SQUARE, crowd=700, seed=3)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.integers(1, 4000),
    st.floats(1.0, 8.0),
    st.floats(5.0, 50.0),
    st.sampled_from(["east", "west", "south"]),
)
@example(60, 1.0, 49.0, "east")  # the nearest way once let fractions of people pass, and was quicker
def test_laws_of_any_plan(crowd: int, width_m: float, y: float, lost: str) -> None:
    ways = {**WAYS, "west": ((0, y), (0, min(60.0, y + width_m)))}
    space = drawn(FLOOR, ways)
    whole = plan(space, crowd=crowd)
    fewer = plan(space, crowd=crowd, close=[lost])
    step_s = whole["clearing_s"] / 40 + 1.0
    assert fewer["clearing_s"] >= whole["clearing_s"] - step_s
    wide = {key: 2 * (8.0 if key == "east" else 3.0 if key == "south" else width_m) for key in ways}
    assert plan(space, crowd=crowd, widen_m=wide)["clearing_s"] <= whole["clearing_s"] + step_s
    for told in (whole, fewer):
        assert told["bound"]["seconds"] <= told["clearing_s"]
        assert told["clearing_s"] <= told["baseline"]["clearing_s"]
        assert out(told) == pytest.approx(crowd, abs=1)
        for way in told["exits"]:
            assert way["people"] <= way["capacity_per_min"] / 60 * way["last_s"] + 1


def test_people_who_cannot_get_out_are_counted_and_said() -> None:
    space = drawn(unary_union([FLOOR, box(0, 100, 10, 110)]), WAYS)
    told, words = answered(space, crowd=1000)
    stuck = [s for s in told["stuck"] if s["why"] == "no-way-out"]
    share = 100 / (FLOOR.area + 100)
    assert sum(s["people"] for s in stuck) == pytest.approx(1000 * share, abs=1.5)
    assert "no way out" in words
    assert any("no way out can be reached" in w for w in told["warnings"])


def test_wheelchairs_keep_off_stairs() -> None:
    told = plan(SQUARE, crowd=1000, wheelchairs_share=0.05)
    assert sum(f["people"] for f in told["flows"] if f["wheelchairs"]) == pytest.approx(50, abs=1)
    stairs = {key: {"role": "stairs"} for key in WAYS}
    told = plan(drawn(FLOOR, WAYS, **stairs), crowd=1000, wheelchairs_share=0.05)
    assert sum(s["people"] for s in told["stuck"] if s["why"] == "stairs") == pytest.approx(50, abs=1)


def test_a_responders_lane_takes_width_from_those_who_leave() -> None:
    before = plan(SQUARE, crowd=3000)
    after = plan(SQUARE, crowd=3000, responders=[{"way": "east", "lane_m": 2.0}])
    assert after["clearing_s"] > before["clearing_s"]


def test_a_threat_shuts_ways_and_is_walked_around() -> None:
    told = plan(SQUARE, crowd=2000, threats=[{"kind": "area", "place": place(100, 24), "radius_m": 10}])
    states = {e["id"]: (e["state"], e["people"]) for e in told["exits"]}
    assert states["east"][0] == "threatened"
    assert states["west"][1] > 800
    assert told["hazards"]


def test_wind_drives_a_plume_over_the_ways_downwind() -> None:
    threat = {"kind": "plume", "place": place(-30, 24), "strength": 1e6, "wind_mps": 3.0}
    east = plan(SQUARE, crowd=500, threats=[{**threat, "wind_from_deg": 270.0}])
    away = plan(SQUARE, crowd=500, threats=[{**threat, "wind_from_deg": 90.0}])
    assert {e["id"]: e["state"] for e in east["exits"]}["east"] == "threatened"
    assert {e["id"]: e["state"] for e in away["exits"]}["east"] == "open"


def test_a_threat_over_everything_is_said_and_the_least_bad_given() -> None:
    told, words = answered(
        SQUARE, crowd=500, threats=[{"kind": "area", "place": place(40, 20), "radius_m": 900}]
    )
    assert out(told) == pytest.approx(500, abs=1)
    assert told["exposed_people"] == pytest.approx(500, abs=1)
    assert any("no safe way" in w for w in told["warnings"])
    assert "pass through danger" in words


def test_a_vehicle_on_its_path_delays_those_who_must_cross_it() -> None:
    path = feature(box(0, 0, 1, 1).exterior)["geometry"] | {"type": "LineString"}
    path["coordinates"] = [place(60, 24)["coordinates"], place(100, 24)["coordinates"]]
    threat = {"kind": "vehicle", "place": path, "speed_mps": 1.0, "radius_m": 6, "until_s": 60}
    told = plan(SQUARE, crowd=800, threats=[threat])
    assert out(told) == pytest.approx(800, abs=1)


def test_a_new_plan_says_what_is_different() -> None:
    before = plan(SQUARE, crowd=2500)
    after = plan(SQUARE, crowd=2500, close=["east"], previous=before)
    assert any("slower" in words for words in after["differences"])
    assert any("east is shut now" in words for words in after["differences"])
    assert after["clearing_s"] == plan(SQUARE, crowd=2500, close=["east"])["clearing_s"]


def test_out_of_time_the_best_so_far_is_answered_with_its_gap() -> None:
    calls: list[str] = []

    def late(_share: float, words: str, _best: object = None) -> None:
        calls.append(words)
        if len(calls) > 3:
            raise OutOfTime

    given = advice(SQUARE, crowd=3000, progress=late)
    whole = plan(SQUARE, crowd=3000)
    assert not given.complete
    assert given.plan["clearing_s"] >= whole["clearing_s"]
    assert given.plan["gap"] >= whole["gap"]
    assert out(given.plan) == pytest.approx(3000, abs=1)


def test_nobody_waits_any_more() -> None:
    def gone(_share: float, _words: str, _best: object = None) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        advice(SQUARE, crowd=3000, progress=gone)


def test_a_crowd_of_none() -> None:
    told = plan(SQUARE, crowd=0)
    assert (told["people"], told["clearing_s"], len(told["flows"])) == (0.0, 0.0, 0)


def test_every_way_shut() -> None:
    told, _ = answered(SQUARE, crowd=90, close=["east", "west", "south"])
    assert sum(s["people"] for s in told["stuck"]) == 90
    assert "every way out is shut" in told["warnings"]


def counter(value: Any, n: int) -> Observation:
    spot = place(30, 30)["coordinates"]
    return Observation(
        f"o{n}", f"urn:ngsi-ld:CrowdFlowObserved:C{n}", "CrowdFlowObserved", NOW,
        (Attribute("peopleCount", value),), lon=spot[0], lat=spot[1],
    )  # fmt: skip


def test_counters_say_how_many_there_are_and_bad_ones_are_left_out() -> None:
    told = plan(SQUARE, entities=(counter(300, 1), counter(-5, 2), counter(nan, 3), counter(200, 4)))
    assert told["people"] == 500
    assert sum("left out" in w for w in told["warnings"]) == 2


def steward(name: str, state: str, x: float, y: float) -> Observation:
    spot = place(x, y)["coordinates"]
    return Observation(
        f"s-{name}", f"urn:ngsi-ld:ItemFlowObserved:{name}", "ItemFlowObserved", NOW,
        (Attribute("state", state),), lon=spot[0], lat=spot[1],
    )  # fmt: skip


def test_a_way_that_is_reported_shut_is_not_used_unless_it_is_asked_for() -> None:
    by_id, by_place = steward("south", "held", 50, 50), steward("K-9", "shut", 0, 13)
    far, free = steward("K-8", "shut", 50, 50), steward("east", "open", 100, 24)
    seen = (by_id, by_place, far, free)
    told = plan(SQUARE, crowd=300, entities=seen)
    states = {e["id"]: e["state"] for e in told["exits"]}
    assert (states["south"], states["west"], states["east"]) == ("shut", "shut", "open")
    assert sum(w.endswith("not used") for w in told["warnings"]) == 2
    told = plan(SQUARE, crowd=300, entities=seen, open=["south"])
    assert next(e for e in told["exits"] if e["id"] == "south")["state"] == "open"


WALL = ((30, 20), (33, 20))


@pytest.mark.parametrize(
    ("space", "request_", "field"),
    [
        (drawn(FLOOR, {}), {"crowd": 5}, "space.ways"),
        (drawn(FLOOR, WAYS, west={"width_m": 0.0}), {"crowd": 5}, "space.west"),
        (drawn(FLOOR, {**WAYS, "w2": ((0, 11), (0, 15))}), {"crowd": 5}, "space.w2"),
        (drawn(FLOOR, {**WAYS, "mid": WALL}), {"crowd": 5}, "space.mid"),
        ({"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"role": "walkable"},
          "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [60, 0], [60, 50], [0, 0]]]}}]},
         {"crowd": 5}, "space.walkable"),
        (SQUARE, {"crowd": 10_000_000}, "crowd"),
        (SQUARE, {"crowd": 100_000}, "crowd"),
        (SQUARE, {"crowd": -1}, "crowd"),
        (SQUARE, {"crowd": nan}, "crowd"),
        (SQUARE, {"crowd": 5, "close": ["nord"]}, "close"),
        (SQUARE, {"crowd": 5, "zones": {"moon": 3}}, "zones"),
        (SQUARE, {"crowd": 5, "widen_m": {"east": -2}}, "widen_m.east"),
        (SQUARE, {"crowd": 5, "threats": [{"kind": "path", "place": place(1, 1)}]}, "threats[0].place"),
        (SQUARE, {"crowd": 5, "threats": [{"kind": "area", "place": place(1, 1)}]}, "threats[0].radius_m"),
        (SQUARE, {"crowd": 5, "threats": [{"kind": "area", "radius_m": 5, "place": {"type": "Point",
          "coordinates": [385000, 6672000]}}]}, "threats.place"),
        (SQUARE, {"crowd": 5, "wheelchairs_share": 1.5}, "wheelchairs_share"),
        (SQUARE, {"crowd": 5, "unknown": 1}, "request"),
        (SQUARE, {"crowd": 5, "previous": {"space": 3}}, "previous"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_with_the_field(space: Any, request_: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        plan(space, **request_)
    assert refused.value.field == field
    assert refused.value.cure


def test_a_space_that_nobody_knows() -> None:
    with pytest.raises(NotFound):
        plan("atlantis", crowd=3)


def test_nobody_is_led_through_a_gap_that_no_body_fits_through() -> None:
    """Two halls, a way out each, and a gap between them: 0.5 m is a wall, 0.9 m is a passage."""

    def halls(gap_m: float) -> dict[str, Any]:
        floor = unary_union([box(0, 0, 20, 20), box(20, 9, 20.3, 9 + gap_m), box(20.3, 0, 40, 20)])
        return plan(drawn(floor, {"west": ((0, 5), (0, 6)), "east": ((40, 5), (40, 11))}), crowd=600)

    assert not halls(0.5)["chokes"]
    assert halls(0.9)["chokes"][0]["people"] > 20
    assert halls(0.9)["clearing_s"] < halls(0.5)["clearing_s"]


def test_a_plume_that_has_drifted_for_a_while_shuts_what_is_downwind_from_the_start() -> None:
    wind = {"kind": "plume", "place": place(50, 24), "wind_from_deg": 270.0, "wind_mps": 1.0}
    fresh = plan(SQUARE, crowd=200, threats=[wind])
    old = plan(SQUARE, crowd=200, threats=[{**wind, "age_s": 300.0}])
    east = [next(e for e in told["exits"] if e["id"] == "east") for told in (fresh, old)]
    assert [e["state"] for e in east] == ["threatened", "threatened"]
    assert east[0]["shut_s"] > 10.0
    assert east[1]["shut_s"] == 0.0


def test_a_sliver_between_drawn_zones_is_no_zone_and_a_room_is() -> None:
    """A strip of 0.5 m beside two zones goes with them; a strip of 10 m is called by where it lies."""

    def zones(strip_m: float) -> list[str]:
        north = feature(box(0, 25 + strip_m / 2, 50, 50), role="zone", id="n", name="North")
        south = feature(box(0, 0, 50, 25 - strip_m / 2), role="zone", id="s", name="South")
        told, _ = answered(drawn(box(0, 0, 50, 50), {"w": ((0, 20), (0, 26))}, north, south), crowd=500)
        assert sum(zone["people"] for zone in told["zones"]) == 500
        return [zone["name"] for zone in told["zones"]]

    assert zones(0.5) == ["North", "South"]
    assert len(zones(10.0)) > 2
