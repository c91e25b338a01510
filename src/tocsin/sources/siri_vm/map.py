"""A VehicleActivity as a ``Vehicle``. Pure."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from tocsin.kernel.text import clean
from tocsin.sdk.naming import local_id
from tocsin.sdk.reading import Reading, Refused, Rule, from_json, parse_time

_DURATION = re.compile(r"^(-?)P(?:(\d{1,4})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,8})(?:\.\d+)?S)?)?$")
_BOOL = {"true": True, "1": True, "false": False, "0": False}


def read(payload: bytes) -> Reading:
    """Raises ``Refused``."""
    try:
        item = msgspec.json.decode(payload, type=dict[str, str])
    except msgspec.ValidationError as error:
        raise Refused(Rule.NOT_MAPPED, str(error)[:200], cure="let the source fetch it anew") from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
        from_json(payload)
        raise
    if not item.get("vehicle"):
        raise Refused(Rule.NO_ID, "a vehicle without VehicleRef", field="VehicleRef", cure="SIRI-VM")
    stated: dict[str, Any] = {
        "hasRoute": _text(item, "line"),
        "hasTrip": _text(item, "trip"),
        "hasStop": _text(item, "stop"),
        "direction": _text(item, "direction"),
        "vehicleType": _text(item, "mode"),
        "bearing": _number(item, "bearing"),
        "speed": _speed(item),
        "delay": _seconds(item),
        "occupancyLevel": _text(item, "occupancy"),
        "congested": _flag(item, "congested"),
        "atStop": _flag(item, "at_stop"),
        "serviceStatus": {True: "monitored", False: "not monitored"}.get(_flag(item, "monitored")),  # type: ignore[arg-type]
    }
    return Reading(
        id=local_id(item["vehicle"]),
        type="Vehicle",
        observed_at=parse_time(item.get("recorded"), "RecordedAtTime"),
        attributes={name: value for name, value in stated.items() if value is not None},
        lon=_number(item, "lon"),
        lat=_number(item, "lat"),
    )


def _text(item: dict[str, str], name: str) -> str | None:
    return clean(item[name], 200) if item.get(name) else None


def _number(item: dict[str, str], name: str) -> float | None:
    """Also NaN and infinity, which normalise refuses by name."""
    stated = item.get(name)
    if not stated:
        return None
    try:
        return float(stated)
    except ValueError:
        raise Refused(
            Rule.WRONG_TYPE, f"{name} is a number", field=name, value=stated, cure="SIRI-VM"
        ) from None


def _speed(item: dict[str, str]) -> dict[str, Any] | None:
    """``Velocity`` is in metres a second (Norwegian profile)."""
    metres = _number(item, "velocity")
    return None if metres is None else {"value": metres, "unitCode": "MTS"}


def _flag(item: dict[str, str], name: str) -> bool | None:
    return _BOOL.get(item.get(name, "").lower())


def _seconds(item: dict[str, str]) -> int | None:
    stated = item.get("delay")
    if not stated:
        return None
    found = _DURATION.match(stated)
    if found is None or not stated.strip("-PT"):
        raise Refused(
            Rule.WRONG_TYPE, "delay is a duration", field="Delay", value=stated, cure="as in PT2M30S"
        )
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups()[1:])
    whole = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    return -whole if found.group(1) else whole
