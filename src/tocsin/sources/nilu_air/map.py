"""A value of NILU's service as an ``AirQualityObserved``: one component of one station and hour. Pure."""

from __future__ import annotations

from typing import Any

import msgspec

from tocsin.kernel.clock import iso
from tocsin.kernel.text import clean
from tocsin.sdk.naming import local_id
from tocsin.sdk.reading import Reading, Refused, Rule, from_json, parse_time

_COMPONENTS = {
    "NO2": "NO2",
    "NO": "NO",
    "NOx": "NOx",
    "PM10": "PM10",
    "PM2.5": "PM2_5",
    "PM1": "PM1",
    "O3": "O3",
    "SO2": "SO2",
    "CO": "CO",
}
_UNITS = {"µg/m³": "GQ", "μg/m³": "GQ", "ug/m3": "GQ", "mg/m³": "GP", "mg/m3": "GP"}


class Value(msgspec.Struct):
    station: str
    component: str
    toTime: str  # noqa: N815 - as NILU writes it
    value: float | int
    unit: str
    fromTime: str | None = None  # noqa: N815
    eoi: str | None = None
    area: str | None = None
    latitude: float | int | None = None
    longitude: float | int | None = None


def read(payload: bytes) -> Reading:
    """Raises ``Refused``. The hour's mean counts at its end."""
    try:
        said = msgspec.json.decode(payload, type=Value)
    except msgspec.ValidationError as error:
        raise Refused(Rule.NOT_MAPPED, str(error)[:200], cure="let the source fetch it anew") from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
        from_json(payload)
        raise
    name, unit = _COMPONENTS.get(said.component), _UNITS.get(said.unit)
    if name is None or unit is None:
        field, odd = ("component", said.component) if name is None else ("unit", said.unit)
        raise Refused(
            Rule.NOT_MAPPED, f"a {field} not known here", field=field, value=odd, cure="leave it out"
        )
    stated: dict[str, Any] = {
        "name": clean(said.station, 200),
        "areaServed": clean(said.area, 200) if said.area else None,
        name: {"value": said.value, "unitCode": unit},
    }
    if said.fromTime:
        stated["dateObservedFrom"] = iso(parse_time(said.fromTime, "fromTime"))
    return Reading(
        id=local_id(said.eoi or said.station),
        type="AirQualityObserved",
        observed_at=parse_time(said.toTime, "toTime"),
        attributes={key: value for key, value in stated.items() if value is not None},
        lon=said.longitude,
        lat=said.latitude,
    )
