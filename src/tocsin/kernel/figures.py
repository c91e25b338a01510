"""Times as people quote them: how many, mean, median, the 90th percentile."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

import msgspec


class Spread(msgspec.Struct, frozen=True):
    """Of ``count`` times in seconds; None where there is none. ``p90_s`` is the nearest rank: the least time
    that 90 % did not exceed. ``waiting``: begun, not yet over, and in none of the other figures.
    """

    count: int
    waiting: int
    mean_s: float | None
    median_s: float | None
    p90_s: float | None
    how: str


def spread(seconds: Sequence[float], waiting: int, how: str) -> Spread:
    """``how``: in words, what was counted from when to when."""
    ordered = sorted(seconds)
    n = len(ordered)
    if n == 0:
        return Spread(0, waiting, None, None, None, how)
    median = (ordered[(n - 1) // 2] + ordered[n // 2]) / 2
    return Spread(n, waiting, sum(ordered) / n, median, ordered[ceil(0.9 * n) - 1], how)
