"""Generalised likelihood ratio of a count against an expectation, for people who come in bunches.

Claim: how much better "more people than usual" explains a count than "as usual" does, in nats.
Method: the count is negative binomial with mean ``mu`` and shape ``k = 1 / q`` (variance ``mu + q
mu^2``); the alternative has any greater mean, its maximum likelihood estimate being the count itself. The
shape belongs to the whole stretch, not to a second of it: within one bunch the evidence does not pile up.
Reference: Höhle & Paul (2008), Computational Statistics & Data Analysis 52(9), section 3; window-limited
scanning over the last stretches: Lai (1998), IEEE Trans. Inf. Theory 44(7).
"""

from __future__ import annotations

from math import log


def evidence(count: float, mean: float, variance: float) -> float:
    """Nats for a mean greater than ``mean``; 0 where the count is not above it.

    Args:
        count: people seen, not negative; an estimate need not be whole.
        mean: people expected, positive.
        variance: relative variance beyond Poisson ``q``, positive.

    >>> evidence(10, 10, 0.1)
    0.0
    >>> round(evidence(100, 20, 0.1), 2), round(evidence(100, 20, 1.0), 2)
    (18.02, 2.31)
    """
    if count <= mean:
        return 0.0
    shape = 1.0 / variance
    return count * log(count / mean) + (count + shape) * log((mean + shape) / (count + shape))
