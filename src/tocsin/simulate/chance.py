"""Seeded chance: whole-number draws and processes that drift, on a ``random.Random`` given by the caller."""

from __future__ import annotations

import math
from random import Random

#: above this mean a draw is close enough to the bell curve
_MANY = 30.0


def poisson(rng: Random, mean: float) -> int:
    """A number of independent events of which ``mean`` are expected."""
    if mean <= 0.0:
        return 0
    if mean > _MANY:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    limit, product, count = math.exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count


def binomial(rng: Random, count: int, share: float) -> int:
    """How many of ``count`` do what each does with probability ``share``."""
    if count <= 0 or share <= 0.0:
        return 0
    if share >= 1.0:
        return count
    mean = count * share
    if mean < 1e-9:  # never happens, and its logarithm is beyond numbers
        return 0
    if mean > _MANY and count - mean > _MANY:
        return min(count, max(0, round(rng.gauss(mean, math.sqrt(mean * (1.0 - share))))))
    if share > 0.5:
        return count - binomial(rng, count, 1.0 - share)
    # jump from one success to the next: as many steps as successes
    scale, place, found = math.log1p(-share), 0, 0
    while True:
        place += int(math.log(1.0 - rng.random()) / scale) + 1
        if place > count:
            return found
        found += 1


class Drift:
    """Ornstein-Uhlenbeck process of mean 0 and variance 1 that forgets over ``tau_s`` seconds.

    Exact for any step, so that quarter hours of history and seconds of live time are one process
    (Gillespie, Phys. Rev. E 54, 1996).
    """

    __slots__ = ("rng", "tau_s", "value")

    def __init__(self, rng: Random, tau_s: float) -> None:
        self.rng = rng
        self.tau_s = tau_s
        self.value = rng.gauss(0.0, 1.0)

    def step(self, dt_s: float) -> float:
        kept = math.exp(-dt_s / self.tau_s)
        self.value = self.value * kept + math.sqrt(1.0 - kept * kept) * self.rng.gauss(0.0, 1.0)
        return self.value


def bounded(value: float, low: float, high: float) -> float:
    return low if value < low else high if value > high else value
