"""Layers to vector tiles (Mapbox Vector Tile 2) in one PMTiles 3 file, zooms 12 to 17, drawn larger above."""

from __future__ import annotations

import gzip
import math
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient
from shapely.strtree import STRtree

from tocsin.kernel.errors import Misconfigured

from . import ATTRIBUTION
from .layers import MIN_ZOOM, Bounds, Feature, Layer, is_area, mercator, to_mercator

MAX_ZOOM = 17
EXTENT = 4096
BUFFER = 80  # tile units kept beyond a tile's edge, so that line ends and outlines do not show at the seams
WORLD_M = 2 * math.pi * 6378137.0


def tile_box(z: int, x: int, y: int) -> tuple[float, float, float, float]:
    side = WORLD_M / 2**z
    west, north = -WORLD_M / 2 + x * side, WORLD_M / 2 - y * side
    return west, north - side, west + side, north


def tiles_of(z: int, bounds: Bounds) -> list[tuple[int, int]]:
    side = WORLD_M / 2**z
    west, south = mercator(bounds[0], bounds[1])
    east, north = mercator(bounds[2], bounds[3])
    xs = range(int((west + WORLD_M / 2) // side), int((east + WORLD_M / 2) // side) + 1)
    ys = range(int((WORLD_M / 2 - north) // side), int((WORLD_M / 2 - south) // side) + 1)
    return [(x, y) for x in xs for y in ys]


def simplified(feature: Feature, z: int) -> BaseGeometry:
    """Fine at the last zoom (0.15 m), half a screen pixel below it."""
    unit = WORLD_M / 2**z / EXTENT
    return feature.geometry.simplify(2 * unit if z == MAX_ZOOM else 4 * unit, preserve_topology=True)


def encode_zoom(layers: dict[str, Layer], z: int, bounds: Bounds) -> dict[tuple[int, int], bytes]:
    import mapbox_vector_tile

    ready: dict[str, tuple[list[BaseGeometry], list[Feature], STRtree]] = {}
    pixel = WORLD_M / 2**z / 512
    frame = to_mercator(box(*bounds))
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
    for x, y in tiles_of(z, bounds):
        tile = tile_box(z, x, y)
        margin = (tile[2] - tile[0]) * BUFFER / EXTENT
        reach = box(tile[0] - margin, tile[1] - margin, tile[2] + margin, tile[3] + margin)
        content: list[dict[str, Any]] = []
        for name, (geometries, kept, tree) in ready.items():
            drawn = []
            for index in sorted(tree.query(reach)):
                clipped = geometries[index].intersection(reach)
                drawn += [
                    {"geometry": _on_grid(part, tile), "properties": kept[index].properties}
                    for part in parts_like(clipped, geometries[index])
                ]
            if drawn:
                content.append({"name": name, "features": drawn})
        if content:
            pbf = mapbox_vector_tile.encode(content, default_options={"extents": EXTENT})
            out[x, y] = gzip.compress(pbf, 9, mtime=0)
    return out


def _on_grid(part: BaseGeometry, tile: tuple[float, float, float, float]) -> BaseGeometry:
    """In tile units, y upwards from the tile's lower left corner."""
    west, south, east, north = tile
    scale = EXTENT / (east - west), EXTENT / (north - south)
    return shapely.transform(part, lambda c: np.round((c - (west, south)) * scale))


def parts_like(clipped: BaseGeometry, whole: BaseGeometry) -> list[BaseGeometry]:
    """The parts of a clipped geometry that are of the same dimension (a clip may leave stray points)."""
    wanted = whole.geom_type.removeprefix("Multi")
    parts = getattr(clipped, "geoms", [clipped])
    return [
        orient(part) if wanted == "Polygon" else part
        for part in parts
        if part.geom_type == wanted and not part.is_empty
    ]


def write(layers: dict[str, Layer], target: Path, bounds: Bounds, title: str) -> int:
    """Writes the PMTiles file; answers the number of tiles.

    Raises ``Misconfigured`` without ``tocsin[map]``.
    """
    try:
        from pmtiles.tile import Compression, TileType, zxy_to_tileid
        from pmtiles.writer import Writer
    except ImportError:
        raise Misconfigured("writing map tiles needs pmtiles", cure="pip install 'tocsin[map]'") from None
    west, south, east, north = bounds
    centre = ((west + east) / 2, (south + north) / 2, 15)
    header = {
        "tile_type": TileType.MVT, "tile_compression": Compression.GZIP,
        "min_lon_e7": int(west * 1e7), "min_lat_e7": int(south * 1e7),
        "max_lon_e7": int(east * 1e7), "max_lat_e7": int(north * 1e7),
        "center_lon_e7": int(centre[0] * 1e7), "center_lat_e7": int(centre[1] * 1e7),
        "center_zoom": centre[2],
    }  # fmt: skip
    metadata = {
        "name": title,
        "attribution": f"{ATTRIBUTION}, ODbL",
        "bounds": bounds,
        "center": centre,
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
            if layer.features
        ],
    }
    tiles = {
        zxy_to_tileid(z, x, y): data
        for z in range(MIN_ZOOM, MAX_ZOOM + 1)
        for (x, y), data in encode_zoom(layers, z, bounds).items()
    }
    with target.open("wb") as stream:
        writer = Writer(stream)
        for tile_id in sorted(tiles):
            writer.write_tile(tile_id, tiles[tile_id])
        writer.finalize(header, metadata)
    return len(tiles)


NOTICE = """\
{file} holds map data of {title}.

(c) OpenStreetMap contributors. The data is made available under the Open Database License (ODbL) 1.0:
https://opendatacommons.org/licenses/odbl/1-0/ . Rights in individual contents of the database are licensed
under the Database Contents License: https://opendatacommons.org/licenses/dbcl/1-0/ .
See https://www.openstreetmap.org/copyright .

It is a derivative database of the extract {extract}, sorted into layers, simplified and cut into vector tiles
by "tocsin map build". It is under the ODbL, the software that shows it under the Apache License 2.0. Whoever
passes it on keeps this notice; whoever shows the map shows "(c) OpenStreetMap contributors, ODbL" on it.
"""
