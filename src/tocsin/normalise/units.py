"""Conversions between UN/CEFACT Recommendation 20 unit codes, within one dimension: y = factor * x + offset.

Codes and factors: UN/CEFACT Recommendation 20, Codes for Units of Measure Used in International Trade.
"""

from __future__ import annotations

import re
from typing import NamedTuple

CODE = re.compile(r"^[A-Z0-9]{1,3}\Z")


class Unit(NamedTuple):
    """``x`` of this unit is ``factor * x + offset`` of the dimension's base unit."""

    words: str
    factor: float
    offset: float = 0.0


#: dimension -> code -> unit; the first of each is the base
DIMENSIONS: dict[str, dict[str, Unit]] = {
    "count": {
        "C62": Unit("one", 1),
        "H87": Unit("piece", 1),
        "EA": Unit("each", 1),
        "IE": Unit("person", 1),
    },
    "share": {"C62": Unit("one", 1), "P1": Unit("percent", 0.01)},
    "temperature": {
        "CEL": Unit("degree Celsius", 1),
        "KEL": Unit("kelvin", 1, -273.15),
        "FAH": Unit("degree Fahrenheit", 5 / 9, -160 / 9),
    },
    "speed": {
        "MTS": Unit("metre per second", 1),
        "KMH": Unit("kilometre per hour", 1 / 3.6),
        "HM": Unit("mile per hour", 0.44704),
        "KNT": Unit("knot", 1852 / 3600),
    },
    "length": {
        "MTR": Unit("metre", 1),
        "KMT": Unit("kilometre", 1000),
        "CMT": Unit("centimetre", 0.01),
        "MMT": Unit("millimetre", 0.001),
        "INH": Unit("inch", 0.0254),
        "FOT": Unit("foot", 0.3048),
        "SMI": Unit("mile", 1609.344),
    },
    "area": {
        "MTK": Unit("square metre", 1),
        "KMK": Unit("square kilometre", 1e6),
        "HAR": Unit("hectare", 1e4),
        "CMK": Unit("square centimetre", 1e-4),
        "FTK": Unit("square foot", 0.09290304),
    },
    "mass concentration": {
        "GQ": Unit("microgram per cubic metre", 1),
        "GP": Unit("milligram per cubic metre", 1e3),
        "A93": Unit("gram per cubic metre", 1e6),
    },
    "mole fraction": {"59": Unit("part per million", 1), "61": Unit("part per billion", 1e-3)},
    "number concentration": {"K63": Unit("per litre", 1), "C86": Unit("per cubic metre", 1e-3)},
    "pressure": {
        "A97": Unit("hectopascal", 1),
        "MBR": Unit("millibar", 1),
        "PAL": Unit("pascal", 0.01),
        "KPA": Unit("kilopascal", 10),
        "BAR": Unit("bar", 1000),
    },
    "angle": {"DD": Unit("degree", 1), "C81": Unit("radian", 57.29577951308232)},
    "time": {
        "SEC": Unit("second", 1),
        "C26": Unit("millisecond", 0.001),
        "MIN": Unit("minute", 60),
        "HUR": Unit("hour", 3600),
        "DAY": Unit("day", 86400),
    },
    "sound level": {"2N": Unit("decibel", 1), "M72": Unit("bel", 10)},
    "signal power": {"DBM": Unit("decibel milliwatt", 1)},
    "illuminance": {"LUX": Unit("lux", 1), "KLX": Unit("kilolux", 1000)},
    "irradiance": {"D54": Unit("watt per square metre", 1)},
    "voltage": {"VLT": Unit("volt", 1), "2Z": Unit("millivolt", 0.001)},
}

_DIMENSION_OF = {code: name for name, units in DIMENSIONS.items() if name != "share" for code in units} | {
    "P1": "share"
}


def dimension_of(code: str) -> str | None:
    """Dimension of a code; None where it is not known here. ``C62`` is a count."""
    return _DIMENSION_OF.get(code)


def words_of(code: str) -> str:
    """``GQ (microgram per cubic metre)``; the bare code where it is not known."""
    dimension = _DIMENSION_OF.get(code)
    return f"{code} ({DIMENSIONS[dimension][code].words})" if dimension else code


def conversions(dimension: str, to: str) -> dict[str, tuple[float, float]]:
    """For each code of the dimension the factor and offset into ``to``; identity is exactly (1.0, 0.0)."""
    units = DIMENSIONS[dimension]
    target = units[to]
    return {
        code: (1.0, 0.0)
        if (unit.factor, unit.offset) == (target.factor, target.offset)
        else (unit.factor / target.factor, (unit.offset - target.offset) / target.factor)
        for code, unit in units.items()
    }
