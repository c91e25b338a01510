"""Cells of a Z-curve: a box's ranges hold every place of it, and little besides."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tocsin.kernel.cells import BITS, RANGES, cell, ranges
from tocsin.kernel.geo import Box

LONS, LATS = st.floats(-180, 180), st.floats(-90, 90)
SHARES = st.floats(0, 1)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    west, east = sorted((draw(LONS), draw(LONS)))
    south, north = sorted((draw(LATS), draw(LATS)))
    return Box(west, south, east, north)


@given(boxes(), SHARES, SHARES)
def test_every_place_of_a_box_lies_in_its_ranges(box: Box, across: float, up: float) -> None:
    lon = min(box.east, box.west + across * (box.east - box.west))
    lat = min(box.north, box.south + up * (box.north - box.south))
    number = cell(lon, lat)
    found = ranges(box)
    assert 0 <= number < 4**BITS
    assert any(first <= number <= last for first, last in found)
    assert len(found) <= RANGES


@given(boxes())
def test_ranges_ascend_without_meeting(box: Box) -> None:
    found = ranges(box)
    assert all(first <= last for first, last in found)
    assert all(a[1] + 1 < b[0] for a, b in pairwise(found))


@given(LONS.filter(lambda lon: abs(lon) < 179), LATS.filter(lambda lat: abs(lat) < 89), st.floats(0.001, 0.9))
def test_what_is_far_from_a_box_lies_outside(lon: float, lat: float, size: float) -> None:
    """A square box in steps (twice as many degrees of longitude): a whole size away is another cell."""
    found = ranges(Box(lon, lat, min(180.0, lon + 2 * size), min(90.0, lat + size)))
    for beside in (lon - 2.1 * size, lon + 4.2 * size):
        if abs(beside) < 180:
            assert not any(first <= cell(beside, lat) <= last for first, last in found)


def test_the_corners_of_the_world_have_cells() -> None:
    assert cell(-180, -90) == 0
    assert cell(180, 90) == 4**BITS - 1
    assert ranges(Box(-180, -90, 180, 90)) == [(0, 4**BITS - 1)]
