"""Tiles of the made-up town: what is drawn where, and what is refused."""

from __future__ import annotations

import gzip
from pathlib import Path

import mapbox_vector_tile
import pytest
from pmtiles.reader import MemorySource, Reader
from typer.testing import CliRunner

from tocsin.cli import app
from tocsin.kernel.errors import Invalid
from tocsin.maps.build import Plan, build, read_plan
from tocsin.maps.layers import mercator
from tocsin.maps.tiles import tile_box

from .test_spaces import town

BOX = (24.998, 59.999, 25.002, 60.001)


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    path = tmp_path / "town.osm"
    path.write_text(town())
    return path


def test_the_square_the_building_and_the_streets_are_drawn(extract: Path, tmp_path: Path) -> None:
    names = tmp_path / "names.toml"
    names.write_text('title = "Testville"\nfile = "town.pmtiles"\n[said]\n"East Street" = "Oststrasse"\n')
    box = ",".join(map(str, BOX))
    run = CliRunner().invoke(
        app,
        ["map", "build", str(extract), "--out", str(tmp_path / "map"), "--names", str(names), "--box", box],
    )
    assert run.exit_code == 0, run.output
    reader = Reader(MemorySource((tmp_path / "map" / "town.pmtiles").read_bytes()))
    assert "OpenStreetMap" in reader.metadata()["attribution"]
    x0, y0 = mercator(25.0, 60.0)
    side = tile_box(0, 0, 0)[2] * 2 / 2**16
    x, y = int((x0 + side * 2**15) / side), int((side * 2**15 - y0) / side)
    found = mapbox_vector_tile.decode(gzip.decompress(reader.get(16, x, y)))
    assert {"square", "building", "street"} <= set(found)
    kinds = {f["properties"]["kind"] for f in found["street"]["features"]}
    assert {"minor", "foot"} <= kinds
    notice = (tmp_path / "map" / "ATTRIBUTION.txt").read_text()
    assert "Testville" in notice
    assert "ODbL" in notice


def test_without_a_box_all_that_the_extract_holds_is_drawn(extract: Path, tmp_path: Path) -> None:
    made = build(extract, tmp_path / "map", Plan())
    assert made.tiles > 6
    assert made.features["building"] == 1
    assert made.features["square"] == 1


@pytest.mark.parametrize(
    "text", ["title = 3", "colour = 'red'", "file = '../x.pmtiles'", "file = 'x'", "= ="]
)
def test_a_wrong_file_of_names_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "names.toml"
    path.write_text(text)
    with pytest.raises(Invalid):
        read_plan(path)


def test_a_country_is_refused(extract: Path, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="too wide"):
        build(extract, tmp_path, Plan(), (20.0, 59.0, 30.0, 70.0))


def test_an_empty_extract_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.osm"
    path.write_text('<osm version="0.6"></osm>')
    with pytest.raises(Invalid):
        build(path, tmp_path, Plan())
