"""Air and noise: what traffic, weather and a crowd do to them."""

from __future__ import annotations

import math
from random import Random

from tocsin.simulate.chance import Drift
from tocsin.simulate.places import Device
from tocsin.simulate.traffic import Loop
from tocsin.simulate.weather import Air

_HOUR = 3600.0
#: street air is renewed in about this time
_MIXING_S = 900.0


class Background:
    """Air that comes to the city from elsewhere, in ug/m3: fine dust and nitrogen dioxide."""

    def __init__(self, rng: Random) -> None:
        self._dust = Drift(rng, 30 * _HOUR)
        self._gas = Drift(rng, 14 * _HOUR)

    def step(self, dt_s: float) -> None:
        self._dust.step(dt_s)
        self._gas.step(dt_s)

    @property
    def pm2_5(self) -> float:
        return 5.2 * math.exp(0.42 * self._dust.value)

    @property
    def no2(self) -> float:
        return 8.5 * math.exp(0.32 * self._gas.value)


class AirStation:
    """A street box that traffic fills and wind empties."""

    def __init__(self, device: Device, loop: Loop, rng: Random) -> None:
        self.device = device
        self._loop = loop
        self._place = Drift(rng, 1.2 * _HOUR)
        self.street_no2 = 0.0

    def step(self, dt_s: float, air: Air) -> None:
        self._place.step(dt_s)
        load = self._loop.flow / float(self._loop.device["capacity"])
        # cold still air stays in the street; rain washes little gas out
        still = 1.0 + 0.012 * max(0.0, 8.0 - air.temperature_c)
        target = float(self.device["exposure"]) * load * still / (0.7 + 0.55 * air.wind_m_s)
        target *= math.exp(0.14 * self._place.value)
        self.street_no2 += (target - self.street_no2) * (1.0 - math.exp(-dt_s / _MIXING_S))

    def values(self, background: Background, air: Air, rng: Random) -> tuple[float, float, float]:
        """NO2, PM10, PM2.5 in ug/m3 as the instruments show them."""
        washed = 1.0 / (1.0 + 0.25 * air.rain_mm_h)
        no2 = background.no2 + self.street_no2
        fine = background.pm2_5 * (0.75 + 0.25 * washed) + 0.05 * self.street_no2
        dust = 1.25 * fine + 0.16 * self.street_no2 * washed + 1.5
        return (
            max(0.0, no2 + rng.gauss(0.0, 0.9)),
            max(0.0, dust + rng.gauss(0.0, 0.7)),
            max(0.0, fine + rng.gauss(0.0, 0.35)),
        )


class NoiseMeter:
    """Equivalent level over ten seconds: sound of traffic, of voices on the square, of the city behind."""

    def __init__(self, device: Device, loop: Loop) -> None:
        self.device = device
        self._loop = loop

    def level_db(self, people: float, chanting: float, rng: Random) -> float:
        """Args:
        people: on the square.
        chanting: share of them that shout, 0 to 1.
        """
        flow = max(self._loop.flow, 8.0)
        street = 38.5 + 10 * math.log10(flow) + 20 * math.log10(max(self._loop.speed, 8.0) / 33.0)
        street -= 10 * math.log10(float(self.device["street_m"]) / 10.0)
        # few cars in ten seconds: their noise comes in lumps
        street += rng.gauss(0.0, 0.9 + 2.4 * math.exp(-flow / 180.0))
        # sound power of a voice: talking 68 dB (one in eight), shouting 88 dB (VDI 3770); hemisphere
        away = 20 * math.log10(float(self.device["square_m"])) + 8.0
        power = people * (0.125 * 10**6.8 + chanting * 10**8.8)
        voices = 10 * math.log10(max(power, 1.0)) - away + rng.gauss(0.0, 1.0)
        hum = 43.0 + rng.gauss(0.0, 0.8)
        return 10 * math.log10(sum(10 ** (level / 10.0) for level in (street, voices, hum)))
