"""Motor traffic at the loops: flow from the city's rhythm, speed from how full the lanes are."""

from __future__ import annotations

import math
from datetime import datetime
from random import Random

from tocsin.simulate.chance import Drift, bounded
from tocsin.simulate.places import Device
from tocsin.simulate.rhythm import luck_of_day, share

#: a vehicle covers this much of the lane over the loop, in metres (its length and the loop's)
_COVER_M = 6.8
_LANE_PER_H = 760.0


class Loop:
    """One loop. ``flow`` (vehicles/h) and ``speed`` (km/h) are means; five minutes of it vary."""

    def __init__(self, device: Device, rng: Random) -> None:
        self.device = device
        self._slow = Drift(rng, 2700.0)
        self._fast = Drift(rng, 150.0)
        self._pace = Drift(rng, 200.0)
        self.flow = 0.0
        self.speed = float(device["free"])

    def step(self, dt_s: float, at: datetime, seed: int, march: float) -> None:
        """Args:
        march: how much of a march walks over the street now, 0 to 1.
        """
        for drift in (self._slow, self._fast, self._pace):
            drift.step(dt_s)
        device = self.device
        blocked = float(device["march"]) * march
        capacity = float(device["capacity"]) * (1.0 - blocked)
        wanted = float(device["flow"]) * share("traffic", at) * luck_of_day(seed, "traffic", at, 0.05)
        self.flow = min(wanted * math.exp(0.07 * self._slow.value), capacity)
        load = self.flow / capacity
        # BPR curve for what is moving; people on the carriageway slow the rest
        self.speed = float(device["free"]) / (1.0 + 0.45 * load**3) * (1.0 - 0.7 * blocked)

    def intensity(self) -> float:
        """Vehicles per hour, from a count of five minutes: steps of 12."""
        mean = self.flow / 12.0
        count = mean + math.sqrt(mean) * self._fast.value
        return 12.0 * max(0, round(count))

    def measured_speed(self) -> float:
        """Mean of the cars of five minutes, km/h: fewer cars, less sure."""
        cars = max(1.0, self.flow / 12.0)
        return bounded(
            self.speed + self._pace.value * 5.5 / math.sqrt(cars) + 0.5 * self._fast.value, 2.0, 70.0
        )

    def occupancy(self, intensity: float, speed_km_h: float) -> float:
        """Share of time a vehicle stands over the loop, 0 to 1."""
        lanes = max(1.0, float(self.device["capacity"]) / _LANE_PER_H)
        return bounded(intensity / max(speed_km_h, 2.0) / lanes * _COVER_M / 1000.0, 0.0, 1.0)
