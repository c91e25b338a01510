"""One cell of ground: how many people, on how many square metres, and how that has been moving.

Claim: a density that one bad count cannot move, and a rise measured against the place's own ups and downs.
Method: median of the last counts within ``smooth_s``; the rise is Theil-Sen's slope over the window (Sen
1968), compared with the robust spread of the earlier rises over windows of the same length.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tocsin.kernel.events import Evidence, Expected, Place, TracePoint, Value
from tocsin.sdk.window import Window, median, slope_per_s, spread

from .profile import LEAST_PER_M2, Profile

#: 20 minutes of 5 s counts, or a day of 6 min counts.
POINTS, SPAN_S = 240, 86_400.0
TRACE_S, TRACE_POINTS = 600.0, 60
#: A crowd's own ups and downs are never taken for smaller than this, people/m².
LEAST_SPREAD_PER_M2 = 0.1


@dataclass(slots=True)
class Seen:
    """A reading, as evidence needs it."""

    id: str
    at: datetime
    value: Value
    unit: str | None


class Cell:
    """``take`` a count; then ask. Densities in people/m², times in event time."""

    __slots__ = (
        "area_m2", "entity", "first", "jumped_s", "lat", "lon", "name", "now", "now_s", "profile", "raw",
        "readings", "seen", "smooth", "stuck_since_s", "stuck_steps",
    )  # fmt: skip

    def __init__(self, entity: str) -> None:
        self.entity = entity
        self.name = entity.rsplit(":", 1)[-1]
        self.area_m2: float | None = None
        self.lon: float | None = None
        self.lat: float | None = None
        self.first: datetime | None = None
        self.now: datetime | None = None
        self.now_s = float("-inf")
        self.readings = 0
        self.raw: list[tuple[float, float]] = []  # the last three (seconds, density)
        self.smooth = Window(SPAN_S, POINTS)
        self.seen: list[Seen] = []  # the last four counts
        self.profile = Profile()
        self.stuck_since_s, self.stuck_steps = float("-inf"), 0
        self.jumped_s = float("-inf")  # when the count last did what people cannot

    @property
    def density(self) -> float:
        """Smoothed; 0 before the first count."""
        last = self.smooth.last
        return last[1] if last else 0.0

    def take(self, seen: Seen, count: float, smooth_s: float) -> None:
        """A new count, later than the last one. The area must be known."""
        now_s = seen.at.timestamp()
        area = self.area_m2 or 1.0
        value = count / area
        if self.raw:
            before_s, before = self.raw[-1]
            # people come over the edge: a square's perimeter times the greatest flow, 1.3 /(m s) (Weidmann)
            most = 0.5 + 1.3 * 4 / area**0.5 * (now_s - before_s)
            if abs(value - before) > most:
                self.jumped_s = now_s
            if value == before and value > 0:
                self.stuck_steps += 1
            else:
                self.stuck_steps, self.stuck_since_s = 0, now_s
        else:
            self.stuck_since_s = now_s
        self.raw = [*self.raw[-2:], (now_s, value)]
        self.seen = [*self.seen[-3:], seen]
        smooth = median([v for t, v in self.raw if t > now_s - smooth_s]) if smooth_s else value
        self.smooth.add(seen.at, smooth)
        self.now, self.now_s = seen.at, now_s
        self.readings += 1
        if self.first is None:
            self.first = seen.at

    @property
    def interval_s(self) -> float:
        """Time between counts, of the last few."""
        times = [t for t, _ in self.raw]
        return (times[-1] - times[0]) / (len(times) - 1) if len(times) > 1 else 0.0

    def rise(self, window_s: float, least: float = 0.0) -> tuple[float, float]:
        """Rise over the window, people/m², and in multiples of its own earlier rises.

        Below ``least`` the rise is only the difference of the ends and the multiple 0: that is cheap.
        """
        recent = self.smooth.newest(self.now_s - window_s)
        if len(recent) < 4:
            return 0.0, 0.0
        values = [v for _, v in recent]
        if max(values) - min(values) < least:
            return values[-1] - values[0], 0.0
        rise = slope_per_s(recent) * window_s
        if rise < least:
            return rise, 0.0
        points = list(self.smooth)
        earlier = [p for p in points if p[0] <= self.now_s - window_s]
        rises, back = [], 0
        for t, v in earlier:
            while earlier[back][0] < t - window_s:
                back += 1
            if t - earlier[back][0] >= 0.75 * window_s:
                rises.append(v - earlier[back][1])
        if len(rises) < 8:
            return rise, 0.0
        return rise, rise / max(LEAST_SPREAD_PER_M2, spread(rises))

    def expected(self, at: datetime) -> Expected | None:
        """Usual for the hour, else what it held until two minutes ago; None where neither is known."""
        usual = self.profile.expected(at)
        if usual is not None:
            return usual
        before = self.smooth.values(before_s=at.timestamp() - 120.0)
        if len(before) < 12:
            return None
        mid = median(before)
        wide = max(LEAST_PER_M2, 3 * spread(before), 0.2 * mid)
        return Expected(max(0.0, mid - wide), mid, mid + wide)

    def trace(self, expected: Expected | None) -> tuple[TracePoint, ...]:
        """The last ten minutes (or the last points of slow counts) beside the band."""
        if self.now is None:
            return ()
        points = self.smooth.points(since_s=self.now_s - max(TRACE_S, 12 * self.interval_s))
        step = max(1, len(points) // TRACE_POINTS)
        chosen = points[len(points) - 1 :: -step][::-1] if points else []
        out = []
        for t, v in chosen:
            at = datetime.fromtimestamp(t, self.now.tzinfo)
            band = self.profile.expected(at) or expected
            out.append(TracePoint(at, round(v, 3), band.low if band else 0.0, band.high if band else 0.0))
        return tuple(out)

    def evidence(self, most: int) -> tuple[Evidence, ...]:
        return tuple(
            Evidence(s.id, self.entity, "peopleCount", s.value, s.unit, s.at) for s in self.seen[-most:]
        )

    @property
    def place(self) -> Place | None:
        if self.lon is None or self.lat is None:
            return None
        return Place(self.lon, self.lat, round(((self.area_m2 or 0.0) / 3.1416) ** 0.5, 1), self.name)

    def state(self) -> list[Any]:
        return [
            self.entity, self.name, self.area_m2, self.lon, self.lat, self.first, self.now, self.readings,
            [list(p) for p in self.raw], self.smooth.snapshot(),
            [[s.id, s.at, s.value, s.unit] for s in self.seen], self.profile.state(),
            self.stuck_since_s, self.stuck_steps, self.jumped_s,
        ]  # fmt: skip

    @classmethod
    def of(cls, state: Sequence[Any]) -> Cell:
        cell = cls(state[0])
        cell.name, cell.area_m2, cell.lon, cell.lat, cell.first, cell.now, cell.readings = state[1:8]
        cell.now_s = cell.now.timestamp() if cell.now else float("-inf")
        cell.raw = [(t, v) for t, v in state[8]]
        cell.smooth.restore(state[9])
        cell.seen = [Seen(*s) for s in state[10]]
        cell.profile = Profile.of(state[11])
        cell.stuck_since_s, cell.stuck_steps, cell.jumped_s = state[12:15]
        return cell
