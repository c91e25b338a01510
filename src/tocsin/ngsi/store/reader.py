"""Reading entities as NGSI-LD shows them: one by its id, those that match a query, what kinds there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from tocsin.bus.codec import decode
from tocsin.context.documents.document import unpacked
from tocsin.db import Connection, Database
from tocsin.kernel.state import EntityState
from tocsin.ngsi.model.kinds import ENTITY_PLAIN, Entity
from tocsin.ngsi.query import Hints
from tocsin.ngsi.store import repository
from tocsin.ngsi.store.names import LOCATION, short
from tocsin.ngsi.store.overlay import entity_of
from tocsin.ngsi.store.repository import Narrow

_FIRST_CHUNK, _CHUNK = 64, 1000


class Asked(Protocol):
    """``query.Query``."""

    @property
    def hints(self) -> Hints: ...

    def matches(self, entity: Entity) -> bool: ...


@dataclass(slots=True)
class Found:
    """One page; ``total`` where it was asked for; ``more``: whether there are entities beyond it."""

    entities: list[Entity] = field(default_factory=list)
    total: int | None = None
    more: bool = False


@dataclass(slots=True)
class TypeSeen:
    """``attributes``: IRI to the kinds that it has in entities of this type."""

    entities: int = 0
    attributes: dict[str, set[str]] = field(default_factory=dict)


class Reader:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def get(self, entity: str) -> Entity | None:
        """One entity; None where there is none."""
        found = await self._db.read(lambda conn: repository.one(conn, entity))
        if found is None:
            return None
        state, document = found
        return entity_of(decode(state, EntityState), unpacked(document) if document is not None else None)

    async def find(self, query: Asked, *, offset: int, limit: int, count: bool) -> Found:
        """Entities that match, by id. ``limit`` 0 with ``count``: the number alone."""
        narrow = narrowed(query.hints)
        return await self._db.read(lambda conn: _page(conn, narrow, query.matches, offset, limit, count))

    async def seen(self) -> dict[str, TypeSeen]:
        """Every type (IRI) there is, and what its entities have."""
        return await self._db.read(_seen)

    async def attribute(self, iri: str) -> tuple[int, set[str]]:
        """How many entities have it, and of what kinds it is there."""
        return await self._db.read(lambda conn: _having(conn, iri))


def narrowed(hints: Hints) -> Narrow:
    """What the rows can tell of ``hints``."""
    boxes = None
    if hints.boxes is not None and hints.boxes[0] == LOCATION:
        boxes = hints.boxes[1]
    having = None
    if hints.attributes is not None and LOCATION not in hints.attributes:
        having = {name for iri in hints.attributes for name in (short(iri), iri)}
    numbers = []
    for one in hints.comparisons:
        if one.kind != "number":
            continue
        bounds = [
            (
                float(one.low) if one.low is not None else None,
                float(one.high) if one.high is not None else None,
            )
        ]
        if one.one_of is not None:
            values = [float(v) for v in one.one_of if isinstance(v, int | float)]
            if not values:
                continue
            bounds = [(min(values), max(values))]
        numbers += [((short(one.attribute), one.attribute), low, high) for low, high in bounds]
    return Narrow(
        ids=hints.ids,
        types=None if hints.types is None else {short(iri) for iri in hints.types},
        having=having,
        numbers=numbers,
        boxes=boxes,
    )


def _all(conn: Connection, narrow: Narrow, first: int) -> Iterator[Entity]:
    """Candidates by id, fetched in growing pieces."""
    after, size = "", first
    while True:
        rows = repository.candidates(conn, narrow, after, size)
        for _, state, document in rows:
            yield entity_of(decode(state, EntityState), unpacked(document) if document is not None else None)
        if len(rows) < size:
            return
        after, size = rows[-1][0], _CHUNK


def _page(
    conn: Connection, narrow: Narrow, matches: Callable[[Entity], bool], offset: int, limit: int, count: bool
) -> Found:
    found, number = Found(), 0
    for entity in _all(conn, narrow, min(_CHUNK, max(_FIRST_CHUNK, offset + limit + 1))):
        if not matches(entity):
            continue
        number += 1
        if offset < number <= offset + limit:
            found.entities.append(entity)
        elif number > offset + limit:
            found.more = True
            if not count:
                break
    if count:
        found.total = number
    return found


def _seen(conn: Connection) -> dict[str, TypeSeen]:
    found: dict[str, TypeSeen] = {}
    for state, document in repository.everything(conn):
        entity = entity_of(decode(state, EntityState), unpacked(document) if document is not None else None)
        for name in entity["type"]:
            seen = found.setdefault(name, TypeSeen())
            seen.entities += 1
            for iri, instances in entity.items():
                if iri not in ENTITY_PLAIN:
                    seen.attributes.setdefault(iri, set()).update(one["type"] for one in instances)
    return found


def _having(conn: Connection, iri: str) -> tuple[int, set[str]]:
    count = 0
    kinds: set[str] = set()
    for entity in _all(conn, Narrow(having={short(iri), iri} if iri != LOCATION else None), _CHUNK):
        if iri in entity:
            count += 1
            kinds.update(one["type"] for one in entity[iri])
    return count, kinds
