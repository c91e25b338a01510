"""A reading as its source states it, before any model has looked at it; and the rules of its form.

The JSON reading of HTTP and MQTT: ``{"id", "type", "observedAt", "lon"?, "lat"?, "messageId"?, <attribute>:
value or {"value", "unitCode"}}``. NGSI-LD key-values documents fit: ``dateObserved`` and a GeoJSON Point
``location`` are understood, ``@context`` is passed over.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import msgspec

from tocsin.kernel.errors import Invalid


class Rule(StrEnum):
    """Why a reading is refused. The reason of a quarantined item starts with one of these words."""

    NOT_JSON = "not JSON"
    NOT_AN_OBJECT = "not an object"
    TOO_LARGE = "too large"
    NOT_A_NUMBER = "not a number"
    WRONG_TYPE = "wrong type"
    NO_ID = "no id"
    BAD_ID = "bad id"
    BAD_TYPE = "bad entity type"
    NO_TIME = "no time"
    BAD_TIME = "bad time"
    NO_ZONE = "no time zone"
    ANCIENT = "before 1970"
    FUTURE = "ahead of the clock"
    BAD_PLACE = "impossible place"
    BAD_NAME = "bad attribute name"
    TOO_MANY = "too many attributes"
    EMPTY = "says nothing"
    WRONG_UNIT = "wrong unit"
    NOT_A_CHOICE = "not one of the choices"
    UNKNOWN_FORMAT = "unknown format"
    NOT_MAPPED = "does not fit its mapping"
    DEFECT = "could not be handled"
    OUT_OF_TERM = "past its time of keeping"


class Refused(Invalid):
    """This one reading is not understood; it goes to quarantine whole, the others go on."""

    def __init__(
        self,
        rule: Rule,
        words: str,
        *,
        field: str | None = None,
        value: object = None,
        cure: str | None = None,
    ) -> None:
        super().__init__(f"{rule}: {words}", field=field, value=value, cure=cure)
        self.rule = rule


class Reading(msgspec.Struct, gc=False):
    """``id`` is local or a URN; ``observed_at`` is aware; a value may still be ``{"value", "unitCode"}``."""

    id: str
    type: str
    observed_at: datetime
    attributes: dict[str, Any]
    lon: float | int | None = None
    lat: float | int | None = None
    #: the source's own id of this message, where it has one
    message_id: str | None = None


_EXAMPLE_TIME = 'send RFC 3339 with a zone, for example "2026-11-21T16:42:17Z"'
_decode = msgspec.json.Decoder().decode


def from_json(payload: bytes) -> Reading:
    """Understand a JSON reading. Raises ``Refused`` with the rule that it breaks."""
    try:
        document = _decode(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise _why_not_json(payload, error) from None
    if type(document) is not dict:
        raise Refused(
            Rule.NOT_AN_OBJECT, "a reading is a JSON object", value=type(document).__name__, cure="send {…}"
        )
    return from_document(document)


def from_document(document: dict[str, Any]) -> Reading:
    """The same from a decoded document, which is taken apart. Raises ``Refused``."""
    take = document.pop
    local_id, type_name = take("id", None), take("type", None)
    stated = take("observedAt", None)
    if stated is None and "dateObserved" in document:
        stated = take("dateObserved")
    lon, lat = take("lon", None), take("lat", None)
    message_id = take("messageId", None)
    if "location" in document and lon is None:
        lon, lat = _point(document)
    document.pop("@context", None)
    if type(local_id) is int:
        local_id = str(local_id)
    if type(local_id) is not str or not local_id:
        rule = Rule.NO_ID if local_id in (None, "") else Rule.BAD_ID
        raise Refused(
            rule, "a reading names its entity", field="id", value=local_id, cure='send "id": "K-05"'
        )
    if type(type_name) is not str:
        raise Refused(
            Rule.BAD_TYPE,
            "a reading names the type of its entity",
            field="type",
            value=type_name,
            cure='send a Smart Data Models type, for example "type": "ItemFlowObserved"',
        )
    if message_id is not None:
        if type(message_id) not in (str, int):
            raise Refused(Rule.WRONG_TYPE, "messageId is a text", field="messageId", value=message_id)
        message_id = str(message_id)
    return Reading(local_id, type_name, parse_time(stated), document, lon, lat, message_id)


def parse_time(stated: object, field: str = "observedAt") -> datetime:
    """An aware time in UTC from RFC 3339 text. Raises ``Refused``."""
    if type(stated) is not str:
        if stated is None:
            raise Refused(Rule.NO_TIME, "when was it seen?", field=field, cure=_EXAMPLE_TIME)
        raise Refused(Rule.BAD_TIME, "a time is a text", field=field, value=stated, cure=_EXAMPLE_TIME)
    try:
        moment = datetime.fromisoformat(stated)
    except ValueError:
        raise Refused(Rule.BAD_TIME, "no such time", field=field, value=stated, cure=_EXAMPLE_TIME) from None
    if moment.tzinfo is UTC:
        return moment
    if moment.tzinfo is None:
        raise Refused(Rule.NO_ZONE, "the time of which zone?", field=field, value=stated, cure=_EXAMPLE_TIME)
    try:
        return moment.astimezone(UTC)
    except (OverflowError, ValueError):
        raise Refused(Rule.BAD_TIME, "no such time", field=field, value=stated, cure=_EXAMPLE_TIME) from None


def _point(document: dict[str, Any]) -> tuple[Any, Any]:
    """Longitude and latitude out of a GeoJSON Point; any other geometry stays an attribute."""
    location = document["location"]
    if type(location) is dict and location.get("type") == "GeoProperty":
        location = location.get("value")
    if type(location) is dict and location.get("type") == "Point":
        coordinates = location.get("coordinates")
        if type(coordinates) is list and len(coordinates) in (2, 3):
            del document["location"]
            return coordinates[0], coordinates[1]
        raise Refused(Rule.BAD_PLACE, "a Point has [lon, lat]", field="location", value=location)
    return None, None


def _why_not_json(payload: bytes, error: Exception) -> Refused:
    """Tell the sender where it went wrong; NaN and Infinity by name, for they are the common mistake."""
    if len(payload) <= 1_000_000:
        odd: list[str] = []
        try:
            json.loads(payload, parse_constant=odd.append)
        except json.JSONDecodeError as exact:
            return Refused(
                Rule.NOT_JSON,
                f"{exact.msg} at line {exact.lineno}, column {exact.colno}",
                cure="send UTF-8 JSON (RFC 8259)",
            )
        except UnicodeDecodeError as exact:
            return Refused(
                Rule.NOT_JSON, f"not UTF-8 at byte {exact.start}", cure="send UTF-8 JSON (RFC 8259)"
            )
        except (RecursionError, ValueError):
            pass
        if odd:
            return Refused(
                Rule.NOT_A_NUMBER,
                f"{odd[0]} is no JSON number",
                value=odd[0],
                cure="leave out an attribute that has no value",
            )
    return Refused(Rule.NOT_JSON, str(error)[:200], cure="send UTF-8 JSON (RFC 8259)")
