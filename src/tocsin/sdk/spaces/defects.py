"""What is wrong with a space: every defect, named, with the place where it is."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from math import isfinite
from typing import Any

import shapely
from shapely import LineString, MultiPoint, Point
from shapely import Polygon as Area
from shapely.geometry.base import BaseGeometry
from shapely.validation import explain_validity

from tocsin.kernel.errors import Invalid

from .model import Defect, Polygon, Position, Space
from .plane import TOUCH_M, Plane

#: a space beyond that is a town, or metres read as degrees
MOST_ACROSS_M = 30_000.0
#: nobody evacuates a space smaller than that; degrees read as metres are smaller still
LEAST_ACROSS_M = 1.5
#: people do not pass below that (a door of 0.6 m less 0.15 m a side leaves 0.3 m)
LEAST_WIDTH_M = 0.5
#: the middle of a way is a hand's press or a counter's place; beyond that it was meant for somewhere else
FAR_M = 10.0


def defects(space: Space) -> tuple[Defect, ...]:
    """All defects of ``space``, the grave ones first. Raises nothing."""
    found = list(_figures(space))
    if not any(d.code in ("not-a-number", "projection") for d in found):
        found += _shapes(space)
    return tuple(sorted(found, key=lambda d: not d.grave))


def check(space: Space) -> None:
    """Raises ``Invalid`` with every grave defect, the first one's part as the field."""
    grave = [d for d in defects(space) if d.grave]
    if grave:
        raise Invalid("; ".join(d.words for d in grave), field=grave[0].part or "space", cure=grave[0].cure)


def _figures(space: Space) -> Iterator[Defect]:
    """Defects that show without any geometry."""
    if not space.walkable:
        yield Defect("no-floor", "nothing in the space can be walked on", "draw what is walkable", "walkable")
    seen: set[str] = set()
    for called in (*(way.id for way in space.ways), *(zone.id for zone in space.zones)):
        if called in seen:
            yield Defect("same-id", f"two parts are called {called!r}", "give each an id of its own", called)
        seen.add(called)
    every: list[tuple[str, Position]] = [
        (name, position)
        for name, polygons in (("walkable", space.walkable), ("obstacle", space.obstacles))
        for polygon in polygons
        for ring in polygon
        for position in ring
    ]
    every += [(way.id, p) for way in space.ways for p in way.line]
    every += [(zone.id, p) for zone in space.zones for ring in zone.polygon for p in ring]
    for part in sorted({name for name, (x, y) in every if not (isfinite(x) and isfinite(y))}):
        yield Defect("not-a-number", f"{part} has a position that is no number", "draw it again", part)
    whole = [(name, p) for name, p in every if isfinite(p[0]) and isfinite(p[1])]
    for part in sorted({name for name, (x, y) in whole if not (-180 <= x <= 180 and -90 <= y <= 90)}):
        yield Defect(
            "projection",
            f"{part} lies outside the degrees of the map: metres given for degrees?",
            "give longitude and latitude (WGS 84), or read it as WKT with an anchor",
            part,
        )
    yield from _extent([p for name, p in whole if name == "walkable"])
    for way in space.ways:
        spot = _json(MultiPoint([p for p in way.line if isfinite(p[0]) and isfinite(p[1])]))
        if not isfinite(way.width_m):
            yield Defect(
                "not-a-number", f"the width of {way.name} is no number", "measure it", way.id, where=spot
            )
        elif way.width_m <= 0:
            yield Defect(
                "zero-width",
                f"{way.name} is {way.width_m:g} m wide",
                "measure its clear width",
                way.id,
                where=spot,
            )
        elif way.width_m < LEAST_WIDTH_M:
            yield Defect(
                "narrow",
                f"{way.name} is {way.width_m:g} m wide: hardly anybody passes",
                f"measure it; ways out have {LEAST_WIDTH_M:g} m and more",
                way.id,
                grave=False,
                where=spot,
            )
    for zone in space.zones:
        for field, value in (("people", zone.people), ("share", zone.share)):
            if value is not None and not (isfinite(value) and 0 <= value <= (1 if field == "share" else 1e7)):
                cure = "from 0 to 1" if field == "share" else "from 0 to 10,000,000"
                yield Defect(field, f"{zone.name}: {field} is {value:g}", cure, zone.id)
    shares = sum(zone.share or 0.0 for zone in space.zones)
    if shares > 1.0 + 1e-6:
        yield Defect("share", f"the shares of the zones add up to {shares:g}", "at most 1 together", "zones")
    if not space.exits:
        yield Defect("no-exit", "there is no way out", "draw at least one exit on the edge", "ways")
    elif not any(way.open for way in space.exits):
        yield Defect("no-exit", "every way out is shut", "open at least one", "ways", grave=False)


def _extent(positions: list[Position]) -> Iterator[Defect]:
    if not positions:
        return
    lons, lats = [p[0] for p in positions], [p[1] for p in positions]
    across = 111_000.0 * max(max(lons) - min(lons), max(lats) - min(lats))
    where = _json(MultiPoint(positions).envelope)
    if across > MOST_ACROSS_M:
        words = f"the space is {across / 1000:,.0f} km across: metres given for degrees?"
        yield Defect(
            "projection",
            words,
            "give WGS 84 degrees, or read it as WKT with an anchor",
            "walkable",
            where=where,
        )
    elif across < LEAST_ACROSS_M:
        words = f"the space is {across:.2g} m across: degrees given for metres?"
        yield Defect("projection", words, "WKT is in metres; GeoJSON in degrees", "walkable", where=where)


