"""The whole city: one clock, all processes on it, and what each device would read now."""

from __future__ import annotations

import math
from collections import deque
from datetime import datetime, timedelta
from functools import cache
from random import Random

from tocsin.simulate.ambient import AirStation, Background, BioSensor, NoiseMeter
from tocsin.simulate.chance import Drift, bounded, poisson
from tocsin.simulate.crowd import Crowd, Will
from tocsin.simulate.faults import Failing, Values
from tocsin.simulate.parking import Garage
from tocsin.simulate.places import Device, Places
from tocsin.simulate.rhythm import luck_of_day, share
from tocsin.simulate.scenario import Story
from tocsin.simulate.traffic import Loop
from tocsin.simulate.weather import Weather

#: counters show the people of the last minute
WINDOW_S = 60
#: share of the people at a street counter that cross the square, and of those the share that stays a while
_OVER_SQUARE = 0.22
_STAY = 0.25
#: those who stay on an ordinary day do so for about four minutes
_RESTLESS = 1.0 / 240.0
#: after so long an empty square has filled to its usual state
_SETTLED_S = 900


class City:
    """State of the demo city at ``now``.

    Args:
        places: the devices and the square.
        seed: everything that chance decides follows from it.
        at: where its clock begins.
    """

    def __init__(self, places: Places, seed: int, at: datetime) -> None:
        self.places, self.seed, self.now = places, seed, at
        self.story: Story | None = None
        self.weather = Weather(self._chance("weather"), at)
        self.background = Background(self._chance("background"))
        self.crowd = Crowd(places, self._chance("crowd"))
        self.loops = {device.id: Loop(device, self._chance(device.id)) for device in places.loops}
        self.air = {d.id: AirStation(d, self.loops[d["loop"]], self._chance(d.id)) for d in places.air}
        self.bio = {d.id: BioSensor(d, self._chance(d.id)) for d in places.bio}
        self.noise = {d.id: NoiseMeter(d, self.loops[d["loop"]]) for d in places.noise}
        self.garages = {d.id: Garage(d, self._chance(d.id), at, seed) for d in places.parking}
        self.failing = Failing(self._chance("faults"))
        self._eyes = {device.id: self._chance(f"eye/{device.id}") for device in places.devices}
        self._counting = {cell.id: Drift(self._chance(f"count/{cell.id}"), 40.0) for cell in places.cells}
        self._streets = {
            device.id: Drift(self._chance(f"street/{device.id}"), 2400.0) for device in places.streets
        }
        self._others = self._chance("others")
        self._passed = {d.id: deque([0] * WINDOW_S, WINDOW_S) for d in (*places.streets, *self._exits())}
        self._sum = dict.fromkeys(self._passed, 0)
        self._usual = _usual_state(places)
        self.leap(at)

    def _exits(self) -> list[Device]:
        return [way_out.device for way_out in self.places.ways_out]

    def _chance(self, what: str) -> Random:
        return Random(f"{self.seed}/{what}")  # noqa: S311 - a simulation, not a secret

    # ---- time

    def leap(self, to: datetime) -> None:
        """Moves the clock over an ordinary stretch of time at once: drifts drift, the crowd is as usual."""
        dt = max(0.0, (to - self.now).total_seconds())
        self.now = to
        self._surroundings(dt)
        for garage in self.garages.values():
            steps = max(1, math.ceil(dt / 900.0))
            for step in range(steps if dt else 0):
                garage.step(dt / steps, to - timedelta(seconds=dt * (1 - (step + 1) / steps)))
        self._settle()

    def live(self, to: datetime) -> None:
        """Moves the clock in steps of a second, people and all. Never goes back."""
        second = timedelta(seconds=1)
        while self.now + second <= to:
            self.now += second
            if self.now.second % 5 == 0:
                self._surroundings(5.0)
                for garage in self.garages.values():
                    garage.step(5.0, self.now)
            self._second()

    def tell(self, story: Story) -> None:
        """From its start on the story bends what people want."""
        self.story = story
        self.failing.forget(self.now)
        self.failing.faults += story.faults

    def _surroundings(self, dt_s: float) -> None:
        march = self.story.march(self.now) if self.story else 0.0
        self.weather.step(dt_s, self.now)
        self.background.step(dt_s)
        for loop in self.loops.values():
            loop.step(dt_s, self.now, self.seed, march)
        for station in self.air.values():
            station.step(dt_s, self.weather.now)
        released = self.story.released(self.now) if self.story else None
        for sensor in self.bio.values():
            sensor.step(dt_s, self.weather.now, self.now, released)
        for drift in (*self._streets.values(), *self._counting.values()):
            drift.step(dt_s)

    # ---- people

    def _busy(self) -> float:
        rain = 1.0 / (1.0 + 0.12 * self.weather.now.rain_mm_h)
        return share("people", self.now) * luck_of_day(self.seed, "people", self.now, 0.06) * rain

    def _settle(self) -> None:
        """Draws an ordinary state of the square for now: free flow is linear, so the usual state scales."""
        busy, rng, crowd, usual = self._busy(), self._others, self.crowd, self._usual
        for cell, mean in enumerate(usual.staying):
            crowd.staying[cell] = poisson(rng, busy * mean)
            crowd.leaving[cell] = [poisson(rng, busy * count) for count in usual.leaving[cell]]
        for way, model in zip(crowd.ways, usual.ways, strict=True):
            pairs = model.street
            way.street = deque((poisson(rng, busy * a), poisson(rng, busy * b)) for a, b in pairs)
            way.passing, way.joining = poisson(rng, busy * model.passing), poisson(rng, busy * model.joining)
        crowd.arrived, crowd.left = crowd.people() + crowd.around(), 0
        means = {w.device.id: m.went_out for w, m in zip(self.places.ways_out, usual.ways, strict=True)}
        means = {key: busy * mean for key, mean in means.items()}
        means |= {device.id: self._street_mean(device, busy) for device in self.places.streets}
        for key, mean in means.items():
            window = self._passed[key] = deque([0] * WINDOW_S, WINDOW_S)
            self._sum[key] = poisson(rng, mean * WINDOW_S)
            for _ in range(self._sum[key]):
                window[rng.randrange(WINDOW_S)] += 1

    def _street_mean(self, device: Device, busy: float, *, without_square: bool = False) -> float:
        """People a second at a street counter; those who come from and go to the square are counted apart."""
        everyone = busy * float(device["people"]) / 60.0 * math.exp(0.1 * self._streets[device.id].value)
        if not without_square or not any(w.street == device.id for w in self.places.ways_out):
            return everyone
        return max(0.0, everyone * (1.0 - 2.0 * _OVER_SQUARE))

    def _second(self) -> None:
        busy = self._busy()
        will = _will(self.places, busy)
        story = self.story
        if story and story.seconds(self.now) >= 0.0:
            joining = story.joining(self.now)
            stage = next(i for i, cell in enumerate(self.places.cells) if cell.id == story.side.stage)
            spots = self.crowd.spots
            for number, way_out in enumerate(self.places.ways_out):
                will.joining[number] += joining.get(way_out.device.id, 0.0)
                will.usable[number] = story.usable(self.now, way_out.device.id)
            will.pull = story.pull(self.now, self.places, spots)
            will.going = [story.going(self.now, math.dist(spot, spots[stage])) for spot in spots]
        self.crowd.step(will)
        seen = dict.fromkeys(self._passed, 0)
        for way_out, way in zip(self.places.ways_out, self.crowd.ways, strict=True):
            seen[way_out.device.id] += int(way.went_out)
            seen[way_out.street] += int(way.went_out + way.turned_back + way.set_out)
        for device in self.places.streets:
            seen[device.id] += poisson(self._others, self._street_mean(device, busy, without_square=True))
        for key, count in seen.items():
            window = self._passed[key]
            self._sum[key] += count - window[0]
            window.append(count)

    # ---- what devices read

    def read(self, device: Device) -> Values | None:
        """What the device sends now; None when it is silent. Values are in the units of ``UNITS``."""
        return self.failing.applied(device.id, self._true(device), self.now)

    def _true(self, device: Device) -> Values:
        eye, key = self._eyes[device.id], device.id
        if device.type == "CrowdFlowObserved":
            cell = next(i for i, c in enumerate(self.places.cells) if c.id == key)
            # a counting camera misses some, sees some twice, and takes a pigeon for somebody now and then
            people = self.crowd.in_cell(cell)
            seen = people * (1.0 + 0.012 * self._counting[key].value)
            return {"peopleCount": max(0, round(seen + eye.gauss(0.0, math.sqrt(0.05 * people + 0.1))))}
        if device.type == "ItemFlowObserved":
            if key.startswith("K"):
                state = self.story.state(self.now, key) if self.story else "open"
                return {"outflow": self._sum[key], "state": state}
            return {"intensity": self._sum[key]}
        if device.type == "TrafficFlowObserved":
            return self._traffic(self.loops[key])
        if key in self.bio:
            every, bacteria = self.bio[key].values(eye)
            return {"fbap": round(every, 1), "fbapBacteria": round(bacteria, 1)}
        if device.type == "AirQualityObserved":
            no2, pm10, pm2_5 = self.air[key].values(self.background, self.weather.now, eye)
            return {"NO2": round(no2, 1), "PM10": round(pm10, 1), "PM2_5": round(pm2_5, 1)}
        if device.type == "NoiseLevelObserved":
            chanting = self.story.chanting(self.now) if self.story else 0.0
            level = self.noise[key].level_db(self.crowd.people(), chanting, eye)
            return {"LAeq": round(level, 1)}
        if device.type == "WeatherObserved":
            return self._weather(device, eye)
        if device.type == "OffStreetParking":
            return {"availableSpotNumber": self.garages[key].free}
        return {"status": "on"}

    @staticmethod
    def _traffic(loop: Loop) -> Values:
        intensity = loop.intensity()
        if intensity == 0.0:  # no car, no speed
            return {"intensity": 0, "occupancy": 0.0}
        speed = loop.measured_speed()
        return {
            "intensity": int(intensity),
            "averageVehicleSpeed": round(speed, 1),
            "occupancy": round(loop.occupancy(intensity, speed), 4),
        }

    def _weather(self, device: Device, eye: Random) -> Values:
        air = self.weather.now
        return {
            "temperature": round(air.temperature_c + float(device["warmer"]) + eye.gauss(0.0, 0.08), 1),
            "windSpeed": round(max(0.0, air.wind_m_s * float(device["shelter"]) + eye.gauss(0.0, 0.15)), 1),
            "windDirection": round((air.direction_deg + eye.gauss(0.0, 3.0)) % 360.0) % 360,
            "relativeHumidity": round(bounded(air.humidity + eye.gauss(0.0, 0.005), 0.0, 1.0), 2),
            "precipitation": round(
                max(0.0, air.rain_mm_h + (eye.gauss(0.0, 0.05) if air.rain_mm_h else 0.0)), 1
            ),
        }


def _will(places: Places, busy: float) -> Will:
    """What people want on an ordinary day that is so busy."""
    street = {device.id: float(device["people"]) / 60.0 for device in places.streets}
    sharing = {key: sum(w.street == key for w in places.ways_out) for key in street}
    rates = [busy * _OVER_SQUARE * street[w.street] / sharing[w.street] for w in places.ways_out]
    return Will(
        passing=[rate * (1.0 - _STAY) for rate in rates],
        joining=[rate * _STAY for rate in rates],
        pull=[0.0] * len(places.cells),
        going=[_RESTLESS] * len(places.cells),
        usable=[1.0] * len(rates),
    )


@cache
def _usual_state(places: Places) -> Crowd:
    """What the square settles to when it is as busy as it gets, in fractions of people."""
    usual = Crowd(places, Random(0))  # noqa: S311 - a mean, nothing is drawn
    will = _will(places, 1.0)
    for _ in range(_SETTLED_S):
        usual.step_mean(will)
    return usual
