"""One reading that jumps away and comes straight back: a glitch on the wire, seldom a thing in the street.

The smaller of the steps there and back, if both are on the same side and the readings around it agree.

Reference: WMO-No. 488 (2010), app. VI.2; Basu, S., Meckesheimer, M. (2007). Automatic outlier detection for
time series. Knowl. Inf. Syst. 11.

>>> one = np.array([1.0])
>>> float(score(0 * one, 9 * one, 0.5 * one, one, 0.8 * one)[0]) > 8
True
>>> float(score(9 * one, 9 * one, 0.5 * one, one, 0.8 * one)[0])
0.0
"""

from __future__ import annotations

import numpy as np

from tocsin.tools.anomaly.arrays import Floats


def score(error: Floats, before: Floats, before2: Floats, sigma: Floats, usual: Floats) -> Floats:
    """How odd the reading *before* was, in usual steps; 0 where it was no spike."""
    back, there = before - error, before - before2
    size = np.minimum(np.abs(back), np.abs(there))
    lone = (back * there > 0.0) & (np.abs(error - before2) < 0.3 * size)
    return np.where(lone, size / (1.2533 * sigma * (usual + 1e-3)), 0.0)
