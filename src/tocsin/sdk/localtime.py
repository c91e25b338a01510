"""Local clock time of many moments at once.

>>> clock = LocalTime("Europe/Helsinki")
>>> day, weekday, second = clock.split(np.array([1763829612.0]))  # 2025-11-22T16:40:12Z
>>> int(weekday[0]), float(second[0]) / 3600
(5, 18.67)
"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: All offsets in use since 1970 change on a quarter of an hour of UTC.
BLOCK_S = 900


class LocalTime:
    """Turns seconds since 1970 into local day number, weekday (Monday 0) and second of the day."""

    def __init__(self, zone: str) -> None:
        self._zone = ZoneInfo(zone)
        self._offsets: dict[int, float] = {}

    def offset_s(self, t: float) -> float:
        """Seconds that the local clock is ahead of UTC at ``t``."""
        block = int(t // BLOCK_S)
        known = self._offsets.get(block)
        if known is None:
            if len(self._offsets) > 4096:
                self._offsets.clear()
            delta = datetime.fromtimestamp(block * BLOCK_S, UTC).astimezone(self._zone).utcoffset()
            known = self._offsets[block] = delta.total_seconds() if delta else 0.0
        return known

    def split(self, t: Floats) -> tuple[Floats, Ints, Floats]:
        """(local day number since 1970, weekday 0-6, second of the local day) of times in seconds."""
        blocks = t // BLOCK_S
        first = float(blocks[0])
        if bool((blocks == first).all()):
            local = t + self.offset_s(float(t[0]))
        else:
            each, which = np.unique(blocks, return_inverse=True)
            local = t + np.array([self.offset_s(b * BLOCK_S) for b in each.tolist()])[which]
        day = np.floor(local / 86400.0)
        weekday = (day.astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday
        return day, weekday, local - day * 86400.0

    def words(self, t: float) -> str:
        """Like ``Saturday 18:40``."""
        local = datetime.fromtimestamp(t, UTC).astimezone(self._zone)
        return f"{local:%A %H:%M}"
