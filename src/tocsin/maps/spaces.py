"""A public space out of a map: what people can walk on around a place, what bars it, and the ways out of it.

Walkable are pedestrian areas and squares, and ways as wide as they are; buildings, walls and water are taken
off. Of that the part that hangs together around the place is kept. Wherever it goes on beyond the edge of
what was asked for is a way out: as wide as the opening, or as the way that leads through it where that is
less.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import atan2, pi
from typing import Any, cast

import shapely
from shapely.geometry import LineString, MultiPolygon, Point, box
from shapely.geometry.base import BaseGeometry
from shapely.ops import linemerge, substring, unary_union

from tocsin.kernel.errors import Invalid
from tocsin.sdk.spaces import Polygon, Projection, Space, Way, areas, write_geojson

from . import ATTRIBUTION, LICENCE
from .extract import Thing
from .walking import Width, is_open_area, obstacle_m, way_width

#: an opening narrower than that lets nobody through
LEAST_WIDTH_M = 0.7
#: corners finer than that are drawing, not building; holes smaller than that are lamp posts
FINE_M, SPECK_M2 = 0.2, 1.0
MOST_RADIUS_M = 2000.0
#: an exit is asked of the map by the ways that pass this near
_NEAR_M = 0.5


@dataclass(frozen=True, slots=True)
class Region:
    """What is asked for, WGS 84: around a place, or a box (west, south, east, north)."""

    at: tuple[float, float]
    radius_m: float = 0.0
    box: tuple[float, float, float, float] | None = None

    @classmethod
    def around(cls, lon: float, lat: float, radius_m: float) -> Region:
        """Raises ``Invalid``."""
        if not 5.0 <= radius_m <= MOST_RADIUS_M:  # NaN fails here too
            raise Invalid(
                "no radius for a space", field="radius", value=radius_m, cure=f"5 to {MOST_RADIUS_M:g} metres"
            )
        Projection(lon, lat)
        return cls((lon, lat), radius_m)

    @classmethod
    def within(cls, west: float, south: float, east: float, north: float) -> Region:
        """Raises ``Invalid``."""
        if not (-180.0 <= west < east <= 180.0 and -89.0 <= south < north <= 89.0):
            raise Invalid(
                "no box", field="box", value=f"{west},{south},{east},{north}", cure="west,south,east,north"
            )
        return cls(((west + east) / 2, (south + north) / 2), 0.0, (west, south, east, north))

    def shape(self, plane: Projection) -> BaseGeometry:
        """On the plane, metres."""
        if self.box is None:
            return plane.metres(Point(self.at)).buffer(self.radius_m, quad_segs=16)
        return plane.metres(box(*self.box))


@dataclass(frozen=True, slots=True)
class _Lane:
    """A walkable way on the plane."""

    thing: Thing
    line: LineString
    width: Width


def make_space(found: Iterable[Thing], region: Region, *, space_id: str, name: str = "") -> Space:
    """The space of ``region``. Raises ``Invalid`` where nothing there can be walked on."""
    plane = Projection(*region.at)
    shape = region.shape(plane)
    wide = shape.buffer(30.0)
    ground: list[BaseGeometry] = []
    barriers: list[BaseGeometry] = []
    lanes: list[_Lane] = []
    titles: list[tuple[str, BaseGeometry]] = []
    for thing in found:
        geometry = plane.metres(thing.geometry)
        if not geometry.intersects(wide):
            continue
        width, half = way_width(thing), obstacle_m(thing)
        if is_open_area(thing):
            ground.append(geometry)
            if thing.tag("name"):
                titles.append((thing.tag("name"), geometry))
        elif width is not None and geometry.geom_type == "LineString":
            lanes.append(_Lane(thing, geometry, width))
            ground.append(geometry.buffer(width.metres / 2, quad_segs=4))
        elif half is not None:
            barriers.append(geometry if thing.is_area else geometry.buffer(half, cap_style="flat"))
    floor = areas(unary_union(ground).difference(unary_union(barriers)).intersection(shape))
    middle = plane.metres(Point(region.at))
    floor = _around(floor, middle)
    if floor.is_empty:
        raise Invalid(
            "nothing to walk on there",
            field="at",
            value=f"{region.at[0]},{region.at[1]}",
            cure="a place on a square or way of the extract, longitude first",
        )
    footprints = areas(unary_union(barriers).intersection(shape))
    near = areas(footprints.simplify(FINE_M).buffer(0)).geoms
    near = [p for p in near if p.distance(floor) < 1.0 and p.area >= SPECK_M2]
    return Space(
        id=space_id,
        name=name or _title(titles, middle) or space_id,
        walkable=tuple(_rings(p) for q in floor.geoms for p in areas(_valid(plane.degrees(q))).geoms),
        ways=tuple(_exits(floor, shape, lanes, plane)),
        obstacles=tuple(_rings(p) for q in near for p in areas(_valid(plane.degrees(q))).geoms),
    )


def to_geojson(space: Space) -> dict[str, Any]:
    """``write_geojson`` with the attribution that the licence asks for."""
    told = write_geojson(space)
    return {**told, "attribution": ATTRIBUTION, "license": LICENCE}


def _around(floor: MultiPolygon, middle: Point) -> MultiPolygon:
    """The part that holds the middle, or is nearest to it, cleaned of specks."""
    if floor.is_empty:
        return floor
    part = min(floor.geoms, key=lambda p: (p.distance(middle), -p.area))
    fine = part.simplify(FINE_M)
    kept = [ring for ring in fine.interiors if shapely.Polygon(ring).area >= SPECK_M2]
    whole = shapely.Polygon(fine.exterior, kept)
    return areas(whole if whole.is_valid else shapely.make_valid(whole))


def _exits(
    floor: MultiPolygon, shape: BaseGeometry, lanes: Sequence[_Lane], plane: Projection
) -> Iterable[Way]:
    """Ways out where the floor touches the edge of what was asked for, clockwise from the north."""
    touching = floor.boundary.intersection(shape.boundary.buffer(FINE_M))
    lines = [g for g in getattr(touching, "geoms", [touching]) if g.geom_type == "LineString"]
    merged = linemerge(lines) if len(lines) > 1 else (lines[0] if lines else LineString())
    # the ends turn off along the walls by as much as the edge was widened
    ends = 1.5 * FINE_M
    openings = [
        substring(g, ends, g.length - ends)
        for g in getattr(merged, "geoms", [merged])
        if g.length >= LEAST_WIDTH_M + 2 * ends
    ]
    centre = shape.centroid
    for n, opening in enumerate(sorted(openings, key=lambda g: _bearing(centre, g)), 1):
        through = [x for x in lanes if x.line.distance(opening) <= _NEAR_M]
        across = LineString([opening.coords[0], opening.coords[-1]]).length
        span = max(across, LEAST_WIDTH_M) if across > 0.5 * opening.length else opening.length
        wide = sum(x.width.metres for x in through)
        if through and wide < span:
            width, source = wide, "; ".join(sorted({x.width.source for x in through}))
        elif through and len(through) == 1 and span < wide:
            width, source = span, f"opening between buildings; {through[0].width.source}"
        else:
            width, source = span, "opening on the map"
        named = sorted({x.thing.tag("name") for x in through if x.thing.tag("name")})
        steps = bool(through) and all(x.thing.tag("highway") == "steps" for x in through)
        called = " and ".join(named[:2]) or _nearest_name(opening, lanes)
        yield Way(
            id=f"exit-{n}",
            name=called or f"Exit {n}",
            line=tuple(_positions(plane.degrees(opening))),
            width_m=round(width, 2),
            kind="stairs" if steps else "exit",
            leads_to=called,
            accessible=not steps,
            width_source=source,
        )


def _nearest_name(opening: LineString, lanes: Sequence[_Lane]) -> str:
    near = [x for x in lanes if x.thing.tag("name") and x.line.distance(opening) < 25.0]
    return min(near, key=lambda x: (x.line.distance(opening), x.thing.id)).thing.tag("name") if near else ""


def _bearing(centre: Point, line: LineString) -> float:
    middle = line.interpolate(0.5, normalized=True)
    return atan2(middle.x - centre.x, middle.y - centre.y) % (2 * pi)


def _title(titles: Sequence[tuple[str, BaseGeometry]], middle: Point) -> str:
    return min(titles, key=lambda t: (t[1].distance(middle), t[1].area))[0] if titles else ""


def _valid(polygon: shapely.Polygon) -> BaseGeometry:
    """Rounding to the map's digits may let an edge touch itself."""
    return polygon if polygon.is_valid else shapely.make_valid(polygon)


def _rings(polygon: shapely.Polygon) -> Polygon:
    return tuple(tuple(_positions(ring)) for ring in (polygon.exterior, *polygon.interiors))


def _positions(line: LineString) -> list[tuple[float, float]]:
    return [cast("tuple[float, float]", (x, y)) for x, y in line.coords]
