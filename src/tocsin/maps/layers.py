"""What of an extract is drawn on the console's map: things sorted into layers, in Web Mercator metres.

Layers: ``water, green, square, building, platform, street, rail, tram, label_street, label_place``. One
metre in them is ``cos(latitude)`` metres on the ground.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely.geometry import LineString, MultiLineString, Point, box
from shapely.geometry.base import BaseGeometry
from shapely.ops import linemerge, nearest_points, polygonize, unary_union

from .extract import Thing

MIN_ZOOM = 12
#: west, south, east, north in degrees
Bounds = tuple[float, float, float, float]

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
LANDMARKS = {"museum", "theatre", "university", "library", "place_of_worship", "townhall"}


@dataclass(frozen=True)
class Names:
    """What places are called on the map where it is not their ``name:en`` or ``name``; ``main`` is the
    OSM id of the square that the city is shown by, 0 for none."""

    said: dict[str, str] = field(default_factory=dict)
    main: int = 0

    def of(self, thing: Thing) -> str:
        name = thing.tag("name")
        return self.said.get(name) or thing.tag("name:en") or name


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


def is_area(geometry: BaseGeometry) -> bool:
    return geometry.geom_type in {"Polygon", "MultiPolygon"}


def sea(coast: list[LineString], frame: BaseGeometry) -> list[BaseGeometry]:
    """Sea polygons within ``frame`` from OSM coastlines (land on the left hand).

    Extracts cut the coast a few metres before their edge: an end within the frame is led to the nearest edge.
    """
    edge = frame.boundary
    merged = linemerge(coast) if len(coast) > 1 else MultiLineString(coast)
    led = []
    for line in getattr(merged, "geoms", [merged]):
        points = list(line.coords)
        if not line.is_ring:
            for end, at in ((points[0], 0), (points[-1], len(points) + 1)):
                if frame.contains(Point(end)):
                    points.insert(at, nearest_points(edge, Point(end))[0].coords[0])
        led.append(LineString(points))
    faces = list(polygonize(unary_union([edge, *(line.intersection(frame) for line in led)])))
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


def sort_into_layers(found: Iterable[Thing], bounds: Bounds, names: Names) -> dict[str, Layer]:
    kinds = ["water", "green", "square", "building", "platform", "street", "rail", "tram"]
    layers = {name: Layer() for name in [*kinds, "label_street", "label_place"]}
    frame = to_mercator(box(*bounds))
    coast: list[LineString] = []
    streets: dict[tuple[str, str], list[LineString]] = {}
    for thing in found:
        geometry = to_mercator(thing.geometry)
        if thing.tag("natural") == "coastline":
            if geometry.geom_type == "LineString":
                coast.append(geometry)
            continue
        label_place(layers["label_place"], thing, geometry, names)
        if thing.underground:
            continue
        if is_area(geometry):
            add_area(layers, thing, geometry, names)
        elif geometry.geom_type == "LineString":
            add_line(layers, thing, geometry, streets)
    for polygon in sea(coast, frame) if coast else ():
        layers["water"].add(polygon)
    for (name, kind), lines in streets.items():
        merged = linemerge(MultiLineString(lines)) if len(lines) > 1 else lines[0]
        for line in getattr(merged, "geoms", [merged]):
            if line.length > 40:
                layers["label_street"].add(line, 14 if kind == "major" else 15, name=name, kind=kind)
    return layers


def add_area(layers: dict[str, Layer], thing: Thing, geometry: BaseGeometry, names: Names) -> None:
    highway, building = thing.tag("highway"), thing.tag("building")
    if building and building != "entrance":
        layers["building"].add(geometry, 13, kind="roof" if building == "roof" else "building")
    elif thing.tag("man_made") == "canopy":
        layers["building"].add(geometry, 15, kind="roof")
    elif thing.tag("natural") == "water":
        layers["water"].add(geometry)
    elif (
        any(thing.tag(key) in values for key, values in GREEN.items())
        or thing.tag("leisure") in GREEN_LEISURE
    ):
        layers["green"].add(geometry, 12 if thing.tag("leisure") == "park" else 14)
    elif (
        thing.tag("public_transport") == "platform"
        or thing.tag("railway") == "platform"
        or highway == "platform"
    ):
        layers["platform"].add(geometry, 14)
    elif thing.id == names.main:
        layers["square"].add(geometry, name=names.of(thing), kind="main")
    elif thing.tag("place") == "square" or highway in {"pedestrian", "footway"}:
        layers["square"].add(geometry, 13, kind="square")
    elif highway == "service":
        layers["square"].add(geometry, 14, kind="yard")
    elif thing.tag("man_made") in {"pier", "bridge"}:
        layers["platform"].add(geometry, 14)


def add_line(
    layers: dict[str, Layer],
    thing: Thing,
    geometry: BaseGeometry,
    streets: dict[tuple[str, str], list[LineString]],
) -> None:
    highway, railway = thing.tag("highway"), thing.tag("railway")
    if highway in STREET_KIND:
        kind = STREET_KIND[highway]
        more: dict[str, str | int] = {"kind": kind}
        from_zoom = STREET_FROM_ZOOM[kind]
        if highway == "steps":
            more["steps"] = 1
        if thing.tag("footway") in {"sidewalk", "crossing"}:
            more["walk"] = thing.tag("footway")
            from_zoom = 16
        layers["street"].add(geometry, from_zoom, **more)
        if thing.tag("name") and kind != "foot" and geometry.geom_type == "LineString":
            streets.setdefault((thing.tag("name"), kind), []).append(geometry)
    elif highway == "platform" or railway == "platform":
        layers["platform"].add(geometry.buffer(3.0, cap_style="flat"), 15)
    elif railway == "rail":
        layers["rail"].add(geometry, 13)
    elif railway == "tram":
        layers["tram"].add(geometry, 14)


def label_place(layer: Layer, thing: Thing, geometry: BaseGeometry, names: Names) -> None:
    """Points with a name worth saying; ``rank`` 1 is shown first."""
    name, osm_type = names.of(thing), thing.kind
    if not name:
        return
    point = geometry if geometry.geom_type == "Point" else geometry.representative_point()
    place = thing.tag("place")
    if thing.id == names.main:
        layer.add(point, 14, name=name, kind="square", rank=1)
    elif thing.underground:
        return
    elif place in {"suburb", "neighbourhood"}:
        layer.add(point, 12, name=name, kind="suburb", rank=2)
    elif place == "square" and is_area(geometry):
        layer.add(point, 15, name=name, kind="square", rank=2)
    elif thing.tag("railway") == "station" and osm_type == "node":
        layer.add(point, 13, name=name, kind="station", rank=1)
    elif thing.tag("leisure") == "park" and geometry.area > 4000:
        layer.add(point, 14, name=name, kind="park", rank=2)
    elif thing.tag("natural") in {"bay", "water"}:
        layer.add(point, 13, name=name, kind="water", rank=2)
    elif is_area(geometry) and thing.tag("building"):
        known = {thing.tag("tourism"), thing.tag("amenity"), thing.tag("building")} & LANDMARKS
        layer.add(point, 15 if known else 17, name=name, kind="landmark", rank=3 if known else 4)
