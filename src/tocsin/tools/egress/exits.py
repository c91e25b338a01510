"""One exit: what it has let out in the last seconds, however its counter reports.

A counter that shows *the people of the last minute* overlaps itself: of two readings ``e`` seconds apart the
new people are ``r1 - r0 * (1 - e / window)``, if those who dropped out of the window had come evenly. How
many these were is a guess, whose variance ``Counted.dropped`` states; it needs no more than two readings.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, NamedTuple

from tocsin.kernel.events import Evidence

from .usual import Usual

#: Readings kept: what the longest stretch needs, and one before it.
POINTS = 14
#: Stretches that are looked at, in readings back.
BACK = (1, 2, 3, 4, 6)


class Point(NamedTuple):
    """A reading: seconds since 1970, people a minute; ``value`` and ``unit`` as they were sent."""

    at_s: float
    per_min: float
    id: str
    value: Any
    unit: str | None


class Counted(NamedTuple):
    """People of a stretch of seconds. ``dropped``: those taken off for what left the counter's window in
    it."""

    people: float
    seconds: float
    dropped: float


class Exit:
    """``state``: open unless the device says held or shut."""

    __slots__ = (
        "entity", "first_s", "lat", "learnt_s", "lon", "name", "points", "readings", "served", "state",
        "usual", "width_m",
    )  # fmt: skip

    def __init__(self, entity: str) -> None:
        self.entity = entity
        self.name = entity.rsplit(":", 1)[-1]
        self.served = ""
        self.state = "open"
        self.width_m: float | None = None
        self.lon: float | None = None
        self.lat: float | None = None
        self.first_s: float | None = None
        self.learnt_s = float("-inf")
        self.readings = 0
        self.points: deque[Point] = deque(maxlen=POINTS)
        self.usual = Usual()

    @property
    def now_s(self) -> float:
        return self.points[-1].at_s if self.points else float("-inf")

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self.now_s, UTC)

    @property
    def per_min(self) -> float:
        """As last reported."""
        return self.points[-1].per_min if self.points else 0.0

    def ready(self, readings: int, time_s: float) -> bool:
        return (
            self.first_s is not None
            and self.readings >= readings
            and self.now_s - self.first_s >= time_s
            and self.usual.level is not None
        )

    def fresh(self, at_s: float) -> bool:
        """Whether its last reading is no older than three of its intervals."""
        points = self.points
        if len(points) < 2:
            return False
        return at_s - points[-1].at_s <= max(20.0, 3 * (points[-1].at_s - points[-2].at_s))

    def last(self, back: int, window_s: float) -> Counted | None:
        """People who left since the reading ``back`` readings ago; None where it is not known."""
        points = self.points
        if len(points) <= back:
            return None
        new, old = points[-1], points[-1 - back]
        seconds = new.at_s - old.at_s
        if window_s <= 0.0:
            some = list(points)[-1 - back :]
            return Counted(sum(b.per_min * (b.at_s - a.at_s) for a, b in pairwise(some)) / 60.0, seconds, 0.0)
        if seconds >= window_s:
            return Counted(new.per_min * window_s / 60.0, window_s, 0.0) if back == 1 else None
        people = (new.per_min - old.per_min * (1 - seconds / window_s)) * window_s / 60.0
        return Counted(max(0.0, people), seconds, old.per_min * seconds / 60.0)

    def learn(self, window_s: float, floor: float, level_s: float) -> None:
        """Take what has passed since it last learnt; stretches do not overlap."""
        every = window_s or 60.0
        if self.now_s - self.learnt_s < every or not self.points:
            return
        self.learnt_s = self.now_s
        rate, seconds = self.per_min, window_s
        if window_s <= 0.0:
            counted = self.last(min(len(self.points) - 1, POINTS - 1), 0.0)
            if counted is None or counted.seconds <= 0.0:
                return
            rate, seconds = counted.people * 60.0 / counted.seconds, counted.seconds
        self.usual.learn(self.now, self.now_s, rate, seconds, floor, level_s)

    def evidence(self, most: int) -> tuple[Evidence, ...]:
        return tuple(
            Evidence(p.id, self.entity, "outflow", p.value, p.unit, datetime.fromtimestamp(p.at_s, UTC))
            for p in list(self.points)[-most:]
        )

    def dump(self) -> list[Any]:
        never = self.learnt_s == float("-inf")
        return [
            self.entity, self.name, self.served, self.state, self.width_m, self.lon, self.lat, self.first_s,
            None if never else self.learnt_s, self.readings, [list(p) for p in self.points],
            self.usual.state(),
        ]  # fmt: skip

    @classmethod
    def of(cls, state: Sequence[Any]) -> Exit:
        it = cls(state[0])
        it.name, it.served, it.state, it.width_m, it.lon, it.lat, it.first_s = state[1:8]
        it.learnt_s = float("-inf") if state[8] is None else state[8]
        it.readings = state[9]
        it.points.extend(Point(*p) for p in state[10])
        it.usual = Usual.of(state[11])
        return it
