"""Silent: nothing for longer than this sensor's pauses ever explain.

The interval is learnt from the readings; the longest pause of each day, in intervals, has a tail of its own
(``tail.py``), so a car park that closes every night is not missed every night.

Reference: Rousseeuw-style bounded updates; ISA-18.2 (2016) on stale alarms.

>>> float(learn(np.array([60.0]), np.array([6000.0]))[0])
96.0
"""

from __future__ import annotations

import numpy as np

from tocsin.tools.anomaly.arrays import Floats

#: A pause shorter than this many intervals is never silence.
LEAST_INTERVALS = 5.0


def learn(interval: Floats, dt: Floats) -> Floats:
    """The interval in seconds after a pause ``dt``; one long pause moves it by no more than 0.6 intervals."""
    return np.where(
        interval > 0.0,
        interval + 0.2 * (np.minimum(np.maximum(dt, 0.25 * interval), 4.0 * interval) - interval),
        dt,
    )


def deadline(last: Floats, interval: Floats, limit: Floats, least_s: float) -> Floats:
    """When a series that last spoke at ``last`` counts as silent (seconds since 1970)."""
    return last + np.maximum(np.maximum(limit, LEAST_INTERVALS) * interval, least_s)
