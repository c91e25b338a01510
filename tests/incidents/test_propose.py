"""What is proposed, and that every complaint about grouping elsewhere is impossible here."""

from __future__ import annotations

import random
from datetime import timedelta
from math import asin, atan2, cos, degrees, radians, sin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.incidents.candidates import LAT, LON, T0, north, only, seen

from tocsin.incidents.correlation.candidates import Apart, Candidate, Declined, Draft, Held, Past
from tocsin.incidents.correlation.propose import propose
from tocsin.incidents.correlation.rules import Rules, read_rules
from tocsin.kernel.events import SEVERITIES, Place
from tocsin.kernel.geo import Point, distance_m

NEAR = only("radius_m = 150\nwindow_min = 10\nthreshold = 2\n")
THREE = only("radius_m = 150\nwindow_min = 10\nthreshold = 3\n")
SAME = only("same_entity = true\nwindow_min = 30\nthreshold = 2\n")


def groups(drafts: tuple[Draft, ...]) -> list[tuple[str, ...]]:
    return [d.alerts for d in drafts]


def test_two_near_in_place_and_time_and_the_reason_says_so() -> None:
    first = seen(1, place=north(0, "Senate Square"))
    second = seen(2, 3, place=north(120, "Senate Square"), severity="critical")
    [draft] = propose(NEAR, [second, first])
    assert (draft.incident, draft.alerts, draft.severity) == (None, ("AL-0001", "AL-0002"), "critical")
    assert draft.title == "Headline 2, and 1 more"
    [reason] = draft.reasons
    assert reason.words == ("AL-0002 beside AL-0001: 120 m and 3 min apart, both at Senate Square; rule X")
    assert (reason.alert, reason.beside, reason.apart_s) == ("AL-0002", "AL-0001", 180.0)


@pytest.mark.parametrize(
    ("minutes", "metres", "together"),
    [
        (10, 0, True),
        (10.001, 0, False),
        (0, 149.9, True),
        (0, 150.1, False),
        (10, 149.9, True),
        (11, 151, False),
    ],
)
def test_the_edge_of_window_and_radius(minutes: float, metres: float, together: bool) -> None:
    assert len(propose(NEAR, [seen(1), seen(2, minutes, metres)])) == together


def test_distances_are_on_the_ground_also_far_north_and_over_the_date_line() -> None:
    # 0.002 degrees of longitude: 223 m at the equator, 111 m in Helsinki
    apart = [seen(1, place=Place(LON, LAT)), seen(2, place=Place(LON + 0.002, LAT))]
    assert len(propose(NEAR, apart)) == 1
    apart = [seen(1, place=Place(LON, 0.0)), seen(2, place=Place(LON + 0.002, 0.0))]
    assert propose(NEAR, apart) == ()
    apart = [seen(1, place=Place(179.9999, 0.0)), seen(2, place=Place(-179.9999, 0.0))]
    assert len(propose(NEAR, apart)) == 1


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([0.0, 60.17, -89.9, 89.9985, 90.0]),
    st.sampled_from([0.0, 24.94, 180.0, -180.0]),
    st.integers(10, 20_000),
    st.floats(0, 360),
    st.floats(0.9, 1.1),
)
def test_whoever_is_within_reach_is_found_anywhere_on_earth(lat, lon, radius_m, bearing, share) -> None:
    """One alert, and another about the radius away, in any direction, over a pole and the date line too."""
    rules = only(f"radius_m = {radius_m}\nwindow_min = 10\nthreshold = 2\n")
    here, there = Place(lon, lat), _away(lon, lat, bearing, radius_m * share)
    apart = distance_m(Point(here.lon, here.lat), Point(there.lon, there.lat))
    assert len(propose(rules, [seen(1, place=here), seen(2, place=there)])) == (apart <= radius_m)


