"""Drift: day after day further from its neighbours than it ever was.

A day's mean of each residual in spreads; the sensor's own less the median of its neighbours' of the same
kind. A whole district that changes moves the median along; one tired sensor does not.

Reference: Bychkovskiy, V. et al. (2003). A collaborative approach to in-place sensor calibration. IPSN;
median polish: Tukey (1977).

>>> apart(np.array([2.0, 0.1, 0.0]), np.array([[1, 2], [0, 2], [0, 1]]))
array([1.95, 0.9 , 1.05])
"""

from __future__ import annotations

from typing import Final

import numpy as np

from tocsin.tools.anomaly.arrays import Floats, Ints

WINDOW_S: Final = 86400.0
#: Hours in a row that it has to be apart before it is told.
HOURS: Final = 6.0


def step(slow: Floats, z: Floats, dt: Floats) -> Floats:
    """The day's mean after a reading; a residual counts at most four spreads, a pause at most an hour."""
    dt = np.minimum(dt, 3600.0)
    return slow + dt / (WINDOW_S + dt) * (np.minimum(np.maximum(z, -4.0), 4.0) - slow)


def apart(slow: Floats, neighbours: Ints) -> Floats:
    """|own - median of neighbours|; ``neighbours`` (n, k) are rows, -1 where there are fewer. 0 if fewer
    than 2."""
    known = neighbours >= 0
    theirs = np.where(known, slow[neighbours], np.nan)
    few = known.sum(axis=1) < 2
    theirs[few] = 0.0
    return np.where(few, 0.0, np.abs(slow - np.nanmedian(theirs, axis=1)))
