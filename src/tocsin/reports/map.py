"""A still map as SVG: streets as outlines from the shipped tiles, numbered marks of our own on top.

Nobody's words go into the drawing: marks bear numbers, and a table beside it says what they are.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import structlog

from tocsin.kernel.errors import Misconfigured
from tocsin.kernel.events import Severity
from tocsin.reports.tiles import Archive
from tocsin.reports.vector_tile import AREA, LINE, Feature, layers

log = structlog.get_logger(__name__)
#: why no streets lie under the marks, as ``Voice`` knows it
NO_MAP = "No street map is installed."
TOO_FAR = "The places lie too far apart for streets."
UNREADABLE = "The street map could not be read."
WHYS = (NO_MAP, TOO_FAR, UNREADABLE)

NOTICE = "© OpenStreetMap contributors, ODbL"
WIDTH, HEIGHT = 720, 380
_EQUATOR_M = 40_075_016.686
_LEAST_M = 300.0
_MOST_TILES = 48
_BARS_M = (20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 500_000, 1_000_000)
#: drawn from below to above: layer, what is filled, what is drawn, how wide in pixels
_STYLE = (
    ("water", "#dfe6ec", "none", 0.0),
    ("green", "#eef1ec", "none", 0.0),
    ("square", "#f0f1f2", "none", 0.0),
    ("building", "#e6e8ea", "#cfd3d7", 0.4),
    ("rail", "none", "#c3c8cd", 0.8),
    ("street", "none", "#b4bac0", 1.0),
)
_FILL: dict[Severity, str] = {
    "critical": "#c3271e", "high": "#b45309", "medium": "#8a6d00", "low": "#6650a4",
}  # fmt: skip
_WIDE = {"major": 2.2, "medium": 1.6}


class Pin(msgspec.Struct, frozen=True):
    """``radius_m``: the area that it speaks of; 0 where it is a point."""

    number: int
    lon: float
    lat: float
    radius_m: float
    severity: Severity


class Drawn(msgspec.Struct, frozen=True):
    """``width_m`` on the ground; ``streets``: whether outlines lie under the marks; ``why`` not."""

    svg: str
    width_m: float
    streets: bool
    why: str


class View(msgspec.Struct, frozen=True):
    """``left``, ``top`` and ``side`` (the width) in parts of the Mercator world."""

    left: float
    top: float
    side: float
    metre: float

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        x, y = mercator(lon, lat)
        return (x - self.left) / self.side * WIDTH, (y - self.top) / self.side * WIDTH

    @property
    def width_m(self) -> float:
        return self.side / self.metre


def mercator(lon: float, lat: float) -> tuple[float, float]:
    """Parts of the world from west and north, 0 to 1 (EPSG:3857)."""
    bounded = math.radians(max(-85.0, min(85.0, lat)))
    return (lon + 180) / 360, (1 - math.asinh(math.tan(bounded)) / math.pi) / 2


def draw(pins: Sequence[Pin], tiles: Path | None) -> Drawn | None:
    """A map that holds every pin with its area; None without any. Blocks: it reads ``tiles`` (PMTiles)."""
    if not pins:
        return None
    view = view_of(pins)
    return over(view, "".join(_area(view, pin) for pin in pins) + "".join(_marks(view, pins)), tiles)


def over(view: View, marks: str, tiles: Path | None) -> Drawn:
    """``marks`` (SVG, in pixels of ``view``) over the streets. Blocks: it reads ``tiles`` (PMTiles)."""
    ground, why = _ground(view, tiles)
    return Drawn(_svg(ground, marks, _scale(view), bool(ground)), view.width_m, bool(ground), why)


def view_of(pins: Sequence[Pin]) -> View:
    """What holds every pin with its area."""
    lat = sum(pin.lat for pin in pins) / len(pins)
    metre = 1 / (_EQUATOR_M * max(0.05, math.cos(math.radians(lat))))
    xs, ys = [], []
    for pin in pins:
        x, y = mercator(pin.lon, pin.lat)
        reach = min(max(pin.radius_m, 0.0), 100_000.0) * metre
        xs += [x - reach, x + reach]
        ys += [y - reach, y + reach]
    # room for marks at the edges
    wide = max((max(xs) - min(xs)) * 1.35, (max(ys) - min(ys)) * 1.45 * WIDTH / HEIGHT, _LEAST_M * metre)
    middle_x, middle_y = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
    return View(middle_x - wide / 2, middle_y - wide * HEIGHT / WIDTH / 2, wide, metre)


def _ground(view: View, tiles: Path | None) -> tuple[str, str]:
    """Outlines as SVG, and in words why there are none."""
    if tiles is None:
        return "", NO_MAP
    try:
        archive = Archive(tiles)
        low, high = archive.zooms
        zoom = max(low, min(high, math.floor(math.log2(3 / view.side))))
        wanted = list(_covering(view, zoom))
        if len(wanted) > _MOST_TILES:
            return "", TOO_FAR
        drawn = [_tile(view, zoom, x, y, data) for x, y in wanted if (data := archive.tile(zoom, x, y))]
    except (Misconfigured, OSError, IndexError, struct.error) as error:
        log.warning("map_unreadable", map=tiles.name, reason=str(error))
        return "", UNREADABLE
    if not drawn:
        return "", "The street map does not reach this place."
    return "".join("".join(one[i] for one in drawn) for i in range(len(_STYLE))), ""


def _covering(view: View, zoom: int) -> Iterator[tuple[int, int]]:
    many = 1 << zoom
    for y in range(int(view.top * many), int((view.top + view.side * HEIGHT / WIDTH) * many) + 1):
        for x in range(int(view.left * many), int((view.left + view.side) * many) + 1):
            if 0 <= x < many and 0 <= y < many:
                yield x, y


def _tile(view: View, zoom: int, x: int, y: int, data: bytes) -> list[str]:
    """One piece of SVG for each line of ``_STYLE``."""
    found, pieces = layers(data), []
    pixels = WIDTH / (view.side * (1 << zoom))
    left = (x / (1 << zoom) - view.left) / view.side * WIDTH
    top = (y / (1 << zoom) - view.top) / view.side * WIDTH
    for name, fill, stroke, wide in _STYLE:
        layer = found.get(name)
        if layer is None:
            pieces.append("")
            continue
        scale = pixels / max(1, layer.extent)
        by_width: dict[float, list[str]] = {}
        for feature in layer.features:
            if feature.kind in (LINE, AREA):
                width = _WIDE.get(feature.properties.get("kind", ""), wide) if name == "street" else wide
                by_width.setdefault(width, []).append(_path(feature, left, top, scale))
        pieces.append(
            "".join(
                f'<path d="{"".join(paths)}" fill="{fill}" fill-rule="evenodd" stroke="{stroke}" '
                f'stroke-width="{width:g}" stroke-linejoin="round"/>'
                for width, paths in sorted(by_width.items())
            )
        )
    return pieces


def _path(feature: Feature, left: float, top: float, scale: float) -> str:
    end = "Z" if feature.kind == AREA else ""
    return "".join(
        "M" + "L".join(f"{left + x * scale:.1f} {top + y * scale:.1f}" for x, y in part) + end
        for part in feature.parts
        if len(part) > 1
    )


def _area(view: View, pin: Pin) -> str:
    if pin.radius_m <= 0:
        return ""
    x, y = view.at(pin.lon, pin.lat)
    radius = min(pin.radius_m, 100_000.0) * view.metre / view.side * WIDTH
    colour = _FILL[pin.severity]
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{colour}" fill-opacity="0.12" '
        f'stroke="{colour}" stroke-width="1.2"/>'
    )


def _marks(view: View, pins: Sequence[Pin]) -> Iterator[str]:
    """Pins that would cover each other share a mark, with the shape of the first: the gravest comes first."""
    shared: list[tuple[float, float, Severity, list[int]]] = []
    for pin in pins:
        x, y = view.at(pin.lon, pin.lat)
        near = next((one for one in shared if math.hypot(one[0] - x, one[1] - y) < 22), None)
        if near is None:
            shared.append((x, y, pin.severity, [pin.number]))
        else:
            near[3].append(pin.number)
    for x, y, severity, numbers in shared:
        said = ",".join(map(str, numbers[:3])) + ("+" if len(numbers) > 3 else "")
        yield (
            f'<g transform="translate({x:.1f} {y:.1f})">{_shape(severity)}'
            f'<text y="-13" text-anchor="middle" font-family="IBM Plex Sans, sans-serif" font-size="13" '
            f'fill="#16191c" stroke="#ffffff" stroke-width="3" paint-order="stroke">{said}</text></g>'
        )


def _shape(severity: Severity) -> str:
    look = f'fill="{_FILL[severity]}" stroke="#ffffff" stroke-width="1.5"'
    match severity:
        case "critical":
            return f'<path d="M0 -9L9 8L-9 8Z" {look}/>'
        case "high":
            return f'<path d="M0 -10L10 0L0 10L-10 0Z" {look}/>'
        case "medium":
            return f'<circle r="8" {look}/>'
        case _:
            return f'<path d="M-7 -7L7 -7L7 7L-7 7Z" {look}/>'


def _scale(view: View) -> str:
    aim = view.width_m / 5
    metres = max((bar for bar in _BARS_M if bar <= aim), default=_BARS_M[0])
    long = metres / view.width_m * WIDTH
    said = f"{metres} m" if metres < 1000 else f"{metres // 1000} km"
    y = HEIGHT - 14
    return (
        f'<path d="M12 {y - 5}V{y}H{12 + long:.1f}V{y - 5}" fill="none" stroke="#16191c" stroke-width="1.5"/>'
        f'<text x="{18 + long:.1f}" y="{y + 1}" font-family="IBM Plex Sans, sans-serif" font-size="12" '
        f'fill="#16191c">{said}</text>'
    )


def _svg(ground: str, marks: str, scale: str, streets: bool) -> str:
    notice = (
        f'<text x="{WIDTH - 8}" y="{HEIGHT - 12}" text-anchor="end" '
        f'font-family="IBM Plex Sans, sans-serif" font-size="10" fill="#454c54" stroke="#ffffff" '
        f'stroke-width="3" paint-order="stroke">{NOTICE}</text>'
        if streets
        else ""
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<defs><clipPath id="frame"><rect width="{WIDTH}" height="{HEIGHT}"/></clipPath></defs>'
        f'<g clip-path="url(#frame)"><rect width="{WIDTH}" height="{HEIGHT}" fill="#fafafa"/>'
        f"{ground}{marks}{scale}{notice}"
        f'<path d="M{WIDTH - 20} 30V12M{WIDTH - 24} 17L{WIDTH - 20} 11L{WIDTH - 16} 17" fill="none" '
        f'stroke="#16191c" stroke-width="1.5"/><text x="{WIDTH - 20}" y="42" text-anchor="middle" '
        f'font-family="IBM Plex Sans, sans-serif" font-size="11" fill="#16191c">N</text></g></svg>'
    )
