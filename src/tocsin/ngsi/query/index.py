"""Many queries against one entity: which of them may match, without looking at each.

Every query stands under the narrowest thing that a match must have: an id, a value of an attribute, a range
or a place that the entity's lies in, a type, an attribute; failing all these under everything.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from tocsin.kernel.geo import Box
from tocsin.ngsi.query.geometry import boxes_of, geometry_of, point_of
from tocsin.ngsi.query.hints import Comparison, Scalar
from tocsin.ngsi.query.query import Query
from tocsin.ngsi.query.ranges import Ranges
from tocsin.ngsi.query.targets import Entity, scalars_of

K = TypeVar("K", bound=Hashable)

#: ids or values of one query that are listed one by one
_MOST_LISTED = 64

Place = tuple[Hashable, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Entry(Generic[K]):
    key: K
    query: Query
    watched: frozenset[str] | None


class QueryIndex(Generic[K]):
    """Queries under keys; a key may have several, as a subscription has several entity selectors."""

    def __init__(self) -> None:
        self._entries: dict[K, list[_Entry[K]]] = {}
        self._listed: dict[Place, dict[_Entry[K], None]] = {}
        self._ranges: dict[Place, Ranges[_Entry[K]]] = {}
        #: how many queries stand under values of an attribute
        self._valued: dict[str, int] = {}

    def __len__(self) -> int:
        return sum(map(len, self._entries.values()))

    def add(self, key: K, query: Query, watched: Collection[str] | None = None) -> None:
        """``watched``: IRIs of attributes, of which one must have changed; None where any change counts."""
        entry = _Entry(key, query, None if watched is None else frozenset(watched))
        self._entries.setdefault(key, []).append(entry)
        for place in _places(query):
            self._listed.setdefault(place, {})[entry] = None
            if place[0] == "value":
                self._valued[str(place[1])] = self._valued.get(str(place[1]), 0) + 1
        for place, low, high in _rows(query):
            self._ranges.setdefault(place, Ranges(len(low))).add(entry, low, high)

    def remove(self, key: K) -> None:
        """Takes away all queries of ``key``; a key that is not there is none."""
        for entry in self._entries.pop(key, ()):
            for place in _places(entry.query):
                listed = self._listed[place]
                del listed[entry]
                if not listed:
                    del self._listed[place]
                if place[0] == "value":
                    self._valued[str(place[1])] -= 1
            for place in {place for place, _, _ in _rows(entry.query)}:
                self._ranges[place].remove(entry)

    def candidates(self, entity: Entity, changed: Collection[str] | None = None) -> set[K]:
        """Keys of which a query may match ``entity``; keys left out have none that does.

        ``changed`` are the IRIs of the attributes that changed; None where that is not asked.
        """
        types = _types(entity)
        return {
            entry.key
            for entry in self._awake(entity, types, changed)
            if entry.query.hints.types is None or not entry.query.hints.types.isdisjoint(types)
        }

    def matching(self, entity: Entity, changed: Collection[str] | None = None) -> set[K]:
        """Keys of which a query matches ``entity`` and watches something of ``changed``."""
        found: set[K] = set()
        for entry in self._awake(entity, _types(entity), changed):
            if entry.key not in found and entry.query.matches(entity):
                found.add(entry.key)
        return found

    def _awake(
        self, entity: Entity, types: list[str], changed: Collection[str] | None
    ) -> Iterable[_Entry[K]]:
        for entry in self._standing(entity, types):
            if changed is None or entry.watched is None or not entry.watched.isdisjoint(changed):
                yield entry

    def _standing(self, entity: Entity, types: list[str]) -> Iterable[_Entry[K]]:
        listed = self._listed
        for place in (("all",), ("id", entity["id"]), *(("type", one) for one in types)):
            yield from listed.get(place, ())
        for attribute, instances in entity.items():
            if type(instances) is not list:
                continue
            yield from listed.get(("attribute", attribute), ())
            ranges, places = self._ranges.get(("range", attribute)), self._ranges.get(("box", attribute))
            if not (ranges or places or self._valued.get(attribute)):
                continue
            for instance in instances:
                if type(instance) is dict:
                    yield from self._at_values(attribute, scalars_of(instance), ranges)
                    if places:
                        yield from _at_places(instance.get("value"), places)

    def _at_values(
        self, attribute: str, scalars: list[Scalar], ranges: Ranges[_Entry[K]] | None
    ) -> Iterable[_Entry[K]]:
        for scalar in scalars:
            kind = _kind(scalar)
            yield from self._listed.get(("value", attribute, kind, scalar), ())
            if ranges and kind == "number":
                at = (_double(scalar),)
                yield from ranges.meeting(at, at)


def _at_places(value: object, places: Ranges[_Entry[K]]) -> Iterable[_Entry[K]]:
    point = point_of(value)
    shape = geometry_of(value) if point is None else None
    boxes = (Box(*point, *point),) if point is not None else boxes_of(shape) if shape is not None else ()
    for west, south, east, north in boxes:
        yield from places.meeting((west, south), (east, north))


def _types(entity: Entity) -> list[str]:
    return entity["type"] if type(entity["type"]) is list else [entity["type"]]


def _narrowest(query: Query) -> Comparison | None:
    """The comparison to stand under: few values before a range, two ends before one."""
    best, score = None, 0
    for one in query.hints.comparisons:
        if one.one_of is not None:
            worth = 100 - len(one.one_of) if len(one.one_of) <= _MOST_LISTED and one.kind != "boolean" else 0
        else:
            worth = ((one.low is not None) + (one.high is not None)) if one.kind == "number" else 0
        if worth > score:
            best, score = one, worth
    return best


def _places(query: Query) -> list[Place]:
    """Where the query is listed; nothing where it stands under ranges."""
    hints = query.hints
    if hints.ids is not None and len(hints.ids) <= _MOST_LISTED:
        return [("id", one) for one in hints.ids]
    narrow = _narrowest(query)
    if narrow is not None and narrow.one_of is not None:
        return [("value", narrow.attribute, narrow.kind, one) for one in narrow.one_of]
    if narrow is not None or hints.boxes is not None:
        return []
    if hints.types is not None:
        return [("type", one) for one in hints.types]
    if hints.comparisons:
        return [("attribute", hints.comparisons[0].attribute)]
    if hints.attributes is not None:
        return [("attribute", one) for one in hints.attributes]
    return [("all",)]


def _rows(query: Query) -> list[tuple[Place, tuple[float, ...], tuple[float, ...]]]:
    """Where the query stands under ranges: the place, and for each range its least and greatest ends."""
    if _places(query):
        return []
    narrow = _narrowest(query)
    if narrow is not None:
        low = float("-inf") if narrow.low is None else _double(narrow.low)
        high = float("inf") if narrow.high is None else _double(narrow.high)
        return [(("range", narrow.attribute), (low,), (high,))]
    assert query.hints.boxes is not None
    attribute, boxes = query.hints.boxes
    return [(("box", attribute), (west, south), (east, north)) for west, south, east, north in boxes]


def _kind(scalar: Scalar) -> str:
    return "boolean" if type(scalar) is bool else "text" if type(scalar) is str else "number"


def _double(number: Scalar) -> float:
    """As a double; beyond them infinity, which keeps the order."""
    try:
        return float(number)
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")  # type: ignore[operator]
