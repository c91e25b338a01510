"""The still map: tiles found and read by the specifications, a drawing that says how far it is to scale."""

from __future__ import annotations

import gzip
import math
import re
import struct
import xml.etree.ElementTree as ET
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.kernel.errors import Misconfigured
from tocsin.reports import map as still
from tocsin.reports import tiles, vector_tile
from tocsin.reports.map import NOTICE, WIDTH, Pin, draw

SHIPPED = Path(__file__).parents[2] / "console" / "public" / "map" / "helsinki.pmtiles"
SQUARE = Pin(1, 24.9435, 60.1712, 120.0, "critical")


def number(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def field(tag: int, body: bytes) -> bytes:
    return number(tag << 3 | 2) + number(len(body)) + body


def zigzag(value: int) -> bytes:
    return number(value << 1 if value >= 0 else -value * 2 - 1)


def street(points: list[tuple[int, int]]) -> bytes:
    """A tile of one layer ``street`` with one line of kind ``major``, by the specification."""
    steps = [points[0], *((b[0] - a[0], b[1] - a[1]) for a, b in pairwise(points))]
    pairs = [zigzag(x) + zigzag(y) for x, y in steps]
    drawn = number(1 << 3 | 1) + pairs[0] + number((len(pairs) - 1) << 3 | 2) + b"".join(pairs[1:])
    feature = field(2, number(0) + number(0)) + number(3 << 3) + number(2) + field(4, drawn)
    layer = field(1, b"street") + field(2, feature) + field(3, b"kind") + field(4, field(1, b"major"))
    return field(3, layer + number(5 << 3) + number(4096) + number(15 << 3) + number(2))


def archive(path: Path, z: int, x: int, y: int, tile: bytes) -> Path:
    packed = gzip.compress(tile)
    entries = number(1) + number(tiles.tile_id(z, x, y)) + number(1) + number(len(packed)) + number(1)
    root = gzip.compress(entries)
    head = struct.pack("<8Q", 127, len(root), 0, 0, 0, 0, 127 + len(root), len(packed))
    counts = struct.pack("<3Q", 1, 1, 1)
    flags = bytes([1, 2, 2, 1, z, z]) + struct.pack("<4i", -1800000000, -850000000, 1800000000, 850000000)
    whole = b"PMTiles\x03" + head + counts + flags
    path.write_bytes(whole.ljust(127, b"\0") + root + packed)
    return path


@given(st.lists(st.tuples(st.integers(-200, 4300), st.integers(-200, 4300)), min_size=2, max_size=30))
def test_a_line_comes_back_as_it_was_drawn(points: list[tuple[int, int]]) -> None:
    layer = vector_tile.layers(street(points))["street"]
    assert layer.extent == 4096
    assert layer.features == [vector_tile.Feature(vector_tile.LINE, {"kind": "major"}, [points])]


@pytest.mark.parametrize(
    ("place", "expected"),
    # the table of the PMTiles specification
    [((0, 0, 0), 0), ((1, 0, 0), 1), ((1, 0, 1), 2), ((1, 1, 1), 3), ((1, 1, 0), 4), ((2, 0, 0), 5),
     ((12, 3423, 1763), 19078479)],
)  # fmt: skip
def test_tiles_lie_along_the_curve(place: tuple[int, int, int], expected: int) -> None:
    assert tiles.tile_id(*place) == expected


@given(st.integers(1, 6))
def test_every_tile_has_a_place_of_its_own(z: int) -> None:
    side = 1 << z
    ids = {tiles.tile_id(z, x, y) for x in range(side) for y in range(side)}
    first = (4**z - 1) // 3
    assert ids == set(range(first, first + 4**z))


def test_a_tile_is_found_and_its_neighbour_is_not_there(tmp_path: Path) -> None:
    made = tiles.Archive(archive(tmp_path / "one.pmtiles", 14, 9328, 4742, street([(0, 0), (10, 10)])))
    assert made.tile(14, 9328, 4742) == street([(0, 0), (10, 10)])
    assert made.tile(14, 9329, 4742) is None
    assert made.zooms == (14, 14)


@pytest.mark.parametrize("content", [b"", b"PMTiles\x02" + bytes(200), b"<svg/>" * 40])
def test_another_file_is_no_map(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "odd.pmtiles").write_bytes(content)
    with pytest.raises(Misconfigured):
        tiles.Archive(tmp_path / "odd.pmtiles")


@given(st.binary(max_size=300))
def test_bytes_that_are_no_tile_end_in_an_expected_error(data: bytes) -> None:
    with suppress(IndexError, struct.error):
        vector_tile.layers(data)


def test_the_shipped_map_has_streets_round_the_square() -> None:
    drawn = draw([SQUARE], SHIPPED)
    assert drawn is not None
    assert drawn.streets
    assert NOTICE in drawn.svg
    assert drawn.svg.count("<path") > 6


def test_the_scale_bar_is_as_long_as_it_says() -> None:
    drawn = draw([SQUARE], None)
    assert drawn is not None
    start, end = map(float, re.search(r"M(12) \d+V\d+H([\d.]+)V", drawn.svg).groups())  # type: ignore[union-attr]
    said = int(re.search(r">(\d+) m<", drawn.svg).group(1))  # type: ignore[union-attr]
    # one pixel on the ground by the cosine of the latitude, apart from the code under test
    metres = (end - start) / WIDTH * drawn.width_m
    assert metres == pytest.approx(said, rel=0.01)
    # and the circle of 120 m against the same scale
    radius = float(re.search(r'r="([\d.]+)" fill="#c3271e"', drawn.svg).group(1))  # type: ignore[union-attr]
    assert radius / WIDTH * drawn.width_m == pytest.approx(120, rel=0.01)


def test_two_places_a_kilometre_apart_lie_so_on_the_paper() -> None:
    north = Pin(2, 24.9435, 60.1712 + math.degrees(1000 / 6_371_008.8), 0.0, "low")
    drawn = draw([Pin(1, 24.9435, 60.1712, 0.0, "high"), north], None)
    assert drawn is not None
    ys = [float(y) for y in re.findall(r"translate\([\d.]+ ([\d.]+)\)", drawn.svg)]
    assert abs(ys[0] - ys[1]) / WIDTH * drawn.width_m == pytest.approx(1000, rel=0.01)


def test_without_streets_it_claims_none() -> None:
    for where, why in (
        (None, "No street map is installed."),
        (SHIPPED, "The street map does not reach this place."),
    ):
        drawn = draw([Pin(1, 10.75, 59.91, 0.0, "low")], where)
        assert drawn is not None
        assert not drawn.streets
        assert drawn.why == why
        assert NOTICE not in drawn.svg


def test_places_a_continent_apart_need_no_thousand_tiles() -> None:
    drawn = draw([SQUARE, Pin(2, -9.14, 38.72, 0.0, "low")], SHIPPED)
    assert drawn is not None
    assert drawn.why == "The places lie too far apart for streets."


def test_a_broken_map_is_said_and_stops_nothing(tmp_path: Path) -> None:
    cut = tmp_path / "cut.pmtiles"
    cut.write_bytes(SHIPPED.read_bytes()[:4000])
    drawn = draw([SQUARE], cut)
    assert drawn is not None
    assert drawn.why in ("The street map could not be read.", "The street map does not reach this place.")


@given(
    st.lists(
        st.builds(
            Pin,
            st.integers(1, 99),
            st.floats(-180, 180),
            st.floats(-90, 90),
            st.floats(0, 1e7),
            st.sampled_from(["low", "medium", "high", "critical"]),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_every_drawing_is_well_formed_and_finite(pins: list[Pin]) -> None:
    drawn = draw(pins, None)
    assert drawn is not None
    ET.fromstring(drawn.svg)
    assert "nan" not in drawn.svg
    assert "inf" not in drawn.svg


def test_nobody_is_nowhere() -> None:
    assert draw([], SHIPPED) is None
    assert still.mercator(0, 0) == (0.5, 0.5)
