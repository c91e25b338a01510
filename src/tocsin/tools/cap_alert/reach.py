"""Whether an area, as the source tells it in a line, touches a city: a circle on the ground."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import cos, hypot, radians

_KM_PER_DEG = 111.195
_CIRCLE = re.compile(r"(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?) r (\d+(?:\.\d+)?) km", re.ASCII)
_PAIR = re.compile(r"(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)", re.ASCII)
#: of one line; the source sends no more
_MOST = 60

Flat = tuple[float, float]


@dataclass(frozen=True, slots=True)
class City:
    lat: float
    lon: float
    radius_km: float

    def touched_by(self, line: str) -> bool:
        """``lat,lon lat,lon ...`` is a ring, ``lat,lon r km`` a circle; what is neither touches nothing."""
        if circle := _CIRCLE.fullmatch(line):
            x, y = self._flat(float(circle[1]), float(circle[2]))
            return hypot(x, y) <= self.radius_km + float(circle[3])
        pairs = line.split()
        found = [_PAIR.fullmatch(pair) for pair in pairs[:_MOST]]
        ring = [self._flat(float(one[1]), float(one[2])) for one in found if one is not None]
        if len(ring) < 3 or len(ring) != len(pairs):
            return False
        sides = list(zip(ring, [*ring[1:], ring[0]], strict=True))
        return _within(sides) or any(_distance(a, b) <= self.radius_km for a, b in sides)

    def _flat(self, lat: float, lon: float) -> Flat:
        """Kilometres east and north of the city's middle; good to a percent over some hundred kilometres."""
        east = (lon - self.lon + 180.0) % 360.0 - 180.0
        return east * _KM_PER_DEG * cos(radians(self.lat)), (lat - self.lat) * _KM_PER_DEG


def _within(sides: list[tuple[Flat, Flat]]) -> bool:
    """Whether the origin lies inside: an odd number of sides crosses the ray to the east."""
    inside = False
    for (x1, y1), (x2, y2) in sides:
        if (y1 > 0) != (y2 > 0) and x1 + (x2 - x1) * -y1 / (y2 - y1) > 0:
            inside = not inside
    return inside


def _distance(a: Flat, b: Flat) -> float:
    """From the origin to the side a-b."""
    (ax, ay), dx, dy = a, b[0] - a[0], b[1] - a[1]
    length = dx * dx + dy * dy
    along = 0.0 if length == 0 else max(0.0, min(1.0, -(ax * dx + ay * dy) / length))
    return hypot(ax + along * dx, ay + along * dy)
