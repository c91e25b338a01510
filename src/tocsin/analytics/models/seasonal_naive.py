"""The same as a week ago at this hour (or as yesterday, where a week is not known): the model to beat.

Reference: Hyndman, R. J., Athanasopoulos, G. (2021). Forecasting: Principles and Practice, 5.2.
"""

from __future__ import annotations

import numpy as np

from tocsin.analytics.arrays import Floats, Ints
from tocsin.analytics.models.frame import Frame

#: seasons looked back for a value where the last one has none
_BACK = 4


def season_of(frame: Frame) -> int:
    """Places of one season: a week where two are known, else a day."""
    return frame.week if frame.origin >= 2 * frame.week else frame.per_day


def seasonal_naive(frame: Frame, origin: int, places: Ints, season: int) -> Floats:
    """Values at ``places`` (all >= ``origin``) from those before ``origin``; NaN where four seasons have
    none."""
    made = np.full(len(places), np.nan)
    back = (places - origin) // season + 1
    for more in range(_BACK):
        at = places - (back + more) * season
        usable = np.isnan(made) & (at >= 0)
        made[usable] = frame.flat[at[usable]]
    return made
