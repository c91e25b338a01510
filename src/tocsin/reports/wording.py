"""Durations, figures, places and names as reports write them; units as symbols."""

from __future__ import annotations

from datetime import timedelta

from tocsin.kernel.events import Place, Severity, Value
from tocsin.kernel.sharing import Level, Sharing
from tocsin.kernel.text import clean
from tocsin.reports.voice import NONE, Voice

MARKS: dict[Severity, str] = {"critical": "▲", "high": "◆", "medium": "●", "low": "■"}
#: UN/CEFACT Recommendation 20; a code that is not here is written as it is
_UNITS = {
    "C62": "", "MTK": "m²", "2N": "dB", "GQ": "µg/m³", "GP": "mg/m³", "KMH": "km/h", "MTS": "m/s",
    "CEL": "°C", "DD": "°", "MMT": "mm", "P1": "%", "A97": "hPa", "KWT": "kW", "KWH": "kWh",
    "MTR": "m", "59": "ppm",
}  # fmt: skip


def lasted(say: Voice, span: timedelta | float | None) -> str:
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
    return say("{days} d {hours} h", days=days, hours=hours % 24)


def severity(say: Voice, of: Severity) -> str:
    """Shape and word, as on the screens."""
    return f"{MARKS[of]}\u00a0{say.of('severity', of)}"


def figure(say: Voice, value: Value, unit: str | None = None) -> str:
    """A reading with its unit."""
    if value is None:
        return NONE
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    if isinstance(value, str):
        return clean(value, 80)
    symbol = clean(_UNITS.get(unit, unit), 12) if unit else ""
    return f"{say.number(value, ',.4g' if abs(value) < 10_000 else ',.0f')} {symbol}".rstrip()


def per_cent(part: float) -> str:
    return f"{100 * part:.0f} %"


def place(say: Voice, of: Place | None) -> str:
    """Its name and position; the area where it has one."""
    if of is None:
        return say("no place known")
    name = f"{clean(of.name, 80)}, " if of.name else ""
    area = say(", within {metres} m", metres=say.number(of.radius_m)) if of.radius_m > 0 else ""
    north = say("N") if of.lat >= 0 else say("S")
    east = say("E") if of.lon >= 0 else say("W")
    lat, lon = say.number(abs(of.lat), ".5f"), say.number(abs(of.lon), ".5f")
    return f"{name}{lat} {north} {lon} {east}{area}"


def where(say: Voice, of: Place | None) -> str:
    """What people call it; its position where it has no name."""
    return clean(of.name, 80) if of is not None and of.name else place(say, of)


def open_to(say: Voice, sharing: Sharing) -> str:
    """Whom a thing is open to, in words."""
    owner = say("owned by {room}", room=sharing.room) if sharing.room else say("taken by no room yet")
    rooms = ", ".join(sharing.rooms)
    match sharing.level:
        case Level.OWN:
            reach = say("open to that room alone")
        case Level.NAMED:
            reach = say("open to {rooms}", rooms=rooms) if rooms else say("open to no other room")
        case Level.ALL:
            reach = say("open to all control rooms")
            reach += say("; worked on by {rooms}", rooms=rooms) if rooms else ""
        case _:
            reach = say("open to all control rooms and partners")
    return f"{owner}; {reach}"
