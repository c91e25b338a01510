"""One attribute or place as it stands in a reading: a number, a word, yes or no."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from tocsin.kernel.events import Value
from tocsin.ngsi.model.change import find
from tocsin.ngsi.model.kinds import VALUE_OF, Attribute
from tocsin.ngsi.model.write import in_language

_INT64 = 1 << 63


def main(instances: list[Attribute]) -> Attribute:
    """The instance that readings and screens know: the default one, else the first."""
    return instances[0] if len(instances) == 1 else find(instances, None) or instances[0]


def value_of(instance: Attribute) -> Value:
    """Numbers, words and truth as they are; one language of several; all that has parts as JSON."""
    kind = instance["type"]
    value = instance[VALUE_OF[kind]]
    if kind == "LanguageProperty":
        value = in_language(value, ())[0]
    elif isinstance(value, dict) and "@value" in value:
        value = value["@value"]
    if isinstance(value, bool | str) or value is None:
        return value
    if isinstance(value, int):
        return value if -_INT64 <= value < _INT64 else _float(value)
    if isinstance(value, float):
        return value
    return msgspec.json.encode(value).decode()


def _float(value: int) -> float | str:
    try:
        return float(value)
    except OverflowError:
        return str(value)


def point_of(geometry: dict[str, Any]) -> tuple[float, float] | None:
    """Longitude and latitude of a point, or of the middle of what surrounds anything larger."""
    if geometry["type"] == "Point":
        return float(geometry["coordinates"][0]), float(geometry["coordinates"][1])
    positions = list(_positions(geometry))
    if not positions:
        return None
    lons, lats = [p[0] for p in positions], [p[1] for p in positions]
    return (min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2


def _positions(value: Any) -> Iterator[list[float]]:
    if isinstance(value, dict):
        for part in value.get("geometries", [value.get("coordinates", [])]):
            yield from _positions(part)
    elif isinstance(value, list) and value and isinstance(value[0], int | float):
        yield value
    elif isinstance(value, list):
        for part in value:
            yield from _positions(part)
