"""A value of EEA's data flow E2a as an ``AirQualityObserved`` of its sampling point. Pure."""

from __future__ import annotations

import msgspec

from tocsin.kernel.clock import iso
from tocsin.kernel.text import clean
from tocsin.sdk.naming import local_id
from tocsin.sdk.reading import Reading, Refused, Rule, from_json, parse_time

#: https://dd.eionet.europa.eu/vocabulary/aq/pollutant
_POLLUTANTS = {
    1: "SO2",
    5: "PM10",
    7: "O3",
    8: "NO2",
    9: "NOx",
    10: "CO",
    20: "C6H6",
    38: "NO",
    6001: "PM2_5",
}
_UNITS = {"ug.m-3": "GQ", "ug/m3": "GQ", "µg/m3": "GQ", "mg.m-3": "GP", "mg/m3": "GP"}


class Row(msgspec.Struct):
    point: str
    pollutant: int
    start: str
    end: str
    #: a decimal number, as a text
    value: str
    unit: str


def read(payload: bytes) -> Reading:
    """Raises ``Refused``. The hour's mean counts at its end."""
    try:
        row = msgspec.json.decode(payload, type=Row)
    except msgspec.ValidationError as error:
        raise Refused(Rule.NOT_MAPPED, str(error)[:200], cure="let the source fetch it anew") from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
        from_json(payload)
        raise
    name, unit = _POLLUTANTS.get(row.pollutant), _UNITS.get(row.unit)
    if name is None or unit is None:
        field, odd = ("pollutant", row.pollutant) if name is None else ("unit", row.unit)
        raise Refused(
            Rule.NOT_MAPPED, f"a {field} not known here", field=field, value=odd, cure="leave it out"
        )
    try:
        value = float(row.value)
    except ValueError:
        raise Refused(
            Rule.WRONG_TYPE, "a value is a number", field="value", value=row.value, cure="E2a"
        ) from None
    return Reading(
        id=local_id(row.point),
        type="AirQualityObserved",
        observed_at=parse_time(row.end, "End"),
        attributes={
            "name": clean(row.point.rpartition("/")[2], 200),
            name: {"value": value, "unitCode": unit},
            "dateObservedFrom": iso(parse_time(row.start, "Start")),
        },
    )
