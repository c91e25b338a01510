"""A space from well-known text in metres of its own plane, as JuPedSim and CAD exports have it.

Polygons are walkable; a LINESTRING is an exit, as wide as it is long.
"""

from __future__ import annotations

import shapely
from shapely import LineString
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from tocsin.kernel.errors import Invalid

from .model import Polygon, Space, Way
from .plane import Plane
from .projection import Projection


def read_wkt(text: str, anchor: tuple[float, float], *, space_id: str, name: str = "") -> Space:
    """``anchor`` is longitude and latitude of the plane's origin.

    Raises ``Invalid`` for what is no well-known text, holds no polygon, or has no place for an anchor.
    """
    projection = Projection(*anchor)
    try:
        geometry = shapely.from_wkt(text)
    except shapely.errors.ShapelyError as error:
        raise Invalid(
            f"not well-known text: {error}", field="wkt", cure="POLYGON ((0 0, 10 0, 10 10, 0 0))"
        ) from None
    walkable: list[Polygon] = []
    ways: list[Way] = []
    for part in _parts(geometry):
        placed = projection.degrees(part, digits=9)
        if part.geom_type == "Polygon":
            rings = (placed.exterior, *placed.interiors)
            walkable.append(tuple(tuple((x, y) for x, y, *_ in ring.coords) for ring in rings))
        elif part.geom_type == "LineString":
            key = f"exit-{len(ways) + 1}"
            ways.append(Way(key, key, tuple((x, y) for x, y, *_ in placed.coords), float(part.length)))
        else:
            raise Invalid(
                "neither polygon nor line", field="wkt", value=part.geom_type, cure="POLYGON or LINESTRING"
            )
    if not walkable:
        raise Invalid("no polygon to walk on", field="wkt", value=text[:60], cure="add a POLYGON")
    return Space(space_id, name or space_id, tuple(walkable), tuple(ways))


def write_wkt(space: Space) -> tuple[str, tuple[float, float]]:
    """What ``read_wkt`` reads as the same floor and ways, and the anchor to read it with; to a millimetre.

    Obstacles are holes of the floor then, and a way out is as long as it is wide. Names, kinds, zones, and
    ways inside stay behind: the form has no place for them.
    """
    plane = Plane(space)
    exits = [_as_long(plane.lines[way.id], way.width_m) for way in space.exits]
    whole = shapely.GeometryCollection([*plane.floor.geoms, *exits])
    projection = plane.projection
    return shapely.to_wkt(whole, rounding_precision=3), (projection.lon, projection.lat)


def _as_long(line: LineString, width_m: float) -> LineString:
    """The middle of the line; all of it where it is shorter."""
    spare = max(0.0, line.length - width_m) / 2
    return substring(line, spare, line.length - spare)


def _parts(geometry: BaseGeometry | None) -> list[BaseGeometry]:
    if geometry is None or geometry.is_empty:
        return []
    inner = getattr(geometry, "geoms", None)
    return [geometry] if inner is None else [p for g in inner for p in _parts(g)]