def _away(lon: float, lat: float, bearing: float, metres: float) -> Place:
    """The direct problem on a sphere (Snyder, Map Projections: A Working Manual, 5-5 and 5-6)."""
    a, phi, c = radians(bearing), radians(lat), metres / 6_371_008.8
    north_ = asin(max(-1.0, min(1.0, sin(phi) * cos(c) + cos(phi) * sin(c) * cos(a))))
    east = atan2(sin(c) * sin(a), cos(phi) * cos(c) - sin(phi) * sin(c) * cos(a))
    return Place((lon + degrees(east) + 180.0) % 360.0 - 180.0, degrees(north_))


@pytest.mark.parametrize("count", [2, 3, 4])
def test_threshold_three_means_three(count: int) -> None:
    assert len(propose(THREE, [seen(n, n) for n in range(count)])) == (count >= 3)


def test_a_chain_of_neighbours_reaches_no_further_than_the_rule() -> None:
    chain = [seen(n, minutes=9 * n) for n in range(6)]
    assert groups(propose(NEAR, chain)) == [
        ("AL-0000", "AL-0001"),
        ("AL-0002", "AL-0003"),
        ("AL-0004", "AL-0005"),
    ]


@pytest.mark.parametrize("place", [None, Place(float("nan"), LAT), Place(float("inf"), LAT), Place(LON, 1e9)])
def test_no_place_is_not_the_same_place(place) -> None:
    assert propose(NEAR, [seen(n, place=place) for n in range(5)]) == ()


@pytest.mark.parametrize("entities", [(), ("",), ("", "")])
def test_no_entity_is_not_the_same_entity(entities) -> None:
    assert propose(SAME, [seen(n, entities=entities) for n in range(5)]) == ()


def test_the_same_entity_anywhere() -> None:
    [draft] = propose(SAME, [seen(1, metres=None, entities=("a", "b")), seen(2, metres=9e5, entities=("b",))])
    assert draft.reasons[0].entities == ("b",)
    assert "both about b" in draft.reasons[0].words


def test_what_is_not_open_is_not_proposed() -> None:
    assert propose(NEAR, [seen(1), seen(2, open=False)]) == ()


def test_the_first_rule_has_them_and_nobody_else() -> None:
    alerts = [seen(n, entities=("square",)) for n in range(2)]
    drafts = propose(read_rules(), alerts)
    assert [d.rule.id for d in drafts] == ["C-01"]


# --- open and closed incidents -----------------------------------------------------------------------------


def test_more_of_an_open_incident_is_added_to_it_and_not_opened_anew() -> None:
    held = Held("INC-001", True, (seen(1), seen(2)))
    [draft] = propose(NEAR, [seen(3, 2), seen(4, 3)], [held])
    assert (draft.incident, draft.alerts) == ("INC-001", ("AL-0003", "AL-0004"))
    assert {r.beside for r in draft.reasons} <= {"AL-0001", "AL-0002"}


def test_a_closed_incident_swallows_nothing() -> None:
    held = Held("INC-001", False, (seen(1), seen(2)))
    assert propose(NEAR, [seen(3, 2)], [held]) == ()
    assert [d.incident for d in propose(NEAR, [seen(3, 2), seen(4, 3)], [held])] == [None]


def test_threshold_counts_with_what_the_incident_has() -> None:
    assert propose(THREE, [seen(3)], [Held("INC-001", True, (seen(1),))]) == ()
    [draft] = propose(THREE, [seen(3)], [Held("INC-001", True, (seen(1), seen(2)))])
    assert draft.incident == "INC-001"
    assert len(draft.reasons) == 2


def test_the_nearest_of_two_incidents() -> None:
    held = [Held("INC-001", True, (seen(1, 0, 100),)), Held("INC-002", True, (seen(2, 0, 20),))]
    [draft] = propose(NEAR, [seen(3, 0, 0)], held)
    assert draft.incident == "INC-002"


def test_an_incident_that_is_full_gets_no_more() -> None:
    assert propose(NEAR, [seen(3)], [Held("INC-001", True, (seen(1),), size=200)]) == ()


def test_a_proposal_is_never_larger_than_an_incident_may_be() -> None:
    [draft] = propose(NEAR, [seen(n) for n in range(450)])
    assert len(draft.alerts) == 200
    assert len(draft.reasons) == 199


# --- what people decided before ----------------------------------------------------------------------------


