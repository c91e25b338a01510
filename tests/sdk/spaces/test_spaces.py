"""Spaces are read, written, measured and found wrong where they are wrong."""

from __future__ import annotations

import json
from math import nan
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic
from hypothesis import given
from hypothesis import strategies as st

from tocsin.kernel.errors import Invalid
from tocsin.sdk.spaces import (
    Plane,
    Projection,
    check,
    defects,
    read_geojson,
    read_wkt,
    write_geojson,
    write_wkt,
)

KX, KY = Projection(24.94, 60.17).scale
JUPEDSIM = Path(__file__).parents[4] / "shared" / "data" / "geometry" / "jupedsim"


def at(x: float, y: float) -> list[float]:
    return [24.94 + x / KX, 60.17 + y / KY]


def box(x0: float, y0: float, x1: float, y1: float) -> dict[str, Any]:
    ring = [at(x0, y0), at(x1, y0), at(x1, y1), at(x0, y1), at(x0, y0)]
    return {"type": "Polygon", "coordinates": [ring]}


def feature(geometry: dict[str, Any], role: str, **more: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"role": role, **more}, "geometry": geometry}


def line(*points: tuple[float, float]) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": [at(*p) for p in points]}


def square(*more: dict[str, Any]) -> dict[str, Any]:
    """50 x 50 m, one exit of 4 m in the middle of its east side."""
    east = feature(line((50, 23), (50, 27)), "exit", id="east", name="East Street", width_m=4.0)
    features = [feature(box(0, 0, 50, 50), "walkable"), east, *more]
    return {"type": "FeatureCollection", "id": "sq", "name": "Square", "features": features}


def codes(data: dict[str, Any]) -> set[str]:
    return {d.code for d in defects(read_geojson(data))}


def test_a_good_space_has_no_defect_and_comes_back_as_written() -> None:
    data = square(
        feature(box(20, 20, 30, 30), "obstacle"),
        feature(
            {"type": "Point", "coordinates": at(0, 25)}, "gate", id="w", name="West", width_m=3.0, open=False
        ),
        feature(line((10, 50), (12, 50)), "stairs", id="n", width_m=2),
        feature(box(0, 0, 20, 20), "zone", id="stage", name="Stage", share=0.4),
    )
    space = read_geojson(json.dumps(data))
    assert defects(space) == ()
    check(space)
    assert read_geojson(write_geojson(space)) == space
    plane = Plane(space)
    assert plane.floor.area == pytest.approx(2400, rel=1e-3)
    assert plane.lines["w"].length == pytest.approx(3.0, rel=1e-3)
    assert not space.ways[2].accessible


def way(key: str, geometry: dict[str, Any], width_m: float) -> dict[str, Any]:
    return feature(geometry, "exit", id=key, width_m=width_m)


BOW = {"type": "Polygon", "coordinates": [[at(60, 0), at(70, 10), at(70, 0), at(60, 10), at(60, 0)]]}
UTM = {"type": "Point", "coordinates": [385000.0, 6672000.0]}
FAR = feature(box(80, 0, 90, 9), "walkable")
EDGE = line((0, 1), (0, 4))


@pytest.mark.parametrize(
    ("code", "part", "more"),
    [
        ("self-crossing", "walkable", [feature(BOW, "walkable")]),
        ("unreachable", "far", [FAR, feature(box(81, 1, 89, 8), "zone", id="far")]),
        ("exit-outside", "x", [way("x", line((60, 1), (60, 4)), 3.0)]),
        ("exit-off-edge", "x", [way("x", line((25, 20), (25, 23)), 3.0)]),
        ("zero-width", "x", [way("x", EDGE, 0.0)]),
        ("exits-overlap", "x", [way("x", line((50, 25), (50, 29)), 4.0)]),
        ("not-a-number", "x", [way("x", EDGE, nan)]),
        ("projection", "x", [way("x", UTM, 3.0)]),
        ("same-id", "east", [way("east", EDGE, 3.0)]),
        ("zone-outside", "z", [feature(box(60, 0, 70, 10), "zone", id="z")]),
        ("share", "z", [feature(box(0, 0, 9, 9), "zone", id="z", share=-0.5)]),
    ],
)  # fmt: skip
def test_a_defect_is_named_and_shown(code: str, part: str, more: list[dict[str, Any]]) -> None:
    found = [d for d in defects(read_geojson(square(*more))) if d.code == code]
    assert [d.part for d in found] == [part]
    assert found[0].cure
    if code not in ("projection", "share", "same-id"):
        assert found[0].where is not None


