"""An evacuation plan over the streets as SVG: zones, danger, arrows, numbered exits. No words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from tocsin.reports.map import Drawn, Pin, View, over, view_of
from tocsin.reports.plan import Geometry, Plan

_ADVICE, _EXPOSED, _DANGER, _INK = "#006675", "#b45309", "#c3271e", "#16191c"
#: pixels of an arrow's head, and of the broadest and the finest flow
_HEAD, _BROAD, _FINE = 9.0, 9.0, 1.4


def draw_plan(plan: Plan, tiles: Path | None) -> Drawn | None:
    """None where the plan has no place. Blocks: it reads ``tiles`` (PMTiles)."""
    shapes = [one.geometry for one in plan.zones] + [one.line for one in plan.exits]
    pins = [Pin(0, lon, lat, 0.0, "low") for shape in shapes for ring in _rings(shape) for lon, lat in ring]
    if not pins:
        return None
    view = view_of(pins)
    most = max((flow.people for flow in plan.flows), default=1.0)
    marks = chain(
        (
            _path(view, one.geometry, 'fill="#e3eef0" stroke="#8fa9ad" stroke-width="0.6"')
            for one in plan.zones
        ),
        (_danger(view, one.geometry) for one in plan.hazards[-1:]),
        (_flow(view, one.route, one.people / most, one.exposed) for one in plan.flows if one.people >= 0.5),
        (_exit(view, one.line, n, used=one.state == "open") for n, one in enumerate(plan.exits, start=1)),
    )
    return over(view, "".join(marks), tiles)


def _rings(shape: Geometry) -> Iterator[Sequence[tuple[float, float]]]:
    """Lines and rings of a GeoJSON geometry; other kinds have none."""
    places: Any = shape.get("coordinates", ())
    match shape.get("type"):
        case "LineString":
            yield [(float(p[0]), float(p[1])) for p in places]
        case "Polygon":
            for ring in places:
                yield [(float(p[0]), float(p[1])) for p in ring]
        case "MultiPolygon":
            for part in places:
                yield from _rings({"type": "Polygon", "coordinates": part})


def _trace(view: View, ring: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    return [view.at(lon, lat) for lon, lat in ring]


def _path(view: View, shape: Geometry, look: str) -> str:
    rings = (_trace(view, ring) for ring in _rings(shape))
    d = "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring) + "Z" for ring in rings)
    return f'<path d="{d}" fill-rule="evenodd" {look}/>'


def _danger(view: View, shape: Geometry) -> str:
    look = (
        f'fill="{_DANGER}" fill-opacity="0.14" stroke="{_DANGER}" stroke-width="1.4" stroke-dasharray="5 4"'
    )
    return _path(view, shape, look)


def _flow(view: View, route: Geometry, share: float, exposed: bool) -> str:
    """``share`` of the strongest flow; its width goes by the root, so that few are still seen."""
    points = [p for ring in _rings(route) for p in _trace(view, ring)]
    if len(points) < 2:
        return ""
    (x0, y0), (x, y) = points[-2:]
    long = math.hypot(x - x0, y - y0) or 1.0
    dx, dy = (x - x0) / long * _HEAD, (y - y0) / long * _HEAD
    head = f"M{x:.1f} {y:.1f}L{x - dx - dy * 0.5:.1f} {y - dy + dx * 0.5:.1f}L{x - dx + dy * 0.5:.1f} "
    head += f"{y - dy - dx * 0.5:.1f}Z"
    line = "M" + "L".join(f"{px:.1f} {py:.1f}" for px, py in points)
    colour, wide = (_EXPOSED if exposed else _ADVICE), _FINE + (_BROAD - _FINE) * math.sqrt(share)
    return (
        f'<path d="{line}" fill="none" stroke="{colour}" stroke-width="{wide:.1f}" stroke-opacity="0.6" '
        f'stroke-linecap="round" stroke-linejoin="round"/><path d="{head}" fill="{colour}"/>'
    )


def _exit(view: View, line: Geometry, number: int, *, used: bool) -> str:
    points = [p for ring in _rings(line) for p in _trace(view, ring)]
    if not points:
        return ""
    x, y = (sum(values) / len(points) for values in zip(*points, strict=True))
    d = "M" + "L".join(f"{px:.1f} {py:.1f}" for px, py in points)
    cross = "" if used else f'<path d="M-7 -7L7 7M-7 7L7 -7" stroke="{_DANGER}" stroke-width="2.4"/>'
    return (
        f'<path d="{d}" fill="none" stroke="{_INK}" stroke-width="4" stroke-linecap="round"/>'
        f'<g transform="translate({x:.1f} {y:.1f})">{cross}'
        f'<text y="-9" text-anchor="middle" font-family="IBM Plex Sans, sans-serif" font-size="14" '
        f'font-weight="600" fill="{_INK}" stroke="#ffffff" stroke-width="3" paint-order="stroke">'
        f"{number}</text></g>"
    )
