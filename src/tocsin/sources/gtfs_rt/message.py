"""A FeedMessage of GTFS-Realtime 2.0 as items that stand alone: one a vehicle, one a line and stop. Pure.

Of a line at a stop the next two arrivals are kept: how late the next one is, and the headway between both.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tocsin.kernel.errors import Unavailable
from tocsin.sdk.protobuf import Field, Table, decode

_TRIP: Table = {
    1: Field("trip_id", "text"),
    4: Field("relation", "uint"),
    5: Field("route_id", "text"),
    6: Field("direction", "uint"),
}
_EVENT: Table = {1: Field("delay", "int"), 2: Field("time", "int")}
_STOP: Table = {
    2: Field("arrival", _EVENT),
    3: Field("departure", _EVENT),
    4: Field("stop_id", "text"),
    5: Field("relation", "uint"),
}
_UPDATE: Table = {
    1: Field("trip", _TRIP),
    2: Field("stops", _STOP, many=True),
    4: Field("timestamp", "uint"),
    5: Field("delay", "int"),
}
_POSITION: Table = {
    1: Field("lat", "float"),
    2: Field("lon", "float"),
    3: Field("bearing", "float"),
    5: Field("speed", "float"),
}
#: neither the label nor the number plate is read
_VEHICLE: Table = {
    1: Field("trip", _TRIP),
    2: Field("position", _POSITION),
    4: Field("status", "uint"),
    5: Field("timestamp", "uint"),
    6: Field("congestion", "uint"),
    7: Field("stop_id", "text"),
    8: Field("vehicle", {1: Field("id", "text")}),
    9: Field("occupancy", "uint"),
    10: Field("occupancy_percentage", "uint"),
}
FEED: Table = {
    1: Field("header", {1: Field("version", "text"), 3: Field("timestamp", "uint")}),
    2: Field(
        "entities",
        {
            1: Field("id", "text"),
            2: Field("deleted", "bool"),
            3: Field("update", _UPDATE),
            4: Field("vehicle", _VEHICLE),
        },
        many=True,
    ),
}

MOST_ITEMS = 50_000
#: arrivals outside of this are no news: told long after, or of the far future
_PAST_S, _AHEAD_S = 60, 7200
_SKIPPED, _CANCELED = 1, 3
_NO_DATA = 2


def items_of(payload: bytes) -> tuple[int, list[dict[str, Any]]]:
    """When the feed was made (seconds since 1970) and its items. Raises ``Invalid``, ``Unavailable``."""
    feed = decode(payload, FEED, "GTFS-Realtime feed")
    header = feed.get("header", {})
    if not str(header.get("version", "")).startswith(("1", "2")) or "timestamp" not in header:
        raise Unavailable(
            "no GTFS-Realtime feed: no version or timestamp",
            field="header",
            value=str(header),
            cure="give the address of a feed in Protocol Buffers",
        )
    made_at = int(header["timestamp"])
    entities = [one for one in feed.get("entities", []) if not one.get("deleted")]
    items = [_vehicle(one, made_at) for one in entities if "position" in one.get("vehicle", {})]
    items += _stops([one["update"] for one in entities if "update" in one], made_at)
    if len(items) > MOST_ITEMS:
        raise Unavailable(
            f"the feed tells of {len(items)} things", cure=f"at most {MOST_ITEMS}: ask for less"
        )
    return made_at, items


def _vehicle(entity: dict[str, Any], made_at: int) -> dict[str, Any]:
    said = entity["vehicle"]
    trip = said.get("trip", {})
    item = {
        "kind": "vehicle",
        "id": said.get("vehicle", {}).get("id") or entity.get("id", ""),
        "at": said.get("timestamp", made_at),
        "trip": trip.get("trip_id"),
        "route": trip.get("route_id"),
        "direction": trip.get("direction"),
        "stop": said.get("stop_id"),
        **said["position"],
    }
    for name in ("status", "congestion", "occupancy", "occupancy_percentage"):
        item[name] = said.get(name)
    return {name: value for name, value in item.items() if value is not None}


def _stops(updates: list[dict[str, Any]], made_at: int) -> Iterator[dict[str, Any]]:
    """Of each line at each stop the next arrivals."""
    coming: dict[tuple[str, int | None, str], list[dict[str, Any]]] = {}
    for update in updates:
        trip = update.get("trip", {})
        for stop in update.get("stops", []):
            event = stop.get("arrival") or stop.get("departure") or {}
            time, delay = event.get("time"), event.get("delay", update.get("delay"))
            gone = time is not None and not made_at - _PAST_S <= time <= made_at + _AHEAD_S
            if gone or not stop.get("stop_id") or stop.get("relation") == _NO_DATA:
                continue
            cancelled = trip.get("relation") == _CANCELED or stop.get("relation") == _SKIPPED
            if time is None and delay is None and not cancelled:
                continue
            key = (trip.get("route_id", ""), trip.get("direction"), stop["stop_id"])
            arrival = {"trip": trip.get("trip_id"), "time": time, "delay": delay, "cancelled": cancelled}
            coming.setdefault(key, []).append(arrival)
    for (route, direction, stop_id), arrivals in coming.items():
        arrivals.sort(key=lambda one: (one["time"] is None, one["time"] or 0))
        yield {
            "kind": "arrivals",
            "at": made_at,
            "route": route,
            "direction": direction,
            "stop": stop_id,
            "next": arrivals[:4],
        }
