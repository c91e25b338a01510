"""Clause 4.10 (geo-queries) and 4.7.1 (geometries), against values known from elsewhere."""

from __future__ import annotations

import json
import math
import time
from typing import Any

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ngsi.query.city import entity, expand, place

from tocsin.kernel.geo import Point
from tocsin.ngsi.problems import BadRequestData
from tocsin.ngsi.query import GeoParams, QueryParams, boxes_of, geometry_of, parse, read_geometry
from tocsin.ngsi.query.geometry import MOST_POSITIONS
from tocsin.ngsi.query.near import between, metres

SQUARE = [[[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]]]
HOLED = [*SQUARE, [[4, 4], [4, 6], [6, 6], [6, 4], [4, 4]]]


def related(georel: str, reference: tuple[str, Any], target: tuple[str, Any]) -> bool:
    """Whether the target has the relation to the reference, each as text and as arrays."""
    answers = set()
    for coordinates in (reference[1], json.dumps(reference[1])):
        params = QueryParams(geo=GeoParams(georel, reference[0], coordinates))
        answers.add(parse(params, expand).matches(entity(location=place(*target))))
    assert len(answers) == 1
    return answers.pop()


@pytest.mark.parametrize(
    ("georel", "reference", "target", "expected"),
    [
        # within: OGC's, so that the border alone is not within
        ("within", ("Polygon", SQUARE), ("Point", [5, 5]), True),
        ("within", ("Polygon", SQUARE), ("Point", [10, 5]), False),
        ("within", ("Polygon", SQUARE), ("Point", [11, 5]), False),
        ("within", ("Polygon", HOLED), ("Point", [5, 5]), False),
        ("within", ("Polygon", SQUARE), ("LineString", [[1, 1], [10, 10]]), True),
        ("within", ("Polygon", SQUARE), ("LineString", [[1, 1], [11, 11]]), False),
        ("within", ("Polygon", SQUARE), ("Polygon", [[[1, 1], [2, 1], [2, 2], [1, 1]]]), True),
        ("within", ("Polygon", SQUARE), ("MultiPoint", [[1, 1], [2, 2]]), True),
        ("within", ("Polygon", SQUARE), ("MultiPoint", [[1, 1], [12, 2]]), False),
        ("within", ("Polygon", SQUARE), ("Point", [5, 5, 120.5]), True),
        ("within", ("Point", [5, 5]), ("Point", [5, 5]), True),
        (
            "within",
            ("MultiPolygon", [SQUARE, [[[20, 0], [30, 0], [30, 9], [20, 0]]]]),
            ("Point", [29, 5]),
            True,
        ),
        # contains: the target contains the reference
        ("contains", ("Point", [5, 5]), ("Polygon", SQUARE), True),
        ("contains", ("Point", [5, 5]), ("Polygon", HOLED), False),
        ("contains", ("Polygon", SQUARE), ("Point", [5, 5]), False),
        # intersects and disjoint
        ("intersects", ("Polygon", SQUARE), ("Point", [10, 5]), True),
        ("intersects", ("LineString", [[0, 0], [10, 10]]), ("Point", [5, 5]), True),
        ("intersects", ("LineString", [[0, 0], [10, 10]]), ("LineString", [[0, 10], [10, 0]]), True),
        ("intersects", ("MultiLineString", [[[0, 0], [1, 1]], [[5, 5], [6, 5]]]), ("Point", [5.5, 5]), True),
        ("intersects", ("Polygon", HOLED), ("Point", [5, 5]), False),
        ("disjoint", ("Polygon", SQUARE), ("Point", [10, 5]), False),
        ("disjoint", ("Polygon", SQUARE), ("Point", [10.5, 5]), True),
        ("disjoint", ("Polygon", SQUARE), ("Polygon", [[[9, 9], [12, 9], [12, 12], [9, 9]]]), False),
        # overlaps: of one dimension, each with a part of its own
        ("overlaps", ("Polygon", SQUARE), ("Polygon", [[[9, 9], [12, 9], [12, 12], [9, 9]]]), True),
        ("overlaps", ("Polygon", SQUARE), ("Polygon", [[[1, 1], [2, 1], [2, 2], [1, 1]]]), False),
        ("overlaps", ("Polygon", SQUARE), ("Point", [5, 5]), False),
        ("overlaps", ("LineString", [[0, 0], [5, 0]]), ("LineString", [[3, 0], [9, 0]]), True),
        # equals: as sets of points
        ("equals", ("Point", [5, 5]), ("Point", [5.0, 5.0]), True),
        ("equals", ("Point", [5, 5]), ("Point", [5, 5.000001]), False),
        ("equals", ("LineString", [[0, 0], [9, 9]]), ("LineString", [[9, 9], [4, 4], [0, 0]]), True),
        ("equals", ("Polygon", SQUARE), ("Polygon", [[[10, 10], [0, 10], [0, 0], [10, 0], [10, 10]]]), True),
        # across the antimeridian, however it is written
        (
            "within",
            ("Polygon", [[[170, 0], [-170, 0], [-170, 9], [170, 9], [170, 0]]]),
            ("Point", [175, 5]),
            True,
        ),
        (
            "within",
            ("Polygon", [[[170, 0], [-170, 0], [-170, 9], [170, 9], [170, 0]]]),
            ("Point", [-175, 5]),
            True,
        ),
        (
            "within",
            ("Polygon", [[[170, 0], [-170, 0], [-170, 9], [170, 9], [170, 0]]]),
            ("Point", [180, 5]),
            True,
        ),
        (
            "within",
            ("Polygon", [[[170, 0], [-170, 0], [-170, 9], [170, 9], [170, 0]]]),
            ("Point", [-180, 5]),
            True,
        ),
        (
            "within",
            ("Polygon", [[[170, 0], [-170, 0], [-170, 9], [170, 9], [170, 0]]]),
            ("Point", [0, 5]),
            False,
        ),
        (
            "within",
            ("Polygon", [[[170, 0], [190, 0], [190, 9], [170, 9], [170, 0]]]),
            ("Point", [-175, 5]),
            True,
        ),
        (
            "disjoint",
            ("Polygon", [[[170, 0], [-170, 0], [-170, 9], [170, 9], [170, 0]]]),
            ("Point", [0, 5]),
            True,
        ),
        (
            "within",
            (
                "MultiPolygon",
                [
                    [[[170, 0], [180, 0], [180, 9], [170, 9], [170, 0]]],
                    [[[-180, 0], [-170, 0], [-170, 9], [-180, 9], [-180, 0]]],
                ],
            ),
            ("LineString", [[179, 5], [-179, 5]]),
            True,
        ),
        (
            "within",
            ("Polygon", [[[170, 0], [190, 0], [190, 9], [170, 9], [170, 0]]]),
            ("MultiPoint", [[179, 5], [-179, 5]]),
            True,
        ),
        ("intersects", ("LineString", [[179, 0], [-179, 0]]), ("Point", [-180, 0]), True),
        ("intersects", ("LineString", [[179, 0], [-179, 0]]), ("Point", [0, 0]), False),
        ("equals", ("Point", [180, 5]), ("Point", [-180, 5]), True),
        # the whole world is the whole world
        (
            "within",
            ("Polygon", [[[-180, -90], [180, -90], [180, 90], [-180, 90], [-180, -90]]]),
            ("Point", [11, 45]),
            True,
        ),
        (
            "within",
            ("Polygon", [[[-180, -90], [180, -90], [180, 90], [-180, 90], [-180, -90]]]),
            ("LineString", [[179, 5], [-179, 5]]),
            True,
        ),
    ],
)
def test_relations(georel: str, reference: tuple[str, Any], target: tuple[str, Any], expected: bool) -> None:
    """Clause 4.10, the relations of OGC simple features."""
    assert related(georel, reference, target) is expected


