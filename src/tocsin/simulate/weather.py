"""Weather over the city: temperature, wind, humidity, rain, each drifting around what the season has."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from random import Random

from tocsin.simulate.chance import Drift, bounded
from tocsin.simulate.rhythm import HELSINKI

_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Air:
    """What the open weather is now."""

    temperature_c: float
    wind_m_s: float
    direction_deg: float
    humidity: float  # 0 to 1
    rain_mm_h: float


class Weather:
    """Drifts with memories from minutes (gusts) to days (fronts); call ``step``, then read ``now``."""

    def __init__(self, rng: Random, at: datetime) -> None:
        self._front = Drift(rng, 40 * _HOUR)
        self._warm = Drift(rng, 1.5 * _HOUR)
        self._wind = Drift(rng, 11 * _HOUR)
        self._gust = Drift(rng, 240.0)
        self._turn = Drift(rng, 16 * _HOUR)
        self._veer = Drift(rng, 300.0)
        self._damp = Drift(rng, 9 * _HOUR)
        self._rain = Drift(rng, 4 * _HOUR)
        self.now = self._read(at)

    def step(self, dt_s: float, at: datetime) -> None:
        for drift in (
            self._front, self._warm, self._wind, self._gust, self._turn, self._veer, self._damp, self._rain,
        ):  # fmt: skip
            drift.step(dt_s)
        self.now = self._read(at)

    def _read(self, at: datetime) -> Air:
        local = at.astimezone(HELSINKI)
        day = local.timetuple().tm_yday
        hour = local.hour + local.minute / 60.0 + local.second / 3600.0
        # Helsinki: about -5 in early February, 18 in late July; days and nights differ little in winter
        season = 6.4 - 11.4 * math.cos(2 * math.pi * (day - 34) / 365.25)
        light = 0.5 - 0.5 * math.cos(2 * math.pi * (day - 10) / 365.25)
        daily = (0.7 + 3.6 * light) * math.cos(2 * math.pi * (hour - 15.0) / 24.0)
        rain = max(0.0, 0.8 * self._rain.value + 0.6 * self._damp.value - 0.9)
        return Air(
            temperature_c=season + daily + 2.8 * self._front.value + 0.35 * self._warm.value - 0.6 * rain,
            wind_m_s=bounded(3.9 * math.exp(0.42 * self._wind.value + 0.13 * self._gust.value), 0.1, 28.0),
            direction_deg=(222.0 + 95.0 * math.tanh(0.6 * self._turn.value) + 9.0 * self._veer.value) % 360.0,
            humidity=bounded(
                0.80 - 0.10 * light + 0.08 * self._damp.value + 0.04 * min(rain, 3.0), 0.25, 1.0
            ),
            rain_mm_h=1.8 * rain,
        )
