"""The city's calendar: local hour, weekday, holidays.

A day is of one of eight kinds: Monday 0 to Sunday 6, holiday 7.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

import numpy as np

from tocsin.analytics.arrays import DAY_S, SECOND, Ints
from tocsin.sdk.localtime import LocalTime

HOLIDAY: Final = 7
KINDS: Final = 8
_EPOCH = date(1970, 1, 1).toordinal()


class Calendar:
    """``zone``: IANA zone. ``holidays``: local dates on which the city does not keep its week.

    >>> helsinki = Calendar("Europe/Helsinki", [date(2025, 12, 6)])
    >>> day, kind, second = helsinki.split(np.array([1765015200 * SECOND]))  # 2025-12-06T10:00Z, a Saturday
    >>> int(kind[0]), int(second[0]) // 3600
    (7, 12)
    """

    def __init__(self, zone: str = "UTC", holidays: Iterable[date] = ()) -> None:
        self.zone = zone
        self.holidays = frozenset(one.toordinal() - _EPOCH for one in holidays)
        self._clock = LocalTime(zone)
        self._closed = np.array(sorted(self.holidays), dtype=np.int64)

    def split(self, at: Ints) -> tuple[Ints, Ints, Ints]:
        """(local day since 1970, kind of day, second of the local day) of microseconds since 1970."""
        if not len(at):
            none = np.empty(0, dtype=np.int64)
            return none, none, none
        day, weekday, second = self._clock.split(at / SECOND)
        days = day.astype(np.int64)
        kind = np.where(np.isin(days, self._closed), HOLIDAY, weekday)
        return days, kind, second.astype(np.int64)

    def slot(self, at: Ints, step_s: int) -> tuple[Ints, Ints, Ints]:
        """(local day, kind of day, which ``step_s`` of the local day)."""
        day, kind, second = self.split(at)
        return day, kind, np.minimum(second, DAY_S - 1) // step_s

    def offset_us(self, at_us: int) -> int:
        """Microseconds that the local clock is ahead of UTC."""
        return round(self._clock.offset_s(at_us / SECOND) * SECOND)
