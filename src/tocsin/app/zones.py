"""Which time zone a new city most likely keeps: proposed, never decided.

The tz database lists one principal place for each zone (``zone.tab``), not its borders. So the nearest of
them gives the time, and its name is taken from where it is likelier right: this machine, or the country that
speaks the city's language.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tocsin.kernel.clock import WallClock
from tocsin.kernel.errors import Misconfigured
from tocsin.kernel.geo import Point, distance_m
from tocsin.kernel.languages import Language

UTC = "UTC"
#: where a language is at home, as in ``zone.tab``; English is at home in too many places
_HOME: dict[Language, str] = {"it": "IT", "nb": "NO", "pt": "PT"}


@dataclass(frozen=True, slots=True)
class _Zone:
    name: str
    country: str
    at: Point


def check_zone(name: str) -> str:
    """The name itself. Raises ``Misconfigured`` where the tz database has no such zone."""
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Misconfigured(
            "no such time zone", field="city.zone", value=name, cure="as in Europe/Rome"
        ) from error


def likely_zone(place: Point | None, language: Language, machine: str | None) -> str:
    """The zone to propose. ``machine``: of this computer, None where it states none (or UTC)."""
    if place is None:
        return machine or UTC
    zones = sorted(_zones(), key=lambda zone: distance_m(place, zone.at))
    if not zones:
        return machine or UTC
    nearest = zones[0].name
    if machine and _course(machine) == _course(nearest):
        return machine
    home = [z.name for z in zones if z.country == _HOME.get(language) and _course(z.name) == _course(nearest)]
    return home[0] if home else nearest


def machine_zone() -> str | None:
    """As ``TZ`` or ``/etc/localtime`` say; None for UTC, which on a server says nothing of the city."""
    named = os.environ.get("TZ", "").removeprefix(":")
    if not named:
        try:
            named = str(Path("/etc/localtime").resolve(strict=True)).partition("zoneinfo/")[2]
        except OSError:
            return None
    try:
        zone = check_zone(named)
    except Misconfigured:
        return None
    return None if zone.removeprefix("Etc/") in ("UTC", "UCT", "GMT", "Universal", "Zulu") else zone


def _course(zone: str) -> tuple[timedelta | None, timedelta | None]:
    """What the clocks show in winter and in summer."""
    year, info = WallClock().now().year, ZoneInfo(zone)
    return tuple(datetime(year, month, 15, 12, tzinfo=info).utcoffset() for month in (1, 7))  # type: ignore[return-value]


def _zones() -> Iterator[_Zone]:
    """Rows of ``zone.tab``: country, place as in +4154+01229, zone."""
    text = (resources.files("tzdata") / "zoneinfo" / "zone.tab").read_text("utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            country, at, name, *_ = line.split("\t")
            cut = max(at.rfind("+"), at.rfind("-"))
            yield _Zone(name, country, Point(_degrees(at[cut:]), _degrees(at[:cut])))


def _degrees(words: str) -> float:
    """ISO 6709: ±DDMM, ±DDDMM, or with two more digits of seconds."""
    digits = words[1:]
    seconds = int(digits[-2:]) if len(digits) > 5 else 0
    minutes = digits[:-2] if len(digits) > 5 else digits
    size = int(minutes[:-2]) + int(minutes[-2:]) / 60 + seconds / 3600
    return -size if words[0] == "-" else size
