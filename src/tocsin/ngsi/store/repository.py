"""Questions to the rows of entities together with those of their documents."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CompoundSelect, Connection, Select, bindparam, or_, select, text, union_all

from tocsin.context.documents.repository import ngsi_documents
from tocsin.context.repository import entities, entity_values
from tocsin.kernel.geo import Box

#: encoded ``EntityState`` and, where there is one, its document
Pair = tuple[bytes, bytes | None]
_PAIRS = select(entities.c.doc, ngsi_documents.c.doc.label("document")).select_from(
    entities.outerjoin(ngsi_documents, ngsi_documents.c.id == entities.c.id)
)
_SOME = select(entities.c.id, entities.c.doc, ngsi_documents.c.doc.label("document")).select_from(
    entities.outerjoin(ngsi_documents, ngsi_documents.c.id == entities.c.id)
)
_BY_IDS = _SOME.where(entities.c.id.in_(bindparam("keys", expanding=True)), entities.c.doc.is_not(None))
#: the same table within a condition on itself
_OWN = entities.alias("own")
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


def several(conn: Connection, ids: Collection[str]) -> dict[str, Pair]:
    """Entities by id, those of them that are there."""
    rows = conn.execute(_BY_IDS, {"keys": list(ids)})
    return {str(entity): (state, document) for entity, state, document in rows}


def candidates(
    conn: Connection, narrow: Narrow, after: str, limit: int
) -> list[tuple[str, bytes, bytes | None]]:
    """Up to ``limit`` entities that may match, by id, beyond ``after``: id, state, document."""
    query = _narrowed(_SOME, narrow)
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
    if narrow.types is not None or narrow.boxes is not None:
        query = query.where(entities.c.id.in_(_by_row(narrow)))
    if narrow.having is not None:
        held = select(entity_values.c.entity).where(entity_values.c.name.in_(sorted(narrow.having)))
        query = query.where(entities.c.id.in_(held))
    for names, low, high in narrow.numbers:
        value = select(entity_values.c.entity).where(entity_values.c.name.in_(sorted(names)))
        if low is not None:
            value = value.where(entity_values.c.number >= low)
        if high is not None:
            value = value.where(entity_values.c.number <= high)
        if narrow.boxes is not None:  # few are left: look at the value of each, not at all that have such one
            value = value.where(entity_values.c.entity == entities.c.id).correlate(entities)
            query = query.where(or_(value.exists(), entities.c.id.in_(_flagged("mixed"))))
        else:
            query = query.where(entities.c.id.in_(union_all(value, _flagged("mixed"))))
    return query


def _by_row(narrow: Narrow) -> CompoundSelect[Any]:
    """Ids by the index of type and place, and of those entities whose rows tell too little."""
    row = select(_OWN.c.id)
    others = []
    if narrow.types is not None:
        row = row.where(_OWN.c.type.in_(sorted(narrow.types)))
        others.append(_flagged("many_types"))
    if narrow.boxes is not None:
        inside = [
            _OWN.c.lon.between(box.west, box.east) & _OWN.c.lat.between(box.south, box.north)
            for box in narrow.boxes
        ]
        row = row.where(or_(*inside))
        others.append(_flagged("shaped"))
    return union_all(row, *others)


def _flagged(flag: str) -> Select[Any]:
    # as text: SQLite takes a partial index only where the very words of its condition are said
    return select(ngsi_documents.c.id).where(text(flag))