def _shapes(space: Space) -> Iterator[Defect]:
    plane = Plane(space)
    parts: list[tuple[str, Polygon]] = [("walkable", p) for p in space.walkable]
    parts += [("obstacle", p) for p in space.obstacles]
    parts += [(zone.id, zone.polygon) for zone in space.zones]
    for part, rings in parts:
        drawn = Area(rings[0], rings[1:])
        if not drawn.is_valid:
            words = explain_validity(drawn)
            yield Defect(
                "self-crossing",
                f"{part} crosses itself ({words.split('[')[0].strip().lower()})",
                "move the corner so that no edges cross",
                part,
                where=_json(_named(words) or drawn.envelope),
            )
    if not space.walkable:
        return
    floor = plane.floor
    if floor.is_empty:
        yield Defect("no-floor", "obstacles cover all that is walkable", "draw what is walkable", "obstacle")
        return
    yield from _ways(space, plane)
    yield from _parts(space, plane)
    for zone in space.zones:
        if plane.zones[zone.id].area < 1.0:
            where = _json(Area(zone.polygon[0]))
            yield Defect(
                "zone-outside",
                f"{zone.name} lies where nobody can walk",
                "draw it on the floor",
                zone.id,
                where=where,
            )
    for a, b in combinations(space.zones, 2):
        both = plane.zones[a.id].intersection(plane.zones[b.id])
        if both.area > 1.0:
            words = f"{a.name} and {b.name} overlap by {both.area:.0f} m²"
            yield Defect(
                "zones-overlap", words, "people there count for the first", b.id, False, _placed(plane, both)
            )


def _ways(space: Space, plane: Plane) -> Iterator[Defect]:
    edge = plane.floor.boundary
    for way in space.ways:
        line = plane.lines[way.id]
        place = _placed(plane, line)
        if way.inside:
            if not line.intersects(plane.floor):
                yield Defect(
                    "exit-outside",
                    f"{way.name} lies outside the space",
                    "draw it on the floor",
                    way.id,
                    where=place,
                )
            continue
        middle = plane.projection.metres(Point(way.line[0])) if len(way.line) == 1 else None
        if middle is not None and (off := middle.distance(edge)) > FAR_M:
            words = f"{way.name} is {off:.0f} m from the edge, and taken to be on the nearest part of it"
            spot = _json(Point(way.line[0]))
            yield Defect("exit-off-edge", words, "put its middle on the edge", way.id, False, spot)
        distance = line.distance(edge)
        if distance > TOUCH_M:
            inside = plane.floor.contains(line)
            side, code = ("inside", "exit-off-edge") if inside else ("outside", "exit-outside")
            words = f"{way.name} is {distance:.0f} m {side} the space, not on its edge"
            yield Defect(code, words, "draw it on the edge, or mark it as inside", way.id, where=place)
        if len(way.line) > 1 and isfinite(way.width_m) and way.width_m > 1.1 * line.length + 0.1:
            words = f"{way.name} is {way.width_m:g} m wide but drawn {line.length:.1f} m long"
            yield Defect("wider-than-drawn", words, "draw it as wide as it is", way.id, False, place)
    for a, b in combinations(space.exits, 2):
        shared = (
            plane.lines[a.id]
            .buffer(0.25, cap_style="flat")
            .intersection(plane.lines[b.id].buffer(0.25, cap_style="flat"))
        )
        if shared.area > 0.15:
            words = f"{a.name} and {b.name} overlap: their widths would count twice"
            yield Defect(
                "exits-overlap", words, "move one, or make them one", b.id, where=_placed(plane, shared)
            )


def _parts(space: Space, plane: Plane) -> Iterator[Defect]:
    """Pieces of floor that no way out touches; those who stand there are stuck."""
    lines = [plane.lines[way.id] for way in space.exits]
    for piece in plane.floor.geoms:
        if piece.area < 1.0 or any(line.distance(piece) <= TOUCH_M for line in lines) or not lines:
            continue
        names = [z.name for z in space.zones if plane.zones[z.id].intersection(piece).area > 1.0]
        called = f"{', '.join(names)} ({piece.area:.0f} m²)" if names else f"a part of {piece.area:.0f} m²"
        yield Defect(
            "unreachable",
            f"no way out can be reached from {called}",
            "join it to the rest, or draw an exit there",
            names[0] if names else "walkable",
            grave=False,
            where=_placed(plane, piece),
        )


def _named(words: str) -> BaseGeometry | None:
    """The place in shapely's words: ``Self-intersection[1 2]``."""
    try:
        x, y = words.split("[")[1].rstrip("]").split()[:2]
        return Point(float(x), float(y))
    except (IndexError, ValueError):
        return None


def _placed(plane: Plane, geometry: BaseGeometry) -> dict[str, Any] | None:
    return _json(plane.projection.degrees(geometry))


def _json(geometry: BaseGeometry | LineString) -> dict[str, Any] | None:
    if geometry.is_empty:
        return None
    told: dict[str, Any] = shapely.geometry.mapping(geometry)
    return {"type": told["type"], "coordinates": _listed(told.get("coordinates", ()))}


def _listed(coordinates: Any) -> Any:
    return [_listed(c) for c in coordinates] if isinstance(coordinates, tuple) else coordinates
