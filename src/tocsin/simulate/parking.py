"""Car parks: cars come in and drive out, none appears or vanishes, none finds a place in a full house."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from tocsin.simulate.chance import binomial, poisson
from tocsin.simulate.places import Device
from tocsin.simulate.rhythm import luck_of_day, share


class Garage:
    """``taken`` of ``spots``. Cars stay ``stay_h`` on average; as many come as the hour's rhythm asks for."""

    def __init__(self, device: Device, rng: Random, at: datetime, seed: int) -> None:
        self.device = device
        self.spots = int(device["spots"])
        self._rng = rng
        self._seed = seed
        self.taken = min(self.spots, round(self._wanted(at)))
        self.came = 0
        self.drove_out = 0

    @property
    def free(self) -> int:
        return self.spots - self.taken

    def _wanted(self, at: datetime) -> float:
        luck = luck_of_day(self._seed, self.device.id, at, 0.05)
        return self.spots * float(self.device["full"]) * share("parking", at) * luck

    def step(self, dt_s: float, at: datetime) -> None:
        """A step of ``dt_s`` seconds up to ``at``; quarter hours and seconds alike."""
        stay_s = float(self.device["stay_h"]) * 3600.0
        wanted = self._wanted(at)
        rising = (wanted - self._wanted(at - timedelta(seconds=900))) / 900.0
        leaving = 1.0 / stay_s - min(0.0, rising) / max(1.0, wanted)
        gone = binomial(self._rng, self.taken, min(1.0, leaving * dt_s))
        self.taken -= gone
        self.drove_out += gone
        come = min(poisson(self._rng, (wanted / stay_s + max(0.0, rising)) * dt_s), self.free)
        self.taken += come
        self.came += come
