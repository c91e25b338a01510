"""A series as days by slots of the local clock: what models read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tocsin.analytics.arrays import DAY_S, SECOND, Floats, Ints
from tocsin.analytics.calendar import Calendar
from tocsin.analytics.grid import Grid, grid_of


@dataclass(frozen=True, slots=True)
class Frame:
    """``flat``: values in local order, ``per_day`` a day, NaN where there is none; yesterday at this hour is
    ``per_day`` before, also across a change of the clock (the hour that does not exist is NaN, one that comes
    twice the mean of both). ``kinds``: of each day. ``origin``: place of the first value to be forecast."""

    flat: Floats
    kinds: Ints
    per_day: int
    origin: int

    @property
    def week(self) -> int:
        return 7 * self.per_day

    @property
    def days(self) -> int:
        """Whole days before the origin."""
        return self.origin // self.per_day

    def before(self, origin: int) -> Frame:
        """As it was known at an earlier place."""
        flat = self.flat.copy()
        flat[origin:] = np.nan
        return Frame(flat, self.kinds, self.per_day, origin)


def frame_of(grid: Grid, values: Floats, calendar: Calendar, horizon: int) -> tuple[Frame, Grid, Ints]:
    """(frame, the grid of the ``horizon`` buckets that follow, their places in the frame)."""
    step_s = grid.step_s
    end = int(grid.edges[-1])
    # two days more than asked for: days shortened by the clock
    ahead = grid_of(end, end + (horizon * step_s + 2 * DAY_S) * SECOND, step_s, calendar)
    ahead = Grid(ahead.edges[: horizon + 1], step_s)
    per_day = DAY_S // step_s
    day, _, slot = calendar.slot(_middle(grid), step_s)
    later, _, later_slot = calendar.slot(_middle(ahead), step_s)
    first = int(day[0])
    places, after = (day - first) * per_day + slot, (later - first) * per_day + later_slot
    size = (int(later[-1]) - first + 1) * per_day
    there = np.isfinite(values)
    count = np.bincount(places[there], minlength=size)
    total = np.bincount(places[there], weights=values[there], minlength=size)
    with np.errstate(invalid="ignore", divide="ignore"):
        flat = np.where(count > 0, total / count, np.nan)
    every = np.arange(first, int(later[-1]) + 1)
    kinds = np.where(np.isin(every, list(calendar.holidays)), 7, (every + 3) % 7)
    return Frame(flat, kinds, per_day, int(places[-1]) + 1), ahead, after


def _middle(grid: Grid) -> Ints:
    # of a bucket: its start can be the very moment at which the clock is changed
    return np.asarray((grid.edges[:-1] + grid.edges[1:]) // 2, dtype=np.int64)
