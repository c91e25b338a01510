"""What is usual at this hour: level + hour of day + weekday or weekend + day of week, learnt together.

Means by hour of any day and by hour of weekday or weekend are shrunk towards the coarser one by their
visits, so little data gives the level only, a few days an hour-of-day profile, a fortnight weekday and
weekend, two months every day of the week by itself. Half-hour knots are joined by straight lines; a knot's
rate falls with its visits (in half hours of time, whatever the interval) down to a floor, so it goes on
learning; residuals are clipped, so an event bends the profile little.

Reference: Efron, B., Morris, C. (1977). Stein's paradox in statistics (shrinkage); Huber, P. (1981). Robust
Statistics.

>>> knots, visits = np.zeros((1, KNOTS), np.float32), np.zeros((1, KNOTS), np.float32)
>>> row = np.array([0])
>>> for day in range(14):
...     for hour in range(24):
...         at = place(np.array([day % 7]), np.array([hour * 3600.0]))
...         u = usual(knots, visits, row, at)
...         x = 10.0 * (hour in range(8, 18)) * (day % 7 < 5)
...         learn(knots, visits, row, at, u, np.array([x]) - u.sum, np.array([1.0]))
>>> noon = np.array([12 * 3600.0])
>>> [round(float(usual(knots, visits, row, place(np.array([d]), noon)).sum[0]), 1) for d in (2, 6)]
[10.0, -0.1]
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from tocsin.tools.anomaly.arrays import Floats, Ints, Singles

HALF_HOURS: Final = 48
STEP_S: Final = 1800.0
#: 48 of any day, 48 of weekdays, 48 of weekends, 24 for each day of the week.
KNOTS: Final = HALF_HOURS * 3 + 24 * 7
#: Visits after which a knot learns no slower, by layer (any day, any, week/weekend, week/weekend, day of
#: week).
KIND_VISITS: Final = 20.0
_CAP: Final = np.array([30.0, 30.0, KIND_VISITS, KIND_VISITS, 8.0]).reshape(5, 1)
#: A layer's say grows with its visits v as v / (v + these).
_SHRINK_KIND: Final = 0.5
_SHRINK_DOW: Final = 3.0
#: Visits that the guess for a knot not visited yet counts for.
_NEW: Final = 0.3


class Where(NamedTuple):
    """``knot`` (5, n): columns of the knots around a time; ``weight`` (5, n): their shares of it."""

    knot: Ints
    weight: Floats
    kind: Ints


class Usual(NamedTuple):
    """Parts of the profile at a time: sum, its layers, the weekday/weekend mean and its visits."""

    sum: Floats
    any_day: Floats
    own: Floats
    visits: Floats
    knots: Floats
    counts: Floats


def place(weekday: Ints, second: Floats) -> Where:
    """Where a local time falls. ``weekday`` 0-6 from Monday, ``second`` of the day."""
    position = second / STEP_S
    k0 = position.astype(np.int64)
    frac = position - k0
    k1 = (k0 + 1) % HALF_HOURS
    weekend = HALF_HOURS * (1 + (weekday >= 5))
    knot = np.empty((5, len(k0)), dtype=np.int64)
    knot[0], knot[1], knot[2], knot[3] = k0, k1, weekend + k0, weekend + k1
    knot[4] = HALF_HOURS * 3 + 24 * weekday + k0 // 2
    weight = np.empty((5, len(k0)))
    weight[0] = weight[2] = 1.0 - frac
    weight[1] = weight[3] = frac
    weight[4] = 1.0
    return Where(knot, weight, knot[2] - HALF_HOURS)


def usual(knots: Singles, visits: Singles, rows: Ints, at: Where) -> Usual:
    """The profile of series ``rows`` at times ``at``, relative to their levels."""
    v = knots[rows, at.knot].astype(np.float64)
    n = visits[rows, at.knot].astype(np.float64)
    w = at.weight * (n / (n + _NEW))  # a knot hardly visited yet leaves the say to the one beside it
    wv = w * v
    any_day = (wv[0] + wv[1]) / (w[0] + w[1] + 1e-12)
    both = w[2] + w[3] + 1e-12
    seen = (w[2] * n[2] + w[3] * n[3]) / both
    own = (wv[2] + wv[3]) / both
    kind = (own - any_day) * (seen / (seen + _SHRINK_KIND))
    dow = v[4] * (n[4] / (n[4] + _SHRINK_DOW))
    unknown = n[:4] == 0.0
    v[:2] = np.where(unknown[:2], any_day, v[:2])
    v[2:4] = np.where(unknown[2:], own, v[2:4])
    return Usual(any_day + kind + dow, any_day, own, seen, v, n)


def learn(
    knots: Singles,
    visits: Singles,
    rows: Ints,
    at: Where,
    u: Usual,
    error: Floats,
    time: Floats,
) -> None:
    """Move the knots towards a reading that lay ``error`` above ``u.sum``; ``time`` it stands for, in
    half hours."""
    gain = at.weight * time
    count = np.minimum(u.counts + gain, _CAP)
    share = gain / (count + _NEW)
    step = np.empty_like(share)
    step[0] = step[1] = error + u.sum - u.any_day
    step[2] = step[3] = error + u.sum - u.own
    step[4] = error
    knots[rows, at.knot] = u.knots + share * step
    visits[rows, at.knot] = count
