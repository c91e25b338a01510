"""``tocsin evacuate`` from a file to lines, JSON and a page; and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tocsin.cli import app
from tocsin.kernel.errors import Invalid
from tocsin.sdk.spaces import Projection

KX, KY = Projection(24.94, 60.17).scale


def at(x: float, y: float) -> list[float]:
    return [24.94 + x / KX, 60.17 + y / KY]


def way(key: str, name: str, *line: tuple[float, float]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"role": "exit", "id": key, "name": name, "width_m": 3.0},
        "geometry": {"type": "LineString", "coordinates": [at(*p) for p in line]},
    }


@pytest.fixture
def square(tmp_path: Path) -> Path:
    ring = [at(0, 0), at(50, 0), at(50, 40), at(0, 40), at(0, 0)]
    floor = {
        "type": "Feature",
        "properties": {"role": "walkable"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    ways = [way("e", "<b>East</b>", (50, 10), (50, 13)), way("w", "West", (0, 30), (0, 33))]
    file = tmp_path / "square.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "name": "Square", "features": [floor, *ways]}))
    return file


def ask(*words: object) -> Any:
    return CliRunner().invoke(app, ["evacuate", *map(str, words)])


def test_lines_for_a_planner(square: Path) -> None:
    told = ask(square, "--crowd", 600)
    assert told.exit_code == 0, told.output
    assert "600 people out of Square" in told.output
    assert "Instructions:" in told.output
    assert "Advice, not an order." in told.output


def test_json_of_the_same_answer_with_a_way_shut(square: Path) -> None:
    whole = json.loads(ask(square, "--crowd", 600, "--json").stdout)
    shut = json.loads(ask(square, "--crowd", 600, "--json", "--close", "w").stdout)
    assert shut["plan"]["clearing_s"] > 1.5 * whole["plan"]["clearing_s"]
    assert {e["id"]: e["state"] for e in shut["plan"]["exits"]} == {"e": "open", "w": "shut"}


def test_a_page_that_shows_names_as_text(square: Path, tmp_path: Path) -> None:
    page = tmp_path / "brief.html"
    threat = json.dumps(
        {"kind": "area", "place": {"type": "Point", "coordinates": at(25, 20)}, "radius_m": 4}
    )
    told = ask(square, "--crowd", 300, "--html", page, "--threat", threat)
    assert told.exit_code == 0, told.output
    text = page.read_text("utf-8")
    assert "<svg" in text
    assert "<b>East" not in text
    assert "&lt;b&gt;East" in text


def test_metres_with_an_anchor(tmp_path: Path) -> None:
    file = tmp_path / "room.wkt"
    file.write_text("GEOMETRYCOLLECTION (POLYGON ((0 0, 20 0, 20 10, 0 10, 0 0)), LINESTRING (20 4, 20 6))")
    told = json.loads(ask(file, "--crowd", 50, "--anchor", "24.94,60.17", "--json").stdout)
    assert told["plan"]["people"] == 50
    assert told["plan"]["exits"][0]["id"] == "exit-1"


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (["--crowd", "-3"], "crowd"),
        (["--crowd", "5", "--close", "nord"], "close"),
        (["--crowd", "5", "--threat", "{"], "threat"),
    ],
)
def test_what_is_refused_names_the_field(square: Path, words: list[str], field: str) -> None:
    refused = ask(square, *words).exception
    assert isinstance(refused, Invalid)
    assert refused.field == field
