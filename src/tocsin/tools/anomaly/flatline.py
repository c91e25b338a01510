"""Stuck: the same value again and again where repeats are rare.

A run of n repeats weighs n * -ln(p), p the learnt chance that a reading repeats the last. Zero (or the
lowest or highest value seen) may repeat all night: there a repeat counts only while that value is outside
the usual band.

Reference: WMO-No. 488 (2010), app. VI.2 (persistence test); geometric run lengths: Feller (1968), XIII.7.

>>> round(float(score(np.array([20.0]), np.array([0.05]))[0]), 1)
59.9
"""

from __future__ import annotations

from typing import Final

import numpy as np

from tocsin.tools.anomaly.arrays import Bools, Floats

#: Chance of a repeat to start from, and how many readings that guess counts for.
PRIOR: Final = 0.7
PRIOR_READINGS: Final = 3.0
#: Fewer repeats are rounding, however rare.
LEAST: Final = 12.0
_MEMORY: Final = 300.0
#: Repeats of a run beyond this teach nothing about the chance of a repeat.
_TEACHING_RUN: Final = 10.0


def score(run: Floats, chance: Floats) -> Floats:
    """Surprise of a run in nats."""
    return run * -np.log(np.minimum(np.maximum(chance, 0.01), 0.999))


def learn(chance: Floats, count: Floats, same: Bools, run: Floats) -> tuple[Floats, Floats]:
    """(chance of a repeat, readings it rests on) after a reading."""
    taught = run <= _TEACHING_RUN
    count = np.minimum(count + taught, _MEMORY)
    return chance + taught * (same - chance) / (count + PRIOR_READINGS), count
