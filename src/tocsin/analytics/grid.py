"""Regular time: buckets of one length, on the city's clock."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tocsin.analytics.arrays import DAY_S, SECOND, Ints
from tocsin.analytics.calendar import Calendar
from tocsin.kernel.errors import Invalid, TooLarge

#: buckets of one grid
MOST = 100_000
#: lengths that are chosen where none is asked for, seconds
_ROUND = (1, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, DAY_S)
#: local midnights move with daylight saving by less than this
_SHIFT = 3 * 3600 * SECOND


@dataclass(frozen=True, slots=True)
class Grid:
    """``edges``: n + 1 microseconds since 1970; bucket i is [edges[i], edges[i + 1])."""

    edges: Ints
    step_s: int

    def __len__(self) -> int:
        return len(self.edges) - 1

    @property
    def starts(self) -> Ints:
        return self.edges[:-1]


def grid_of(start_us: int, end_us: int, step_s: int, calendar: Calendar) -> Grid:
    """Buckets that together cover [start, end): whole hours, days, weeks (from Monday) of the local clock.

    A day of 23 or 25 hours is one bucket of a day, and of 23 or 25 buckets of an hour. Raises ``Invalid``,
    ``TooLarge``.
    """
    check_step(step_s)
    if end_us <= start_us:
        raise Invalid("the end is not after the start", field="end", cure="give a later end")
    if (end_us - start_us) // (step_s * SECOND) > MOST:
        raise TooLarge(
            f"these are more than {MOST} buckets",
            field="step_s",
            value=step_s,
            cure="longer buckets, less time",
        )
    if step_s <= 3600:
        step = step_s * SECOND
        shift = calendar.offset_us(start_us) % step
        first = (start_us + shift) // step * step - shift
        count = -(-(end_us - first) // step)
        return Grid(first + step * np.arange(count + 1, dtype=np.int64), step_s)
    return Grid(_local(start_us, end_us, step_s, calendar), step_s)


def check_step(step_s: int) -> None:
    """Raises ``Invalid`` for buckets that fill no day evenly, or hold no whole days."""
    if step_s < 1 or step_s > 28 * DAY_S or (DAY_S % step_s if step_s <= DAY_S else step_s % DAY_S):
        raise Invalid(
            "no length of buckets",
            field="step_s",
            value=step_s,
            cure="seconds that divide a day (60, 300, 3600 …), or whole days up to 28",
        )


def step_for(interval_s: float) -> int:
    """The shortest round length that holds a reading of this interval, seconds; an hour where none is known.

    >>> step_for(298.0), step_for(310.0), step_for(float("nan"))
    (300, 300, 3600)
    """
    if not np.isfinite(interval_s):
        return 3600
    return next((step for step in _ROUND if step >= interval_s * 0.95), DAY_S)


def _local(start_us: int, end_us: int, step_s: int, calendar: Calendar) -> Ints:
    """Edges on the local clock. A wall time that does not exist falls together with the next one."""
    step = step_s * SECOND
    # 1970-01-01 was a Thursday: weeks are counted from the Monday before
    origin = -3 * DAY_S * SECOND if step_s % (7 * DAY_S) == 0 else 0
    first = (start_us + calendar.offset_us(start_us) - origin) // step
    last = -(-(end_us + calendar.offset_us(end_us) - origin) // step)
    walls = origin + step * np.arange(first, last + 2, dtype=np.int64)
    edges = np.array([wall - _offset_at_wall(wall, calendar) for wall in walls.tolist()], dtype=np.int64)
    edges = np.unique(edges)
    begin = int(np.searchsorted(edges, start_us, side="right")) - 1
    stop = int(np.searchsorted(edges, end_us, side="left"))
    return edges[max(begin, 0) : stop + 1]


def _offset_at_wall(wall: int, calendar: Calendar) -> int:
    before = calendar.offset_us(wall - calendar.offset_us(wall) - _SHIFT)
    after = calendar.offset_us(wall - before)
    return after if calendar.offset_us(wall - after) == after else before
