"""What was cut of Sparkplug B: a metric as ``DeviceMeasurement``, a birth or death as ``Device``. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from tocsin.kernel.errors import Invalid
from tocsin.kernel.text import clean
from tocsin.sdk.naming import local_id
from tocsin.sdk.reading import Reading, Refused, Rule

from .payload import read_payload


class Item(msgspec.Struct):
    """``t``: milliseconds since 1970. ``state`` of a node or device, else a ``metric`` with its value."""

    group: str
    node: str
    device: str
    t: int
    state: str | None = None
    metric: str | None = None
    v: int | float | str | bool | None = None
    #: why there is no value: null, NaN, DataSet
    odd: str | None = None
    unit: str | None = None


def read(payload: bytes) -> Reading:
    """Raises ``Refused``; of a payload that could not be cut with the reason."""
    try:
        item = msgspec.json.decode(payload, type=Item)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
        raise _why(payload) from None
    at = _time(item.t)
    device = local_id(item.group, item.node, item.device)
    name = clean("/".join(part for part in (item.node, item.device) if part), 200)
    if item.state is not None:
        return Reading(device, "Device", at, {"deviceState": item.state, "name": name})
    if item.odd is not None and item.odd != "null":
        raise Refused(
            Rule.NOT_A_NUMBER if item.odd in ("nan", "inf", "-inf") else Rule.NOT_MAPPED,
            f"{item.odd} is no value of a measurement",
            field=clean(item.metric or "", 60),
            cure="send numbers, texts or true and false",
        )
    stated: dict[str, Any] = {
        "controlledProperty": clean(item.metric or "", 200),
        "refDevice": f"urn:ngsi-ld:Device:{device}",
        "name": name,
        _kind(item.v): item.v,
    }
    if item.unit:
        stated["unit"] = clean(item.unit, 40)
    return Reading(
        local_id(item.group, item.node, item.device, item.metric or ""), "DeviceMeasurement", at, stated
    )


def _kind(value: object) -> str:
    if type(value) is bool:
        return "boolValue"
    return "textValue" if type(value) is str else "numValue"


def _why(payload: bytes) -> Refused:
    try:
        read_payload(payload)
    except Invalid as error:
        return Refused(Rule.NOT_MAPPED, error.message, field=error.field, cure=error.cure)
    return Refused(
        Rule.NOT_MAPPED,
        "a payload that no birth explains, or that is no payload of an edge node",
        field="alias",
        cure="the node was asked for a rebirth; its values come with that",
    )


def _time(milliseconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        raise Refused(
            Rule.BAD_TIME, "no such time", field="timestamp", value=milliseconds,
            cure="milliseconds since 1970 (UTC)",
        ) from None  # fmt: skip