def test_known_distances() -> None:
    """Flinders Peak to Buninyong (Geoscience Australia), a degree, and a quarter of the globe."""
    flinders = Point(144 + 25 / 60 + 29.52440 / 3600, -(37 + 57 / 60 + 3.72030 / 3600))
    buninyong = Point(143 + 55 / 60 + 35.38390 / 3600, -(37 + 39 / 60 + 10.15610 / 3600))
    assert metres(flinders, buninyong) == pytest.approx(54_972.271, abs=0.001)
    assert metres(Point(0, 0), Point(1, 0)) == pytest.approx(111_319.491, abs=0.001)
    assert metres(Point(0, 0), Point(0, 90)) == pytest.approx(10_001_965.729, abs=0.001)


DEGREE = 111_319.491  # of longitude on the equator


@pytest.mark.parametrize(
    ("georel", "reference", "target", "expected"),
    [
        (f"near;maxDistance=={DEGREE + 0.1}", ("Point", [0, 0]), ("Point", [1, 0]), True),
        (f"near;maxDistance=={DEGREE - 0.1}", ("Point", [0, 0]), ("Point", [1, 0]), False),
        (f"near;minDistance=={DEGREE - 0.1}", ("Point", [0, 0]), ("Point", [1, 0]), True),
        (f"near;minDistance=={DEGREE + 0.1}", ("Point", [0, 0]), ("Point", [1, 0]), False),
        ("near;maxDistance==2e5;minDistance==1e5", ("Point", [0, 0]), ("Point", [1, 0]), True),
        ("near;maxDistance==2e5;minDistance==1.5e5", ("Point", [0, 0]), ("Point", [1, 0]), False),
        (f"near;maxDistance=={DEGREE + 0.1}", ("Point", [179.5, 0]), ("Point", [-179.5, 0]), True),
        ("near;maxDistance==1", ("Point", [10, 90]), ("Point", [-100, 90]), True),
        # whole within the buffer, not only its nearest corner
        ("near;maxDistance==150000", ("Point", [0, 0]), ("LineString", [[1, 0], [2, 0]]), False),
        ("near;maxDistance==250000", ("Point", [0, 0]), ("LineString", [[1, 0], [2, 0]]), True),
        # no part of it in the buffer
        (f"near;minDistance=={DEGREE - 1}", ("Point", [0, 0]), ("LineString", [[1, -1], [1, 1]]), True),
        (f"near;minDistance=={DEGREE + 1}", ("Point", [0, 0]), ("LineString", [[1, -1], [1, 1]]), False),
        ("near;minDistance==1", ("Point", [5, 5]), ("Polygon", SQUARE), False),
        # to a line, a polygon and several points
        (f"near;maxDistance=={DEGREE + 1}", ("LineString", [[1, -1], [1, 1]]), ("Point", [0, 0]), True),
        (f"near;maxDistance=={DEGREE - 1}", ("LineString", [[1, -1], [1, 1]]), ("Point", [0, 0]), False),
        ("near;maxDistance==1", ("Polygon", SQUARE), ("Point", [5, 5]), True),
        (
            f"near;maxDistance=={DEGREE + 1}",
            ("Polygon", [[[179, -1], [-179, -1], [-179, 1], [179, -1]]]),
            ("Point", [-178, 0]),
            True,
        ),
        (
            f"near;maxDistance=={DEGREE - 1}",
            ("Polygon", [[[179, -1], [-179, -1], [-179, 1], [179, -1]]]),
            ("Point", [-178, 0]),
            False,
        ),
        (f"near;maxDistance=={DEGREE * 2}", ("MultiPoint", [[50, 0], [2, 0]]), ("Point", [1, 0]), True),
        (
            "near;maxDistance==600000",
            ("LineString", [[0, 0], [10, 0]]),
            ("LineString", [[0, 1], [10, 1]]),
            True,
        ),
        (
            "near;maxDistance==100000",
            ("LineString", [[0, 0], [10, 0]]),
            ("LineString", [[0, 1], [10, 1]]),
            False,
        ),
    ],
)
def test_near(georel: str, reference: tuple[str, Any], target: tuple[str, Any], expected: bool) -> None:
    """Clause 4.10: within, or disjoint with, the buffer of so many metres."""
    assert related(georel, reference, target) is expected