def test_declined_does_not_come_back_unless_something_new_joined() -> None:
    past = Past((Declined(frozenset({"AL-0001", "AL-0002", "AL-0003"})),))
    alerts = [seen(1), seen(2), seen(3)]
    assert propose(NEAR, alerts, past=past) == ()
    assert propose(NEAR, alerts[:2], past=past) == ()
    [draft] = propose(NEAR, [*alerts, seen(4)], past=past)
    assert draft.alerts == ("AL-0001", "AL-0002", "AL-0003", "AL-0004")


def test_declined_for_an_incident_stays_out_of_it() -> None:
    past = Past((Declined(frozenset({"AL-0003"}), "INC-001"),))
    held = Held("INC-001", True, (seen(1),))
    [draft] = propose(NEAR, [seen(3), seen(4)], [held], past)
    assert draft.alerts == ("AL-0004",)


def test_split_apart_are_never_together_again() -> None:
    apart = Apart({"AL-0001": {1: 0}, "AL-0002": {1: 1}})
    assert propose(NEAR, [seen(1), seen(2)], past=Past(apart=apart)) == ()
    assert groups(propose(NEAR, [seen(1), seen(2), seen(3)], past=Past(apart=apart))) == [
        ("AL-0001", "AL-0003")
    ]
    # nor by way of an incident, nor with one another into a third
    assert propose(NEAR, [seen(2)], [Held("INC-001", True, (seen(1),))], Past(apart=apart)) == ()
    [draft] = propose(NEAR, [seen(1), seen(2)], [Held("INC-001", True, (seen(5),))], Past(apart=apart))
    assert draft.alerts == ("AL-0001",)


# --- laws --------------------------------------------------------------------------------------------------

KINDS = ("crowd.surge", "crowd.jam", "anomaly.fault", "gun.seen")
places = st.none() | st.builds(north, st.floats(0, 1000))
entities = st.lists(st.sampled_from(["", "a", "b", "c"]), max_size=2).map(tuple)


@st.composite
def cities(draw) -> list[Candidate]:
    count = draw(st.integers(0, 14))
    return [
        seen(
            n,
            draw(st.integers(0, 40)),
            place=draw(places),
            entities=draw(entities),
            kind=draw(st.sampled_from(KINDS)),
            severity=draw(st.sampled_from(SEVERITIES)),
            open=draw(st.integers(0, 9)) > 0,
        )
        for n in range(count)
    ]


@st.composite
def pasts(draw) -> Past:
    ids = [f"AL-{n:04d}" for n in range(14)]
    sets = st.frozensets(st.sampled_from(ids), min_size=1, max_size=5)
    declined = draw(
        st.lists(st.builds(Declined, sets, st.sampled_from([None, "INC-001", "INC-002"])), max_size=3)
    )
    sides = {a: {1: draw(st.integers(0, 1))} for a in draw(st.frozensets(st.sampled_from(ids), max_size=6))}
    return Past(tuple(declined), Apart(sides))


def holding(alerts: list[Candidate]) -> tuple[list[Candidate], list[Held]]:
    """The first four of them are in incidents: two in an open one, one in another, one in a closed one."""
    held = [
        Held("INC-001", True, tuple(alerts[:2])),
        Held("INC-002", True, tuple(alerts[2:3])),
        Held("INC-003", False, tuple(alerts[3:4])),
    ]
    return alerts[4:], held


RULES = [read_rules(), NEAR, THREE, SAME]


