"""Makes the fixtures anew: ``python <this file>``. What they hold, and the goldens, were decided before any
run.

Seven days from Tuesday 3 March 2026, hourly, so that grace and one weekend pass; the Monday every five
minutes, with what ``golden/positive.json`` names put in. The quiet one is the same city without it.
"""

from __future__ import annotations

import random
from math import exp, pi, sin
from pathlib import Path
from typing import Any

from tocsin.kernel.events import Observation
from tocsin.sdk.testing import reading, stream, write_stream

DAY, LEARNT = 86_400, 7 * 86_400
#: Two noise sensors 110 m apart, one road sensor, one air sensor.
PLACES = {
    "N-1": (24.9410, 60.1710),
    "N-2": (24.9430, 60.1710),
    "T-1": (24.9450, 60.1720),
    "A-1": (24.94, 60.17),
}
NAMES = {"N-1": "Kaivokatu", "N-2": "Rautatientori", "T-1": "Mannerheimintie", "A-1": "Elielinaukio"}
TYPES = {"N": "NoiseLevelObserved", "T": "TrafficFlowObserved", "A": "AirQualityObserved"}


def busy(second: float) -> float:
    """0-1: how much is going on, by hour; a third less at weekends."""
    hour, weekday = second / 3600 % 24, int(second // DAY) % 7
    day = (
        exp(-(((hour - 8.5) / 2.2) ** 2))
        + exp(-(((hour - 17) / 3.0) ** 2))
        + 0.3 * max(0, sin(pi * hour / 24))
    )
    return day * (1.0 if weekday < 5 else 0.65)


def city(who: str, second: float, draw: random.Random) -> dict[str, Any]:
    """Attributes of one reading of an ordinary moment."""
    name = {"name": NAMES[who]}
    if who[0] == "N":
        return {"LAeq": (round(58 + 10 * busy(second) + draw.gauss(0, 1.0), 1), "2N"), **name}
    if who[0] == "T":
        flow = round(max(0.0, 900 * busy(second) * (1 + draw.gauss(0, 0.08)) + draw.gauss(0, 8)))
        return {
            "intensity": flow,
            "averageVehicleSpeed": (round(48 - 9 * busy(second) + draw.gauss(0, 1.2), 1), "KMH"),
            **name,
        }
    dust = 12 + 9 * busy(second)
    coarse = round(max(0.0, dust + draw.gauss(0, 1.5)), 1)
    fine = round(max(0.0, 0.5 * dust + draw.gauss(0, 0.8)), 1)
    return {"PM10": (coarse, "GQ"), "PM2_5": (fine, "GQ"), **name}


def at(who: str, second: float, attributes: dict[str, Any]) -> Observation:
    lon, lat = PLACES[who]
    return reading(who, TYPES[who[0]], second, attributes, lon=lon, lat=lat)


def moments() -> list[int]:
    return [*range(DAY, LEARNT, 3600), *range(LEARNT, LEARNT + 50_400, 300)]


def quiet() -> list[Observation]:
    draw = random.Random(20260301)
    return [at(who, s, city(who, s, draw)) for s in moments() for who in PLACES]


def positive() -> list[Observation]:
    """Monday. 05:00-06:00 the road is shut: 5 cars an hour at 20 km/h. 08:00-09:00 dust, coarse and fine,
    four times as much. 09:00-10:30 N-1 says nothing. 11:00-13:00 N-2 repeats 66.6."""
    draw = random.Random(20260302)
    out = []
    for s in moments():
        hour = (s - LEARNT) / 3600
        for who in PLACES:
            seen = city(who, s, draw)
            if who == "T-1" and 5 <= hour < 6:
                seen |= {
                    "intensity": draw.randrange(3, 8),
                    "averageVehicleSpeed": (draw.randrange(15, 25) + 0.5, "KMH"),
                }
            if who == "A-1" and 8 <= hour < 9:
                seen |= {k: (round(4 * seen[k][0], 1), "GQ") for k in ("PM10", "PM2_5")}
            if who == "N-1" and 9 <= hour < 10.5:
                continue
            if who == "N-2" and 11 <= hour < 13:
                seen["LAeq"] = (66.6, "2N")
            out.append(at(who, s, seen))
    return out


def ugly() -> list[Observation]:
    """Odd, broken and hostile: nothing may fall over, and only what is named in the golden is told.

    Gaps of hours; values missing, as text, as truth values; impossible ones singly; a unit code nobody knows;
    zeros all night; two readings at one time; a name with markup and bidi controls; a sensor that moves; one
    that speaks every 20 s from the Monday on; one that is deleted and comes back.
    """
    draw = random.Random(20260303)
    out = []
    for s in moments():
        hour = s / 3600 % 24
        lamp = max(0, round(40 * busy(s) - 12 + draw.gauss(0, 1)))
        odd: dict[str, Any] = {
            "intensity": lamp,
            "name": "<b>\u202ecafé</b>" if s % 7200 == 0 else "x" * 200,
        }
        if draw.random() < 0.03:
            odd["intensity"] = draw.choice([None, "12", True, -5, 1e300])
        if draw.random() < 0.1 and s < LEARNT:
            continue
        out.append(reading("P-1", "ItemFlowObserved", s, odd, lon=24.94 + (s % 3) * 1e-4, lat=60.17))
        humid = (
            round(min(1.0, max(0.0, 0.7 + 0.2 * sin(2 * pi * hour / 24) + draw.gauss(0, 0.02))), 2),
            "XYZ",
        )
        out.append(
            reading(
                "W-1", "WeatherObserved", s, {"relativeHumidity": humid, "windDirection": (s * 7 % 360, "DD")}
            )
        )
        if s % 3600 == 0:
            out.append(
                reading("W-1", "WeatherObserved", s, {"relativeHumidity": (0.5, None)}, id=f"twin-{s}")
            )
        if s == 3 * DAY:
            out.append(reading("P-2", "ItemFlowObserved", s, {}, kind="delete"))
        out.append(
            reading(
                "P-2", "ItemFlowObserved", s + 1, {"intensity": round(10 * busy(s) + draw.gauss(3, 1), 2)}
            )
        )
    out += [
        reading("N-9", "NoiseLevelObserved", s, {"LAeq": (round(draw.gauss(60, 1), 1), "2N")})
        for s in range(LEARNT, LEARNT + 7200, 20)
    ]
    return out


if __name__ == "__main__":
    for make in (positive, quiet, ugly):
        write_stream(
            Path(__file__).parent / "fixtures" / f"{make.__name__}.jsonl", stream(make(), delay_s=0.4)
        )
