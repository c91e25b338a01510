"""Many queries against one entity: which of them may match, without looking at each.

A query that asks for ids stands under them; every other on the shelf of each type that it may match, or on
that of all types, and there under the narrowest thing that a match must have.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from tocsin.ngsi.query.query import Query
from tocsin.ngsi.query.shelf import Shelf
from tocsin.ngsi.query.targets import Entity

K = TypeVar("K", bound=Hashable)

#: ids of one query that are listed one by one
_MOST_LISTED = 64


@dataclass(frozen=True, slots=True, eq=False)
class _Entry(Generic[K]):
    key: K
    query: Query
    watched: frozenset[str] | None


class QueryIndex(Generic[K]):
    """Queries under keys; a key may have several, as a subscription has several entity selectors."""

    def __init__(self) -> None:
        self._entries: dict[K, list[_Entry[K]]] = {}
        self._ids: dict[str, dict[_Entry[K], None]] = {}
        #: by the IRI of a type; None is every type
        self._shelves: dict[str | None, Shelf[_Entry[K]]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._entries.values()))

    def add(self, key: K, query: Query, watched: Collection[str] | None = None) -> None:
        """``watched``: IRIs of attributes, of which one must have changed; None where any change counts."""
        entry = _Entry(key, query, None if watched is None else frozenset(watched))
        self._entries.setdefault(key, []).append(entry)
        ids = _ids(query)
        for one in ids:
            self._ids.setdefault(one, {})[entry] = None
        for name in () if ids else _types(query):
            self._shelves.setdefault(name, Shelf()).add(entry, query.hints)

    def remove(self, key: K) -> None:
        """Takes away all queries of ``key``; a key that is not there is none."""
        for entry in self._entries.pop(key, ()):
            ids = _ids(entry.query)
            for one in ids:
                del self._ids[one][entry]
            for name in () if ids else _types(entry.query):
                self._shelves[name].remove(entry, entry.query.hints)

    def candidates(self, entity: Entity, changed: Collection[str] | None = None) -> set[K]:
        """Keys of which a query may match ``entity``; keys left out have none that does.

        ``changed`` are the IRIs of the attributes that changed; None where that is not asked.
        """
        return {entry.key for entry in self._awake(entity, changed)}

    def matching(self, entity: Entity, changed: Collection[str] | None = None) -> set[K]:
        """Keys of which a query matches ``entity`` and watches something of ``changed``."""
        found: set[K] = set()
        for entry in self._awake(entity, changed):
            if entry.key not in found and entry.query.matches(entity):
                found.add(entry.key)
        return found

    def _awake(self, entity: Entity, changed: Collection[str] | None) -> Iterable[_Entry[K]]:
        for entry in self._standing(entity):
            if changed is None or entry.watched is None or not entry.watched.isdisjoint(changed):
                yield entry

    def _standing(self, entity: Entity) -> Iterable[_Entry[K]]:
        yield from self._ids.get(entity["id"], ())
        types = entity["type"] if type(entity["type"]) is list else [entity["type"]]
        for name in (None, *types):
            shelf = self._shelves.get(name)
            if shelf is not None:
                yield from shelf.standing(entity)


def _ids(query: Query) -> Collection[str]:
    ids = query.hints.ids
    return ids if ids is not None and len(ids) <= _MOST_LISTED else ()


def _types(query: Query) -> Collection[str | None]:
    return (None,) if query.hints.types is None else query.hints.types
