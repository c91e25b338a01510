from __future__ import annotations

import math
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.simulate.chance import Drift, binomial, poisson
from tocsin.simulate.crowd import Crowd, Will
from tocsin.simulate.places import load
from tocsin.simulate.walking import DOOR_PER_M_S, JAM_PER_M2, door_per_s, room_for_flow, speed_m_s

PLACES = load()
CELLS, WAYS = len(PLACES.cells), len(PLACES.ways_out)


def will(**changes: list[float]) -> Will:
    calm = {
        "passing": [0.0] * WAYS, "joining": [0.0] * WAYS, "pull": [0.0] * CELLS,
        "going": [0.0] * CELLS, "usable": [1.0] * WAYS,
    }  # fmt: skip
    return Will(**(calm | changes))


rates = st.lists(st.floats(0.0, 12.0), min_size=WAYS, max_size=WAYS)
shares = st.lists(st.sampled_from([0.0, 0.3, 1.0]), min_size=WAYS, max_size=WAYS)
pulls = st.lists(st.floats(0.0, 40.0), min_size=CELLS, max_size=CELLS)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), rates, rates, shares, pulls, st.floats(0.0, 0.05))
def test_nobody_appears_or_vanishes(
    seed: int,
    passing: list[float],
    joining: list[float],
    usable: list[float],
    pull: list[float],
    going: float,
) -> None:
    crowd = Crowd(PLACES, Random(seed))
    wish = will(passing=passing, joining=joining, usable=usable, pull=pull, going=[going] * CELLS)
    through = 0.0
    for _ in range(150):
        crowd.step(wish)
        through += sum(way.went_out + way.turned_back for way in crowd.ways)
        assert crowd.arrived == crowd.left + crowd.people() + crowd.around()
        assert crowd.left == through
        for cell, area in enumerate(crowd.area_m2):
            assert 0 <= crowd.in_cell(cell) <= JAM_PER_M2 * area + 1
            assert crowd.in_cell(cell) == int(crowd.in_cell(cell)), "people are whole"
        for way, limit in zip(crowd.ways, usable, strict=True):
            most = door_per_s(way.width_m, limit, 0.0)
            assert way.went_out <= most + 6.0 * (most + 1.0) ** 0.5, "more than the width lets through"
            if limit == 0.0:
                assert way.went_out == way.came_in == 0


def test_a_width_lets_through_what_it_can() -> None:
    crowd = Crowd(PLACES, Random(1))
    cell = crowd.ways[4].cell
    crowd.leaving[cell][4] = crowd.arrived = 1200
    for _ in range(60):
        crowd.step(will())
    clear = crowd.ways[4].width_m - 0.3
    assert 0.85 * 60 * DOOR_PER_M_S * clear < crowd.left < 1.1 * 60 * DOOR_PER_M_S * clear


def test_a_counterflow_costs_outflow() -> None:
    out = []
    for coming in (0.0, 8.0):
        crowd = Crowd(PLACES, Random(1))
        joining = [0.0] * WAYS
        joining[4] = coming
        for _ in range(90):
            crowd.leaving[crowd.ways[4].cell][4] = 60
            crowd.step(will(joining=joining))
        out.append(crowd.left)
    assert out[1] < 0.75 * out[0]


def test_a_shut_way_sends_people_elsewhere() -> None:
    crowd = Crowd(PLACES, Random(2))
    crowd.leaving[crowd.ways[4].cell][4] = 300
    usable = [1.0] * WAYS
    usable[4] = 0.0
    for _ in range(400):
        crowd.step(will(usable=usable))
        assert crowd.ways[4].went_out == 0
    assert crowd.people() < 30


def test_everything_shut_keeps_everybody() -> None:
    crowd = Crowd(PLACES, Random(3))
    crowd.leaving[5][4], crowd.staying[6] = 200, 100
    for _ in range(100):
        crowd.step(will(usable=[0.0] * WAYS, going=[0.05] * CELLS))
    assert crowd.people() == 300


def test_the_fundamental_diagram_is_weidmanns() -> None:
    # V. Weidmann, Transporttechnik der Fussgaenger, 1993
    for density, speed in (
        (0.5, 1.298),
        (1.0, 1.058),
        (1.75, 0.700),
        (2.0, 0.606),
        (3.0, 0.331),
        (4.0, 0.156),
    ):
        assert speed_m_s(density) == pytest.approx(speed, abs=0.002)
    assert speed_m_s(JAM_PER_M2) == room_for_flow(JAM_PER_M2) == 0.0
    assert door_per_s(6.0, 1.0, 5.0) < door_per_s(6.0, 1.0, 1.0)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 999), st.integers(0, 400), st.floats(0.0, 1.0))
def test_draws_are_fair(seed: int, count: int, share: float) -> None:
    rng = Random(seed)
    draws = [binomial(rng, count, share) for _ in range(400)]
    assert all(0 <= draw <= count for draw in draws)
    spread = (count * share * (1 - share) / 400) ** 0.5
    assert abs(sum(draws) / 400 - count * share) < 6 * spread + 1e-9
    mean = count * share
    some = [poisson(rng, mean) for _ in range(400)]
    assert abs(sum(some) / 400 - mean) < 6 * (mean / 400) ** 0.5 + 1e-9


def test_a_drift_is_one_process_at_any_step() -> None:
    for step in (1.0, 5.0, 30.0):
        drift = Drift(Random(4), 30.0)
        values = [drift.step(step) for _ in range(9000)]
        after = round(30.0 / step)
        kept = sum(a * b for a, b in zip(values, values[after:], strict=False)) / len(values[after:])
        variance = sum(v * v for v in values) / len(values)
        assert variance == pytest.approx(1.0, abs=0.25)
        assert kept / variance == pytest.approx(math.exp(-1.0), abs=0.12)
