"""What is known of an attribute by its name and unit before any reading: bounds, words, whether it varies."""

from __future__ import annotations

import re
from math import inf
from typing import NamedTuple

#: Facts about the thing, not readings of it.
STATIC = frozenset(
    [
        "area",
        "widthM",
        "exitNumber",
        "totalSpotNumber",
        "lat",
        "lon",
        "latitude",
        "longitude",
        "elevation",
        "altitude",
        "capacity",
        "laneId",
        "length",
        "height",
        "width",
        "direction",
        "bearing",
        "numLanes",
        "maximumAllowedSpeed",
        "maximumCapacity",
        "speedLimit",
    ]
)
#: Directions: 359 and 1 are neighbours, so height and spread mean nothing.
CIRCULAR = frozenset({"windDirection"})
_SHARE = re.compile(r"^(occupancy|relativeHumidity|.*[sS]hare)$")
_NOT_NEGATIVE = re.compile(
    r"(count|intensity|flow|speed|spotnumber|concentration|precipitation|pressure|volume|vehicles|people)",
    re.I,
)
_GAS = re.compile(r"^(NO2?|NOx|O3|SO2|CO|CO2|PM1|PM10|PM2_5|C6H6|NH3|H2S|NMHC)$")

#: UN/CEFACT Recommendation 20 codes to what people read.
UNITS = {
    "2N": " dB", "GQ": " µg/m³", "GP": " mg/m³", "KMH": " km/h", "MTS": " m/s", "CEL": " °C", "FAH": " °F",
    "MMT": " mm", "CMT": " cm", "MTR": " m", "P1": " %", "C62": "", "DD": "°", "MTK": " m²", "59": " ppm",
    "61": " ppb", "A97": " hPa", "KWH": " kWh", "WTT": " W", "LTR": " l", "K63": " /l", "MTQ": " m³",
    "SEC": " s", "MIN": " min",
}  # fmt: skip
_LABELS = {
    "LAeq": "Noise",
    "PM2_5": "PM2.5",
    "intensity": "Flow",
    "outflow": "Outflow",
    "fbap": "Biological particles",
    "fbapBacteria": "Particles like bacteria",
    "peopleCount": "People",
    "averageVehicleSpeed": "Vehicle speed",
    "availableSpotNumber": "Free spaces",
    "occupiedSpotNumber": "Taken spaces",
}


class Bounds(NamedTuple):
    low: float
    high: float


def varies(name: str) -> bool:
    """False for static and identity attributes: nothing about them can be unusual in time."""
    return name not in STATIC


def bounds(name: str, unit: str | None) -> Bounds:
    """The physically possible range. Wide on purpose: what lies outside is never the city.

    >>> bounds("relativeHumidity", None)
    Bounds(low=0.0, high=1.0)
    >>> bounds("relativeHumidity", "P1").high
    100.0
    """
    if name in CIRCULAR or unit == "DD":
        return Bounds(0.0, 360.0)
    if unit == "P1":
        return Bounds(0.0, 100.0)
    if _SHARE.match(name):
        return Bounds(0.0, 1.0)
    if unit == "CEL":
        return Bounds(-80.0, 80.0)
    if unit == "2N" or name.startswith("LA"):
        return Bounds(0.0, 194.0)
    if unit == "KMH":
        return Bounds(0.0, 400.0)
    if unit in ("GQ", "GP") or _GAS.match(name) or _NOT_NEGATIVE.search(name):
        return Bounds(0.0, inf)
    return Bounds(-inf, inf)


def label(name: str) -> str:
    """What an operator calls it.

    >>> label("averageVehicleSpeed"), label("relativeHumidity"), label("NO2")
    ('Vehicle speed', 'Relative humidity', 'NO2')
    """
    known = _LABELS.get(name)
    if known:
        return known
    if not re.search(r"[a-z]{2}", name):
        return name
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", name).split()
    return " ".join(words).capitalize() if words else name


def unit_words(unit: str | None) -> str:
    """The unit as written behind a number, with its space; codes not known stay as they are."""
    if unit is None:
        return ""
    return UNITS.get(unit, f" {unit[:12]}")
