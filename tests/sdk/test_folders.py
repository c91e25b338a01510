"""Manifest, parameters, panels and discovery: what is wrong is named with its cure, nothing is imported."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.kernel.errors import Conflict, Invalid
from tocsin.sdk.discover import discover, load, read_folder
from tocsin.sdk.manifest import read_manifest
from tocsin.sdk.params import UNITS, describe, make_params, param, unit_of
from tocsin.sdk.scaffold import TEMPLATE, new_tool
from tocsin.sdk.window import Window, median, slope_per_s, spread


def edit(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new", "field", "words"),
    [
        ('title = "Gauge"', 'titel = "Gauge"', "titel", "unknown field"),
        ('id = "gauge"', 'id = "gage"', "id", "the folder is called 'gauge'"),
        ("contract = 1", "contract = 2", "contract", "port it to contract 1"),
        ('capability = "detect"', 'capability = "guess"', "capability", "guess"),
        ('personal_data = "none"', "", "personal_data", "missing required"),
        ('kind = "gauge.high"', 'kind = "noise.high"', "emits.kind", "write gauge.<word>"),
        ("tick_s = 5.0", "tick_s = 0.3", "time.tick_s", "multiple of 0.25"),
        ("lateness_s = 5.0", "lateness_s = -1.0", "time.lateness_s", "between 0 and 3600"),
        ("observe_ms = 5.0", "observe_ms = 0.0", "budget.observe_ms", "state what it needs"),
        ("readings = 3", "readings = -3", "grace", "0 or more"),
        ("heavy = false", "heavy = maybe", "manifest.toml", "not TOML"),
        ("observe_ms = 5.0", 'observe_ms = "five"', "budget.observe_ms", "float"),
    ],
)
def test_a_wrong_manifest_names_the_field_and_the_cure(
    tmp_path: Path, old: str, new: str, field: str, words: str
) -> None:
    folder = new_tool("gauge", tmp_path)
    edit(folder, "manifest.toml", old, new)
    with pytest.raises(Invalid) as refused:
        read_manifest(folder)
    assert refused.value.field == field
    assert words in str(refused.value)
    found = discover([tmp_path])
    assert [(b.id, str(refused.value) == b.reason) for b in found.broken] == [("gauge", True)]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('renderer = "table"', 'renderer = "hologram"', "hologram"),
        ('type = "NoiseLevelObserved"', 'type = "Weather"', "does not consume"),
        ('kinds = ["gauge.high"]', 'kinds = ["gauge.low"]', "does not emit"),
        ('id = "said"', 'id = "levels"', "two panels of one id"),
        ('unit = "dB"', 'unit = "dB"\nscale = [3.0, 2.0]', "rising"),
        ('unit = "dB"', 'unit = "dB"\nscript = "x"', "script"),
    ],
)
def test_a_wrong_panel_is_refused(tmp_path: Path, old: str, new: str, words: str) -> None:
    folder = new_tool("gauge", tmp_path)
    edit(folder, "panels.toml", old, new)
    with pytest.raises(Invalid, match=words):
        read_folder(folder)


@dataclass(frozen=True, slots=True)
class Params:
    limit_db: float = param(85.0, low=40.0, high=130.0, why="because it is so")
    steps_count: int = param(3, low=1, high=10, why="because it is so")
    robust: bool = param(True, why="because it is so")
    mode: str = param("a", choices=("a", "b"), why="because it is so")


@pytest.mark.parametrize(
    ("overrides", "field"),
    [
        ({"limit_db": 131.0}, "limit_db"),
        ({"limit_db": float("nan")}, "limit_db"),
        ({"limit_db": "loud"}, "limit_db"),
        ({"limit_db": True}, "limit_db"),
        ({"steps_count": 2.5}, "steps_count"),
        ({"robust": 1}, "robust"),
        ({"mode": "c"}, "mode"),
        ({"limit": 1.0}, "limit"),
    ],
)
def test_a_wrong_parameter_names_file_and_field(overrides: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        make_params(Params, overrides, where="tools/x.toml")
    assert refused.value.field == field
    assert "tools/x.toml" in refused.value.message
    assert refused.value.cure


def test_parameters_are_overridden_and_described() -> None:
    params = make_params(Params, {"limit_db": 90, "mode": "b"}, where="x")
    assert (params.limit_db, params.mode, params.robust) == (90.0, "b", True)
    assert isinstance(params.limit_db, float)
    about = describe(params)["limit_db"]
    assert (about["value"], about["default"], about["low"], about["high"], about["unit"]) == (
        90.0,
        85.0,
        40.0,
        130.0,
        "db",
    )


def test_units_are_the_longest_ending() -> None:
    assert unit_of("crush_per_m2") == "per_m2"
    assert unit_of("hold_s") == "s"
    assert unit_of("volume") is None
    assert all(unit_of(f"x_{u}") == u for u in UNITS)


def test_manifests_are_read_without_importing(tmp_path: Path) -> None:
    folder = new_tool("shy_tool", tmp_path)
    (folder / "detector.py").write_text("raise SystemExit('imported!')")
    found = discover([tmp_path])
    assert "shy_tool" in [t.id for t in found.tools]
    assert not any("shy_tool" in name for name in sys.modules)


def test_a_folder_added_is_found_without_reinstalling_and_loads(tmp_path: Path) -> None:
    new_tool("late_comer", tmp_path)
    tool = next(t for t in discover([tmp_path]).tools if t.id == "late_comer")
    detector = load(tool).make(load(tool).params_class())
    assert detector.tick is not None
    assert tool.guide_md.startswith("# Late comer")


def test_two_tools_of_one_id_and_a_missing_directory_are_reported(tmp_path: Path) -> None:
    new_tool("crowd", tmp_path)
    found = discover([tmp_path, tmp_path / "nowhere"])
    assert sorted(b.id for b in found.broken) == ["crowd", "nowhere"]
    assert next(t for t in found.tools if t.id == "crowd").package == "tocsin.tools.crowd"


def test_a_missing_library_is_named(tmp_path: Path) -> None:
    folder = new_tool("needy", tmp_path)
    edit(folder, "manifest.toml", "needs = []", 'needs = ["no_such_library"]')
    with pytest.raises(Invalid, match="no_such_library"):
        load(read_folder(folder))


def test_scaffold_refuses_bad_ids_and_existing_folders(tmp_path: Path) -> None:
    for bad in ("", "A", "x", "1st", "has-dash", "../up", "a" * 33):
        with pytest.raises(Invalid):
            new_tool(bad, tmp_path)
    new_tool("twice", tmp_path)
    with pytest.raises(Conflict):
        new_tool("twice", tmp_path)
    assert TEMPLATE.is_dir()


@given(st.lists(st.tuples(st.integers(0, 300), st.floats(-1e6, 1e6)), max_size=60))
def test_a_window_holds_its_span_and_comes_back_from_its_snapshot(points: list[tuple[int, float]]) -> None:
    from datetime import UTC, datetime

    window, again = Window(30.0, 20), Window(30.0, 20)
    times = sorted(t for t, _ in points)
    for t, (_, v) in zip(times, points, strict=True):
        window.add(datetime.fromtimestamp(t, UTC), v)
        assert len(window) <= 20
        assert all(t - 30 <= at <= t for at, _ in window)
    again.restore(window.snapshot())
    assert list(again) == list(window)
    if times:
        assert window.newest(times[-1] - 10) == [p for p in window if p[0] > times[-1] - 10]


def test_robust_figures() -> None:
    assert median([4, 1, 3, 2]) == 2.5
    assert spread([1.0, 1.0, 1.0, 50.0]) == 0.0
    assert slope_per_s([(t, 3.0 * t + (1000.0 if t == 4 else 0.0)) for t in range(9)]) == 3.0
    empty: Callable[[], float] = lambda: median([])  # noqa: E731
    with pytest.raises(ValueError, match="nothing"):
        empty()
