"""Questions to the rows of entities together with those of their documents."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    false,
    func,
    or_,
    select,
    text,
    union_all,
)

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
#: so many ids are soon collected from an index; beyond, the first matches are soon found in the order of ids
_FEW = 5_000


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
    shape, values = _taken_apart(narrow)
    few = tuple(conn.execute(probe, values).scalar_one() <= _FEW for probe in _probes(shape))
    rows = conn.execute(_statement(shape, few), {**values, "after": after, "most": limit})
    return [(str(entity), state, document) for entity, state, document in rows]


def everything(conn: Connection) -> Iterator[Pair]:
    """All entities that were not deleted."""
    for row in conn.execute(_PAIRS.where(entities.c.doc.is_not(None))):
        yield row[0], row[1]


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a statement is made of; values are bound. ``numbers``: whether each has a least, a greatest."""

    ids: bool
    types: bool
    having: bool
    numbers: tuple[tuple[bool, bool], ...]
    boxes: int | None


def _taken_apart(narrow: Narrow) -> tuple[_Shape, dict[str, Any]]:
    values: dict[str, Any] = {}
    ids = narrow.ids is not None and len(narrow.ids) <= _MOST_IDS
    if ids:
        values["ids"] = sorted(narrow.ids or ())
    if narrow.types is not None:
        values["types"] = sorted(narrow.types)
    if narrow.having is not None:
        values["having"] = sorted(narrow.having)
    for place, (names, low, high) in enumerate(narrow.numbers):
        values[f"names{place}"] = sorted(names)
        values |= {f"low{place}": low} if low is not None else {}
        values |= {f"high{place}": high} if high is not None else {}
    for place, box in enumerate(narrow.boxes or ()):
        edges = (("west", box.west), ("south", box.south), ("east", box.east), ("north", box.north))
        values |= {f"{edge}{place}": value for edge, value in edges}
    shape = _Shape(
        ids,
        narrow.types is not None,
        narrow.having is not None,
        tuple((low is not None, high is not None) for _, low, high in narrow.numbers),
        None if narrow.boxes is None else len(narrow.boxes),
    )
    return shape, values


@lru_cache(256)  # to put one together takes longer than to run it
def _parts(shape: _Shape) -> tuple[Select[Any], ...]:
    """Ids by the index of type and place, where that is asked for; then by each attribute's number."""
    parts = []
    if shape.types or shape.boxes is not None:
        parts.append(select(_OWN.c.id).where(*_row(shape, _OWN.c)))
    parts += [select(entity_values.c.entity).where(*_number(shape, n)) for n in range(len(shape.numbers))]
    return tuple(parts)


@lru_cache(256)
def _probes(shape: _Shape) -> tuple[Select[Any], ...]:
    """How many ids each part would collect, counted as far as it matters."""
    return tuple(select(func.count()).select_from(part.limit(_FEW + 1).subquery()) for part in _parts(shape))


@lru_cache(256)
def _statement(shape: _Shape, few: tuple[bool, ...]) -> Select[Any]:
    """``few``: whether the ids of each part are collected, or each entity is asked, in the order of ids.

    Each part also lets in those whose rows tell too little.
    """
    query = _SOME.where(entities.c.doc.is_not(None), entities.c.id > bindparam("after"))
    if shape.ids:
        query = query.where(entities.c.id.in_(_listed("ids")))
    if shape.having:
        held = select(entity_values.c.entity).where(entity_values.c.name.in_(_listed("having")))
        query = query.where(entities.c.id.in_(held))
    numbers = list(zip(_parts(shape), few, strict=True))
    if shape.types or shape.boxes is not None:
        (part, collected), *numbers = numbers
        others = [_flagged("many_types")] if shape.types else []
        others += [_flagged("shaped")] if shape.boxes is not None else []
        if collected:
            query = query.where(entities.c.id.in_(union_all(part, *others)))
        else:
            each = and_(*_row(shape, entities.c, by_index=False))
            query = query.where(or_(each, *(entities.c.id.in_(other) for other in others)))
    for place, (part, collected) in enumerate(numbers):
        if collected:
            query = query.where(entities.c.id.in_(union_all(part, _flagged("mixed"))))
        else:
            own = entity_values.c.entity == entities.c.id
            value = select(entity_values.c.entity).where(own, *_number(shape, place, by_index=False))
            query = query.where(or_(value.correlate(entities).exists(), entities.c.id.in_(_flagged("mixed"))))
    return query.order_by(entities.c.id).limit(bindparam("most"))


def _row(shape: _Shape, c: Any, *, by_index: bool = True) -> list[ColumnElement[bool]]:
    """What the row of an entity must meet. ``by_index`` False: the order of ids is the better way in."""
    conditions: list[ColumnElement[bool]] = []
    if shape.types:
        conditions.append((c.type if by_index else func.coalesce(c.type, "")).in_(_listed("types")))
    if shape.boxes is not None:
        inside = [
            c.lon.between(bindparam(f"west{place}"), bindparam(f"east{place}"))
            & c.lat.between(bindparam(f"south{place}"), bindparam(f"north{place}"))
            for place in range(shape.boxes)
        ]
        conditions.append(or_(false(), *inside))
    return conditions


def _number(shape: _Shape, place: int, *, by_index: bool = True) -> list[ColumnElement[bool]]:
    """What the value of attribute ``place`` must meet."""
    least, greatest = shape.numbers[place]
    number = entity_values.c.number if by_index else entity_values.c.number + 0.0
    conditions: list[ColumnElement[bool]] = [entity_values.c.name.in_(_listed(f"names{place}"))]
    if least:
        conditions.append(number >= bindparam(f"low{place}"))
    if greatest:
        conditions.append(number <= bindparam(f"high{place}"))
    return conditions


def _listed(name: str) -> BindParameter[Any]:
    return bindparam(name, expanding=True)


def _flagged(flag: str) -> Select[Any]:
    # as text: SQLite takes a partial index only where the very words of its condition are said
    return select(ngsi_documents.c.id).where(text(flag))
