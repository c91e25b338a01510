"""Draws Railway Square as a public space, ``simulate/space.geojson``, from the demo's cells and exits.

uv run python scripts/build_space.py
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import shapely

ROOT = Path(__file__).parent.parent
PLACES = ROOT / "src/tocsin/simulate/places.toml"
SHAPES = ROOT / "console/public/map/places.geojson"
SPACE = ROOT / "src/tocsin/simulate/space.geojson"
#: neighbouring cells were rounded to 0.1 m each for itself
_SEAM = 3e-6
#: gates that staff open and close; the others cannot be shut
GATES = ("K-02",)


def main() -> None:
    shapes = json.loads(SHAPES.read_text())["features"]
    cells = {
        f["properties"]["entity"].rpartition(":")[2]: shapely.geometry.shape(f["geometry"])
        for f in shapes
        if f["properties"]["kind"] == "cell"
    }
    grown = shapely.union_all([cell.buffer(_SEAM, join_style="mitre") for cell in cells.values()])
    floor = shapely.set_precision(shapely.simplify(grown.buffer(-_SEAM, join_style="mitre"), 2e-6), 1e-6)
    exits = tomllib.loads(PLACES.read_text())["ItemFlowObserved"]["exit"]
    square = tomllib.loads((SPACE.parent / "square.toml").read_text())["cell"]
    features = [_feature({"role": "walkable"}, shapely.geometry.mapping(floor))]
    features += [
        _feature(
            {
                "role": "gate" if way["id"] in GATES else "exit",
                "id": way["id"],
                "name": way["name"],
                "width_m": way["width_m"],
                "leads_to": way["towards"].rpartition("towards ")[2],
            },
            {"type": "Point", "coordinates": [way["lon"], way["lat"]]},
        )
        for way in exits
    ]
    for cell in square:
        parts = shapely.get_parts(cells[cell["id"]].intersection(floor))  # beside its sliver at the seam
        shape = max(parts, key=shapely.area)
        name = cell["name"].removeprefix("Railway Square, ")
        features.append(
            _feature({"role": "zone", "id": cell["id"], "name": name}, shapely.geometry.mapping(shape))
        )
    told = {
        "type": "FeatureCollection",
        "id": "railway-square",
        "name": "Railway Square",
        "attribution": "OpenStreetMap contributors, ODbL",
        "features": features,
    }
    text = json.dumps(told, separators=(",", ":"))
    SPACE.write_text(text.replace('{"type":"Feature",', '\n{"type":"Feature",') + "\n")


def _feature(properties: dict[str, Any], geometry: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": json.loads(json.dumps(geometry))}


if __name__ == "__main__":
    main()
