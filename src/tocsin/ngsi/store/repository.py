"""Questions to the rows of entities together with those of their documents."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, bindparam, or_, select, union_all

from tocsin.context.documents.repository import ngsi_documents
from tocsin.context.repository import entities, entity_values
from tocsin.kernel.geo import Box

#: encoded ``EntityState`` and, where there is one, its document
Pair = tuple[bytes, bytes | None]
_PAIRS = select(entities.c.doc, ngsi_documents.c.doc.label("document")).select_from(
    entities.outerjoin(ngsi_documents, ngsi_documents.c.id == entities.c.id)
)
_ONE = _PAIRS.where(entities.c.id == bindparam("key"), entities.c.doc.is_not(None))
_MOST_IDS = 500


@dataclass(frozen=True, slots=True)
class Narrow:
    """What every match meets, as far as the rows tell; None: unknown. All of it holds together.

    ``types``: names of which it has one; ``numbers``: names of one attribute, its least and greatest number;
    ``boxes``: its point lies in one of them; ``having``: names of attributes of which it has one.
    """

    ids: Collection[str] | None = None
    types: Collection[str] | None = None
    having: Collection[str] | None = None
    numbers: Sequence[tuple[Collection[str], float | None, float | None]] = ()
    boxes: Sequence[Box] | None = None


def one(conn: Connection, entity: str) -> Pair | None:
    """An entity that was not deleted."""
    row = conn.execute(_ONE, {"key": entity}).first()
    return None if row is None else (row[0], row[1])


def candidates(
    conn: Connection, narrow: Narrow, after: str, limit: int
) -> list[tuple[str, bytes, bytes | None]]:
    """Up to ``limit`` entities that may match, by id, beyond ``after``: id, state, document."""
    query = _narrowed(
        select(entities.c.id, entities.c.doc, ngsi_documents.c.doc.label("document")).select_from(
            entities.outerjoin(ngsi_documents, ngsi_documents.c.id == entities.c.id)
        ),
        narrow,
    )
    rows = conn.execute(query.where(entities.c.id > after).order_by(entities.c.id).limit(limit))
    return [(str(entity), state, document) for entity, state, document in rows]


def everything(conn: Connection) -> Iterator[Pair]:
    """All entities that were not deleted."""
    for row in conn.execute(_PAIRS.where(entities.c.doc.is_not(None))):
        yield row[0], row[1]


def _narrowed(query: Select[Any], narrow: Narrow) -> Select[Any]:
    query = query.where(entities.c.doc.is_not(None))
    if narrow.ids is not None and len(narrow.ids) <= _MOST_IDS:
        query = query.where(entities.c.id.in_(sorted(narrow.ids)))
    if narrow.types is not None:
        several = select(ngsi_documents.c.id).where(ngsi_documents.c.many_types)
        query = query.where(or_(entities.c.type.in_(sorted(narrow.types)), entities.c.id.in_(several)))
    if narrow.having is not None:
        held = select(entity_values.c.entity).where(entity_values.c.name.in_(sorted(narrow.having)))
        query = query.where(entities.c.id.in_(held))
    for names, low, high in narrow.numbers:
        value = select(entity_values.c.entity).where(entity_values.c.name.in_(sorted(names)))
        if low is not None:
            value = value.where(entity_values.c.number >= low)
        if high is not None:
            value = value.where(entity_values.c.number <= high)
        mixed = select(ngsi_documents.c.id).where(ngsi_documents.c.mixed)
        query = query.where(entities.c.id.in_(union_all(value, mixed)))
    if narrow.boxes is not None:
        inside = [
            entities.c.lon.between(box.west, box.east) & entities.c.lat.between(box.south, box.north)
            for box in narrow.boxes
        ]
        shaped = select(ngsi_documents.c.id).where(ngsi_documents.c.shaped)
        query = query.where(or_(*inside, entities.c.id.in_(shaped)))
    return query
