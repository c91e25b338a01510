"""Intervals from errors that were made: how far values lay from forecasts of the same distance.

Errors of a rolling-origin back-test, divided by the usual size of an error at that hour, are pooled by
distance; their empirical quantiles, times the usual size at the hour that is forecast, are laid around the
forecast. Nothing is assumed of their distribution, and both sides are calibrated for themselves.

Sources: Lei, J., et al. (2018). Distribution-free predictive inference for regression. JASA 113 (split
conformal, locally weighted); Tashman, L. J. (2000). Out-of-sample tests of forecasting accuracy. IJF 16.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from tocsin.analytics.arrays import Bools, Floats, Ints

#: shares below each curve of a forecast; the middle one is the forecast itself
LEVELS: Final = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
#: intervals that are scored: share inside, and which two curves hold it
INTERVALS: Final = ((0.5, 2, 4), (0.8, 1, 5), (0.95, 0, 6))
#: errors that a band needs of its own
_LEAST: Final = 60


def spread(errors: Floats, usable: Bools, band: Ints, bands: int) -> Floats:
    """(levels, bands): quantiles of relative ``errors`` (origins, ahead) where ``usable``, by ``band``
    (ahead,).

    A band with few errors takes those of all distances; without any its quantiles are NaN. The middle one is
    0.
    """
    good = usable & np.isfinite(errors)
    made = np.full((len(LEVELS), bands), np.nan)
    everything = errors[good]
    for one in range(bands):
        of = errors[:, band == one][good[:, band == one]]
        pool = of if len(of) >= _LEAST else everything
        if len(pool):
            made[:, one] = _quantiles(pool)
    return made


def _quantiles(errors: Floats) -> Floats:
    # (n + 1) p: the finite-sample step of conformal prediction, so that few errors give wide intervals
    count = len(errors)
    low = np.array([min(level, 1.0 - level) for level in LEVELS])
    share = np.clip(np.floor((count + 1) * low) / count if count > 1 else low, 0.0, 0.5)
    share = np.where(np.array(LEVELS) > 0.5, 1.0 - share, share)
    found = np.quantile(errors, share)
    found[len(LEVELS) // 2] = 0.0
    # curves never cross the forecast
    found[: len(LEVELS) // 2] = np.minimum(found[: len(LEVELS) // 2], 0.0)
    found[len(LEVELS) // 2 + 1 :] = np.maximum(found[len(LEVELS) // 2 + 1 :], 0.0)
    return np.asarray(found, dtype=np.float64)
