"""A fetched CAP document as a reading of the Smart Data Models type ``Alert``. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tocsin.cap.faults import NotCap
from tocsin.cap.model import Area, Info, Message
from tocsin.cap.reading import read as read_cap
from tocsin.kernel.clock import iso
from tocsin.kernel.ids import content_id
from tocsin.kernel.text import clean
from tocsin.sdk.reading import Reading, Refused, Rule

from .letter import unfold
from .outline import shapes

TYPE = "Alert"
_SHORT, _LONG = 200, 900
#: earlier messages that are named; a line of updates holds the newest last
_REFERENCES = 8


def read(payload: bytes) -> Reading:
    """Raises ``Refused`` with the clause of the standard for what is no sound message."""
    heard, document = unfold(payload)
    try:
        message = read_cap(document)
    except NotCap as error:
        raise Refused(
            Rule.NOT_MAPPED, error.message, field=error.field, value=error.value, cure=error.cure
        ) from error
    info = message.infos[0] if message.infos else None
    areas = [area for one in message.infos for area in one.areas]
    lon, lat = _centre(areas)
    return Reading(
        id=content_id(message.sender, message.identifier),
        type=TYPE,
        observed_at=heard,
        attributes={**_of(message), **(_said(info, message) if info else {}), **_where(areas)},
        lon=lon,
        lat=lat,
        message_id=content_id(message.sender, message.identifier, iso(message.sent)),
    )


def _of(message: Message) -> dict[str, Any]:
    earlier = message.references[-_REFERENCES:]
    return {
        "identifier": clean(message.identifier, _LONG),
        "alertSource": clean(message.sender, _SHORT),
        "status": message.status,
        "msgType": message.msg_type,
        "scope": message.scope,
        "dateIssued": iso(message.sent),
        **{f"reference{n}": content_id(one.sender, one.identifier) for n, one in enumerate(earlier, 1)},
    }


def _said(info: Info, message: Message) -> dict[str, Any]:
    begins, ends = info.onset or info.effective or message.sent, _latest(message)
    said: dict[str, Any] = {
        "language": clean(info.language, 35),
        "category": info.categories[0],
        "subCategory": clean(info.event, _SHORT),
        "urgency": info.urgency,
        "severity": info.severity,
        "certainty": info.certainty,
        "responseType": info.response_types[0] if info.response_types else None,
        "validFrom": iso(begins),
        "validTo": iso(ends) if ends else None,
        "senderName": clean(info.sender_name or "", _SHORT) or None,
        "headline": clean(info.headline or "", _SHORT) or None,
        "description": clean(info.description or "", _LONG) or None,
        "instruction": clean(info.instruction or "", _LONG) or None,
    }
    return {name: value for name, value in said.items() if value is not None}


def _latest(message: Message) -> datetime | None:
    """When the last of its parts expires; None where one never says so."""
    ends = [info.expires for info in message.infos]
    known = [end.astimezone(UTC) for end in ends if end is not None]
    return max(known) if len(known) == len(ends) and known else None


def _where(areas: list[Area]) -> dict[str, Any]:
    names = list(dict.fromkeys(clean(area.description, _SHORT) for area in areas))
    where: dict[str, Any] = {f"area{n}": line for n, line in enumerate(shapes(areas), 1)}
    if names:
        where["areaServed"] = clean(", ".join(names), _LONG)
    return where


def _centre(areas: list[Area]) -> tuple[float | None, float | None]:
    """Of the first shape: for a mark on the map, not for a decision."""
    for area in areas:
        for circle in area.circles:
            return circle.lon, circle.lat
        for ring in area.polygons:
            lats, lons = [c.lat for c in ring], [c.lon for c in ring]
            return (min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2
    return None, None
