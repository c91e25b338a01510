"""A station's status as a ``BikeHireDockingStation``, of GBFS 2 or 3. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from tocsin.kernel.text import clean
from tocsin.sdk.naming import local_id
from tocsin.sdk.reading import Reading, Refused, Rule, from_json, parse_time

TYPE = "BikeHireDockingStation"
#: GBFS 2 -> 3
_OLD = {"num_vehicles_available": "num_bikes_available", "num_vehicles_disabled": "num_bikes_disabled"}


def read(payload: bytes) -> Reading:
    """Raises ``Refused``."""
    try:
        item = msgspec.json.decode(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
        from_json(payload)
        raise
    status = item.get("status") if type(item) is dict else None
    if type(status) is not dict:
        raise Refused(
            Rule.NOT_MAPPED, "no status of a station", field="status", cure="GBFS, station_status.json"
        )
    station_id = status.get("station_id")
    if type(station_id) is not str or not station_id:
        raise Refused(Rule.NO_ID, "a station has an id", field="station_id", value=station_id, cure="GBFS")
    station = item.get("station") or {}
    bikes, docks = _count(status, "num_vehicles_available"), _count(status, "num_docks_available")
    stated: dict[str, Any] = {
        "name": _name(station.get("name")),
        "availableBikeNumber": bikes,
        "freeSlotNumber": docks,
        "outOfServiceSlotNumber": _count(status, "num_docks_disabled"),
        "outOfServiceBikeNumber": _count(status, "num_vehicles_disabled"),
        "totalSlotNumber": station.get("capacity"),
        "availableElectricBikeNumber": _electric(status, item.get("electric") or []),
        "status": _status(status, bikes, docks),
    }
    return Reading(
        id=local_id(station_id),
        type=TYPE,
        observed_at=_time(status.get("last_reported") or item.get("updated")),
        attributes={name: value for name, value in stated.items() if value is not None},
        lon=station.get("lon"),
        lat=station.get("lat"),
    )


def _count(status: dict[str, Any], name: str) -> Any:
    return status.get(name, status.get(_OLD.get(name, name)))


def _name(stated: object) -> str | None:
    """GBFS 3 gives one a language: the first."""
    if type(stated) is list and stated and type(stated[0]) is dict:
        stated = stated[0].get("text")
    return clean(stated, 200) if type(stated) is str and stated else None


def _electric(status: dict[str, Any], electric: list[Any]) -> int | None:
    by_type = status.get("vehicle_types_available")
    if type(by_type) is not list or not electric:
        return None
    counts = [t.get("count") for t in by_type if type(t) is dict and t.get("vehicle_type_id") in electric]
    return sum(count for count in counts if type(count) is int)


def _status(status: dict[str, Any], bikes: object, docks: object) -> str:
    """``is_renting`` is 0 or 1 in GBFS 1."""
    if any(status.get(name) in (False, 0) for name in ("is_installed", "is_renting")):
        return "outOfService"
    if bikes == 0:
        return "empty"
    return "full" if docks == 0 else "working"


def _time(stated: object) -> datetime:
    """RFC 3339 in GBFS 3, seconds since 1970 before. Raises ``Refused``."""
    if type(stated) in (int, float):
        try:
            return datetime.fromtimestamp(float(stated), UTC)  # type: ignore[arg-type]
        except (OverflowError, ValueError, OSError):
            raise Refused(
                Rule.BAD_TIME, "no such time", field="last_reported", value=stated, cure="seconds since 1970"
            ) from None
    return parse_time(stated, "last_reported")
