"""A month at the exit counters of a station square, a stadium and a market: rush hours, trains, matches,
a bar that closes, rain, counters that fail, and evacuations at random. Numbers only: nobody walks
anywhere here.

Made for measuring detectors. It shares no code and no figure with any of them, nor with the demo city: each
exit has a rate of people a second, bunched by gamma draws, and counters add up the last minute.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.simulate.rhythm import share

DAY_S = 86_400
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Gate:
    id: str
    site: str
    number: int
    lon: float
    lat: float
    width_m: float
    #: people a minute at the busiest ordinary hour
    busiest: float


@dataclass(frozen=True, slots=True)
class Happening:
    """``kind``: evacuation, match, concert. ``seconds``: from when to when people leave, since the start."""

    kind: str
    site: str
    begins_s: float
    ends_s: float
    per_min: float


def gates() -> tuple[Gate, ...]:
    """Seventeen exits of three sites, far apart."""
    out: list[Gate] = []
    plan = (
        ("Station Square", 24.90, (55.0, 30.0, 48.0, 22.0, 70.0, 35.0, 18.0, 40.0), 5.0),
        ("Stadium", 24.95, (2.0, 2.0, 3.0, 1.5, 2.0, 4.0), 9.0),
        ("Market Hall", 25.00, (35.0, 24.0, 12.0), 3.5),
    )
    for site, lon, rates, width in plan:
        for n, rate in enumerate(rates, 1):
            out.append(
                Gate(
                    f"{site.split()[0]}-{n}", site, n, lon + 0.0009 * (n % 3), 60.2 + 0.0004 * n, width, rate
                )
            )
    return tuple(out)


class Month:
    """Days of counts, one at a time.

    Args:
        seed: everything follows from it.
        start: local-midnight-ish begin, aware.
        days: how many.
        evacuations: how many are spread over them.
    """

    def __init__(self, seed: int, start: datetime, days: int, evacuations: int) -> None:
        self.start, self.days, self.gates = start, days, gates()
        self._seed = seed
        rng = np.random.default_rng([seed, 1])
        self.happenings = _calendar(rng, start, days)
        for _ in range(evacuations):
            self.happenings.append(self._evacuation(rng))
        self.happenings.sort(key=lambda h: h.begins_s)
        self._tail: Floats = np.zeros((len(self.gates), 60))

    def _evacuation(self, rng: np.random.Generator) -> Happening:
        """At any hour, away from what is on the calendar; as many as make 4 to 20 times an ordinary hour."""
        while True:
            begins = float(rng.uniform(3600.0, self.days * DAY_S - 7200.0))
            site = str(rng.choice(["Station Square", "Stadium", "Market Hall"]))
            if all(h.site != site or not -5400 < begins - h.begins_s < 7200 for h in self.happenings):
                busy = share("people", self.start + timedelta(seconds=begins))
                usual = busy * sum(g.busiest for g in self.gates if g.site == site)
                per_min = max(250.0, usual * float(rng.uniform(4.0, 20.0)))
                room = sum(g.width_m for g in self.gates if g.site == site) * 70.0
                return Happening(
                    "evacuation", site, begins, begins + float(rng.uniform(90, 400)), min(per_min, room)
                )

    def counts(self) -> Iterator[tuple[int, NDArray[np.int64]]]:
        """(seconds since the start of the day's first value, people of the last minute [gate, second])."""
        for day in range(self.days):
            per_s = self._rates(day)
            rng = np.random.default_rng([self._seed, 2, day])
            people = rng.poisson(per_s).astype(np.float64)
            joined = np.concatenate([self._tail, people], axis=1)
            total = np.cumsum(joined, axis=1)
            minute = (total[:, 60:] - total[:, :-60]).astype(np.int64)
            self._tail = people[:, -60:]
            _fail(minute, np.random.default_rng([self._seed, 3, day]))
            yield day * DAY_S, minute

    def _rates(self, day: int) -> Floats:
        """People a second [gate, second of the day]."""
        rng = np.random.default_rng([self._seed, 4, day])
        seconds = np.arange(DAY_S)
        marks = np.arange(0, DAY_S + 1, 300)
        at = [self.start + timedelta(seconds=float(day * DAY_S + m)) for m in marks]
        busy = np.interp(seconds, marks, [share("people", t) for t in at]) * rng.lognormal(0.0, 0.12)
        rain = np.ones(DAY_S)
        for _ in range(rng.poisson(0.6)):  # a shower: people go in, or home, within minutes
            begin = rng.uniform(0, DAY_S)
            rain += rng.uniform(0.3, 1.0) * _hump(seconds, begin, 240.0, 900.0)
        out = np.empty((len(self.gates), DAY_S))
        for n, gate in enumerate(self.gates):
            slow = np.interp(seconds, marks, np.exp(_walk(rng, len(marks), 0.15)))
            groups = np.repeat(rng.gamma(4.0, 0.25, DAY_S // 20), 20)  # families, tour groups
            out[n] = gate.busiest / 60.0 * busy * slow * groups * (rain if gate.site != "Stadium" else 1.0)
        self._trains(out, busy, rng)
        for h in self.happenings:
            self._add(out, h, day, rng)
        return out

    def _trains(self, out: Floats, busy: Floats, rng: np.random.Generator) -> None:
        square = [n for n, g in enumerate(self.gates) if g.site == "Station Square"]
        seconds, at = np.arange(DAY_S), 5.0 * 3600
        while at < DAY_S - 1800:
            people = rng.gamma(3.0, 60.0) * (0.2 + busy[int(at)])
            shares = rng.dirichlet([2.0 if n % 2 else 0.6 for n in square])
            for n, part in zip(square, shares, strict=True):
                out[n] += people * part / 110.0 * _hump(seconds, at + rng.uniform(20, 60), 25.0, 80.0)
            at += rng.uniform(300.0, 840.0)

    def _add(self, out: Floats, h: Happening, day: int, rng: np.random.Generator) -> None:
        seconds = np.arange(DAY_S) + float(day * DAY_S)
        if h.ends_s + 3600 < seconds[0] or h.begins_s > seconds[-1]:
            return
        mine = [n for n, g in enumerate(self.gates) if g.site == h.site]
        if h.kind == "evacuation":
            rise = np.clip((seconds - h.begins_s) / 8.0, 0.0, 1.0)
            fall = np.exp(-np.clip(seconds - h.ends_s, 0.0, None) / 40.0)
            shape, parts = np.where(seconds < h.begins_s, 0.0, rise * fall), rng.dirichlet([6.0] * len(mine))
        else:
            shape = _hump(seconds, h.begins_s, 200.0, h.ends_s - h.begins_s)
            parts = rng.dirichlet([10.0] * len(mine))
        for n, part in zip(mine, parts, strict=True):
            out[n] += h.per_min * part / 60.0 * shape


def _calendar(rng: np.random.Generator, start: datetime, days: int) -> list[Happening]:
    """Matches on Wednesdays and Saturdays, concerts at the market on Fridays."""
    out: list[Happening] = []
    for day in range(days):
        weekday = (start + timedelta(days=day)).weekday()
        if weekday in (2, 5):
            half = day * DAY_S + 17.75 * 3600 + float(rng.uniform(0, 240))
            out.append(Happening("half-time", "Stadium", half, half + 600.0, float(rng.uniform(20.0, 60.0))))
            end = half + 3900.0 + float(rng.uniform(0, 600))
            out.append(Happening("match", "Stadium", end, end + 900.0, float(rng.uniform(700.0, 1500.0))))
        if weekday == 4:
            end = day * DAY_S + 20.0 * 3600 + float(rng.uniform(0, 900))
            out.append(Happening("concert", "Market Hall", end, end + 700.0, float(rng.uniform(150, 320))))
    return out


def _hump(
    seconds: NDArray[np.floating[Any]] | NDArray[np.int64], begin: float, rise_s: float, fall_s: float
) -> Floats:
    """0 before ``begin``, up to 1 over ``rise_s``, then falls off over ``fall_s``."""
    t = np.asarray(seconds - begin, dtype=np.float64)
    up = np.clip(t / rise_s, 0.0, 1.0)
    return np.asarray(up * up * (3 - 2 * up) * np.exp(-np.clip(t - rise_s, 0.0, None) / fall_s))


def _walk(rng: np.random.Generator, steps: int, spread: float) -> Floats:
    """A slow drift around 0 with the given standard deviation."""
    kept = 0.93
    out, value = np.empty(steps), rng.normal(0.0, spread)
    for i in range(steps):
        value = kept * value + np.sqrt(1 - kept * kept) * rng.normal(0.0, spread)
        out[i] = value
    return out


def _fail(minute: NDArray[np.int64], rng: np.random.Generator) -> None:
    """Now and then a counter is stuck, jumps, or begins again at nothing; -1 stands for silence."""
    for n in range(len(minute)):
        if rng.random() < 0.10:
            a = int(rng.integers(0, DAY_S - 7200))
            minute[n, a : a + int(rng.integers(600, 7200))] = minute[n, a]
        if rng.random() < 0.10:
            a = int(rng.integers(0, DAY_S - 700))
            jumps = rng.random(600) < 0.2
            minute[n, a : a + 600][jumps] = rng.integers(200, 900, int(jumps.sum()))
        if rng.random() < 0.15:
            a = int(rng.integers(0, DAY_S - 7200))
            minute[n, a : a + int(rng.integers(60, 7200))] = -1
        if rng.random() < 0.10:
            a = int(rng.integers(0, DAY_S - 60))
            minute[n, a : a + 60] = minute[n, a : a + 60] * np.arange(60) // 60
