"""Linked entities (clause 4.5.23): those that relationships lead to, beside an entity or within it.

Bounded: in levels, in entities that are fetched, and in those that are written out, for one that many lead to
is within each of them.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from tocsin.ngsi.model.kinds import ENTITY_PLAIN, Attribute, Entity
from tocsin.ngsi.model.write import WHOLE, Projection, Shape, show
from tocsin.ngsi.problems import BadRequestData, TooComplexQuery

Get = Callable[[str], Awaitable[Entity | None]]
DEEPEST, MOST = 5, 1_000
_LINKS = {"Relationship": "object", "ListRelationship": "objectList"}
_JOINS = ("flat", "inline", "@none")


@dataclasses.dataclass(frozen=True, slots=True)
class Join:
    """``contained``: entities that a caller has already and wants not again."""

    how: Literal["flat", "inline"]
    levels: int
    contained: frozenset[str]


def read(given: Mapping[str, Any]) -> Join | None:
    """From parameters of a URL or members of a Query; None where nothing is to be joined.

    Raises ``BadRequestData``, and ``TooComplexQuery`` beyond ``DEEPEST`` levels.
    """
    if not given:
        return None
    how = given.get("join", "@none")
    if how not in _JOINS:
        raise BadRequestData(
            "no such way to join", field="join", value=how, cure="one of " + ", ".join(_JOINS)
        )
    levels = given.get("joinLevel", 1)
    if isinstance(levels, str) and levels.isascii() and levels.isdigit() and len(levels) < 9:
        levels = int(levels)
    if not isinstance(levels, int) or isinstance(levels, bool) or levels < 1:
        raise BadRequestData("not a number of levels", field="joinLevel", value=levels, cure="1 or more")
    contained = given.get("containedBy", [])
    listed = [one.strip() for one in contained.split(",")] if isinstance(contained, str) else contained
    if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
        raise BadRequestData(
            "not a list of URIs", field="containedBy", value=contained, cure="URIs, by commas"
        )
    if how == "@none":
        return None
    if levels > DEEPEST:
        raise TooComplexQuery("too deep", field="joinLevel", value=levels, cure=f"at most {DEEPEST}")
    return Join(how, levels, frozenset(listed))


class Linked(NamedTuple):
    """``entities`` by id; ``views``: which members of each are asked for, where one is reached first."""

    entities: dict[str, Entity]
    views: dict[str, Projection]


async def linked(
    entities: Sequence[Entity], join: Join, get: Get, view: Projection | Shape = WHOLE
) -> Linked:
    """What relationships of these lead to, level by level, each once; those that are not there are left out.
    Relationships that ``view`` does not show are not followed.

    Raises ``TooComplexQuery`` beyond ``MOST`` of them.
    """
    found = Linked({}, {})
    known = {entity["id"] for entity in entities} | join.contained
    seen: set[tuple[str, int]] = set()
    edge: list[tuple[Entity, Projection | Shape]] = [(entity, view) for entity in entities]
    for _ in range(join.levels):
        reached = {}
        for entity, shown in edge:
            for iri, target in _targets(entity, shown):
                inner = shown.linked.get(iri, WHOLE)
                # by another way other members of it may be asked for, and lead further
                if (target, id(inner)) not in seen:
                    seen.add((target, id(inner)))
                    reached[target, id(inner)] = (target, inner)
        ids = [one for one in dict.fromkeys(target for target, _ in reached.values()) if one not in known]
        if len(found.entities) + len(ids) > MOST:
            raise TooComplexQuery(
                f"more than {MOST} entities are linked", field="join", cure="ask for fewer entities or levels"
            )
        known.update(ids)
        fetched = [one for one in await asyncio.gather(*(get(one) for one in ids)) if one is not None]
        found.entities.update((one["id"], one) for one in fetched)
        edge = []
        for target, asked in reached.values():
            if target in found.entities:
                found.views.setdefault(target, asked)
                edge.append((found.entities[target], asked))
        if not edge:
            break
    return found


def inlined(entity: Entity, others: Mapping[str, Entity], join: Join, shape: Shape) -> dict[str, Any]:
    """The document of an entity with the linked ones in their relationships. ``others``: ``linked`` and the
    entities of the answer themselves.
    """
    return _Inlining(others).document(entity, shape, join.levels, join.contained | {entity["id"]})


class _Inlining:
    def __init__(self, others: Mapping[str, Entity]) -> None:
        self._others, self._left = others, MOST

    def document(self, entity: Entity, shape: Shape, levels: int, path: frozenset[str]) -> dict[str, Any]:
        self._left -= 1
        if self._left < 0:
            raise TooComplexQuery(
                f"more than {MOST} linked entities within one",
                field="join",
                cure="join=flat tells each once; or fewer levels",
            )
        out = show(entity, shape)
        if not levels:
            return out
        for iri, instances in entity.items():
            name = shape.terms.compact(iri) if iri not in ENTITY_PLAIN else ""
            if name not in out or not any(one["type"] in _LINKS for one in instances):
                continue
            if shape.datasets is not None:
                instances = [one for one in instances if one.get("datasetId", "@none") in shape.datasets]
            out[name] = self._joined(out[name], instances, shape.along(iri), levels, path)
        return out

    def _joined(
        self, shown: Any, instances: list[Attribute], shape: Shape, levels: int, path: frozenset[str]
    ) -> Any:
        """``shape``: of what is within."""
        if shape.format == "simplified":
            if len(instances) == 1:
                return self._in_place(instances[0], shown, shape, levels, path)
            by_dataset = dict(shown["dataset"])
            for one in instances:
                key = one.get("datasetId", "@none")
                by_dataset[key] = self._in_place(one, by_dataset[key], shape, levels, path)
            return {"dataset": by_dataset}
        if len(instances) == 1:
            return self._beside(instances[0], shown, shape, levels, path)
        return [
            self._beside(one, held, shape, levels, path) for one, held in zip(instances, shown, strict=True)
        ]

    def _beside(self, one: Attribute, shown: Any, shape: Shape, levels: int, path: frozenset[str]) -> Any:
        """``entity`` of a relationship, ``entityList`` of one that leads to several."""
        member = _LINKS.get(one["type"])
        if member is None:
            return shown
        value = one[member]
        found = [
            made for target in _listed(value) if (made := self._of(target, shape, levels, path)) is not None
        ]
        if not found:
            return shown
        return {**shown, **({"entityList": found} if isinstance(value, list) else {"entity": found[0]})}

    def _in_place(self, one: Attribute, shown: Any, shape: Shape, levels: int, path: frozenset[str]) -> Any:
        """Instead of the URI."""
        if one["type"] not in _LINKS:
            return shown
        value = one[_LINKS[one["type"]]]
        made = [self._of(target, shape, levels, path) or target for target in _listed(value)]
        if one["type"] == "ListRelationship":
            return {"objectList": made}
        return made if isinstance(value, list) else made[0]

    def _of(self, target: str, shape: Shape, levels: int, path: frozenset[str]) -> dict[str, Any] | None:
        entity = self._others.get(target)
        if entity is None or target in path:
            return None
        return self.document(entity, shape, levels - 1, path | {target})


def _targets(entity: Entity, view: Projection | Shape) -> Iterator[tuple[str, str]]:
    """IRI of a relationship, and what it leads to."""
    for iri, instances in entity.items():
        if iri in ENTITY_PLAIN or not view.shows(iri):
            continue
        for one in instances:
            if one["type"] in _LINKS:
                for target in _listed(one[_LINKS[one["type"]]]):
                    yield iri, target


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]
