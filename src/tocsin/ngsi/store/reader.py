"""Reading entities as NGSI-LD shows them: one by its id, those that match a query, what kinds there are."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from math import inf
from typing import Protocol

import msgspec

from tocsin.bus.codec import decode
from tocsin.context.documents.document import unpacked
from tocsin.db import Connection, Database
from tocsin.kernel.state import EntityState
from tocsin.ngsi.model.kinds import ENTITY_PLAIN, Entity
from tocsin.ngsi.problems import TooComplexQuery
from tocsin.ngsi.query import Hints, Links
from tocsin.ngsi.store import repository
from tocsin.ngsi.store.names import LOCATION, short
from tocsin.ngsi.store.overlay import entity_of
from tocsin.ngsi.store.repository import Narrow

_FIRST_CHUNK, _CHUNK = 64, 1000
_TOGETHER, _LOOKS = 100, 2
#: linked entities that one query may look at
MOST_LINKED = 10_000


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


class TypeSeen(msgspec.Struct):
    """``attributes``: IRI to the kinds that it has in entities of this type."""

    entities: int = 0
    attributes: dict[str, set[str]] = {}


class Inventory(msgspec.Struct):
    """What there is: each type (IRI), and how many entities have each attribute (IRI)."""

    types: dict[str, TypeSeen] = {}
    attributes: dict[str, int] = {}


class Reader:
    """Retrievals that come while others are under way are read together: one look for all of them."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._asked: dict[str, list[asyncio.Future[Entity | None]]] = {}
        self._task: asyncio.Task[None] | None = None
        #: queries under way: a long one must not hold up all others, many must not fight for the processor
        self._looks = asyncio.Semaphore(_LOOKS)

    async def get(self, entity: str) -> Entity | None:
        """One entity, not to be changed; None where there is none."""
        future: asyncio.Future[Entity | None] = asyncio.get_running_loop().create_future()
        self._asked.setdefault(entity, []).append(future)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._read_on())
        return await future

    async def _read_on(self) -> None:
        while self._asked:
            taken = dict(islice(self._asked.items(), _TOGETHER))
            for entity in taken:
                del self._asked[entity]
            try:
                found = await self._db.read(functools.partial(_several, ids=list(taken)))
            except Exception as error:  # noqa: BLE001 - told to everybody who waits, who tells it on
                for future in (one for waiting in taken.values() for one in waiting if not one.done()):
                    future.set_exception(error)
                continue
            for entity, waiting in taken.items():
                for future in waiting:
                    if not future.done():
                        future.set_result(found.get(entity))

    async def find(self, make: Callable[[Links], Asked], *, offset: int, limit: int, count: bool) -> Found:
        """Entities that match, by id. ``limit`` 0 with ``count``: the number alone.

        ``make`` reads the query: in the thread of the look, for both are work for the processor, and two
        threads that take turns at it are slower than one. Raises what ``make`` raises.
        """

        def look(conn: Connection) -> Found:
            return page(conn, make(links(conn)), offset, limit, count=count)

        async with self._looks:
            return await self._db.read(look)

    async def inventory(self) -> Inventory:
        """Every entity is read for it."""
        return await self._db.read(inventory)


def narrowed(hints: Hints) -> Narrow:
    """What the rows can tell of ``hints``."""
    boxes = None
    if hints.boxes is not None and hints.boxes[0] == LOCATION:
        boxes = hints.boxes[1]
    having = None
    if hints.attributes is not None and LOCATION not in hints.attributes:
        having = {name for iri in hints.attributes for name in (short(iri), iri)}
    return Narrow(
        ids=hints.ids,
        types=None if hints.types is None else {short(iri) for iri in hints.types},
        having=having,
        numbers=_ranges(hints),
        boxes=boxes,
    )


def _ranges(hints: Hints) -> list[tuple[tuple[str, str], float | None, float | None]]:
    """Of every attribute that is compared with numbers, the narrowest range."""
    lows: dict[str, float] = {}
    highs: dict[str, float] = {}
    for one in hints.comparisons:
        if one.kind != "number":
            continue
        low, high = one.low, one.high
        if one.one_of:
            low, high = min(one.one_of, key=float), max(one.one_of, key=float)
        lows[one.attribute] = max(lows.get(one.attribute, -inf), -inf if low is None else float(low))
        highs[one.attribute] = min(highs.get(one.attribute, inf), inf if high is None else float(high))
    return [
        ((short(iri), iri), None if low == -inf else low, None if highs[iri] == inf else highs[iri])
        for iri, low in lows.items()
    ]


def _several(conn: Connection, ids: list[str]) -> dict[str, Entity]:
    return {
        entity: entity_of(decode(state, EntityState), unpacked(document) if document is not None else None)
        for entity, (state, document) in repository.several(conn, ids).items()
    }


def _all(conn: Connection, narrow: Narrow, first: int) -> Iterator[Entity]:
    """Candidates by id."""
    for _, state, document in repository.candidates(conn, narrow, first):
        yield entity_of(decode(state, EntityState), unpacked(document) if document is not None else None)


def links(conn: Connection) -> Links:
    """Entities by id, for a query's conditions on linked ones; each is read once.

    Raises ``TooComplexQuery`` beyond ``MOST_LINKED``.
    """
    known: dict[str, Entity | None] = {}

    def get(entity: str) -> Entity | None:
        if entity not in known:
            if len(known) >= MOST_LINKED:
                raise TooComplexQuery(
                    f"more than {MOST_LINKED} linked entities",
                    field="q",
                    cure="narrow the query by type or place",
                )
            known[entity] = _several(conn, [entity]).get(entity)
        return known[entity]

    return get


def page(conn: Connection, query: Asked, offset: int, limit: int, *, count: bool) -> Found:
    """See ``Reader.find``."""
    found, number = Found(), 0
    first = min(_CHUNK, max(_FIRST_CHUNK, offset + limit + 1))
    for entity in _all(conn, narrowed(query.hints), first):
        if not query.matches(entity):
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


def inventory(conn: Connection) -> Inventory:
    """See ``Reader.inventory``."""
    made = Inventory()
    for state, document in repository.everything(conn):
        entity = entity_of(decode(state, EntityState), unpacked(document) if document is not None else None)
        kinds = {
            iri: {one["type"] for one in instances}
            for iri, instances in entity.items()
            if iri not in ENTITY_PLAIN
        }
        for iri in kinds:
            made.attributes[iri] = made.attributes.get(iri, 0) + 1
        for name in entity["type"]:
            seen = made.types.setdefault(name, TypeSeen())
            seen.entities += 1
            for iri, found in kinds.items():
                seen.attributes.setdefault(iri, set()).update(found)
    return made