def ring(positions: int, radius: float, lon: float = 20.0, lat: float = 60.0) -> list[list[list[float]]]:
    """A polygon about a place, round on the globe; ``radius`` in degrees of latitude."""
    around = [2 * math.pi * i / positions for i in range(positions)]
    ring = [[lon + radius * 2 * math.cos(a), lat + radius * math.sin(a)] for a in around]  # 60 degrees north
    return [[*ring, ring[0]]]


@pytest.mark.parametrize(("limit", "expected"), [(120_000, True), (100_000, False)])
def test_many_positions_are_near_in_no_time(limit: int, expected: bool) -> None:
    """A reference of 1,000 positions, a target of 20,000: the furthest decides, one degree away."""
    began = time.process_time()
    assert (
        related(f"near;maxDistance=={limit}", ("Polygon", ring(999, 1)), ("Polygon", ring(20_000, 2)))
        is expected
    )
    assert (
        related(f"near;maxDistance=={2 * limit}", ("Point", [20, 60]), ("Polygon", ring(20_000, 2)))
        is expected
    )
    assert time.process_time() - began < 5.0


def test_a_reference_of_near_is_bounded() -> None:
    assert related("intersects", ("Polygon", ring(1_000, 1)), ("Point", [20, 60]))
    with pytest.raises(BadRequestData, match="to be near"):
        related("near;maxDistance==5", ("Polygon", ring(1_000, 1)), ("Point", [20, 60]))


