"""The entities of a notification, each as the bytes that came. NGSI-LD (ETSI GS CIM 009, 5.3.1), NGSIv2."""

from __future__ import annotations

import json

import msgspec

from tocsin.kernel.errors import Invalid

#: ``sources/ngsi/map.py`` understands them
NOTIFIED = "feed:ngsi"
_CURE = 'send {"type": "Notification", "subscriptionId": ..., "data": [entity, ...]}'


class _Features(msgspec.Struct):
    features: list[msgspec.Raw]


class _Notice(msgspec.Struct):
    """``data`` is a list, or a FeatureCollection where the subscription asks for GeoJSON."""

    data: msgspec.Raw


def entities_of(body: bytes) -> list[bytes]:
    """Raises ``Invalid`` that says where it is no JSON, or no notification."""
    try:
        raw = bytes(msgspec.json.decode(body, type=_Notice).data)
        if raw.lstrip()[:1] == b"{":
            found = msgspec.json.decode(raw, type=_Features).features
        else:
            found = msgspec.json.decode(raw, type=list[msgspec.Raw])
    except msgspec.ValidationError as error:
        raise Invalid(f"no notification: {error}", field="data", cure=_CURE) from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise Invalid(f"the body is not JSON: {_where(body, error)}", field="body", cure=_CURE) from None
    return [bytes(one) for one in found]


def _where(body: bytes, error: Exception) -> str:
    try:
        json.loads(body)
    except json.JSONDecodeError as exact:
        return f"{exact.msg} at line {exact.lineno}, column {exact.colno}"
    except (ValueError, RecursionError):
        return str(error)[:200]
    return str(error)[:200]
