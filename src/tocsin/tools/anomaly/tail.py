"""What a score means: how many false alarms a sensor-day it costs, learnt from the sensor's own days.

Every score's greatest value of each local day is kept; the logarithm of such daily maxima follows, for a large
class of score distributions, a Gumbel law (the block maxima method of extreme value theory; a Gumbel law of the
logarithm is a Frechet law of the score, the careful choice of tail). Its place and spread are learnt day by day
from a stated prior, each day's maximum clipped, so that one holiday does not deafen a sensor. Autocorrelation
within a day, which ruins tails fitted reading by reading, does not matter here.

Reference: Coles, S. (2001). An Introduction to Statistical Modeling of Extreme Values, ch. 3; Siffer, A. et al.
(2017). Anomaly detection in streams with extreme value theory. KDD.

>>> mean, spread, days = prior(1)
>>> for _ in range(30):
...     mean, spread = fold(np.full((9, 1), 2.5), mean, spread, days)
...     days = days + 1
>>> limit = threshold(mean, spread, days, 0.005)[0, 0]
>>> round(float(limit), 1)
5.4
>>> round(float(rate(np.full((9, 1), limit), mean, spread, days)[0, 0]), 4)
0.005
"""

from __future__ import annotations

from typing import Final

import numpy as np

from tocsin.tools.anomaly import columns as c
from tocsin.tools.anomaly.types import Floats

EULER: Final = 0.5772
#: Days of memory, and days that the prior counts for.
MEMORY_DAYS: Final = 60.0
PRIOR_DAYS: Final = 3.0


def _column(*values: float) -> Floats:
    return np.array(values).reshape(c.SCORES, 1)


#                       up    down  cus+  cus-  jump  spike flat  gap   drift
PRIOR: Final = np.log(_column(3.0, 3.0, 6.0, 6.0, 4.5, 4.5, 8.0, 3.0, 0.9))
PRIOR_SPREAD: Final = _column(0.20, 0.20, 0.35, 0.35, 0.22, 0.22, 0.30, 0.30, 0.30)
#: No day counts for less than this, and no spread is believed to be smaller.
LEAST: Final = _column(2.0, 2.0, 3.0, 3.0, 3.0, 3.0, 4.0, 1.5, 0.5)
LEAST_SPREAD: Final = _column(0.12, 0.12, 0.20, 0.20, 0.15, 0.15, 0.25, 0.20, 0.20)
#: What part of the permitted false alarms each score may spend; a jump is never told alone.
SHARE: Final = _column(0.25, 0.25, 0.10, 0.10, 0.05, 0.08, 0.07, 0.05, 0.05)
#: How log scores grow with the readings in a day, for the time after a sensor has changed its interval.
CADENCE_GROWTH: Final = _column(0.05, 0.05, 0.05, 0.05, 0.15, 0.15, 0.12, 0.05, 0.0)


def prior(n: int) -> tuple[Floats, Floats, Floats]:
    """(mean, spread, days) of ``n`` series that have seen nothing; shapes (c.SCORES, n), (c.SCORES, n), (n,)."""
    return np.repeat(PRIOR, n, axis=1), np.repeat(PRIOR_SPREAD, n, axis=1), np.zeros(n)


def fold(daily_max: Floats, mean: Floats, spread: Floats, days: Floats) -> tuple[Floats, Floats]:
    """Take a finished day's maxima (c.SCORES, n) into mean and spread of their logarithms."""
    y = np.log(np.maximum(daily_max, LEAST))
    away = np.minimum(np.maximum(y - mean, -4.0 * spread), 4.0 * spread)
    share = 1.0 / (np.minimum(days, MEMORY_DAYS) + PRIOR_DAYS + 1.0)
    return mean + share * away, np.maximum(spread + share * (np.abs(away) - spread), LEAST_SPREAD)


def _scale(spread: Floats, days: Floats) -> Floats:
    """Spread, wider while it rests on few days."""
    return spread * (1.0 + 1.5 / (days + 1.0))


def threshold(mean: Floats, spread: Floats, days: Floats, per_sensor_day: float) -> Floats:
    """Scores whose passing chance together brings about ``per_sensor_day`` times a day, shared out by ``SHARE``."""
    beta = _scale(spread, days)
    return np.exp(mean - beta * (np.log(SHARE * per_sensor_day) + EULER))


def rate(score: Floats, mean: Floats, spread: Floats, days: Floats) -> Floats:
    """False alarms per sensor-day that thresholds as high as ``score`` would cost; the inverse of ``threshold``."""
    beta = _scale(spread, days)
    return np.exp(-((np.log(np.maximum(score, 1e-9)) - mean) / beta + EULER)) / SHARE
