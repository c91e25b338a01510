"""Rate of change: the step between two readings against the steps that this sensor usually makes.

Steps are taken between residuals, so a morning rush is no jump, in units of the hour's spread. A jump alone
is not told; it says how sudden a deviation began, which parts faults from crowds.

Reference: WMO-No. 488 (2010), Guide to the Global Observing System, app. VI.2 (time consistency checks).

>>> round(float(score(np.array([5.0]), np.array([1.0]), np.array([1.0]), np.array([0.5]))[0]), 2)
6.37
"""

from __future__ import annotations

import numpy as np

from tocsin.tools.anomaly.arrays import Floats


def score(error: Floats, before: Floats, sigma: Floats, usual: Floats) -> Floats:
    """Size of the step in usual steps. ``usual``: mean |step| / sigma so far."""
    return np.asarray(np.abs(error - before) / (1.2533 * sigma * (usual + 1e-3)))


def learn(usual: Floats, count: Floats, error: Floats, before: Floats, sigma: Floats) -> Floats:
    """``usual`` after one more step; each counts at most five usual ones."""
    size = np.minimum(np.abs(error - before) / sigma, 5.0 * usual + 5.0 * (count < 20.0))
    return usual + (size - usual) / (np.minimum(count, 500.0) + 1.0)
