"""Parameters of each operation (clauses 6.4 to 6.34); any other is refused (clause 6.3.20).

Those that have no bearing on an installation without context sources are known all the same.
"""

from __future__ import annotations

from collections.abc import Iterable

from tocsin.ngsi.problems import InvalidRequest

_EVERY = frozenset(("local", "options", "format"))
_PAGE = frozenset(("limit", "offset", "count"))
_SHAPE = frozenset(
    (
        "attrs", "pick", "omit", "lang", "datasetId", "geometryProperty", "join", "joinLevel", "containedBy",
        "expandValues", "jsonKeys", "entityMap", "splitEntities",
    )
)  # fmt: skip
_CHOICE = frozenset(
    (
        "id", "idPattern", "type", "attrs", "q", "csf", "scopeQ", "georel", "geometry", "coordinates",
        "geoproperty",
    )
)  # fmt: skip
_TIME = frozenset(
    ("timerel", "timeAt", "endTimeAt", "timeproperty", "lastN", "aggrMethods", "aggrPeriodDuration")
)
_ONE = _EVERY | {"type"}
_QUERY = _EVERY | _PAGE | _SHAPE | _CHOICE

#: by the name of the operation, for those that know more than ``_EVERY``
KNOWN = {
    "retrieve_entity": _ONE | _SHAPE,
    "delete_entity": _ONE,
    "replace_entity": _ONE,
    "merge_entity": _ONE | {"observedAt", "lang"},
    "append_attributes": _ONE,
    "update_attributes": _ONE,
    "update_attribute": _ONE,
    "replace_attribute": _ONE,
    "delete_attribute": _ONE | {"datasetId", "deleteAll"},
    "query_entities": _QUERY,
    "post_query": _QUERY,
    "list_types": _EVERY | _PAGE | {"details"},
    "get_type": _EVERY,
    "list_attributes": _EVERY | _PAGE | {"details"},
    "get_attribute": _EVERY,
    "query_temporal": _QUERY | _TIME | {"orderBy"},
    "post_temporal_query": _QUERY | _TIME,
    "retrieve_temporal": _ONE | _PAGE | _SHAPE | _TIME,
    "delete_temporal_attribute": _ONE | {"datasetId", "deleteAll"},
    "query_registrations": _EVERY | _PAGE | _CHOICE | _TIME,
    "retrieve_registration": _EVERY,
    "query_subscriptions": _EVERY | _PAGE,
    "query_source_subscriptions": _EVERY | _PAGE,
    "list_contexts": _EVERY | {"details", "kind"},
    "get_context": _EVERY | {"details"},
    "delete_context": _EVERY | {"reload"},
}


def check(operation: str, given: Iterable[str]) -> None:
    """Raises ``InvalidRequest`` for a parameter that ``operation`` does not know."""
    known = KNOWN.get(operation, _EVERY)
    for name in given:
        if name not in known:
            raise InvalidRequest(
                "no parameter of this operation",
                field=name[:80],
                value=name[:80],
                cure="one of " + ", ".join(sorted(known)),
            )
