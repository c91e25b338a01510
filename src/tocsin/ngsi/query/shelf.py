"""Queries of one type of entity, each under the narrowest thing that a match must have besides: a value of an
attribute, a place, a range, an attribute; failing all these under nothing.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any, Generic, TypeVar

from tocsin.kernel.geo import Box
from tocsin.ngsi.query.geometry import boxes_of, geometry_of, point_of
from tocsin.ngsi.query.hints import Comparison, Hints, Scalar
from tocsin.ngsi.query.ranges import Ranges
from tocsin.ngsi.query.targets import scalars_of

T = TypeVar("T", bound=Hashable)

#: values of one query that are listed one by one
_MOST_LISTED = 64

Row = tuple[tuple[float, ...], tuple[float, ...]]


class Shelf(Generic[T]):
    """Things by the hints of their queries."""

    def __init__(self) -> None:
        self._rest: dict[T, None] = {}
        self._having: dict[str, dict[T, None]] = {}
        #: by attribute, then kind and value
        self._values: dict[str, dict[tuple[str, Scalar], dict[T, None]]] = {}
        self._ranges: dict[str, Ranges[T]] = {}
        self._places: dict[str, Ranges[T]] = {}

    def add(self, thing: T, hints: Hints) -> None:
        for listed in self._lists(hints):
            listed[thing] = None
        for ranges, rows in self._rows(hints):
            for low, high in rows:
                ranges.add(thing, low, high)

    def remove(self, thing: T, hints: Hints) -> None:
        """``hints`` as they were when it was added."""
        for listed in self._lists(hints):
            listed.pop(thing, None)
        for ranges, _ in self._rows(hints):
            ranges.remove(thing)

    def standing(self, entity: Mapping[str, Any]) -> Iterable[T]:
        """The things whose queries may match ``entity`` of this shelf's type; one may come twice."""
        yield from self._rest
        if not (self._having or self._values or self._ranges or self._places):
            return
        for attribute, instances in entity.items():
            if type(instances) is not list:
                continue
            yield from self._having.get(attribute, ())
            values, ranges = self._values.get(attribute), self._ranges.get(attribute)
            places = self._places.get(attribute)
            if not (values or ranges or places):
                continue
            for instance in instances:
                if type(instance) is dict:
                    if values or ranges:
                        yield from _at_values(scalars_of(instance), values, ranges)
                    if places:
                        yield from _at_places(instance.get("value"), places)

    def _lists(self, hints: Hints) -> list[dict[T, None]]:
        narrow = _narrowest(hints)
        if narrow is not None and narrow.one_of is not None:
            values = self._values.setdefault(narrow.attribute, {})
            return [values.setdefault((narrow.kind, one), {}) for one in narrow.one_of]
        if narrow is not None or hints.boxes is not None:
            return []
        if hints.comparisons:
            return [self._having.setdefault(hints.comparisons[0].attribute, {})]
        if hints.attributes is not None:
            return [self._having.setdefault(one, {}) for one in hints.attributes]
        return [self._rest]

    def _rows(self, hints: Hints) -> list[tuple[Ranges[T], list[Row]]]:
        narrow = _narrowest(hints)
        if narrow is not None and narrow.one_of is not None:
            return []
        if hints.boxes is not None:
            attribute, boxes = hints.boxes
            rows: list[Row] = [((west, south), (east, north)) for west, south, east, north in boxes]
            return [(self._places.setdefault(attribute, Ranges(2)), rows)]
        if narrow is None:
            return []
        low = float("-inf") if narrow.low is None else _double(narrow.low)
        high = float("inf") if narrow.high is None else _double(narrow.high)
        return [(self._ranges.setdefault(narrow.attribute, Ranges(1)), [((low,), (high,))])]


def _narrowest(hints: Hints) -> Comparison | None:
    """The comparison to stand under: few values before many, these before a range, two ends before one."""
    best, most = None, 0
    for one in hints.comparisons:
        if one.one_of is not None:
            worth = 100 - len(one.one_of) if len(one.one_of) <= _MOST_LISTED and one.kind != "boolean" else 0
        else:
            worth = ((one.low is not None) + (one.high is not None)) if one.kind == "number" else 0
        if worth > most:
            best, most = one, worth
    return best


def _at_values(
    scalars: list[Scalar], values: Mapping[tuple[str, Scalar], dict[T, None]] | None, ranges: Ranges[T] | None
) -> Iterable[T]:
    for scalar in scalars:
        kind = "boolean" if type(scalar) is bool else "text" if type(scalar) is str else "number"
        if values:
            yield from values.get((kind, scalar), ())
        if ranges and kind == "number":
            at = (_double(scalar),)
            yield from ranges.meeting(at, at)


def _at_places(value: object, places: Ranges[T]) -> Iterable[T]:
    point = point_of(value)
    shape = geometry_of(value) if point is None else None
    boxes = (Box(*point, *point),) if point is not None else boxes_of(shape) if shape is not None else ()
    for west, south, east, north in boxes:
        yield from places.meeting((west, south), (east, north))


def _double(number: Scalar) -> float:
    """As a double; beyond them infinity, which keeps the order."""
    try:
        return float(number)
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")  # type: ignore[operator]
