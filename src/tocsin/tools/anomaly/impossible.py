"""Impossible: a value outside what physics or the unit allows, not a number, or doubted on arrival.

Such readings teach nothing. Three of them, less one for every five good ones, are a fault.

Reference: WMO-No. 488 (2010), app. VI.2 (plausible value check).

>>> wrong(np.array([1.5, 0.4, np.nan]), np.zeros(3), np.ones(3), np.array([False, False, False]))
array([ True, False,  True])
"""

from __future__ import annotations

from typing import Final

import numpy as np

from tocsin.tools.anomaly.arrays import Bools, Floats

FAULT_AT: Final = 3.0
FORGIVEN: Final = 0.2
#: No quantity of a city is larger in any unit; squares of it still fit a double.
LARGEST: Final = 1e15


def wrong(x: Floats, low: Floats, high: Floats, doubted: Bools) -> Bools:
    """Which readings cannot be. NaN compares false, so it is wrong too."""
    return ~((x >= low) & (x <= high) & (np.abs(x) <= LARGEST)) | doubted
