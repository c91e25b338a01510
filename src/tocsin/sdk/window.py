"""The last minutes of one number: a window bounded in time and in length, with robust figures of it."""

from __future__ import annotations

from bisect import insort
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any


def median(values: Sequence[float]) -> float:
    """Middle value, the mean of the two middle ones if even. Raises ``ValueError`` for none.

    >>> median([3, 1, 2])
    2
    """
    ordered = sorted(values)
    if not ordered:
        raise ValueError("median of nothing")
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def spread(values: Sequence[float]) -> float:
    """Robust standard deviation: 1.4826 times the median absolute deviation (Rousseeuw & Croux 1993).

    >>> round(spread([1.0, 2.0, 3.0, 4.0, 100.0]), 4)
    1.4826
    """
    middle = median(values)
    return 1.4826 * median([abs(v - middle) for v in values])


def slope_per_s(points: Sequence[tuple[float, float]]) -> float:
    """Theil-Sen slope of (seconds, value): the median over all pairs. 0.0 for fewer than two times.

    >>> slope_per_s([(0, 0), (1, 2), (2, 4), (3, 90)])
    2.0
    """
    slopes: list[float] = []
    for i, (ta, va) in enumerate(points):
        for tb, vb in points[i + 1 :]:
            if tb != ta:
                insort(slopes, (vb - va) / (tb - ta))
    return float(median(slopes)) if slopes else 0.0


class Window:
    """Values of the last ``span_s`` seconds, ``most`` of them at most; times must not go back."""

    __slots__ = ("_points", "span_s")

    def __init__(self, span_s: float, most: int) -> None:
        self.span_s = span_s
        self._points: deque[tuple[float, float]] = deque(maxlen=most)

    def add(self, at: datetime, value: float) -> None:
        """Append and forget what is older than the span. Seconds since 1970 are kept, no datetimes."""
        now = at.timestamp()
        self._points.append((now, value))
        self.trim(now)

    def trim(self, now_s: float) -> None:
        points, oldest = self._points, now_s - self.span_s
        while points and points[0][0] < oldest:
            points.popleft()

    def values(self, *, since_s: float = float("-inf"), before_s: float = float("inf")) -> list[float]:
        return [v for t, v in self._points if since_s <= t < before_s]

    def points(self, *, since_s: float = float("-inf")) -> list[tuple[float, float]]:
        return [p for p in self._points if p[0] >= since_s]

    def newest(self, since_s: float) -> list[tuple[float, float]]:
        """Points after ``since_s``, oldest first; costs no more than their number."""
        out: list[tuple[float, float]] = []
        for point in reversed(self._points):
            if point[0] <= since_s:
                break
            out.append(point)
        out.reverse()
        return out

    def __len__(self) -> int:
        return len(self._points)

    def __iter__(self) -> Iterator[tuple[float, float]]:
        return iter(self._points)

    @property
    def last(self) -> tuple[float, float] | None:
        return self._points[-1] if self._points else None

    def snapshot(self) -> list[Any]:
        return [list(p) for p in self._points]

    def restore(self, state: Sequence[Sequence[float]]) -> None:
        self._points.clear()
        self._points.extend((t, v) for t, v in state)
