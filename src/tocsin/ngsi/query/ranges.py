"""Ranges and boxes that are asked which of them meet one: whole columns at once, 1,000 in microseconds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")


class Ranges(Generic[T]):
    """Things, each with one or more ranges of ``dimensions`` numbers (NaN has no place)."""

    def __init__(self, dimensions: int) -> None:
        self._dimensions = dimensions
        self._rows: list[tuple[T, tuple[float, ...], tuple[float, ...]]] = []
        self._ends: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None

    def __bool__(self) -> bool:
        return bool(self._rows)

    def add(self, thing: T, low: tuple[float, ...], high: tuple[float, ...]) -> None:
        self._rows.append((thing, low, high))
        self._ends = None

    def remove(self, thing: T) -> None:
        """Takes away all ranges of ``thing``."""
        self._rows = [row for row in self._rows if row[0] is not thing]
        self._ends = None

    def meeting(self, low: tuple[float, ...], high: tuple[float, ...]) -> Iterable[T]:
        """The things of which a range meets that from ``low`` to ``high``, ends included; one may come
        twice.
        """
        if self._ends is None:
            shape = (len(self._rows), self._dimensions)
            lows = np.array([row[1] for row in self._rows], dtype=np.float64).reshape(shape)
            highs = np.array([row[2] for row in self._rows], dtype=np.float64).reshape(shape)
            self._ends = lows.T.copy(), highs.T.copy()
        lows, highs = self._ends
        met = (lows[0] <= high[0]) & (highs[0] >= low[0])
        for axis in range(1, self._dimensions):
            met &= (lows[axis] <= high[axis]) & (highs[axis] >= low[axis])
        return [self._rows[at][0] for at in np.flatnonzero(met).tolist()]
