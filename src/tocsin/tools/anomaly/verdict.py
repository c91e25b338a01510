"""The sensor or the city? A sum of stated weights of evidence, turned into a probability by the logistic
curve.

Weights are judgements, not learnt: each can be read, argued with and changed. One unit makes the odds 2.7
times larger. Reference: Good, I. J. (1950). Probability and the Weighing of Evidence.

>>> alone = Signs(step=True, against=2)
>>> crowd = Signs(agree=2, others=1)
>>> round(fault_probability(alone), 2), round(fault_probability(crowd), 2)
(0.5, 0.01)
>>> round(fault_probability(Signs(flat=True)), 2)
0.93
"""

from __future__ import annotations

from math import exp
from typing import NamedTuple

#: Before any evidence: most deviations that pass the threshold are of the city.
PRIOR = -1.4
FAULT_AT = 0.6


class Signs(NamedTuple):
    """What speaks for and against a fault. Counts are of neighbours, ``others`` of odd attributes beside
    it."""

    impossible: bool = False
    flat: bool = False
    silent: bool = False
    drift: bool = False
    #: one reading there and back; slow sensors may miss a real event's ends
    spike: bool = False
    spike_slow: bool = False
    #: it began within one reading
    step: bool = False
    #: sits exactly at zero, or at the end of its range, outside the usual band
    pinned: bool = False
    agree: int = 0
    against: int = 0
    others: int = 0


def fault_probability(s: Signs) -> float:
    """0-1: belief that the sensor, not the city, is odd."""
    weight = PRIOR
    weight += 5.0 * s.impossible + 4.0 * s.flat + 3.0 * s.silent + 2.5 * s.drift
    weight += 2.5 * s.spike + 0.5 * s.spike_slow + 0.6 * s.step + 1.2 * s.pinned
    weight += min(0.4 * s.against, 1.2) - min(1.3 * s.agree, 3.0) - 0.5 * min(s.others, 2)
    return round(1.0 / (1.0 + exp(-weight)), 3)
