"""Conversions against values from outside this code."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.normalise.units import DIMENSIONS, conversions, dimension_of


def to(value: float, code: str, target: str) -> float:
    factor, offset = conversions(dimension_of(target) or "", target)[code]
    return value * factor + offset


@pytest.mark.parametrize(
    ("value", "code", "target", "expected"),
    [
        (100, "KMH", "MTS", 27.7777778),
        (60, "HM", "KMH", 96.56064),
        (1, "KNT", "KMH", 1.852),
        (212, "FAH", "CEL", 100),
        (0, "KEL", "CEL", -273.15),
        (2.6, "GP", "GQ", 2600),
        (1, "HAR", "MTK", 10_000),
        (1013.25, "A97", "PAL", 101_325),
        (3.141592653589793, "C81", "DD", 180),
        (6.5, "M72", "2N", 65),
        (1, "INH", "MMT", 25.4),
    ],
)
def test_known_conversions(value, code, target, expected):
    assert to(value, code, target) == pytest.approx(expected, rel=1e-9)


def test_percent_is_a_share():
    assert conversions("share", "C62")["P1"] == (0.01, 0.0)


pairs = [(d, a, b) for d, units in DIMENSIONS.items() for a in units for b in units]


@given(st.sampled_from(pairs), st.floats(-1e6, 1e6))
def test_there_and_back(pair, value):
    dimension, a, b = pair
    factor, offset = conversions(dimension, b)[a]
    back, back_offset = conversions(dimension, a)[b]
    assert (value * factor + offset) * back + back_offset == pytest.approx(value, rel=1e-9, abs=1e-6)


def test_the_same_unit_is_left_exactly_alone():
    for dimension, units in DIMENSIONS.items():
        for code in units:
            assert conversions(dimension, code)[code] == (1.0, 0.0)
