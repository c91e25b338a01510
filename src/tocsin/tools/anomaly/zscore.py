"""High or low for the hour: the mean of the robust z-score over about two minutes.

A window in time, not in readings, so that one setting serves 5 s and 1 h: of slow series it is the reading
itself, of fast ones an average that one wild sample cannot carry (each is clipped).

Reference: Ahmad, S. et al. (2017). Unsupervised real-time anomaly detection for streaming data.
Neurocomputing 262 (short-term likelihood); Iglewicz, B., Hoaglin, D. (1993). How to detect and handle
outliers.

>>> z = step(np.array([0.0]), np.array([10.0]), np.array([3600.0]), np.array([12.0]))
>>> round(float(z[0]), 1)
9.7
"""

from __future__ import annotations

from typing import Final

import numpy as np

from tocsin.tools.anomaly.arrays import Floats

WINDOW_S: Final = 120.0


def step(mean: Floats, z: Floats, dt: Floats, clip: Floats) -> Floats:
    """The window's mean after a reading ``dt`` seconds later, its z bounded by ``clip``."""
    bounded = np.minimum(np.maximum(z, -clip), clip)
    return mean + dt / (WINDOW_S + dt) * (bounded - mean)
