"""Air and noise: what traffic, weather and a crowd do to them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from random import Random

from tocsin.simulate.chance import Drift, bounded
from tocsin.simulate.places import Device
from tocsin.simulate.rhythm import HELSINKI
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


@dataclass(frozen=True, slots=True)
class Release:
    """Something that is let out: where, and how many fluorescent particles a litre it makes beside it."""

    lon: float
    lat: float
    per_l: float


class BioSensor:
    """Counts fluorescent biological particles in the air (FBAP), those of the size of bacteria apart.

    Ordinary air holds tens a litre in a town, more by day and in the warm half of the year, washed by rain.
    """

    #: of ordinary air; what the story lets out is nearly all of that size
    _BACTERIA = 0.42
    #: half as much stays of a cloud after so long in a sampler's air
    _LINGERS_S = 25.0
    #: a cloud is this wide at its source, and widens by this share of its way
    _WIDE_M, _WIDENS = 6.0, 0.16

    def __init__(self, device: Device, rng: Random) -> None:
        self.device = device
        self._place, self._gust = Drift(rng, 3.0 * _HOUR), Drift(rng, 60.0)
        self._ordinary = float(device["ordinary"])
        self._cloud = 0.0

    def step(self, dt_s: float, air: Air, at: datetime, release: Release | None) -> None:
        self._place.step(dt_s)
        self._gust.step(dt_s)
        local = at.astimezone(HELSINKI)
        year = math.cos(2 * math.pi * (local.timetuple().tm_yday - 205) / 365.25)
        day = math.cos(2 * math.pi * (local.hour + local.minute / 60.0 - 14.0) / 24.0)
        washed = 1.0 / (1.0 + 0.2 * air.rain_mm_h)
        usual = float(self.device["ordinary"]) * math.exp(0.35 * year + 0.2 * day + 0.16 * self._place.value)
        self._ordinary = usual * washed
        reached = self._reached(air, release) * math.exp(0.25 * self._gust.value) if release else 0.0
        self._cloud += (reached - self._cloud) * (1.0 - math.exp(-dt_s / self._LINGERS_S))

    def _reached(self, air: Air, release: Release) -> float:
        """What of it comes here: least across the wind, thinning with the way, hardly against it."""
        east = (float(self.device.lon) - release.lon) * 55_501.0
        north = (float(self.device.lat) - release.lat) * 111_412.0
        to = math.radians(air.direction_deg + 180.0)
        along = east * math.sin(to) + north * math.cos(to)
        across = east * math.cos(to) - north * math.sin(to)
        wide = self._WIDE_M + self._WIDENS * max(0.0, along)
        thinned = (self._WIDE_M / wide) ** 2 / bounded(air.wind_m_s / 3.0, 0.5, 4.0)
        upwind = math.exp(-((min(0.0, along) / self._WIDE_M) ** 2))
        return release.per_l * thinned * upwind * math.exp(-((across / wide) ** 2))

    def values(self, rng: Random) -> tuple[float, float]:
        """Fluorescent particles a litre: all, and those of the size of bacteria."""
        bacteria = self._BACTERIA * self._ordinary + 0.9 * self._cloud
        every = self._ordinary + self._cloud
        return (
            max(0.0, every + rng.gauss(0.0, math.sqrt(0.4 * every))),
            max(0.0, bacteria + rng.gauss(0.0, math.sqrt(0.4 * bacteria))),
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
