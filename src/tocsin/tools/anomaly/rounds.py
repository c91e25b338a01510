"""Cuts a batch into rounds in which every series occurs once, its readings in order.

>>> [part[0].tolist() for part in rounds([7, 8, 7], [1.0, 1.0, 2.0], [0.0] * 3, [False] * 3, ["a", "b", "c"])]
[[7, 8], [7]]
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from tocsin.tools.anomaly.arrays import Bools, Floats, Ints

Round = tuple[Ints, Floats, Floats, Bools, "np.ndarray[Any, np.dtype[np.object_]]"]


def rounds(
    rows: list[int], times: list[float], values: list[float], doubts: list[bool], ids: list[str]
) -> Iterator[Round]:
    """Rounds of (rows, times, values, doubted, ids)."""
    i = np.array(rows, dtype=np.int64)
    t, x = np.array(times), np.array(values, dtype=np.float64)
    doubted, names = np.array(doubts), np.array(ids, dtype=object)
    if len(rows) == len(set(rows)):
        yield i, t, x, doubted, names
        return
    order = np.argsort(i, kind="stable")
    ordered = i[order]
    place = np.arange(len(order))
    starts = np.where(np.r_[True, ordered[1:] != ordered[:-1]], place, 0)
    rank = place - np.maximum.accumulate(starts)
    by_round = order[np.argsort(rank, kind="stable")]
    first = 0
    for count in np.bincount(rank).tolist():
        part = by_round[first : first + count]
        yield i[part], t[part], x[part], doubted[part], names[part]
        first += count
