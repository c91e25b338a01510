"""Behaviour beyond the laws, which are tried on every tool found."""

from __future__ import annotations

from math import cos, radians
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.kernel.clock import iso
from tocsin.kernel.events import Finding, Observation
from tocsin.sdk.checks_case import Case
from tocsin.sdk.discover import read_folder
from tocsin.sdk.testing import T0, clock, reading, run, stream
from tocsin.tools.cap_alert.reach import City

HERE = "60.0000,24.7000 60.0000,25.2000 60.3000,25.2000 60.3000,24.7000"


def warning(second: float, name: str, **more: Any) -> Observation:
    given: dict[str, Any] = {
        "identifier": name,
        "senderName": "Weather service",
        "status": "Actual",
        "msgType": "Alert",
        "severity": "Severe",
        "headline": "Storm",
        "subCategory": "Storm",
        "area1": HERE,
        "validTo": iso(T0.replace(hour=2)),
        **more,
    }
    return reading(name, "Alert", second, given)


def told(*said: Observation, for_s: float = 60.0) -> list[Finding]:
    case = Case(read_folder(Path(__file__).parents[1]))
    log = stream(said)
    return list(run(case.detector(), case.manifest, [*log, *clock(log, for_s=for_s)]))


@pytest.mark.parametrize(
    ("said", "severity"),
    [("Extreme", "critical"), ("Severe", "high"), ("Moderate", "medium")],
)
def test_severity_is_the_senders(said: str, severity: str) -> None:
    (found,) = told(warning(0, "a", severity=said))
    assert found.severity == severity
    assert found.headline == "Weather service: Storm"
    assert found.evidence[0].value == "a"


def test_heard_again_it_is_told_once() -> None:
    assert len(told(warning(0, "a"), warning(60, "a"), warning(120, "a"))) == 1


def test_an_update_ends_the_earlier_one_and_is_told_itself() -> None:
    found = told(warning(0, "a"), warning(60, "b", msgType="Update", reference1="a"))
    assert [(f.entities[0][-1], f.phase.value) for f in found] == [
        ("a", "started"),
        ("a", "ended"),
        ("b", "started"),
    ]


def test_a_cancellation_that_came_first_keeps_its_warning_silent() -> None:
    assert told(warning(0, "b", msgType="Cancel", reference1="a"), warning(30, "a")) == []


def test_an_exercise_cancels_nothing() -> None:
    found = told(warning(0, "a"), warning(60, "b", msgType="Cancel", status="Exercise", reference1="a"))
    assert [f.phase.value for f in found] == ["started"]


CITY = City(60.1713, 24.9437, 15.0)


@pytest.mark.parametrize(
    ("line", "touched"),
    [
        (HERE, True),
        ("61.0,24.0 61.0,25.0 62.0,25.0 62.0,24.0", False),
        ("60.3500,24.9400 r 4.000 km", False),  # 19.9 km away
        ("60.3500,24.9400 r 5.000 km", True),
        ("60.1713,24.9437 r 0.000 km", True),
        ("-10,-179 -10,179 -11,179 -11,-179", False),
        ("59.0,24.9437 60.05,24.9437 59.0,24.95", True),  # a tip 13.5 km south
        ("", False),
        ("1,2 3,4", False),
        ("here there where", False),
        ("1e400,2 3,4 5,6", False),
    ],
)
def test_areas(line: str, touched: bool) -> None:
    assert CITY.touched_by(line) is touched


@given(
    st.floats(-40.0, 40.0),
    st.floats(-40.0, 40.0),
    st.floats(1.0, 30.0),
)
def test_a_square_touches_where_its_nearest_point_does(east: float, north: float, half: float) -> None:
    """Squares along the axes: the nearest point is known in closed form."""
    dx, dy = max(0.0, abs(east) - half), max(0.0, abs(north) - half)
    near = (dx * dx + dy * dy) ** 0.5
    if abs(near - CITY.radius_km) < 0.1:
        return  # on the edge, where four decimals of a degree decide
    lat, lon = CITY.lat + north / 111.195, CITY.lon + east / (111.195 * cos(radians(CITY.lat)))
    up, right = half / 111.195, half / (111.195 * cos(radians(CITY.lat)))
    corners = ((-1, -1), (-1, 1), (1, 1), (1, -1))
    line = " ".join(f"{lat + y * up:.5f},{lon + x * right:.5f}" for y, x in corners)
    assert CITY.touched_by(line) is (near < CITY.radius_km)
