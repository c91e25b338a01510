"""One way out: how many leave a minute now, and how many did before.

Claim: says that an exit has jammed only when it was letting people out and people still press to leave.
Method: median outflow of the last ``recent_s`` against what it passed before: the greater of the median of
the last ``level_s`` and the best running median of three within the last ``peak_s`` (people who have just
begun to leave have no long past). A width alone says nothing: people who watch want nothing of an exit.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tocsin.kernel.events import Evidence, Place
from tocsin.sdk.window import Window, median

from .cell import Seen

POINTS, SPAN_S = 240, 86_400.0
#: Counts that make a level.
ENOUGH = 6


class Exit:
    """``flow`` in people a minute; ``state``: open unless the device says held or shut."""

    __slots__ = (
        "entity",
        "first",
        "flow",
        "lat",
        "lon",
        "name",
        "now",
        "readings",
        "seen",
        "state",
        "width_m",
    )

    def __init__(self, entity: str) -> None:
        self.entity = entity
        self.name = entity.rsplit(":", 1)[-1]
        self.state = "open"
        self.width_m: float | None = None
        self.lon: float | None = None
        self.lat: float | None = None
        self.first: datetime | None = None
        self.now: datetime | None = None
        self.readings = 0
        self.flow = Window(SPAN_S, POINTS)
        self.seen: list[Seen] = []

    def take(self, seen: Seen, per_min: float) -> None:
        self.flow.add(seen.at, per_min)
        self.seen = [*self.seen[-3:], seen]
        self.now = seen.at
        self.first = self.first or seen.at
        self.readings += 1

    @property
    def interval_s(self) -> float:
        """Time between counts, of the last few."""
        times = [s.at.timestamp() for s in self.seen]
        return (times[-1] - times[0]) / (len(times) - 1) if len(times) > 1 else 0.0

    def now_and_before(self, recent_s: float, level_s: float, peak_s: float) -> tuple[float, float] | None:
        """Outflow now and before, people a minute; None where either is unknown."""
        if self.now is None:
            return None
        now_s = self.now.timestamp()
        points = list(self.flow)
        recent = [v for t, v in points if t > now_s - recent_s]
        if len(recent) < 2:  # slow counts: the last two
            recent = [v for _, v in points[-2:]]
        earlier = points[: -len(recent)]
        interval_s = self.interval_s
        level = [v for t, v in earlier if t > now_s - max(level_s, 12 * interval_s)]
        best = [v for t, v in earlier if t > now_s - max(peak_s, 6 * interval_s)]
        if len(recent) < 2 or len(level) < ENOUGH:
            return None
        peak = max((median(best[i : i + 3]) for i in range(len(best) - 2)), default=0.0)
        return median(recent), max(median(level), peak)

    def evidence(self, most: int) -> tuple[Evidence, ...]:
        return tuple(Evidence(s.id, self.entity, "outflow", s.value, s.unit, s.at) for s in self.seen[-most:])

    @property
    def place(self) -> Place | None:
        if self.lon is None or self.lat is None:
            return None
        return Place(self.lon, self.lat, self.width_m or 0.0, self.name)

    def dump(self) -> list[Any]:
        return [
            self.entity, self.name, self.state, self.width_m, self.lon, self.lat, self.first, self.now,
            self.readings, self.flow.snapshot(), [[s.id, s.at, s.value, s.unit] for s in self.seen],
        ]  # fmt: skip

    @classmethod
    def of(cls, state: Sequence[Any]) -> Exit:
        it = cls(state[0])
        it.name, it.state, it.width_m, it.lon, it.lat, it.first, it.now, it.readings = state[1:9]
        it.flow.restore(state[9])
        it.seen = [Seen(*s) for s in state[10]]
        return it
