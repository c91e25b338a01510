"""An item of GTFS-Realtime as a ``Vehicle`` or an ``ArrivalEstimation``. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from tocsin.kernel.text import clean
from tocsin.sdk.naming import local_id
from tocsin.sdk.reading import Reading, Refused, Rule, from_json

_STATUS = {0: "incoming", 1: "stopped", 2: "in transit"}
_OCCUPANCY = ("empty", "manySeats", "fewSeats", "standing", "crushed", "full", "notAccepting")


class Arrival(msgspec.Struct):
    trip: str | None = None
    time: int | None = None
    delay: int | None = None
    cancelled: bool = False


class Item(msgspec.Struct):
    kind: Literal["vehicle", "arrivals"]
    at: int
    authority: str = ""
    id: str = ""
    trip: str | None = None
    route: str | None = None
    direction: int | None = None
    stop: str | None = None
    lat: float | None = None
    lon: float | None = None
    bearing: float | None = None
    #: metres a second
    speed: float | None = None
    status: int | None = None
    congestion: int | None = None
    occupancy: int | None = None
    occupancy_percentage: int | None = None
    next: list[Arrival] = []


def read(payload: bytes) -> Reading:
    """Raises ``Refused``."""
    try:
        item = msgspec.json.decode(payload, type=Item)
    except msgspec.ValidationError as error:
        raise Refused(Rule.NOT_MAPPED, str(error)[:200], cure="let the source fetch it anew") from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
        from_json(payload)
        raise
    try:
        at = datetime.fromtimestamp(item.at, UTC)
    except (OverflowError, ValueError, OSError):
        raise Refused(
            Rule.BAD_TIME, "no such time", field="timestamp", value=item.at, cure="seconds since 1970"
        ) from None
    return _vehicle(item, at) if item.kind == "vehicle" else _arrivals(item, at)


def _vehicle(item: Item, at: datetime) -> Reading:
    share = item.occupancy_percentage
    occupancy = item.occupancy
    stated: dict[str, Any] = {
        "hasRoute": _text(item.route),
        "hasTrip": _text(item.trip),
        "hasStop": _text(item.stop),
        "direction": None if item.direction is None else str(item.direction),
        "bearing": None if item.bearing is None else round(item.bearing, 1),
        "speed": None if item.speed is None else {"value": round(item.speed, 2), "unitCode": "MTS"},
        "atStop": None if item.status is None else item.status == 1,
        "congested": None if item.congestion in (None, 0) else item.congestion in (3, 4),
        "occupancyLevel": _OCCUPANCY[occupancy] if occupancy is not None and 0 <= occupancy < 7 else None,
        "occupancy": None if share is None else {"value": share, "unitCode": "P1"},
        "serviceStatus": _STATUS.get(item.status) if item.status is not None else None,
    }
    lon, lat = item.lon, item.lat
    return Reading(
        local_id(item.authority, item.id), "Vehicle", at, _told(stated),
        None if lon is None else round(lon, 6), None if lat is None else round(lat, 6),
    )  # fmt: skip


def _arrivals(item: Item, at: datetime) -> Reading:
    if not item.next or not item.stop:
        raise Refused(Rule.EMPTY, "nothing comes there", field="stop", value=item.stop, cure="leave it out")
    first = item.next[0]
    served = [one.time for one in item.next if one.time is not None and not one.cancelled]
    stated: dict[str, Any] = {
        "hasRoute": _text(item.route),
        "hasStop": _text(item.stop),
        "hasTrip": _text(first.trip),
        "direction": item.direction,
        "cancelled": first.cancelled,
        "delay": None if first.cancelled else first.delay,
        "remainingTime": None if first.time is None else f"PT{max(first.time - item.at, 0)}S",
        "headway": served[1] - served[0] if len(served) > 1 and not first.cancelled else None,
    }
    direction = "" if item.direction is None else str(item.direction)
    return Reading(
        local_id(item.authority, item.route or "", direction, item.stop),
        "ArrivalEstimation",
        at,
        _told(stated),
    )


def _text(stated: str | None) -> str | None:
    return clean(stated, 200) if stated else None


def _told(stated: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in stated.items() if value is not None}
