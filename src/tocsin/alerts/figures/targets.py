"""The targets, and where each is written. Pure.

ANSI/ISA-18.2-2016 clause 16 and IEC 62682:2022 clause 16 (monitoring and assessment) give the same figures;
EEMUA 191 (edition 3) those marked so. All are meant over a month or more: over ten minutes they are a look,
not a verdict.
"""

from __future__ import annotations

from typing import Literal

import msgspec

FigureId = Literal[
    "average",
    "per_seat",
    "peak",
    "busy_windows",
    "flood_time",
    "top_sources",
    "chattering",
    "stale",
    "low",
    "medium",
    "grave",
    "unauthorised",
]
_RATE = "ISA-18.2-2016, 16 (average annunciated alarm rate); IEC 62682:2022, 16; EEMUA 191"


class Target(msgspec.Struct, frozen=True):
    """``limit`` None: none is written. ``most`` False: it is an aim, met within ``slack`` either way."""

    unit: Literal["alerts", "%", "sources"]
    limit: float | None
    clause: str
    most: bool = True
    slack: float = 0.0

    def meets(self, value: float | None) -> bool | None:
        """None where there is nothing to compare."""
        if value is None or self.limit is None:
            return None
        return value <= self.limit if self.most else abs(value - self.limit) <= self.slack


#: 1 in ten minutes is very likely to be acceptable, 2 the most that is manageable
ACCEPTABLE, MANAGEABLE = 1.0, 2.0
FLOOD_START, FLOOD_END = 10, 5
TOP = 10
STALE_H = 24

_SHARE = "ISA-18.2-2016, 16 (annunciated alarm priority distribution: about 80 / 15 / 5 %)"
TARGETS: dict[FigureId, Target] = {
    "average": Target("alerts", MANAGEABLE, _RATE),
    "per_seat": Target("alerts", ACCEPTABLE, _RATE + " (per operating position)"),
    "peak": Target("alerts", FLOOD_START, "ISA-18.2-2016, 16 (peak rate: at most 10 in any 10 minutes)"),
    "busy_windows": Target("%", 1.0, "ISA-18.2-2016, 16 (10-minute periods with more than 10 alarms: < 1 %)"),
    "flood_time": Target(
        "%", 1.0, "ISA-18.2-2016, 16 (alarm floods: from 10 to below 5 in 10 minutes; < 1 %)"
    ),
    "top_sources": Target("%", 5.0, "ISA-18.2-2016, 16 (the 10 most frequent alarms: 1 to 5 %)"),
    "chattering": Target("sources", 0, "ISA-18.2-2016, 16 (chattering and fleeting alarms: none)"),
    "stale": Target(
        "alerts", 4, "ISA-18.2-2016, 16 (stale alarms, standing over 24 h: fewer than 5 on any day)"
    ),
    "low": Target("%", 80.0, _SHARE, most=False, slack=10.0),
    "medium": Target("%", 15.0, _SHARE, most=False, slack=5.0),
    "grave": Target("%", 5.0, _SHARE),
    "unauthorised": Target(
        "alerts", 0, "ISA-18.2-2016, 16 (alarms suppressed outside of approved methods: none)"
    ),
}
