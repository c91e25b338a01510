"""The city's week: how busy it is at an hour of a working day, a Saturday, a Sunday or holiday.

Shares of the busiest ordinary hour, in local time (Europe/Helsinki), smooth between the hours.
"""

from __future__ import annotations

import math
from datetime import datetime
from hashlib import blake2b
from typing import Literal
from zoneinfo import ZoneInfo

HELSINKI = ZoneInfo("Europe/Helsinki")
What = Literal["people", "traffic", "parking"]


def _hours(text: str) -> tuple[int, ...]:
    """24 shares in percent, hour 0 to 23."""
    return tuple(int(part) for part in text.split())


_WEEK: dict[str, dict[What, tuple[int, ...]]] = {
    "working": {
        "people": _hours("10 6 4 4 6 14 32 62 80 66 60 70 84 80 74 82 97 100 86 66 52 42 30 18"),
        "traffic": _hours("16 10 8 8 13 28 58 90 98 82 74 76 79 80 84 96 100 92 74 60 50 42 33 24"),
        "parking": _hours("14 13 12 12 13 16 26 48 72 86 92 96 99 98 96 94 91 86 76 62 46 34 25 18"),
    },
    "saturday": {
        "people": _hours("34 28 22 15 10 8 10 18 30 46 66 84 97 104 106 100 90 78 66 58 54 52 48 42"),
        "traffic": _hours("34 27 20 15 13 15 21 30 42 55 68 77 82 84 83 79 74 69 62 54 47 43 41 38"),
        "parking": _hours("22 20 18 17 17 17 19 25 36 54 74 90 100 104 101 92 80 69 60 53 47 42 35 28"),
    },
    "sunday": {
        "people": _hours("40 32 26 18 12 8 8 12 20 32 48 62 74 80 80 76 68 56 46 38 32 26 20 14"),
        "traffic": _hours("36 30 23 17 13 12 14 19 27 38 49 58 63 66 67 67 65 61 54 46 39 33 27 20"),
        "parking": _hours("24 22 20 18 17 17 17 19 25 37 53 67 76 80 78 71 60 50 42 36 31 27 22 18"),
    },
}
_HOLIDAYS = {(1, 1), (1, 6), (5, 1), (12, 6), (12, 24), (12, 25), (12, 26)}


def kind_of_day(local: datetime) -> str:
    """``working``, ``saturday`` or ``sunday`` (holidays count as Sundays)."""
    if (local.month, local.day) in _HOLIDAYS or local.weekday() == 6:
        return "sunday"
    return "saturday" if local.weekday() == 5 else "working"


def share(what: What, at: datetime) -> float:
    """How busy it is, 1.0 = an ordinary working day at its busiest."""
    local = at.astimezone(HELSINKI)
    table = _WEEK[kind_of_day(local)][what]
    hour = local.hour
    # the hour after midnight belongs to the next day's table: each table ends where the others begin
    following = table[hour + 1] if hour < 23 else table[0]
    part = (local.minute * 60 + local.second + local.microsecond / 1e6) / 3600.0
    smooth = 0.5 - 0.5 * math.cos(math.pi * part)
    return (table[hour] * (1.0 - smooth) + following * smooth) / 100.0


def luck_of_day(seed: int, what: str, at: datetime, spread: float) -> float:
    """A factor around 1 that a day has for its own: the same whenever asked for, smooth over midnight."""
    local = at.astimezone(HELSINKI)
    day = local.toordinal() + (local.hour * 60 + local.minute) / 1440.0 - 0.5
    before = math.floor(day)
    part = 0.5 - 0.5 * math.cos(math.pi * (day - before))
    value = _luck(seed, what, before) * (1.0 - part) + _luck(seed, what, before + 1) * part
    return math.exp(spread * value)


def _luck(seed: int, what: str, day: int) -> float:
    """Sum of four uniform numbers, about normal, from a hash: no state, so history and live agree."""
    digest = blake2b(f"{seed}/{what}/{day}".encode(), digest_size=16).digest()
    parts = [int.from_bytes(digest[i : i + 4], "big") / 2**32 for i in range(0, 16, 4)]
    return (sum(parts) - 2.0) * math.sqrt(3.0)
