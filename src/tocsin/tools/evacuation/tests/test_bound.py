"""The bound: never above a plan, and it knows what a walk after a narrow passage takes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import box
from shapely.ops import unary_union

from tocsin.sdk.spaces import read_geojson
from tocsin.tools.evacuation.cuts import raster, worst_cut
from tocsin.tools.evacuation.diagrams import DIAGRAMS
from tocsin.tools.evacuation.scene import make_scene

from .drawn import drawn, place, plan

EAST = {"a": ((60.0, 5.0), (60.0, 12.0)), "b": ((60.0, 18.0), (60.0, 25.0))}


def halls(width_m: float) -> dict[str, Any]:
    """Two halls of 30 m joined by a passage of 4 m; the ways out lie beyond the second."""
    floor = unary_union(
        [box(0, 0, 30, 30), box(30, 15 - width_m / 2, 34, 15 + width_m / 2), box(34, 0, 60, 30)]
    )
    return drawn(floor, EAST)


def test_the_worst_cut_is_the_passage_and_who_stands_behind_it() -> None:
    space = read_geojson(halls(3.0))
    scene = make_scene(space, widest_m=20.0, cells=400)
    area, centre = scene.floors.cells.area, scene.floors.cells.centre
    people = np.round(area).astype(np.int64)
    wide = DIAGRAMS["weidmann"]
    cut = worst_cut(raster(scene), people, dict.fromkeys(EAST, wide.capacity(7.0)), wide, {})
    assert len(cut.doors) == 1
    assert cut.per_second[0] == pytest.approx(wide.capacity(3.0), rel=0.02)
    assert not cut.exits
    door = cut.doors[0].centroid.x
    passage = (centre[:, 0] > door - 4) & (centre[:, 0] < door + 4)
    assert (cut.behind == (centre[:, 0] < door))[~passage].all()
    assert cut.seconds == pytest.approx(people[cut.behind].sum() / wide.capacity(3.0), rel=0.03)


def test_where_only_the_ways_out_hold_a_crowd_up_there_are_no_doors() -> None:
    space = read_geojson(drawn(box(0, 0, 40, 25), {"a": ((40, 10), (40, 12.4))}))
    scene = make_scene(space, widest_m=20.0, cells=100)
    people = np.full(len(scene.floors.cells.area), 5, np.int64)
    cut = worst_cut(raster(scene), people, {"a": 2.0}, DIAGRAMS["weidmann"], {})
    assert (cut.doors, cut.seconds) == ((), people.sum() / 2.0)


def test_the_walk_after_a_passage_counts() -> None:
    told = plan(halls(3.0), crowd=1500)
    assert told["bound"]["by"] == "cut"
    assert 0 <= told["gap"] <= 0.05


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(1, 2500), st.floats(1.0, 20.0), st.booleans(), st.floats(0.0, 0.1))
def test_no_plan_is_faster(crowd: int, width_m: float, way_back: bool, chairs: float) -> None:
    floor = unary_union(
        [box(0, 0, 30, 30), box(30, 15 - width_m / 2, 34, 15 + width_m / 2), box(34, 0, 60, 30)]
    )
    ways = EAST | ({"west": ((0.0, 3.0), (0.0, 4.5))} if way_back else {})
    told = plan(drawn(floor, ways), crowd=crowd, wheelchairs_share=chairs)
    assert told["bound"]["seconds"] <= told["clearing_s"]


def test_a_way_out_made_wider_than_it_is_drawn() -> None:
    told = plan(drawn(box(0, 0, 40, 25), {"a": ((40, 10), (40, 12.4))}), crowd=1000, widen_m={"a": 20.0})
    assert 0 < told["bound"]["seconds"] <= told["clearing_s"]
    assert not told["warnings"]


def test_a_passage_too_wide_to_be_seen_is_said() -> None:
    """A street of 25 m, its end made 40 m wide: the plan does not know that the street holds people up."""
    floor = unary_union([box(0, 0, 60, 60), box(60, 10, 100, 35)])
    told = plan(drawn(floor, {"a": ((100, 10), (100, 35))}), crowd=9000, widen_m={"a": 40.0})
    assert told["bound"]["seconds"] > told["clearing_s"]
    assert any("nobody can be out before" in words for words in told["warnings"])


def test_a_passage_whose_mouth_lies_on_a_line_with_the_wall_is_seen() -> None:
    """Of that width the cut ran on along the wall, a hair beside it, and cut nothing off."""
    told = plan(halls(7.225623096477575), crowd=3088)
    assert told["chokes"]
    assert told["bound"]["seconds"] <= told["clearing_s"]


def test_a_threat_beside_the_way_makes_nobody_quicker() -> None:
    space = halls(4.7249393054506825)
    threat = {"kind": "area", "place": place(18.3, 25.6), "radius_m": 8.0, "spread_mps": 0.05}
    assert plan(space, crowd=2337, threats=[threat])["clearing_s"] >= plan(space, crowd=2337)["clearing_s"]
