"""Several queries as one, of which one must match."""

from __future__ import annotations

from collections.abc import Sequence

from tocsin.ngsi.query.hints import Hints
from tocsin.ngsi.query.query import Query
from tocsin.ngsi.query.targets import Entity


class AnyOf:
    """Several selectors of entities, of which one must match (clause 5.2.33)."""

    def __init__(self, queries: Sequence[Query]) -> None:
        self._queries = queries
        types = [query.hints.types for query in queries]
        ids = [query.hints.ids for query in queries]
        shared = queries[0].hints  # all but the selector is the same in each
        self.hints: Hints = (
            shared
            if len(queries) == 1
            else Hints(
                ids=_union(ids),
                types=_union(types),
                comparisons=shared.comparisons,
                boxes=shared.boxes,
            )
        )

    def matches(self, entity: Entity) -> bool:
        return any(query.matches(entity) for query in self._queries)


def _union(sets: Sequence[frozenset[str] | None]) -> frozenset[str] | None:
    """Of all of them; None where one is unbounded."""
    if any(one is None for one in sets):
        return None
    return frozenset().union(*(one for one in sets if one is not None))
