"""A square of a made-up town, and squares of real extracts where these lie beside the checkout."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tocsin.cli import app
from tocsin.kernel.errors import Invalid
from tocsin.maps.extract import things
from tocsin.maps.spaces import Region, make_space, to_geojson
from tocsin.sdk.spaces import Plane, defects, read_geojson

OSM = Path(__file__).parents[3] / "shared" / "data" / "geometry" / "osm"

#: nodes in metres east and north of 25 E 60 N: a square of 60 m with a building of 20 m in it, a street of
#: tagged width to the east, a footway to the north, steps to the west; nobody walks on the motorway and the
#: private way
NODES = {
    1: (-30, -30), 2: (30, -30), 3: (30, 30), 4: (-30, 30), 5: (-10, -10), 6: (10, -10), 7: (10, 10),
    8: (-10, 10), 10: (30, 0), 11: (120, 0), 12: (0, 30), 13: (0, 120), 14: (-30, 0), 15: (-120, 0),
    16: (-200, -20), 17: (200, -20), 18: (0, -30), 19: (0, -120),
}  # fmt: skip
WAYS = {
    100: ([1, 2, 3, 4, 1], {"highway": "pedestrian", "area": "yes", "name": "Old Square"}),
    101: ([5, 6, 7, 8, 5], {"building": "yes"}),
    102: ([10, 11], {"highway": "residential", "name": "East Street", "width": "5 m"}),
    103: ([12, 13], {"highway": "footway"}),
    104: ([14, 15], {"highway": "steps", "name": "West Steps"}),
    105: ([16, 17], {"highway": "motorway"}),
    106: ([18, 19], {"highway": "footway", "access": "private"}),
}


def town() -> str:
    lines = ['<osm version="0.6" generator="test">']
    for key, (east, north) in NODES.items():
        lines.append(
            f'<node id="{key}" version="1" lon="{25 + east / 55_800:.7f}" lat="{60 + north / 111_412:.7f}"/>'
        )
    for key, (nodes, tags) in WAYS.items():
        lines.append(f'<way id="{key}" version="1">')
        lines += [f'<nd ref="{n}"/>' for n in nodes] + [f'<tag k="{k}" v="{v}"/>' for k, v in tags.items()]
        lines.append("</way>")
    return "".join([*lines, "</osm>"])


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    path = tmp_path / "town.osm"
    path.write_text(town())
    return path


def test_a_square_with_its_building_and_ways_out(extract: Path) -> None:
    space = make_space(things(extract), Region.around(25.0, 60.0, 80.0), space_id="old")
    assert space.name == "Old Square"
    assert defects(space) == ()
    # the square less the building, and 50 m of each way beyond it
    expected = 60 * 60 - 20 * 20 + 50 * (5 + 2.5 + 2.5)
    assert Plane(space).floor.area == pytest.approx(expected, rel=0.02)
    assert len(space.obstacles) == 1
    ways = {way.name: way for way in space.exits}
    assert len(ways) == 3  # neither the motorway nor the private way
    assert ways["East Street"].width_m == pytest.approx(5.0, abs=0.5)
    assert "width=5 m" in ways["East Street"].width_source
    assert ways["West Steps"].kind == "stairs"
    assert not ways["West Steps"].accessible
    assert "assumed: 2.5 m for highway=steps" in ways["West Steps"].width_source


def test_a_square_cut_by_the_edge_is_open_there(extract: Path) -> None:
    space = make_space(things(extract), Region.within(24.9998, 59.9999, 25.0010, 60.0001), space_id="strip")
    west = [way for way in space.exits if way.width_source == "opening on the map"]
    assert west
    assert all(way.width_m > 3 for way in west)


def test_what_is_written_is_read_again_and_names_its_source(extract: Path, tmp_path: Path) -> None:
    packed = tmp_path / "town.osm.gz"
    packed.write_bytes(gzip.compress(extract.read_bytes()))
    out = tmp_path / "square.geojson"
    run = CliRunner().invoke(
        app, ["map", "spaces", str(packed), "--at", "25,60", "--radius", "80", "--out", str(out)]
    )
    assert run.exit_code == 0, run.output
    told = json.loads(out.read_text())
    assert "OpenStreetMap" in told["attribution"]
    assert "odbl" in told["license"]
    space = make_space(things(extract), Region.around(25.0, 60.0, 80.0), space_id="square")
    assert read_geojson(told) == space
    assert to_geojson(space) == told


@pytest.mark.parametrize(
    ("lon", "lat", "radius_m"),
    [(25.5, 60.0, 80.0), (25.0, 60.0, 1.0), (25.0, 60.0, float("nan")), (200.0, 60.0, 80.0)],
)
def test_where_there_is_nothing_it_says_so(extract: Path, lon: float, lat: float, radius_m: float) -> None:
    with pytest.raises(Invalid) as told:
        make_space(things(extract), Region.around(lon, lat, radius_m), space_id="x")
    assert told.value.cure


@pytest.mark.parametrize("content", [b"", b"not a map", b"\x00\x00\x00\x0d\x0a\x09OSMHeader"])
def test_what_is_no_extract_is_refused(tmp_path: Path, content: bytes) -> None:
    for name in ("x.osm.pbf", "x.osm", "x.txt"):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(Invalid):
            list(things(path))
    with pytest.raises(Invalid):
        list(things(tmp_path / "none.osm"))


@pytest.mark.skipif(not OSM.exists(), reason="no extracts beside the checkout")
@pytest.mark.parametrize(
    ("file", "at", "radius_m", "name", "least_m2"),
    [
        ("Helsinki.osm.pbf", (24.94411, 60.17122), 90.0, "Rautatientori", 9000),
        ("Helsinki.osm.pbf", (24.95227, 60.16950), 75.0, "Senaatintori", 6000),
        ("Helsinki.osm.pbf", (24.94903, 60.16520), 80.0, "Kasarmitori", 5000),
        ("monaco.osm.gz", (7.41951, 43.73261), 60.0, "Place d'Armes", 1500),
        ("monaco.osm.gz", (7.42108, 43.73102), 80.0, "Place du Palais", 3000),
    ],
)
def test_real_squares(
    file: str, at: tuple[float, float], radius_m: float, name: str, least_m2: float
) -> None:
    space = make_space(things(OSM / file), Region.around(*at, radius_m), space_id="s")
    assert space.name == name
    assert [d for d in defects(space) if d.grave] == []
    assert Plane(space).floor.area > least_m2
    assert len(space.exits) >= 4
    assert all(way.width_source for way in space.exits)
