"""Makes the fixtures anew: ``python <this file>``. What they hold was decided before the first run."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path
from typing import Any

from tocsin.kernel.events import Observation
from tocsin.sdk.testing import reading, stream, write_stream

DRAW = random.Random(20260302)
#: A square of two by two cells of 500 m², 25 m apart, and one far away; degrees at 60 N.
EAST, NORTH = 25 / 55_600, 25 / 111_200
CELLS = {
    "SQ-NW": (24.9436, 60.1712, "north-west"),
    "SQ-NE": (24.9436 + EAST, 60.1712, "north-east"),
    "SQ-SW": (24.9436, 60.1712 - NORTH, "south-west"),
    "SQ-SE": (24.9436 + EAST, 60.1712 - NORTH, "south-east"),
    "FAR": (24.9500, 60.1800, "harbour"),
}
AREA = 500.0
EXIT = (24.9436 + 1.4 * EAST, 60.1712 - 1.3 * NORTH)


def count(cell: str, second: float, per_m2: float, noise: float = 0.03, **more: Any) -> Observation:
    lon, lat, words = CELLS[cell]
    people = max(0, round(per_m2 * AREA * (1 + DRAW.gauss(0, noise))))
    attributes = {
        "peopleCount": (people, "C62"),
        "area": (AREA, "MTK"),
        "name": f"Test Square {words}",
        **more,
    }
    return reading(cell, "CrowdFlowObserved", second, attributes, lon=lon, lat=lat)


def outflow(second: float, per_min: float, **more: Any) -> Observation:
    value = round(max(0.0, per_min * (1 + DRAW.gauss(0, 0.06))))
    attributes: dict[str, Any] = {"outflow": value, "state": "open", "exitNumber": 5, "widthM": 6.0, **more}
    return reading("K-05", "ItemFlowObserved", second, attributes, lon=EXIT[0], lat=EXIT[1])


def ramp(second: float, points: list[tuple[int, float]]) -> float:
    """Straight lines between (second, value)."""
    for (a, va), (b, vb) in pairwise(points):
        if second <= b:
            return va + (vb - va) * max(0.0, second - a) / (b - a)
    return points[-1][1]


def positive() -> list[Observation]:
    """1.3 people/m². From 600 s the south-east thickens to 4.7 by 720 s, stays, is empty again by 1,260 s.

    Its neighbours fill to 2.6. The exit passes 400 a minute, 230 from 680 s to 1,080 s.
    """
    out = []
    corner = [(0, 1.3), (600, 1.3), (720, 4.7), (1080, 4.7), (1260, 1.3), (1500, 1.3)]
    beside = [(0, 1.2), (600, 1.2), (740, 2.6), (1080, 2.6), (1260, 1.2), (1500, 1.2)]
    passing = [(0, 400.0), (670, 400.0), (690, 230.0), (1080, 230.0), (1110, 400.0), (1500, 400.0)]
    for s in range(0, 1500, 5):
        out += [count("SQ-SE", s, ramp(s, corner)), outflow(s, ramp(s, passing))]
        out += [count(name, s, ramp(s, beside)) for name in ("SQ-NE", "SQ-SW")]
        if s % 30 == 0:
            out += [count("SQ-NW", s, 1.1), count("FAR", s, 0.4)]
    return out


def quiet() -> list[Observation]:
    """Busy but ordinary: waves of a train's people, a bad count, a bunch of 10 s, an exit shut on purpose."""
    out = []
    for s in range(0, 1800, 5):
        wave = 0.5 * max(0.0, 1 - abs(s % 600 - 200) / 120)
        for n, name in enumerate(("SQ-SE", "SQ-NE", "SQ-SW", "SQ-NW")):
            level = 1.4 + 0.2 * n + wave
            if name == "SQ-SE" and s == 900:
                level = 9.0  # one bad count
            if name == "SQ-NE" and 1100 <= s < 1110:
                level = 4.2  # a bunch crossing
            out.append(count(name, s, level, 0.05))
        shut = 1300 <= s < 1600
        more = {"state": "shut"} if shut else {}
        out.append(outflow(s, 0.0 if shut else 200 + 60 * wave, **more))
    return out


def slow() -> list[Observation]:
    """A count a minute: 0.8 people/m², from 3,600 s for half an hour 4.5; its neighbour 3.0."""
    out = []
    for s in range(0, 9000, 60):
        full = 3600 <= s < 5400
        out += [count("SQ-SE", s, 4.5 if full else 0.8), count("SQ-NE", s, 3.0 if full else 0.7)]
    return out


def ugly() -> list[Observation]:
    """Everything a feed can do wrong: text, gaps, no area, an impossible and stuck counter, one that goes."""
    out = []
    odd: tuple[Any, ...] = (None, "n/a", -3, True, 1e300, 0)
    for s in range(0, 900, 5):
        if s % 35 == 0:
            lon, lat, _ = CELLS["SQ-NW"]
            what = {"peopleCount": odd[s // 35 % len(odd)], "area": odd[(s // 35 + 2) % len(odd)]}
            out.append(reading("SQ-NW", "CrowdFlowObserved", float(s), what, lon=lon, lat=lat))
        elif not 300 < s < 420:
            out.append(count("SQ-NW", s, 1.0, name="<script>alert(1)</script>\u202e" * 20))
        stuck = {"peopleCount": (7000, "C62"), "area": (500.0, "MTK")}
        out.append(reading("STUCK", "CrowdFlowObserved", float(s), stuck))
        bare = {"peopleCount": (1800, "C62"), **({"area": 400.0} if s == 200 else {})}
        if s < 600:
            out.append(reading("BARE", "CrowdFlowObserved", float(s), bare, lon=24.96, lat=60.19))
        out.append(outflow(s, 300.0, state=odd[s // 5 % len(odd)], widthM=odd[s // 5 % len(odd)]))
    out.append(reading("BARE", "CrowdFlowObserved", 600.0, kind="delete"))
    return out


if __name__ == "__main__":
    folder = Path(__file__).parent / "fixtures"
    for make in (positive, quiet, slow, ugly):
        write_stream(folder / f"{make.__name__}.jsonl", stream(make(), delay_s=0.4))