def test_other_geoproperties_and_instances() -> None:
    """Clause 4.10: location is the default; without the GeoProperty nothing matches, disjoint included."""
    inside, outside = place("Point", [5, 5]), place("Point", [50, 5])
    seen = QueryParams(geo=GeoParams("within", "Polygon", SQUARE, "observationSpace"))
    assert parse(seen, expand).matches(entity(location=outside, observationSpace=inside))
    assert not parse(seen, expand).matches(entity(location=inside))
    apart = QueryParams(geo=GeoParams("disjoint", "Polygon", SQUARE))
    assert not parse(apart, expand).matches(entity())
    located = QueryParams(geo=GeoParams("within", "Polygon", SQUARE))
    assert parse(located, expand).matches(entity(location=[outside, {**inside, "datasetId": "urn:x:gps"}]))


@pytest.mark.parametrize(
    "value",
    [
        None,
        5,
        "POINT (5 5)",
        {"type": "Point"},
        {"type": "Point", "coordinates": ["5", "5"]},
        {"type": "Point", "coordinates": [5, 95]},
        {"type": "Polygon", "coordinates": [[[0, 0], [9, 9], [9, 0], [0, 9], [0, 0]]]},
        {"type": "GeometryCollection", "geometries": []},
    ],
)
@pytest.mark.parametrize(
    "georel", ["within", "disjoint", "near;maxDistance==1e7", "near;minDistance==1", "equals"]
)
def test_an_entity_whose_geometry_is_none_never_matches(value: Any, georel: str) -> None:
    """Clause 4.10: what conveys no geometry is not matching."""
    query = parse(QueryParams(geo=GeoParams(georel, "Point", [5, 5])), expand)
    assert not query.matches(entity(location={"type": "GeoProperty", "value": value}))


def test_a_geometry_as_text_of_an_entity() -> None:
    assert geometry_of('{"type": "Point", "coordinates": [5, 5]}') == read_geometry("Point", [5, 5])
    assert geometry_of("[" * 5_000) is None


@pytest.mark.parametrize(
    ("kind", "coordinates", "said"),
    [
        ("GeometryCollection", [], "no geometry"),
        ("point", [5, 5], "no geometry"),
        ("Point", [], "no position"),
        ("Point", [5], "no position"),
        ("Point", [1, 2, 3, 4, 5], "no position"),
        ("Point", ["8", "40"], "not of numbers"),
        ("Point", [True, False], "not of numbers"),
        ("Point", [None, 1], "not of numbers"),
        ("Point", [[8, 40]], "no position"),
        ("Point", [8, 90.1], "off the globe"),
        ("Point", [40, 1e308], "off the globe"),
        ("Point", [10**400, 1], "off the globe"),
        ("Point", [float("nan"), 1], "off the globe"),
        ("Point", "[NaN, 1]", "no JSON"),
        ("Point", "[1e999, 1]", "no JSON"),
        ("Point", "8,40", "no JSON"),
        ("Point", "[" * 100_000, "no JSON"),
        ("Point", "[8,40" + " " * 1_000_000 + "]", "more than"),
        ("Point", {"lon": 8}, "no position"),
        ("LineString", [[0, 0]], "no array"),
        ("LineString", [[0, 0], [0, 0]], "no valid geometry"),
        ("Polygon", [], "no array"),
        ("Polygon", [[0, 0], [1, 0], [1, 1], [0, 0]], "no array"),
        ("Polygon", [[[0, 0], [1, 0], [0, 0]]], "no array"),
        ("Polygon", [[[0, 0], [1, 0], [1, 1], [0, 1]]], "not closed"),
        ("Polygon", [[[0, 0], [9, 9], [9, 0], [0, 9], [0, 0]]], "Self-intersection"),
        ("Polygon", [[[0, 0], [1, 0], [2, 0], [0, 0]]], "no valid geometry"),
        ("Polygon", [[[0, 70], [120, 70], [-120, 70], [0, 70]]], "round a pole"),
        ("MultiPolygon", [SQUARE, SQUARE], "no valid geometry"),
        ("MultiPoint", [[0, 0]] * (MOST_POSITIONS + 1), "more than"),
    ],
)
def test_what_is_no_geometry_is_refused(kind: str, coordinates: Any, said: str) -> None:
    """Clause 4.7.1 and RFC 7946, 3.1: exact BadRequestData, with a cure."""
    with pytest.raises(BadRequestData) as refused:
        parse(QueryParams(geo=GeoParams("intersects", kind, coordinates)), expand)
    assert said in refused.value.message
    assert refused.value.field in ("geometry", "coordinates")
    assert refused.value.cure


