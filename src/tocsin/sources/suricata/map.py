"""An event of Suricata as an ``Alert`` of its sensor's signature. Pure.

Addresses go into attributes that the privacy engine makes pseudonyms of, never into the id.
"""

from __future__ import annotations

from typing import Any

import msgspec

from tocsin.kernel.ids import content_id
from tocsin.kernel.text import clean
from tocsin.sdk.naming import local_id
from tocsin.sdk.reading import Reading, Refused, Rule, from_json, parse_time

_HEAD = b"sensor: "
#: 1 is the gravest (classification.config)
_SEVERITY = {1: "high", 2: "medium", 3: "low", 4: "informational"}


class Signature(msgspec.Struct):
    signature: str = ""
    signature_id: int = 0
    gid: int = 1
    severity: int = 0
    category: str = ""
    action: str = ""


class Event(msgspec.Struct):
    timestamp: str
    event_type: str
    alert: Signature | None = None
    anomaly: dict[str, Any] | None = None
    src_ip: str = ""
    src_port: int | None = None
    dest_ip: str = ""
    dest_port: int | None = None
    proto: str = ""


def read(payload: bytes) -> Reading:
    """Raises ``Refused``."""
    head, _, line = payload.partition(b"\n")
    if not head.startswith(_HEAD):
        raise Refused(
            Rule.NOT_MAPPED, "no event of a sensor", field="sensor", cure="let the source read it anew"
        )
    try:
        event = msgspec.json.decode(line, type=Event)
    except msgspec.ValidationError as error:
        raise Refused(Rule.NOT_MAPPED, str(error)[:200], cure="eve.json, one event a line") from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
        from_json(line)
        raise
    sensor = head[len(_HEAD) :].decode("utf-8", "replace")
    name, about = _about(event)
    stated: dict[str, Any] = {
        "category": "security",
        "alertSource": clean(sensor, 200),
        **about,
        "protocol": clean(event.proto, 20),
        "sourceIpAddress": clean(event.src_ip, 60),
        "sourcePort": event.src_port,
        "destinationIpAddress": clean(event.dest_ip, 60),
        "destinationPort": event.dest_port,
    }
    return Reading(
        id=local_id(sensor, name),
        type="Alert",
        observed_at=parse_time(event.timestamp, "timestamp"),
        attributes={key: value for key, value in stated.items() if value not in (None, "")},
        message_id=content_id(line),
    )


def _about(event: Event) -> tuple[str, dict[str, Any]]:
    if event.alert is not None:
        alert = event.alert
        return f"{alert.gid}-{alert.signature_id}", {
            "subCategory": clean(alert.category, 200),
            "severity": _SEVERITY.get(alert.severity, "informational"),
            "headline": clean(alert.signature, 200),
            "signatureId": alert.signature_id,
            "action": clean(alert.action, 20),
        }
    if event.anomaly is not None:
        kind = clean(str(event.anomaly.get("event") or event.anomaly.get("type") or ""), 100)
        return f"anomaly-{kind}", {"subCategory": "anomaly", "severity": "informational", "headline": kind}
    raise Refused(
        Rule.NOT_MAPPED, f"an event {clean(event.event_type, 40)!r} is no alert", field="event_type",
        cure="take alert and anomaly",
    )  # fmt: skip
