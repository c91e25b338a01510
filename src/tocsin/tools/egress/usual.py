"""What an exit usually lets out at this hour: mean, relative variance, and the level of the last minutes.

Claim: an expectation that knows the rush hour and how bunched people come (trains), and that one odd day
cannot move. Method: for 24 hours of two kinds of day (UTC) an exponentially weighted mean and the relative
variance beyond Poisson by the method of moments, ``q = (Var - mean * 60 / exposure) / mean^2`` (one over the
shape of a negative binomial), one sample in five minutes; innovations clipped. Beside it a level that
forgets over ``level_s``. The expectation is the greater of the two, so that a swelling hour is followed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any

EVERY_S = 300.0
#: Fifty samples of an hour: about four days of live counts, two weeks of quarter hours.
WEIGHT = 0.02
#: Samples of an hour before its mean counts, and how many the prior variance weighs.
ENOUGH, PRIOR = 8, 6.0
#: A counter that jumps must not teach that people come so: a sample is taken as three times the mean at most.
MOST = 2.0
LEAST_Q, MOST_Q = 0.02, 4.0


class Usual:
    """People a minute. ``level`` None: nothing recent is known."""

    __slots__ = ("_bins", "_last_s", "level", "level_at")

    def __init__(self) -> None:
        self._bins: dict[int, list[float]] = {}
        self._last_s = float("-inf")
        self.level: float | None = None
        self.level_at = float("-inf")

    def learn(
        self, at: datetime, now_s: float, per_min: float, exposure_s: float, floor: float, level_s: float
    ) -> None:
        """Take the rate of the last ``exposure_s`` seconds; called for stretches that do not overlap. Below
        ``floor`` people a minute ups and downs are measured against it."""
        gap = now_s - self.level_at
        if self.level is None or gap > 2 * level_s:
            self.level = per_min
        else:
            off = min(per_min - self.level, MOST * max(self.level, floor))
            self.level += (1 - math.exp(-gap / level_s)) * off
        self.level_at = now_s
        if now_s - self._last_s < EVERY_S:
            return
        self._last_s = now_s
        it = self._bins.setdefault(_bin(at), [per_min, 0.0, 0.0])
        mean, q, count = it
        weight = max(WEIGHT, 1 / (count + 1))
        off, scale = per_min - mean, max(mean, floor)
        if count >= ENOUGH:
            off = min(off, MOST * scale)
            beyond = (off * off - scale * 60.0 / exposure_s) / (scale * scale)
            it[1] = q + weight * (beyond - q)
        it[0], it[2] = mean + weight * off, count + 1

    def expected(self, at: datetime, now_s: float, floor: float, level_s: float) -> float:
        """People a minute, ``floor`` or more."""
        mean = self.hourly(at) or 0.0
        level = self.level if self.level is not None and now_s - self.level_at <= 2 * level_s else 0.0
        return max(floor, mean, level or 0.0)

    def hourly(self, at: datetime) -> float | None:
        """Mean of this hour, None where it is not known yet."""
        it = self._bins.get(_bin(at))
        return it[0] if it is not None and it[2] >= ENOUGH else None

    def variance(self, at: datetime, prior: float) -> float:
        """Relative variance beyond Poisson at this hour."""
        it = self._bins.get(_bin(at))
        samples = max(0.0, it[2] - ENOUGH) if it is not None else 0.0
        known = it[1] if it is not None else 0.0
        return max(LEAST_Q, min(MOST_Q, (known * samples + prior * PRIOR) / (samples + PRIOR)))

    def relative(self, at: datetime) -> float | None:
        """The same, where it has been learnt well; else None."""
        it = self._bins.get(_bin(at))
        return None if it is None or it[2] < 3 * ENOUGH else max(LEAST_Q, min(MOST_Q, it[1]))

    def state(self) -> list[Any]:
        never = self._last_s == float("-inf")
        return [
            None if never else self._last_s,
            self.level,
            None if self.level is None else self.level_at,
            [[k, *v] for k, v in self._bins.items()],
        ]

    @classmethod
    def of(cls, state: Sequence[Any]) -> Usual:
        it = cls()
        it._last_s = float("-inf") if state[0] is None else state[0]
        it.level, it.level_at = state[1], float("-inf") if state[2] is None else state[2]
        it._bins = {b[0]: list(b[1:]) for b in state[3]}
        return it


def _bin(at: datetime) -> int:
    return at.hour + (24 if at.weekday() >= 5 else 0)