@pytest.mark.parametrize(
    "georel",
    [
        "",
        "nearby",
        "near",
        "near;",
        "near;maxDistance",
        "near;maxDistance=2000",
        "near;maxDistance==-5",
        "near;maxDistance==0",
        "near;maxDistance==1e999",
        "near;maxDistance==x",
        "near;distance==5",
        "near;maxDistance==1;maxDistance==2",
        "within;maxDistance==5",
        "Within",
        "near;maxDistance==01",
        "x" * 999,
    ],
)
def test_what_is_no_relation_is_refused(georel: str) -> None:
    """Clause 4.10, the grammar of georel; PositiveNumber is no 0 and has no sign."""
    with pytest.raises(BadRequestData) as refused:
        parse(QueryParams(geo=GeoParams(georel, "Point", [8, 40])), expand)
    assert refused.value.field == "georel"


@pytest.mark.parametrize("missing", ["georel", "geometry", "coordinates"])
def test_the_three_parameters_go_together(missing: str) -> None:
    """Clause 4.10: all of georel, geometry and coordinates."""
    given_ = {"georel": "within", "geometry": "Polygon", "coordinates": SQUARE, missing: None}
    with pytest.raises(BadRequestData) as refused:
        parse(QueryParams(geo=GeoParams(**given_)), expand)
    assert refused.value.field == missing


@settings(max_examples=15, deadline=None)
@given(st.floats(-70, 70), st.floats(-2, 2), st.floats(-2, 2), st.floats(-2, 2), st.floats(-2, 2))
def test_the_distance_to_a_line_is_that_to_its_nearest_position(
    lat: float, dx: float, dy: float, dx2: float, dy2: float
) -> None:
    """Compared with 2,000 positions along the line, up to some hundred kilometres: one per mille."""
    ends = [[20 + dx, lat + dy], [20 + dx2, lat + dy2]]
    if abs(dx - dx2) + abs(dy - dy2) < 0.01:
        return
    along = [
        Point(
            ends[0][0] + (ends[1][0] - ends[0][0]) * i / 2_000,
            ends[0][1] + (ends[1][1] - ends[0][1]) * i / 2_000,
        )
        for i in range(2_001)
    ]
    sought = min(metres(Point(20, lat), one) for one in along)
    found = between(shapely.Point(20, lat), read_geometry("LineString", ends))
    assert found == pytest.approx(sought, rel=1e-3, abs=120)


LON, LAT = st.floats(-180, 180), st.floats(-89, 89)


@settings(deadline=None)
@given(LON, LAT, LON, LAT, st.floats(1, 3e6))
def test_the_boxes_of_near_hold_all_that_is_near(
    x: float, y: float, x2: float, y2: float, limit: float
) -> None:
    """What is within so many metres lies in the boxes that an index is given."""
    query = parse(QueryParams(geo=GeoParams(f"near;maxDistance=={limit}", "Point", [x, y])), expand)
    # towards the reference, so that many are near
    for share in (1.0, 0.1, 0.01, 0.0):
        lon, lat = x + (x2 - x) * share, y + (y2 - y) * share
        lon = min(max(lon, -180.0), 180.0)
        if query.matches(entity(location=place("Point", [lon, lat]))):
            assert query.hints.boxes is not None
            assert any(box.holds(Point(lon, lat)) for box in query.hints.boxes[1])


@settings(deadline=None)
@given(LON, LAT, LON, LAT)
def test_boxes_of_a_line_hold_its_ends(x: float, y: float, x2: float, y2: float) -> None:
    """Boxes are of the line as it lies on the globe, on both sides of the antimeridian."""
    if (x, y) != (x2, y2) and (x - x2 > 1e-9 or x2 - x > 1e-9):
        boxes = boxes_of(read_geometry("LineString", [[x, y], [x2, y2]]))
        for end in (Point(x, y), Point(x2, y2)):
            assert any(
                box.west - 1e-9 <= end.lon <= box.east + 1e-9 and box.south <= end.lat <= box.north
                for box in boxes
            )
        assert sum(box.east - box.west for box in boxes) <= 180.0 + 1e-9
