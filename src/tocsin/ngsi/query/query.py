"""A query as one thing: its parameters read, whether an entity matches, what an index may narrow by."""

from __future__ import annotations

from typing import Any

import msgspec

from tocsin.ngsi.problems import OperationNotSupported
from tocsin.ngsi.query.conditions import Condition, Links, condition
from tocsin.ngsi.query.geo import GeoParams, GeoQuery
from tocsin.ngsi.query.hints import Comparison, Hints, necessary
from tocsin.ngsi.query.names import Expand, is_iri, is_name
from tocsin.ngsi.query.patterns import finder
from tocsin.ngsi.query.q import read_q
from tocsin.ngsi.query.refusals import bad
from tocsin.ngsi.query.selection import Alternatives, read_ids, read_scopes, read_types, scopes_match
from tocsin.ngsi.query.targets import Entity
from tocsin.ngsi.query.tree import Node, levels


class QueryParams(msgspec.Struct, frozen=True):
    """The filters of one request (clauses 5.7.2, 6.4.3.2) or of one entity selector of a subscription, as
    written; None is not asked for. Names are short, by the @context of the request.
    """

    #: a text with commas, or a list
    ids: str | tuple[str, ...] | None = None
    id_pattern: str | None = None
    type: str | None = None
    #: names of which an entity has at least one
    attrs: tuple[str, ...] | None = None
    q: str | None = None
    scope_q: str | None = None
    geo: GeoParams | None = None
    #: names whose values in ``q`` are expanded by the @context, names whose trailing paths are not
    expand_values: tuple[str, ...] = ()
    json_keys: tuple[str, ...] = ()
    #: how many relationships a path of ``q`` may follow: those that are joined (clause 5.7.2.4)
    levels: int = 0


class Query:
    """Made by ``parse``."""

    __slots__ = ("_conditions", "hints", "params")

    def __init__(self, params: QueryParams, conditions: tuple[Condition, ...], hints: Hints) -> None:
        self.params, self._conditions, self.hints = params, conditions, hints

    def matches(self, entity: Entity) -> bool:
        """Whether ``entity``, expanded and normalised (``query/targets.py``), meets all that is asked."""
        # a loop, here and in conditions.py: all() over a generator takes twice as long
        for meets in self._conditions:  # noqa: SIM110
            if not meets(entity):
                return False
        return True


def parse(params: QueryParams, expand: Expand, links: Links | None = None) -> Query:
    """Reads all parameters; ``expand`` gives the IRI of a short name by the request's @context, ``links``
    finds what relationships lead to.

    Raises ``BadRequestData`` that names the parameter, the place in it and the cure;
    ``OperationNotSupported`` for conditions on linked entities where there is no ``links``.
    """
    conditions: list[Condition] = []
    hinted: dict[str, Any] = {}
    _select(params, expand, conditions, hinted)
    if params.q is not None:
        tree, expanded = read_q(params.q), frozenset(params.expand_values)
        found = _links(tree, params, links)
        conditions.append(condition(tree, expand, expanded, frozenset(params.json_keys), found))
        hinted["comparisons"] = necessary(tree, expand, expanded)
    geo = params.geo
    if geo is not None and not (geo.georel is None and geo.geometry is None and geo.coordinates is None):
        placed = GeoQuery(geo, _iri("geoproperty", geo.geoproperty, expand))
        conditions.append(lambda entity: _placed(placed, entity))
        hinted["comparisons"] = (*hinted.get("comparisons", ()), Comparison(placed.attribute))
        if (boxes := placed.boxes()) is not None:
            hinted["boxes"] = (placed.attribute, boxes)
    return Query(params, tuple(conditions), Hints(**hinted))


def _select(params: QueryParams, expand: Expand, conditions: list[Condition], hinted: dict[str, Any]) -> None:
    if params.ids is not None:
        ids = hinted["ids"] = read_ids(params.ids)
        conditions.append(lambda entity: entity["id"] in ids)
    if params.type is not None and (types := read_types(params.type, expand)) is not None:
        hinted["types"] = frozenset(min(every) for every in types)
        conditions.append(_of_types(types))
    if params.attrs:
        names = hinted["attributes"] = frozenset(_iri("attrs", name, expand) for name in params.attrs)
        conditions.append(lambda entity: any(type(entity.get(name)) is list for name in names))
    if params.scope_q is not None:
        scopes = read_scopes(params.scope_q)
        conditions.append(lambda entity: scopes_match(scopes, _listed(entity.get("scope"))))
    if params.id_pattern is not None:
        found = finder("idPattern", params.id_pattern)
        conditions.append(lambda entity: found(entity["id"]))


def _links(tree: Node, params: QueryParams, links: Links | None) -> Links:
    deep = levels(tree)
    if deep and links is None:
        raise OperationNotSupported(
            "conditions on linked entities are not supported here", field="q", value=params.q
        )
    if deep > params.levels:
        raise bad(
            "q",
            f"a path follows {deep} relationships, {params.levels} are joined",
            value=params.q,
            cure=f"join=inline (or flat) and joinLevel={deep}",
        )
    return links or _nowhere


def _nowhere(_entity: str) -> None:
    return None


def _iri(field: str, name: str, expand: Expand) -> str:
    if not (is_name(name) or is_iri(name)):
        raise bad(
            field, "no attribute name", value=name, cure="a letter, then letters, digits and _; or a URI"
        )
    return expand(name)


def _of_types(types: Alternatives) -> Condition:
    if all(len(every) == 1 for every in types):
        single = frozenset().union(*types)
        return lambda entity: not single.isdisjoint(_listed(entity["type"]))
    return lambda entity: any(every.issubset(_listed(entity["type"])) for every in types)


def _listed(value: Any) -> list[str]:
    return value if type(value) is list else [] if value is None else [value]


def _placed(geo: GeoQuery, entity: Entity) -> bool:
    """Whether any instance of the geoproperty has the relation."""
    instances = entity.get(geo.attribute)
    return type(instances) is list and any(geo.matches(instance.get("value")) for instance in instances)
