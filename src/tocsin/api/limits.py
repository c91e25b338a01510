"""How often somebody may try."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

from tocsin.kernel.errors import TooMany

_MOST_KEYS = 10_000


class RateLimit:
    """A token bucket for each key: ``burst`` at once, then ``per_minute``. Oldest keys are forgotten."""

    def __init__(self, *, per_minute: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = per_minute / 60
        self._burst = float(burst)
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> None:
        """Use one. Raises ``TooMany`` where there is none left."""
        now = self._clock()
        left, at = self._buckets.get(key, (self._burst, now))
        left = min(self._burst, left + (now - at) * self._rate)
        if left < 1:
            self._buckets[key] = (left, now)
            raise TooMany("too many attempts from this address", retry_after_s=(1 - left) / self._rate)
        self._buckets[key] = (left - 1, now)
        self._buckets.move_to_end(key)
        while len(self._buckets) > _MOST_KEYS:
            self._buckets.popitem(last=False)
