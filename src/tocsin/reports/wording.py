"""Times, figures and names as reports write them: local time of the city, labelled; units as symbols."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tocsin.kernel.events import Place, Severity, Value
from tocsin.kernel.sharing import Level, Sharing
from tocsin.kernel.text import clean

MARKS: dict[Severity, str] = {"critical": "▲", "high": "◆", "medium": "●", "low": "■"}
#: UN/CEFACT Recommendation 20; a code that is not here is written as it is
_UNITS = {
    "C62": "", "MTK": "m²", "2N": "dB", "GQ": "µg/m³", "GP": "mg/m³", "KMH": "km/h", "MTS": "m/s",
    "CEL": "°C", "DD": "°", "MMT": "mm", "P1": "%", "A97": "hPa", "KWT": "kW", "KWH": "kWh",
    "MTR": "m", "59": "ppm",
}  # fmt: skip
NONE = "–"


class Times:
    """``zone``: IANA name of the city's own time."""

    def __init__(self, zone: str) -> None:
        self._name, self._zone = zone, ZoneInfo(zone)

    def at(self, moment: datetime | None) -> str:
        """``2026-11-22 11:04:12``; a dash for no moment."""
        return NONE if moment is None else moment.astimezone(self._zone).strftime("%Y-%m-%d %H:%M:%S")

    def said(self, moment: datetime) -> str:
        """The same with zone and UTC, for where it stands alone."""
        utc = moment.astimezone(UTC)
        return f"{self.at(moment)} {self._name} ({utc:%Y-%m-%d %H:%M:%S} UTC)"

    def label(self, moment: datetime) -> str:
        """Which times a report gives: the zone and how far it was from UTC at ``moment``."""
        offset = moment.astimezone(self._zone).utcoffset() or timedelta()
        minutes = int(offset.total_seconds() // 60)
        sign = "-" if minutes < 0 else "+"
        return f"{self._name}, UTC{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def lasted(span: timedelta | float | None) -> str:
    """``4 min 10 s``, ``2 h 5 min``, ``3 d 4 h``. A number is seconds."""
    if span is None:
        return NONE
    seconds = round(span.total_seconds() if isinstance(span, timedelta) else span)
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86_400
    if seconds < 60:
        return f"{seconds} s"
    if minutes < 60:
        return f"{minutes} min {seconds % 60} s" if seconds % 60 else f"{minutes} min"
    if hours < 24:
        return f"{hours} h {minutes % 60} min"
    return f"{days} d {hours % 24} h"


def severity(of: Severity) -> str:
    """Shape and word, as on the screens."""
    return f"{MARKS[of]}\u00a0{of}"


def figure(value: Value, unit: str | None = None) -> str:
    """A reading with its unit."""
    if value is None:
        return NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return clean(value, 80)
    symbol = clean(_UNITS.get(unit, unit), 12) if unit else ""
    return f"{value:,.4g} {symbol}".rstrip() if abs(value) < 10_000 else f"{value:,.0f} {symbol}".rstrip()


def per_cent(part: float) -> str:
    return f"{100 * part:.0f} %"


def many(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"


def place(of: Place | None) -> str:
    """Its name and position; the area where it has one."""
    if of is None:
        return "no place known"
    name = f"{clean(of.name, 80)}, " if of.name else ""
    area = f", within {of.radius_m:,.0f} m" if of.radius_m > 0 else ""
    north, east = "N" if of.lat >= 0 else "S", "E" if of.lon >= 0 else "W"
    return f"{name}{abs(of.lat):.5f} {north} {abs(of.lon):.5f} {east}{area}"


def where(of: Place | None) -> str:
    """What people call it; its position where it has no name."""
    return clean(of.name, 80) if of is not None and of.name else place(of)


def open_to(sharing: Sharing) -> str:
    """Whom a thing is open to, in words."""
    owner = f"owned by {sharing.room}" if sharing.room else "taken by no room yet"
    match sharing.level:
        case Level.OWN:
            return f"{owner}; open to that room alone"
        case Level.NAMED:
            return f"{owner}; open to {', '.join(sharing.rooms) or 'no other room'}"
        case Level.ALL:
            rooms = f"; worked on by {', '.join(sharing.rooms)}" if sharing.rooms else ""
            return f"{owner}; open to all control rooms{rooms}"
        case _:
            return f"{owner}; open to all control rooms and partners"
