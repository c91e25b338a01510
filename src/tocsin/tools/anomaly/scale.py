"""How much a series usually scatters at this hour: a robust spread per half hour and weekday/weekend.

Mean absolute residual, each residual clipped at four spreads, shrunk to the series' own overall spread
while the half hour has few visits; never below a fifth of the overall one, nor half of the smallest step
ever seen. The mean absolute deviation times 1.2533 estimates the standard deviation of a normal law.

Reference: Rousseeuw, P., Croux, C. (1993). Alternatives to the median absolute deviation. JASA 88.

>>> round(float(spread(np.array([1.0]), np.array([0.0]), np.array([2.0]), np.array([0.0]))[0]), 4)
2.5066
"""

from __future__ import annotations

from typing import Final

import numpy as np

from tocsin.tools.anomaly.arrays import Floats

SIGMA: Final = 1.2533
_SHRINK_VISITS: Final = 2.0
_LEAST_SHARE: Final = 0.2
CLIP: Final = 4.0


def spread(local: Floats, visits: Floats, overall: Floats, quantum: Floats) -> Floats:
    """Standard deviation to expect. ``local``, ``overall``: mean absolute residuals; ``visits`` of the
    local one."""
    mixed = (visits * local + _SHRINK_VISITS * overall) / (visits + _SHRINK_VISITS)
    return SIGMA * np.maximum(np.maximum(mixed, _LEAST_SHARE * overall), 0.4 * quantum) + 1e-9
