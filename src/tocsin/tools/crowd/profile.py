"""What a place usually holds at an hour of a working day or a weekend: mean and spread, learnt slowly.

Claim: a band for "usual" that one odd day cannot move. Method: exponentially weighted mean and mean absolute
deviation in 48 bins (24 hours, two kinds of day; UTC), at most one sample in five minutes, innovations
clipped at three deviations (Huber 1964); between bin centres the band is interpolated.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tocsin.kernel.events import Expected

EVERY_S = 300.0
WEIGHT = 0.06
#: Samples of a bin before it says anything: two days of quarter hours.
ENOUGH = 8
#: Band: so many mean absolute deviations (2.5 sigma of a normal distribution), never narrower than this.
WIDE = 3.1
LEAST_PER_M2 = 0.15


class Profile:
    """Densities in people/m²; 48 bins of [mean, deviation, samples]."""

    __slots__ = ("_bins", "_last_s")

    def __init__(self) -> None:
        self._bins: dict[int, list[float]] = {}
        self._last_s = float("-inf")

    def learn(self, at: datetime, now_s: float, per_m2: float) -> None:
        if now_s - self._last_s < EVERY_S:
            return
        self._last_s = now_s
        it = self._bins.get(_bin(at, 0))
        if it is None:
            self._bins[_bin(at, 0)] = [per_m2, 0.0, 1.0]
            return
        mean, deviation, count = it
        weight = max(WEIGHT, 1 / (count + 1))
        off = per_m2 - mean
        if count >= ENOUGH:
            most = 3 * max(1.25 * deviation, LEAST_PER_M2)
            off = max(-most, min(most, off))
        it[0], it[1], it[2] = mean + weight * off, deviation + weight * (abs(off) - deviation), count + 1

    def expected(self, at: datetime) -> Expected | None:
        """The band for this moment; None where too little is known."""
        past_half = at.minute >= 30
        here, there = self._bins.get(_bin(at, 0)), self._bins.get(_bin(at, 1 if past_half else -1))
        if here is None or here[2] < ENOUGH:
            return None
        if there is None or there[2] < ENOUGH:
            there = here
        share = abs(at.minute + at.second / 60 - 30) / 60
        mid = here[0] + share * (there[0] - here[0])
        wide = max(LEAST_PER_M2, WIDE * (here[1] + share * (there[1] - here[1])), 0.2 * mid)
        return Expected(max(0.0, mid - wide), mid, mid + wide)

    def state(self) -> list[Any]:
        return [self._last_s if self._bins else None, [[k, *v] for k, v in self._bins.items()]]

    @classmethod
    def of(cls, state: Sequence[Any]) -> Profile:
        profile = cls()
        profile._last_s = float("-inf") if state[0] is None else state[0]
        profile._bins = {b[0]: list(b[1:]) for b in state[1]}
        return profile


def _bin(at: datetime, hours: int) -> int:
    """Bin of the hour ``hours`` from this one; the kind of day is that of ``at``."""
    return (at.hour + hours) % 24 + (24 if at.weekday() >= 5 else 0)
