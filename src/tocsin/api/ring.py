"""The recent past of the live stream: what a reconnecting or slow client catches up from."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from dataclasses import dataclass
from datetime import datetime

from tocsin.api.picture import Changes


@dataclass(frozen=True, slots=True)
class Tick:
    """``n`` counts every change ever sent, this tick's included: two of them differ by what lies between."""

    n: int
    at: datetime
    changes: Changes
    size: int


class Ring:
    """Ticks in order, bounded by number and by bytes; the oldest leave first."""

    def __init__(self, *, ticks: int = 2_000, size_bytes: int = 16 * 1024 * 1024) -> None:
        self._most_ticks = ticks
        self._most_bytes = size_bytes
        self._ticks: deque[Tick] = deque()
        self._size = 0
        #: what came before the oldest tick held
        self.floor = 0
        self.n = 0

    def add(self, changes: Changes, at: datetime) -> Tick:
        size = sum(len(change.raw or b"") + 100 for change in changes.values())
        tick = Tick(self.n + len(changes), at, changes, size)
        self.n = tick.n
        self._ticks.append(tick)
        self._size += tick.size
        while len(self._ticks) > 1 and (len(self._ticks) > self._most_ticks or self._size > self._most_bytes):
            oldest = self._ticks.popleft()
            self._size -= oldest.size
            self.floor = oldest.n
        return tick

    def holds(self, n: int) -> bool:
        """Can somebody who has seen up to ``n`` catch up from here?"""
        return self.floor <= n <= self.n

    def since(self, n: int) -> tuple[Changes, int]:
        """All changes after ``n``, newest of each thing only, and how many were passed over by that."""
        if self._ticks and self._ticks[-1].n - len(self._ticks[-1].changes) == n:
            return self._ticks[-1].changes, 0
        merged: Changes = {}
        total = 0
        start = bisect_right(self._ticks, n, key=lambda tick: tick.n)
        for index in range(start, len(self._ticks)):
            changes = self._ticks[index].changes
            total += len(changes)
            for key, change in changes.items():
                # who was shut out anywhere on the way must hear of it at the end
                lost = merged[key].lost if key in merged else ()
                merged[key] = change._replace(lost=lost + change.lost) if lost else change
        return merged, total - len(merged)

    def reached(self, n: int) -> datetime | None:
        """When mark ``n`` was reached, or the next moment that is still known."""
        index = bisect_left(self._ticks, n, key=lambda tick: tick.n)
        return self._ticks[min(index, len(self._ticks) - 1)].at if self._ticks else None
