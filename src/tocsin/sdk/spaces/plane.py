"""A space in metres, as shapely geometries: what algorithms compute on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import shapely
from shapely import LineString, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from .model import Polygon as Rings
from .model import Space, Way
from .projection import Projection

#: how far a way may lie from the edge, or a zone's cell from the floor, and still be meant to touch it
TOUCH_M = 1.0


@dataclass(frozen=True)
class Plane:
    """``space`` on its own plane; the anchor is the middle of what is walkable.

    Raises ``Invalid`` when the middle is no place on the map. Broken rings are mended as far as it goes
    (``make_valid``); call ``defects`` first to know of them.
    """

    space: Space

    @cached_property
    def projection(self) -> Projection:
        lonlat = [p for polygon in self.space.walkable for p in polygon[0]]
        lons, lats = [p[0] for p in lonlat] or [0.0], [p[1] for p in lonlat] or [0.0]
        return Projection((min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2)

    @cached_property
    def floor(self) -> MultiPolygon:
        """Walkable less obstacles."""
        ground = unary_union([self.polygon(p) for p in self.space.walkable])
        return areas(ground.difference(unary_union([self.polygon(p) for p in self.space.obstacles])))

    @cached_property
    def lines(self) -> dict[str, LineString]:
        """Every way's line across, by its id; of a way given by its middle, the nearest piece of edge."""
        return {way.id: self.line(way) for way in self.space.ways}

    @cached_property
    def zones(self) -> dict[str, MultiPolygon]:
        """The walkable part of each zone, by its id."""
        return {z.id: areas(self.polygon(z.polygon).intersection(self.floor)) for z in self.space.zones}

    def polygon(self, rings: Rings) -> BaseGeometry:
        made = self.projection.metres(Polygon(rings[0], rings[1:]))
        return made if made.is_valid else shapely.make_valid(made)

    def line(self, way: Way) -> LineString:
        if len(way.line) > 1:
            return self.projection.metres(LineString(way.line))
        middle = self.projection.metres(Point(way.line[0]))
        edge = self.floor.boundary
        near = edge.interpolate(edge.project(middle)) if edge.geom_type == "LineString" else None
        if near is None:
            part = min(edge.geoms, key=middle.distance)
            near, edge = part.interpolate(part.project(middle)), part
        along = edge.project(near)
        half = max(way.width_m, 0.1) / 2
        a, b = edge.interpolate(max(0.0, along - half)), edge.interpolate(min(edge.length, along + half))
        return LineString([a, b] if a.distance(b) > 0 else [near, (near.x + 0.01, near.y)])


def areas(geometry: BaseGeometry) -> MultiPolygon:
    """The polygons of a geometry, without the lines and points that cutting leaves."""
    if geometry.geom_type == "Polygon":
        return MultiPolygon([] if geometry.is_empty else [geometry])
    parts = [p for g in getattr(geometry, "geoms", ()) for p in areas(g).geoms]
    return MultiPolygon(parts)