def test_every_defect_is_listed_not_the_first_alone() -> None:
    data = square(
        feature(line((0, 1), (0, 4)), "exit", id="a", width_m=0),
        feature(line((60, 1), (60, 4)), "exit", id="b", width_m=3),
        feature(line((50, 25), (50, 29)), "exit", id="c", width_m=4),
    )
    assert {"zero-width", "exit-outside", "exits-overlap"} <= codes(data)
    with pytest.raises(Invalid, match=r"0 m wide.*outside the space"):
        check(read_geojson(data))


def test_no_exit_and_metres_for_degrees_and_degrees_for_metres() -> None:
    data = square()
    del data["features"][1]
    assert codes(data) == {"no-exit"}
    metres = {"type": "Polygon", "coordinates": [[[0, 0], [60, 0], [60, 50], [0, 50], [0, 0]]]}
    data["features"][0]["geometry"] = metres
    assert "projection" in codes(data)
    degrees = read_wkt(
        "POLYGON((24.94 60.17, 24.941 60.17, 24.941 60.171, 24.94 60.17))", (0.0, 0.0), space_id="x"
    )
    assert "projection" in {d.code for d in defects(degrees)}


def test_the_middle_of_a_way_far_from_the_edge_is_told() -> None:
    data = square()
    data["features"][1]["geometry"] = {"type": "Point", "coordinates": at(25, 25)}
    found = [d for d in defects(read_geojson(data)) if d.code == "exit-off-edge"]
    assert [(d.grave, d.where and d.where["type"]) for d in found] == [(False, "Point")]
    data["features"][1]["geometry"]["coordinates"] = at(51, 25)
    assert codes(data) == set()


def test_well_known_text_keeps_floor_and_ways_to_a_centimetre() -> None:
    space = read_geojson(square(feature(box(20, 20, 30, 30), "obstacle")))
    text, anchor = write_wkt(space)
    again = read_wkt(text, anchor, space_id="again")
    assert Plane(again).floor.area == pytest.approx(Plane(space).floor.area, rel=1e-4)
    assert [w.width_m for w in again.exits] == [pytest.approx(w.width_m, abs=0.01) for w in space.exits]
    assert len(again.walkable[0]) == 2  # the obstacle is a hole now


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ("[", "space"),
        ({"type": "Feature"}, "type"),
        ({"type": "FeatureCollection", "features": 3}, "features"),
        (square(feature(box(0, 0, 1, 1), "door")), "features[2].properties.role"),
        (square(feature(box(0, 0, 1, 1), "exit", width_m=1)), "features[2].geometry.type"),
        (square(feature(line((0, 1), (0, 4)), "exit", width_m="wide")), "features[2].properties.width_m"),
        (square(feature(line((0, 1), (0, 4)), "exit", widthM=3)), "features[2].properties.widthM"),
    ],
)
def test_what_is_no_space_is_refused_with_the_field(data: Any, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_geojson(data)
    assert refused.value.field == field
    assert refused.value.cure


@given(st.floats(-70, 70), st.floats(-170, 170), st.floats(-3000, 3000), st.floats(-3000, 3000))
def test_metres_agree_with_the_geodesic(lat: float, lon: float, x: float, y: float) -> None:
    [(lon2, lat2)] = Projection(lon, lat).positions(np.array([[x, y]]), digits=12)
    true = Geodesic.WGS84.Inverse(lat, lon, lat2, lon2)["s12"]
    assert (x * x + y * y) ** 0.5 == pytest.approx(true, rel=2e-3, abs=0.01)


@pytest.mark.skipif(not JUPEDSIM.exists(), reason="no geometries of JuPedSim beside the checkout")
def test_geometries_of_jupedsim_are_read() -> None:
    for file in sorted(JUPEDSIM.glob("*.wkt")):
        space = read_wkt(file.read_text(), (24.94, 60.17), space_id=file.stem)
        assert {d.code for d in defects(space)} == {"no-exit"}, file.name
        assert Plane(space).floor.area > 10
