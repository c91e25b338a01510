"""Behaviour beyond the laws, which are tried on every tool found."""

from __future__ import annotations

from pathlib import Path

import pytest

from tocsin.kernel.events import Finding, Observation
from tocsin.sdk.checks_case import Case
from tocsin.sdk.discover import read_folder
from tocsin.sdk.testing import clock, reading, run, stream


def told(*reports: Observation, for_s: float = 60.0) -> list[Finding]:
    case = Case(read_folder(Path(__file__).parents[1]))
    log = stream(reports)
    return list(run(case.detector(), case.manifest, [*log, *clock(log, for_s=for_s)]))


def report(second: float, status: str, name: str = "C-101") -> Observation:
    return reading(
        name, "Camera", second, {"status": status, "name": f"Camera {name[2:]}"}, lon=24.9, lat=60.1
    )


@pytest.mark.parametrize(
    ("status", "kind"), [("dark", "camera.dark"), ("off", "camera.dark"), ("moved", "camera.moved")]
)
def test_each_outage_has_its_kind_and_ends(status: str, kind: str) -> None:
    said = told(report(0, "on"), report(30, status), report(60, status), report(90, "on"))
    assert [(f.kind, f.phase.value) for f in said] == [(kind, "started"), (kind, "ended")]
    assert "Camera 101" in said[0].headline
    assert said[0].evidence[0].entity.endswith("C-101")


def test_a_restart_is_not_told() -> None:
    assert told(report(0, "on"), report(30, "off"), report(45, "on"), report(75, "on")) == []


def test_from_dark_to_covered_is_two_matters() -> None:
    said = told(*(report(s, "dark") for s in (0, 30, 60)), *(report(s, "obscured") for s in (90, 120)))
    assert [(f.kind, f.phase.value) for f in said] == [
        ("camera.dark", "started"),
        ("camera.dark", "ended"),
        ("camera.obscured", "started"),
    ]


def test_a_dark_one_that_falls_silent_stays_one_matter() -> None:
    said = told(*(report(s, "dark") for s in (0, 30, 60)), for_s=600.0)
    assert [(f.kind, f.phase.value) for f in said] == [("camera.dark", "started")]


def test_silence_is_told_and_ends_with_a_report() -> None:
    said = told(report(0, "on"), report(30, "on"), report(400, "on"), report(430, "on"))
    assert [(f.kind, f.phase.value) for f in said] == [
        ("camera.silent", "started"),
        ("camera.silent", "ended"),
    ]
