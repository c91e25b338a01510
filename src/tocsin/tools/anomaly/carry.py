"""Slow deviations that carry on (weather, a season, works next door) become part of what is expected.

The deviation of the last three hours, in spreads of its hour, is averaged; a regression of each residual on
that average says how much of it usually carries on (0: nothing, as with people counts; near 1: almost all,
as with temperature). That share is added to the expectation, which removes most autocorrelation from what
is left.

Reference: Box, G., Jenkins, G. (1970). Time Series Analysis, ch. 3 (first order autoregression).

>>> round(float(share(np.array([0.9]), np.array([1.0]))[0]), 3)
0.818
"""

from __future__ import annotations

from typing import Final

import numpy as np

from tocsin.tools.anomaly.arrays import Floats

WINDOW_S: Final = 3 * 3600.0
MEMORY_S: Final = 7 * 86400.0
_MOST: Final = 0.9
#: Doubt added to the variance: with little slow deviation ever seen, little is carried on.
_RIDGE: Final = 0.1
_USUAL: Final = 3.0


def share(covariance: Floats, variance: Floats) -> Floats:
    """How much of a slow deviation carries on, 0-0.9."""
    return np.minimum(np.maximum(covariance / (variance + _RIDGE), 0.0), _MOST)


def learn(
    slow: Floats, covariance: Floats, variance: Floats, residual: Floats, dt: Floats
) -> tuple[Floats, Floats, Floats]:
    """(slow, covariance, variance) after a clipped residual in spreads."""
    a = np.minimum(dt, 3600.0) / MEMORY_S
    common = np.minimum(np.maximum(residual, -_USUAL), _USUAL)  # rare events teach little
    covariance = covariance + a * (common * slow - covariance)
    variance = variance + a * (slow * slow - variance)
    return slow + dt / (WINDOW_S + dt) * (residual - slow), covariance, variance
