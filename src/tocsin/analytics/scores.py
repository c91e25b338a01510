"""How good forecasts were: MASE, coverage of intervals, pinball loss.

Sources: Hyndman, R. J., Koehler, A. B. (2006). Another look at measures of forecast accuracy. IJF 22 (MASE);
Koenker, R., Bassett, G. (1978). Regression quantiles. Econometrica 46 (pinball loss).
"""

from __future__ import annotations

import numpy as np

from tocsin.analytics.arrays import Floats


def mae(forecast: Floats, actual: Floats) -> float:
    """Mean absolute error where both are known; NaN where nothing is."""
    error = np.abs(forecast - actual)
    there = error[np.isfinite(error)]
    return float(there.mean()) if len(there) else float("nan")


def naive_scale(past: Floats, season: int) -> float:
    """Mean absolute change over a season: what MASE divides by; NaN where it is unknown or nothing changes.

    >>> naive_scale(np.array([1.0, 5.0, 3.0, 5.0]), 2)
    1.0
    """
    step = np.abs(past[season:] - past[:-season]) if len(past) > season else np.empty(0)
    there = step[np.isfinite(step)]
    scale = float(there.mean()) if len(there) else float("nan")
    return scale if scale > 0 else float("nan")


def coverage(low: Floats, high: Floats, actual: Floats) -> float:
    """Share of known values within their interval.

    >>> coverage(np.array([0.0, 0.0]), np.array([1.0, 1.0]), np.array([0.5, 2.0]))
    0.5
    """
    there = np.isfinite(low) & np.isfinite(high) & np.isfinite(actual)
    inside = (low <= actual) & (actual <= high)
    return float(inside[there].mean()) if there.any() else float("nan")


def pinball(quantiles: Floats, levels: tuple[float, ...], actual: Floats) -> float:
    """Mean over levels and places. ``quantiles``: (levels, …) of the shape of ``actual`` behind the first.

    >>> pinball(np.array([[1.0]]), (0.9,), np.array([2.0]))
    0.9
    """
    level = np.array(levels).reshape(-1, *([1] * actual.ndim))
    off = actual - quantiles
    loss = np.maximum(level * off, (level - 1.0) * off)
    there = loss[np.isfinite(loss)]
    return float(there.mean()) if len(there) else float("nan")
