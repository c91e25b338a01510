"""The Sparkplug B payload (specification 3.0, 6.4): its fields, and what a metric's value means. Pure."""

from __future__ import annotations

from math import isfinite
from typing import Any

from tocsin.sdk.protobuf import Field, Table, decode

_PROPERTY: Table = {
    1: Field("type", "uint"), 2: Field("is_null", "bool"), 3: Field("int", "uint"), 4: Field("long", "uint"),
    5: Field("float", "float"), 6: Field("double", "double"), 7: Field("bool", "bool"),
    8: Field("text", "text"),
}  # fmt: skip
_PROPERTIES: Table = {1: Field("keys", "text", many=True), 2: Field("values", _PROPERTY, many=True)}
_METRIC: Table = {
    1: Field("name", "text"), 2: Field("alias", "uint"), 3: Field("timestamp", "uint"),
    4: Field("datatype", "uint"), 5: Field("is_historical", "bool"), 6: Field("is_transient", "bool"),
    7: Field("is_null", "bool"), 9: Field("properties", _PROPERTIES), 10: Field("int", "uint"),
    11: Field("long", "uint"), 12: Field("float", "float"), 13: Field("double", "double"),
    14: Field("bool", "bool"), 15: Field("text", "text"), 16: Field("bytes", "bytes"),
    17: Field("dataset", "bytes"), 18: Field("template", "bytes"), 19: Field("extension", "bytes"),
}  # fmt: skip
PAYLOAD: Table = {
    1: Field("timestamp", "uint"), 2: Field("metrics", _METRIC, many=True), 3: Field("seq", "uint"),
    4: Field("uuid", "text"),
}  # fmt: skip

#: data type -> bits of a signed number (6.4.16)
_SIGNED = {1: 8, 2: 16, 3: 32, 4: 64}
_WORDS = {16: "DataSet", 17: "Bytes", 18: "File", 19: "Template"} | dict.fromkeys(range(22, 35), "array")


def read_payload(payload: bytes) -> dict[str, Any]:
    """Raises ``Invalid``."""
    return decode(payload, PAYLOAD, "Sparkplug B payload")


def value_of(metric: dict[str, Any], datatype: int) -> tuple[Any, str | None]:
    """The value, and where there is none that a reading could hold, what it is instead."""
    if metric.get("is_null"):
        return None, "null"
    if datatype in _WORDS:
        return None, _WORDS[datatype]
    for kind in ("int", "long"):
        if kind in metric:
            number = metric[kind]
            if bits := _SIGNED.get(datatype):
                number &= (1 << bits) - 1
                number -= (number >> (bits - 1)) << bits
            return (bool(number) if datatype == 11 else number), None
    for kind in ("float", "double"):
        if kind in metric:
            if not isfinite(metric[kind]):
                return None, str(metric[kind])
            return metric[kind], None
    for kind in ("bool", "text"):
        if kind in metric:
            return metric[kind], None
    return None, next(
        (kind for kind in ("bytes", "dataset", "template", "extension") if kind in metric), "null"
    )


def unit_of(metric: dict[str, Any]) -> str | None:
    """``engUnit`` of its properties, as most edge nodes name it."""
    properties = metric.get("properties", {})
    for key, value in zip(properties.get("keys", ()), properties.get("values", ()), strict=False):
        if key.lower() in ("engunit", "unit"):
            text = value.get("text")
            return str(text) if text else None
    return None
