"""Cuts Railway Square into the demo city's cells.

Reads the square's outline from an OpenStreetMap extract of central Helsinki and the exits and cameras from
``simulate/places.toml``; writes ``simulate/square.toml`` (cells, the open width between neighbours, the
cell of every exit) and ``console/public/map/places.geojson`` (shapes: a cell, gate or view by its entity).

    uv run --extra map python scripts/build_square.py Helsinki.osm.pbf
"""

from __future__ import annotations

import argparse
import json
import math
import tomllib
from pathlib import Path
from typing import Any

from shapely import affinity
from shapely.geometry import LineString, Point, Polygon, box, mapping
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from tocsin.maps.extract import things

ROOT = Path(__file__).parent.parent
PLACES = ROOT / "src/tocsin/simulate/places.toml"
SQUARE = ROOT / "src/tocsin/simulate/square.toml"
SHAPES = ROOT / "console/public/map/places.geojson"
RAILWAY_SQUARE = 2919118  # OSM relation
LON0, LAT0 = 24.94411, 60.17122
M_PER_LAT = 111_412.0  # at 60 degrees north
M_PER_LON = 55_501.0
TILT = -2.7  # degrees: turns the square's long side to the north
NAMES = {
    "A1": "north-west", "A2": "north side west", "A3": "north side east", "A4": "north-east",
    "B1": "west side north", "B2": "centre north-west", "B3": "centre north-east", "B4": "east side north",
    "C1": "west side south", "C2": "centre south-west", "C3": "centre south-east", "C4": "east side south",
    "D1": "south-west", "D2": "south side west", "D3": "south side east", "D4": "south-east",
}  # fmt: skip


def to_metres(lon: float, lat: float) -> tuple[float, float]:
    return (lon - LON0) * M_PER_LON, (lat - LAT0) * M_PER_LAT


def to_degrees(geometry: BaseGeometry) -> dict[str, Any]:
    """GeoJSON geometry, in degrees to about 0.1 m."""
    moved = affinity.affine_transform(geometry, [1 / M_PER_LON, 0, 0, 1 / M_PER_LAT, LON0, LAT0])
    shape: dict[str, Any] = json.loads(json.dumps(mapping(moved)), parse_float=lambda x: round(float(x), 6))
    return shape


def outline(extract: Path) -> Polygon:
    square = next(t.geometry for t in things(extract) if t.kind == "relation" and t.id == RAILWAY_SQUARE)
    rings = [[to_metres(*point) for point in ring.coords] for ring in (square.exterior, *square.interiors)]
    return Polygon(rings[0], rings[1:])


def cut(square: Polygon) -> dict[str, BaseGeometry]:
    upright = affinity.rotate(square, TILT, origin=(0, 0))
    west, south, east, north = upright.bounds
    width, height = (east - west) / 4, (north - south) / 4
    cells = {}
    for row, letter in enumerate("ABCD"):
        for column in range(4):
            frame = box(
                west + column * width,
                north - (row + 1) * height,
                west + (column + 1) * width,
                north - row * height,
            )
            cells[f"{letter}{column + 1}"] = affinity.rotate(
                upright.intersection(frame), -TILT, origin=(0, 0)
            )
    return cells


def links(cells: dict[str, BaseGeometry]) -> list[tuple[str, str, float]]:
    """Neighbours and the open width between them in metres."""
    found = []
    names = sorted(cells)
    for index, one in enumerate(names):
        for other in names[index + 1 :]:
            # a hair wider than the rounding of the rotation, so that touching cells do touch
            shared = cells[one].buffer(0.01).intersection(cells[other].buffer(0.01)).area / 0.02
            if shared > 2.0:
                found.append((one, other, round(shared, 1)))
    return found


def gate(square: Polygon, point: Point, width_m: float) -> BaseGeometry:
    ring = LineString(square.exterior.coords)
    middle = ring.project(point)
    return substring(ring, max(0.0, middle - width_m / 2), min(ring.length, middle + width_m / 2))


def view(camera: dict[str, Any], reach_m: float = 33.0) -> Polygon:
    x, y = to_metres(camera["lon"], camera["lat"])
    edge = [math.radians(camera["bearing"] + camera["view"] * (step / 8 - 0.5)) for step in range(9)]
    return Polygon([(x, y), *((x + reach_m * math.sin(a), y + reach_m * math.cos(a)) for a in edge)])


def main() -> None:
    places = tomllib.loads(PLACES.read_text(encoding="utf-8"))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("extract", type=Path, help="OpenStreetMap extract that holds Railway Square")
    square = outline(parser.parse_args().extract)
    cells = cut(square)
    lines = ["# Made by scripts/build_square.py from OpenStreetMap (ODbL) and places.toml: do not edit.", ""]
    shapes: list[dict[str, Any]] = []

    def shape(kind: str, entity: str, geometry: BaseGeometry) -> None:
        properties = {"kind": kind, "entity": f"urn:ngsi-ld:{entity}"}
        shapes.append({"type": "Feature", "properties": properties, "geometry": to_degrees(geometry)})

    for name, cell in cells.items():
        lon, lat = to_degrees(cell.representative_point() if name == "A2" else cell.centroid)["coordinates"]
        lines += [
            "[[cell]]", f'id = "SQ-{name}"', f'name = "Railway Square, {NAMES[name]}"', f"lon = {lon}",
            f"lat = {lat}", f"area_m2 = {cell.area:.0f}", "",
        ]  # fmt: skip
        shape("cell", f"CrowdFlowObserved:SQ-{name}", cell)
    for one, other, width in links(cells):
        lines += ["[[link]]", f'cells = ["SQ-{one}", "SQ-{other}"]', f"width_m = {width}", ""]
    for way_out in places["ItemFlowObserved"]["exit"]:
        point = Point(to_metres(way_out["lon"], way_out["lat"]))
        nearest = min(cells, key=lambda name: cells[name].distance(point))
        lines += ["[[way_out]]", f'exit = "{way_out["id"]}"', f'cell = "SQ-{nearest}"', ""]
        shape("gate", f"ItemFlowObserved:{way_out['id']}", gate(square, point, way_out["width_m"]))
    for camera in places["Camera"]["camera"]:
        shape("view", f"Camera:{camera['id']}", view(camera))
    SQUARE.write_text("\n".join(lines), encoding="utf-8")
    collection = {"type": "FeatureCollection", "features": shapes}
    SHAPES.write_text(json.dumps(collection, separators=(",", ":")) + "\n", encoding="utf-8")
    print(json.dumps({"cells": len(cells), "area_m2": round(square.area), "shapes": len(shapes)}))


if __name__ == "__main__":
    main()