@settings(max_examples=150, deadline=None)
@given(cities(), pasts(), st.sampled_from(RULES), st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_nothing(alerts, past, rules: Rules, chance: random.Random) -> None:
    free, held = holding(alerts)
    before = propose(rules, free, held, past)
    chance.shuffle(free)
    chance.shuffle(held)
    assert propose(rules, free, [replace_members(h, chance) for h in held], past) == before


def replace_members(held: Held, chance: random.Random) -> Held:
    members = list(held.alerts)
    chance.shuffle(members)
    return Held(held.id, held.open, tuple(members), held.size)


@settings(max_examples=200, deadline=None)
@given(cities(), pasts(), st.sampled_from(RULES))
def test_every_grouping_has_a_reason_that_holds(alerts, past, rules: Rules) -> None:
    """Written from the rules' text alone: neither the index nor ``pairing`` is trusted."""
    free, held = holding(alerts)
    by_id = {a.id: a for a in alerts}
    given_rules = {r.id: r.given for r in rules}
    seen_once: set[str] = set()
    for draft in propose(rules, free, held, past):
        assert not seen_once & set(draft.alerts), "one alert, one proposal"
        seen_once |= set(draft.alerts)
        target = next((h for h in held if h.id == draft.incident), None)
        inside = {a.id for a in target.alerts} if target else set()
        joined = {r.alert for r in draft.reasons} | ({draft.alerts[0]} if target is None else set())
        assert joined == set(draft.alerts), "each has its reason, or is the one the others stand beside"
        for reason in draft.reasons:
            assert reason.beside in (inside if target else set(draft.alerts))
            a, b = by_id[reason.alert], by_id[reason.beside]
            rule = given_rules[reason.words.rsplit(" ", 1)[1]]
            assert abs(a.onset - b.onset) <= timedelta(minutes=rule.window_min)
            assert reason.apart_s == abs((a.onset - b.onset).total_seconds())
            if rule.radius_m is not None:
                assert a.place is not None
                assert b.place is not None
                assert (
                    distance_m(Point(a.place.lon, a.place.lat), Point(b.place.lon, b.place.lat))
                    <= rule.radius_m
                )
            if rule.same_entity:
                assert set(reason.entities) <= set(a.entities) & set(b.entities)
                assert reason.entities
                assert "" not in reason.entities
            for one in (a, b):
                assert SEVERITIES.index(one.severity) >= SEVERITIES.index(rule.least_severity)
        for a in draft.alerts:
            assert by_id[a].open
            assert past.apart.fits(a, {*draft.alerts, *inside} - {a})
        if target is None:
            assert len(draft.alerts) >= given_rules[draft.rule.id].threshold
            assert not past.refused(frozenset(draft.alerts))
        else:
            assert target.open, "a closed incident swallows nothing"
            assert not past.refused_in(target.id) & set(draft.alerts)


@settings(max_examples=150, deadline=None)
@given(st.integers(2, 6), st.integers(0, 8), st.integers(0, 3))
def test_threshold_is_exact_and_strangers_do_not_count(threshold: int, count: int, strangers: int) -> None:
    rules = only(f"radius_m = 150\nwindow_min = 10\nthreshold = {threshold}\n")
    alerts = [seen(n, n, 10 * n) for n in range(count)]
    alerts += [seen(50 + n, 0, 5000 * (n + 1)) for n in range(strangers)]
    alerts += [seen(70, 60), seen(80, 0, None), seen(81, 0, None)]
    drafts = propose(rules, alerts)
    assert groups(drafts) == ([tuple(a.id for a in alerts[:count])] if count >= threshold else [])


@settings(max_examples=100, deadline=None)
@given(cities(), st.sampled_from([NEAR, THREE]))
def test_no_group_is_missed(alerts, rules: Rules) -> None:
    """Of what is left, no alert has enough others in its reach: looked for the slow way."""
    left = {a.id: a for a in alerts if a.open and a.place is not None}
    for draft in propose(rules, alerts):
        for alert in draft.alerts:
            del left[alert]
    for first in left.values():
        beside = [
            a
            for a in left.values()
            if (first.onset, first.id) < (a.onset, a.id)
            and a.onset - first.onset <= timedelta(minutes=10)
            and distance_m(Point(a.place.lon, a.place.lat), Point(first.place.lon, first.place.lat)) <= 150
        ]
        assert len(beside) + 1 < rules[0].given.threshold


def test_late_ones_change_the_first_of_a_group_the_same_way() -> None:
    assert propose(NEAR, [seen(1, 5), seen(2, 8), seen(3, 0)]) == propose(
        NEAR, [seen(3, 0), seen(2, 8), seen(1, 5)]
    )
    assert propose(NEAR, [replace(seen(9, 0), onset=T0), seen(2, 0)])[0].alerts[0] == "AL-0002"
