"""What is usual at an hour of a kind of day: medians and quantiles, and how many days each rests on.

For every kind of day (Monday to Sunday, holiday) and slot of the local day the values of all its days are
pooled. With fewer than ``least_days`` of them a cell borrows: from all working days or all days at the
weekend (holidays count there), then from all days. The result says what each cell rests on.

Reference: quantiles of type 7 (Hyndman, R. J., Fan, Y. (1996). Sample quantiles in statistical packages);
medians and quantiles because an event or a broken sensor on one day must not move what is usual.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from tocsin.analytics.arrays import DAY_S, Floats, Ints
from tocsin.analytics.calendar import HOLIDAY, KINDS, Calendar
from tocsin.kernel.errors import Invalid

#: shares below each of the five curves
QUANTILES: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
#: shorter slots would rest on a handful of readings each
SHORTEST_SLOT_S: Final = 900
LEAST_DAYS: Final = 4
#: what a cell rests on: its own kind of day; working days or weekend; any day
OWN, KIND, ANY, NOTHING = 0, 1, 2, 3


@dataclass(frozen=True, slots=True)
class Baseline:
    """``quantiles``: (5, kinds of day, slots). ``days``: how many days a cell rests on. ``rests``: 0 its own
    kind of day, 1 working days or weekend, 2 any day, 3 nothing (its quantiles are NaN)."""

    quantiles: Floats
    days: Ints
    rests: Ints
    slot_s: int
    calendar: Calendar

    def at(self, times: Ints) -> Floats:
        """(5, n): the quantiles at these microseconds since 1970."""
        _, kind, slot = self.calendar.slot(times, self.slot_s)
        return np.asarray(self.quantiles[:, kind, slot], dtype=np.float64)

    def days_at(self, times: Ints) -> Ints:
        _, kind, slot = self.calendar.slot(times, self.slot_s)
        return np.asarray(self.days[kind, slot], dtype=np.int64)


def baseline(
    times: Ints, values: Floats, calendar: Calendar, *, step_s: int = 3600, least_days: int = LEAST_DAYS
) -> Baseline:
    """``times``: microseconds since 1970; ``step_s``: of the grid they lie on, a day at most.

    Raises ``Invalid``.

    >>> hours = np.arange(0, 24 * 28) * 3_600_000_000
    >>> rush = 10.0 * (hours // 3_600_000_000 % 24 == 8)
    >>> made = baseline(hours, rush, Calendar())
    >>> float(made.quantiles[2, 0, 8]), int(made.days[0, 8])
    (10.0, 4)
    """
    if step_s > DAY_S:
        raise Invalid("a day has fewer seconds", field="step_s", value=step_s, cure="86400 at most")
    if least_days < 1:
        raise Invalid("too few days", field="least_days", value=least_days, cure="1 or more")
    slot_s = max(step_s, SHORTEST_SLOT_S)
    there = np.isfinite(values)
    day, kind, slot = calendar.slot(times[there], slot_s)
    found = _Pools(day, slot, values[there], DAY_S // slot_s)
    weekend = (kind >= 5).astype(np.int64)
    own = found.by(kind, KINDS)
    group = found.by(weekend, 2)
    any_day = found.by(np.zeros_like(kind), 1)
    quantiles = np.full((len(QUANTILES), KINDS, found.slots), np.nan)
    days = np.zeros((KINDS, found.slots), dtype=np.int64)
    rests = np.full((KINDS, found.slots), NOTHING, dtype=np.int64)
    for which in range(KINDS):
        late = int(which >= 5 or which == HOLIDAY)
        for rung, (made, count) in (
            (ANY, _pick(any_day, 0)),
            (KIND, _pick(group, late)),
            (OWN, _pick(own, which)),
        ):
            better = (count >= least_days) | ((rests[which] == NOTHING) & (count > 0))
            quantiles[:, which, better] = made[:, better]
            days[which, better] = count[better]
            rests[which, better] = rung
    return Baseline(quantiles, days, rests, slot_s, calendar)


def _pick(pool: tuple[Floats, Ints], which: int) -> tuple[Floats, Ints]:
    return pool[0][:, which], pool[1][which]


class _Pools:
    def __init__(self, day: Ints, slot: Ints, values: Floats, slots: int) -> None:
        self._day, self._slot, self._values, self.slots = day, slot, values, slots

    def by(self, kind: Ints, kinds: int) -> tuple[Floats, Ints]:
        """Quantiles (5, kinds, slots) and days (kinds, slots) of the values pooled by kind and slot."""
        made = np.full((len(QUANTILES), kinds * self.slots), np.nan)
        count = np.zeros(kinds * self.slots, dtype=np.int64)
        cell = kind * self.slots + self._slot
        order = np.lexsort((self._values, cell))
        filled, first = np.unique(cell[order], return_index=True)
        pairs = np.unique(np.stack([cell, self._day]), axis=1) if len(cell) else np.empty((2, 0), np.int64)
        count[:] = np.bincount(pairs[0], minlength=len(count))
        for where, group in zip(filled.tolist(), np.split(self._values[order], first[1:]), strict=True):
            made[:, where] = np.quantile(group, QUANTILES)
        return made.reshape(len(QUANTILES), kinds, self.slots), count.reshape(kinds, self.slots)
