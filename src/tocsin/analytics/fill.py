"""Gaps filled by a stated way, never across one longer than asked, each made-up value marked.

``linear``: a straight line between the values on both sides. ``previous``: the value before. ``usual``: what
is usual at that hour of that kind of day (``baseline``), shifted so that it meets the values on both sides: a
line through the deviations instead of the values. Nothing is filled before the first value or after the last.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np

from tocsin.analytics.arrays import Bools, Floats
from tocsin.kernel.errors import Invalid

Way = Literal["linear", "previous", "usual"]


def fill(
    values: Floats, *, longest: int, way: Way = "linear", usual: Floats | None = None
) -> tuple[Floats, Bools]:
    """(values, which of them are made up). ``longest``: buckets of one gap; longer ones stay whole.

    ``usual``: of the same length, for that way; where it says nothing the line of the values is taken.
    Raises ``Invalid``.

    >>> made, marked = fill(np.array([1.0, np.nan, 3.0, np.nan, np.nan, 9.0]), longest=1)
    >>> made.tolist(), marked.tolist()
    ([1.0, 2.0, 3.0, nan, nan, 9.0], [False, True, False, False, False, False])
    """
    if way not in get_args(Way):
        raise Invalid("no such way", field="way", value=way, cure=", ".join(get_args(Way)))
    if longest < 0:
        raise Invalid("no length of a gap", field="longest", value=longest, cure="0 or more buckets")
    if way == "usual" and usual is None:
        raise Invalid("nothing is said of what is usual", field="usual", cure="give the baseline's medians")
    there = np.isfinite(values)
    marked = _short(there, longest)
    made = values.copy()
    if not marked.any():
        return made, marked
    place, known = np.arange(len(values)), np.flatnonzero(there)
    if way == "previous":
        made[marked] = values[known[np.searchsorted(known, place[marked]) - 1]]
        return made, marked
    line = np.interp(place, known, values[known])
    if way == "usual" and usual is not None:
        said = there & np.isfinite(usual)
        ends = np.flatnonzero(said)
        if len(ends):
            shifted = usual + np.interp(place, ends, (values - usual)[ends])
            line = np.where(np.isfinite(shifted), shifted, line)
    made[marked] = line[marked]
    return made, marked


def _short(there: Bools, longest: int) -> Bools:
    """Missing places of gaps of at most ``longest`` with a value on both sides."""
    marked = np.zeros(len(there), dtype=bool)
    known = np.flatnonzero(there)
    gaps = np.diff(known) - 1
    for before, gap in zip(known[:-1][gaps > 0].tolist(), gaps[gaps > 0].tolist(), strict=True):
        if gap <= longest:
            marked[before + 1 : before + 1 + gap] = True
    return marked
