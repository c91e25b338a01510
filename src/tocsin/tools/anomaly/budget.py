"""No more alerts than a room can look into: per square of the city, the day's count makes the threshold
stricter.

A count leaks away with a day's time constant. Up to half of the budget nothing changes; at the budget a
finding must be eight times rarer than the base threshold asks, at twice the budget 64 times.

Reference: ISA-18.2 (2016), 16.5 (alarm rate), EEMUA 191.

>>> budget = Budget(8.0, 2.0)
>>> for hour in range(8):
...     budget.count("x", hour * 600.0)
>>> round(budget.factor("x", 4800.0), 2)
0.14
"""

from __future__ import annotations

from math import cos, exp, floor, radians
from typing import Any

from tocsin.tools.anomaly.registry import Entity

_DAY_S = 86400.0
_DEGREE_KM = 111.195
#: Beyond this many, districts without an alert for three days are forgotten.
MOST_DISTRICTS = 1_000


class Budget:
    def __init__(self, per_district_day: float, district_km: float) -> None:
        self._allowed, self._km = per_district_day, district_km
        self._counts: dict[str, tuple[float, float]] = {}

    @property
    def allowed(self) -> float:
        return self._allowed

    def district(self, entity: Entity) -> str:
        """The square that an entity stands in; one without a place is a district by itself."""
        if entity.lon is None or entity.lat is None:
            return entity.id
        step = self._km / _DEGREE_KM
        width = step / max(cos(radians(floor(entity.lat))), 0.05)
        return f"{floor(entity.lon / width)}:{floor(entity.lat / step)}"

    def used(self, district: str, now: float) -> float:
        """Alerts of about the last day."""
        count, at = self._counts.get(district, (0.0, now))
        return count * exp(-max(now - at, 0.0) / _DAY_S)

    def factor(self, district: str, now: float) -> float:
        """What the permitted rate of false alarms is multiplied by, 0-1."""
        used = self.used(district, now) / self._allowed
        return 1.0 if used <= 0.5 else (0.5 / used) ** 3

    def count(self, district: str, now: float) -> None:
        """One more alert of a district."""
        if len(self._counts) > MOST_DISTRICTS:
            self._counts = {d: known for d, known in self._counts.items() if now - known[1] < 3 * _DAY_S}
        self._counts[district] = (self.used(district, now) + 1.0, now)

    def snapshot(self) -> list[list[Any]]:
        return [[k, c, t] for k, (c, t) in self._counts.items()]

    def restore(self, state: Any) -> None:
        self._counts = {k: (c, t) for k, c, t in state}
