"""A resolved SenML record as a ``DeviceMeasurement``. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from tocsin.sdk.naming import local_id
from tocsin.sdk.reading import Reading, Refused, Rule

from .resolve import resolve

TYPE = "DeviceMeasurement"


class Record(msgspec.Struct):
    """Resolved: a whole name, and a time since 1970."""

    n: str
    t: float
    device: str
    u: str | None = None
    v: int | float | None = None
    vs: str | None = None
    vb: bool | None = None
    vd: str | None = None
    s: int | float | None = None


def read(payload: bytes) -> Reading:
    """Raises ``Refused``; of a pack that could not be cut with the record at fault."""
    try:
        record = msgspec.json.decode(payload, type=Record)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
        resolve(payload, datetime(2000, 1, 1, tzinfo=UTC))  # for its refusal; nothing is made of it
        raise Refused(
            Rule.NOT_MAPPED, "a pack that was not cut", cure="send it again: it is understood now"
        ) from None
    stated: dict[str, Any] = {
        "controlledProperty": record.n.rpartition("/")[2].rpartition(":")[2] or record.n,
        "refDevice": record.device or None,
        "unit": record.u,
        "numValue": record.v,
        "textValue": record.vs if record.vs is not None else record.vd,
        "boolValue": record.vb,
        "sum": record.s,
    }
    return Reading(
        id=local_id(record.device, record.n),
        type=TYPE,
        observed_at=_time(record.t),
        attributes={name: value for name, value in stated.items() if value is not None},
    )


def _time(seconds: float) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        raise Refused(
            Rule.BAD_TIME,
            "no such time",
            field="t",
            value=seconds,
            cure="seconds since 1970 (RFC 8428, 4.5.3)",
        ) from None
