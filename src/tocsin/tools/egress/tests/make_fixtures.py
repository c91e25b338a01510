"""Makes the fixtures anew: ``python <this file>``. What they hold was decided before the first run."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tocsin.kernel.events import Observation
from tocsin.sdk.testing import reading, stream, write_stream

#: Six exits round a square of 100 m; degrees at 60 N.
EAST, NORTH = 50 / 55_600, 50 / 111_200
EXITS = {
    f"K-0{n}": (round(24.9436 + x * EAST, 5), round(60.1712 + y * NORTH, 5))
    for n, (x, y) in enumerate(((-1, 1), (0, 1), (1, 1), (1, -1), (0, -1), (-1, -1)), 1)
}
#: people a minute that leave by an exit at a second
Rate = Callable[[str, int], float]


class Counter:
    """People of the last minute, from people who come one by one. What does not change, a counter says with
    every 12th reading alone."""

    def __init__(self, name: str, rng: random.Random) -> None:
        self.name, self._rng = name, rng
        self._seconds: deque[int] = deque([0] * 60, 60)
        self._read = 0

    def second(self, per_min: float) -> None:
        people, left = 0, self._rng.expovariate(1.0)
        while left < per_min / 60.0:
            people += 1
            left += self._rng.expovariate(1.0)
        self._seconds.append(people)

    def read(self, second: int) -> Observation:
        number = int(self.name[2:])
        attributes: dict[str, Any] = {"outflow": sum(self._seconds), "exitNumber": number}
        lon, lat = None, None
        if self._read % 12 == 0:
            attributes |= {"state": "open", "widthM": 6.0, "areaServed": f"Test Square side {number}"}
            lon, lat = EXITS[self.name]
        self._read += 1
        return reading(self.name, "ItemFlowObserved", float(second), attributes, lon=lon, lat=lat)


def counted(rate: Rate, until: int, seed: int, every: int = 5) -> list[Observation]:
    """A minute to fill the counters, then readings from second 0 on."""
    counters = [Counter(name, random.Random(f"{seed}/{name}")) for name in EXITS]
    out = []
    for s in range(-60, until):
        for c in counters:
            c.second(rate(c.name, s))
            if s >= 0 and s % every == 0:
                out.append(c.read(s))
    return out


def positive() -> list[Observation]:
    """20 to 40 a minute at each exit; from second 600 to 840 150 a minute, at K-01 300: it also
    reports first of each round, so that whoever decides within a round has heard of it."""

    def rate(name: str, s: int) -> float:
        if 600 <= s < 840:
            return 300.0 if name == "K-01" else 150.0
        return 15.0 + 4.0 * int(name[2:])

    return counted(rate, 1200, 1)


def quiet() -> list[Observation]:
    """A rush hour swells to three times within 25 minutes; a train's people come every ten minutes."""

    def rate(name: str, s: int) -> float:
        swell = 20.0 * (1 + 2 * min(1.0, max(0.0, (s - 300) / 1500)))
        train = 1.0 if s % 600 < 420 or name in ("K-01", "K-02") else 1.8
        return swell * train

    out = counted(rate, 2700, 2)
    for n, o in enumerate(out):
        second = o.observed_at.minute * 60 + o.observed_at.second
        if o.entity.endswith("K-03") and second in (900, 905, 1500):  # one counter jumps, alone
            lon, lat = EXITS["K-03"]
            jumped = {"outflow": 640, "state": "open", "exitNumber": 3, "widthM": 6.0}
            out[n] = reading("K-03", "ItemFlowObserved", o.observed_at, jumped, lon=lon, lat=lat)
    return out


def slow() -> list[Observation]:
    """A count a minute: 20 people; from second 4,800 for ten minutes 220."""
    return counted(lambda _, s: 220.0 if 4800 <= s < 5400 else 20.0, 7200, 3, every=60)


def ugly() -> list[Observation]:
    """All a feed can do wrong around an egress at second 900: text, gaps, negatives, a stuck counter, a
    delete."""
    odd: tuple[Any, ...] = (None, "n/a", -3, True, 1e300, 0)
    out = []
    for o in counted(lambda _, s: 200.0 if 900 <= s < 1100 else 25.0, 1500, 4):
        second = int(o.observed_at.minute * 60 + o.observed_at.second)
        name = o.entity.rsplit(":", 1)[-1]
        if name == "K-01" and second % 35 == 0:
            what = {"outflow": odd[second // 35 % 6], "widthM": odd[second // 35 % 6], "exitNumber": 1}
            out.append(reading(name, "ItemFlowObserved", float(second), what))
        elif name == "K-02" and 300 < second < 400:
            continue
        elif name == "K-03":
            stuck: dict[str, Any] = {"outflow": 77, "exitNumber": "three"}
            if second % 60 == 0:
                stuck["areaServed"] = "<script>alert(1)</script>\u202e" * 9
            out.append(reading(name, "ItemFlowObserved", float(second), stuck, lon=o.lon, lat=o.lat))
        elif not (name == "K-06" and second > 1000):
            out.append(o)
    out.append(reading("K-06", "ItemFlowObserved", 1003.0, kind="delete"))
    out.append(reading("P-01", "ItemFlowObserved", 500.0, {"intensity": 40.0}))
    return out


if __name__ == "__main__":
    folder = Path(__file__).parent / "fixtures"
    for make in (positive, quiet, slow, ugly):
        write_stream(folder / f"{make.__name__}.jsonl", stream(make(), delay_s=0.4))
