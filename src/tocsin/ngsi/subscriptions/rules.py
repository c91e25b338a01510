"""Rules for single members of a subscription. All raise ``BadRequestData`` that names member, value, cure."""

from __future__ import annotations

from typing import Any

from tocsin.ngsi.problems import BadRequestData

_LONGEST_S = 10 * 365 * 86400.0
#: of a periodic subscription
_SHORTEST_S = 0.1
_MOST, _CHARS = 500, 20_000


def bad(words: str, field: str, value: Any, cure: str) -> BadRequestData:
    return BadRequestData(words, field=field, value=value, cure=cure)


def list_of(value: Any, field: str, kind: type) -> list[Any]:
    if not isinstance(value, list) or not value or not all(isinstance(one, kind) for one in value):
        words = "objects" if kind is dict else "texts"
        raise bad(f"not a list of {words}", field, value, f"an array of {words} with something in it")
    if len(value) > _MOST:
        raise bad("too many", field, len(value), f"at most {_MOST}")
    return value


def text(value: Any, field: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= _CHARS:
        raise bad("not a text", field, value, f"1 to {_CHARS} characters")
    return value


def boolean(value: Any, field: str) -> bool:
    if not isinstance(value, bool):
        raise bad("neither true nor false", field, value, "true or false")
    return value


def number(value: Any, field: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= _LONGEST_S:
        raise bad("not a number above 0", field, value, "seconds (of an endpoint: milliseconds)")
    return value


def interval(value: Any, field: str) -> float:
    """Of looks at all that matches: the shortest there is leaves time for others."""
    if number(value, field) < _SHORTEST_S:
        raise bad("too short", field, value, f"at least {_SHORTEST_S} seconds")
    return float(value)


def pairs(value: Any, field: str) -> list[tuple[str, str]]:
    """KeyValuePairs (clause 5.2.22)."""
    if not isinstance(value, list) or len(value) > 50:
        raise bad("not a list of pairs", field, value, '[{"key": ..., "value": ...}]')
    for one in value:
        if not (
            isinstance(one, dict) and isinstance(one.get("key"), str) and isinstance(one.get("value"), str)
        ):
            raise bad("not a pair", field, one, '{"key": ..., "value": ...}, both texts')
    return [(one["key"], one["value"]) for one in value]
