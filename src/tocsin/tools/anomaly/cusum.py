"""A small shift that stays: the cumulative sum of z-scores beyond an allowance.

Adds up in quarters of an hour (a reading never counts for more), so that hours of 1.5 standard deviations
count as much as minutes of 10; falls back to zero by itself.

Reference: Page, E. S. (1954). Continuous inspection schemes. Biometrika 41.

>>> total = np.array([0.0])
>>> for _ in range(10):
...     total = step(total, np.array([2.0]), np.array([900.0]), np.array([50.0]))
>>> round(float(total[0]), 1)
10.0
"""

from __future__ import annotations

from typing import Final

import numpy as np

from tocsin.tools.anomaly.arrays import Floats

ALLOWANCE: Final = 1.0
UNIT_S: Final = 900.0


def step(total: Floats, z: Floats, dt: Floats, most: Floats) -> Floats:
    """The sum after a reading; ``z`` towards the watched side, counted within [-3, 4]; never above
    ``most``."""
    weight = np.minimum(dt / UNIT_S, 1.0)
    bounded = np.minimum(np.maximum(z, -3.0), 4.0)
    return np.minimum(np.maximum(total + weight * (bounded - ALLOWANCE), 0.0), most)
