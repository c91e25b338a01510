"""A step of a forecast of MET Norway as a ``WeatherForecast``. Pure.

It is dated by when it was made, not by the time it speaks of: what is to come was not observed.
"""

from __future__ import annotations

from typing import Any

import msgspec

from tocsin.kernel.clock import iso
from tocsin.kernel.text import clean
from tocsin.sdk.naming import local_id
from tocsin.sdk.reading import Reading, Refused, Rule, from_json, parse_time

#: MET's names (units in ``meta.units``) -> ours with their units
_INSTANT = {
    "air_temperature": ("temperature", "CEL"), "relative_humidity": ("relativeHumidity", "P1"),
    "air_pressure_at_sea_level": ("atmosphericPressure", "A97"), "wind_speed": ("windSpeed", "MTS"),
    "wind_speed_of_gust": ("gustSpeed", "MTS"), "wind_from_direction": ("windDirection", "DD"),
    "cloud_area_fraction": ("cloudCover", "P1"), "ultraviolet_index_clear_sky": ("uVIndexMax", None),
}  # fmt: skip
_PERIOD = {
    "precipitation_amount": ("precipitation", "MMT"),
    "probability_of_precipitation": ("precipitationProbability", "P1"),
}


class Item(msgspec.Struct):
    product: str
    made: str
    lon: float
    lat: float
    hours: int
    time: str
    data: dict[str, Any]


def read(payload: bytes) -> Reading:
    """Raises ``Refused``."""
    try:
        item = msgspec.json.decode(payload, type=Item)
    except msgspec.ValidationError as error:
        raise Refused(Rule.NOT_MAPPED, str(error)[:200], cure="let the source fetch it anew") from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
        from_json(payload)
        raise
    made = parse_time(item.made, "updated_at")
    instant = _part(item.data, "instant", "details")
    stated: dict[str, Any] = {
        "name": f"MET Norway {clean(item.product, 40)}, +{item.hours} h",
        "dateIssued": iso(made),
        "validFrom": iso(parse_time(item.time, "time")),
        "hoursAhead": item.hours,
    }
    for name, (ours, unit) in _INSTANT.items():
        if name in instant:
            stated[ours] = instant[name] if unit is None else {"value": instant[name], "unitCode": unit}
    soon = _part(item.data, "next_1_hours", "details")
    for name, (ours, unit) in _PERIOD.items():
        if name in soon:
            stated[ours] = {"value": soon[name], "unitCode": unit}
    symbol = _part(item.data, "next_1_hours", "summary").get("symbol_code")
    if type(symbol) is str:
        stated["weatherType"] = clean(symbol, 60)
    return Reading(
        id=local_id(item.product, f"{item.lat:.4f}_{item.lon:.4f}", f"{item.hours}h"),
        type="WeatherForecast",
        observed_at=made,
        attributes=stated,
        lon=item.lon,
        lat=item.lat,
    )


def _part(data: dict[str, Any], *names: str) -> dict[str, Any]:
    part: Any = data
    for name in names:
        part = part.get(name) if type(part) is dict else None
    return part if type(part) is dict else {}
