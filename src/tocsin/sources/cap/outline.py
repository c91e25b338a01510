"""An area in a line of text of at most a thousand characters, never smaller than it was.

``lat,lon lat,lon ...`` is a ring, ``lat,lon r km`` a circle. A ring with too many corners becomes its convex
hull (Andrew's monotone chain, 1979), and that its box: an area that grew may say too much, never too little.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tocsin.cap.model import Area, Circle, Corner

#: of a ring in one line
CORNERS = 50
#: lines in one reading
SHAPES = 12


def shapes(areas: Iterable[Area]) -> list[str]:
    """Each shape once, in their order; those beyond ``SHAPES`` within one hull."""
    rings: dict[tuple[Corner, ...], None] = {}
    circles: dict[Circle, None] = {}
    for area in areas:
        rings.update(dict.fromkeys(area.polygons))
        circles.update(dict.fromkeys(area.circles))
    told = [circle_line(one) for one in circles][:SHAPES]
    room = SHAPES - len(told)
    kept = list(rings)
    if len(kept) > room:
        rest = [corner for ring in kept[max(0, room - 1) :] for corner in ring]
        kept = [*kept[: max(0, room - 1)], tuple(rest)] if room else []
    return [*told, *(ring_line(ring) for ring in kept)]


def circle_line(circle: Circle) -> str:
    return f"{circle.lat:.4f},{circle.lon:.4f} r {circle.radius_km:.3f} km"


def ring_line(ring: Sequence[Corner]) -> str:
    corners = list(ring)
    if len(corners) > CORNERS:
        corners = hull(corners)
    if len(corners) > CORNERS:
        lats, lons = [c.lat for c in corners], [c.lon for c in corners]
        south, north, west, east = min(lats), max(lats), min(lons), max(lons)
        corners = [Corner(south, west), Corner(south, east), Corner(north, east), Corner(north, west)]
    return " ".join(f"{corner.lat:.4f},{corner.lon:.4f}" for corner in corners)


def hull(corners: Iterable[Corner]) -> list[Corner]:
    """The least convex ring around all of them, anticlockwise, not closed."""
    points = sorted(set(corners), key=lambda c: (c.lon, c.lat))
    if len(points) < 3:
        return points
    return [*_half(points), *_half(points[::-1])]


def _half(points: Sequence[Corner]) -> list[Corner]:
    out: list[Corner] = []
    for point in points:
        while len(out) > 1 and _turn(out[-2], out[-1], point) <= 0:
            out.pop()
        out.append(point)
    return out[:-1]


def _turn(a: Corner, b: Corner, c: Corner) -> float:
    return (b.lon - a.lon) * (c.lat - a.lat) - (b.lat - a.lat) * (c.lon - a.lon)
