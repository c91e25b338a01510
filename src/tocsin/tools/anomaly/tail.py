"""What a score means: how many false alarms a sensor-day it costs, learnt from the sensor's own days.

Every score's greatest value of each local day is kept. Daily maxima follow, for a large class of
distributions, a Gumbel law (the block maxima method of extreme value theory); here of the square root of a
score, and of the logarithm of a duration, which allows for heavier tails than the plain law: a careful
choice, for city data have them. Its place and spread are learnt day by day from a stated prior, each day's
maximum clipped, so that one holiday does not deafen a sensor. Autocorrelation within a day, which ruins
tails fitted reading by reading, does not matter here.

Reference: Coles, S. (2001). An Introduction to Statistical Modeling of Extreme Values, ch. 3; Siffer, A. et
al. (2017). Anomaly detection in streams with extreme value theory. KDD.

>>> mean, spread, days = prior(1)
>>> for _ in range(30):
...     mean, spread = fold(np.full((9, 1), 2.5), mean, spread, days)
...     days = days + 1
>>> limit = threshold(mean, spread, days, 0.005)[0, 0]
>>> round(float(limit), 1)
5.3
>>> round(float(rate(np.full((9, 1), limit), mean, spread, days)[0, 0]), 4)
0.005
"""

from __future__ import annotations

from typing import Final

import numpy as np

from tocsin.tools.anomaly import columns as c
from tocsin.tools.anomaly.arrays import Floats

EULER: Final = 0.5772
#: Days of memory, and days that the prior counts for.
MEMORY_DAYS: Final = 60.0
PRIOR_DAYS: Final = 3.0


def _column(*values: float) -> Floats:
    return np.array(values).reshape(c.SCORES, 1)


#                       up    down  cus+  cus-  jump  spike flat  gap   drift
_TYPICAL: Final = _column(3.0, 3.0, 6.0, 6.0, 4.5, 4.5, 5.0, 2.0, 0.9)
_LEAST: Final = _column(2.0, 2.0, 3.0, 3.0, 3.0, 3.0, 4.0, 1.5, 0.5)


def _bend(score: Floats) -> Floats:
    """The score on the scale on which its daily maxima are taken to follow a Gumbel law."""
    return np.asarray(np.log(np.maximum(score, 1e-9)))


def _unbend(y: Floats) -> Floats:
    return np.asarray(np.exp(np.minimum(y, 100.0)))


PRIOR: Final = _bend(_TYPICAL)
PRIOR_SPREAD: Final = _column(0.16, 0.16, 0.30, 0.30, 0.20, 0.20, 0.25, 0.20, 0.30)
#: No day counts for less than this, and no spread is believed to be smaller.
LEAST: Final = _bend(_LEAST)
LEAST_SPREAD: Final = _column(0.12, 0.12, 0.20, 0.20, 0.15, 0.15, 0.25, 0.20, 0.20)
#: What part of the permitted false alarms each score may spend; a jump is never told alone.
SHARE: Final = _column(0.28, 0.28, 0.07, 0.07, 0.05, 0.08, 0.07, 0.05, 0.05)
#: How log scores grow with the readings in a day, for the time after a sensor has changed its interval.
CADENCE_GROWTH: Final = _column(0.05, 0.05, 0.05, 0.05, 0.15, 0.15, 0.12, 0.05, 0.0)


def prior(n: int) -> tuple[Floats, Floats, Floats]:
    """(mean, spread, days) of ``n`` series that have seen nothing; shapes (SCORES, n), (SCORES, n), (n,)."""
    return np.repeat(PRIOR, n, axis=1), np.repeat(PRIOR_SPREAD, n, axis=1), np.zeros(n)


def fold(daily_max: Floats, mean: Floats, spread: Floats, days: Floats) -> tuple[Floats, Floats]:
    """Take a finished day's maxima (SCORES, n) into mean and spread, both on the bent scale."""
    y = np.maximum(_bend(daily_max), LEAST)
    away = np.minimum(np.maximum(y - mean, -4.0 * spread), 4.0 * spread)
    share = 1.0 / (np.minimum(days, MEMORY_DAYS) + PRIOR_DAYS + 1.0)
    # deviations balance about the mean, so twice the upward ones are all of them: only high days widen the
    # tail
    upward = 2.0 * np.maximum(away, 0.0)
    return mean + share * away, np.maximum(spread + share * (upward - spread), LEAST_SPREAD)


def _scale(spread: Floats, days: Floats) -> Floats:
    """Spread, wider while it rests on few days."""
    return spread * (1.0 + 1.0 / (days + 1.0))


def threshold(mean: Floats, spread: Floats, days: Floats, per_sensor_day: float) -> Floats:
    """Scores whose passing chance together brings about ``per_sensor_day`` times a day, shared out by
    ``SHARE``."""
    beta = _scale(spread, days)
    return _unbend(mean - beta * (np.log(SHARE * per_sensor_day) + EULER))


def rate(score: Floats, mean: Floats, spread: Floats, days: Floats) -> Floats:
    """False alarms per sensor-day that thresholds as high as ``score`` would cost; the inverse of
    ``threshold``."""
    beta = _scale(spread, days)
    return np.exp(np.minimum(-((_bend(score) - mean) / beta + EULER), 100.0)) / SHARE


def grow(mean: Floats, faster: Floats) -> Floats:
    """Means after a sensor began to speak ``faster`` (n,) times as often: more readings reach higher by
    chance."""
    factor = np.power(faster, CADENCE_GROWTH)
    return np.asarray(mean + np.log(factor))
