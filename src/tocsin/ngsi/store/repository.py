"""Questions to the rows of entities together with those of their documents."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    BigInteger,
    BindParameter,
    ColumnElement,
    CompoundSelect,
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
from tocsin.kernel.cells import RANGES, ranges
from tocsin.kernel.geo import Box

#: encoded ``EntityState`` and, where there is one, its document
Pair = tuple[bytes, bytes | None]
_PAIRS = select(entities.c.doc, ngsi_documents.c.doc.label("document")).select_from(
    entities.outerjoin(ngsi_documents, ngsi_documents.c.id == entities.c.id)
)
_SOME = (
    select(entities.c.id, entities.c.doc, ngsi_documents.c.doc.label("document"))
    .select_from(entities.outerjoin(ngsi_documents, ngsi_documents.c.id == entities.c.id))
    .where(entities.c.doc.is_not(None))
)
_BY_IDS = _SOME.where(entities.c.id.in_(bindparam("keys", expanding=True)))
#: the same table within a condition on itself
_OWN = entities.alias("own")
#: so many ids are soon collected from an index; beyond, the first matches are soon found in the order of ids
_FEW = 5_000
#: where several parts have more than that each, what meets them all may still be rare: so many are collected
_MANY = 50_000
#: of so few, each is asked rather than more collected
_HANDFUL = 100
_CHUNK = 1_000
#: no id holds it (``ngsi.model.checks.uri``, ``kernel.ids``)
_BETWEEN = "\x1f"
#: ids in one question: a few lengths, so that statements are prepared once
_LENGTHS = (8, 64, 256, _CHUNK)


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


def candidates(conn: Connection, narrow: Narrow, first: int) -> Iterator[tuple[str, bytes, bytes | None]]:
    """Entities that may match, by id: id, state, document. Read in pieces, ``first`` in the first one."""
    shape, values = _taken_apart(narrow)
    known, asked = _collected(conn, shape, values, narrow.ids)
    size = first
    if known is None:
        after = ""
        while True:
            rows = conn.execute(_in_order(shape, asked), {**values, "after": after, "most": size}).all()
            yield from rows
            if len(rows) < size:
                return
            after, size = rows[-1][0], _CHUNK
    ordered = sorted(known)
    start = 0
    while start < len(ordered):
        piece = ordered[start : start + min(size, _CHUNK)]
        start, size = start + len(piece), _CHUNK
        length = next(one for one in _LENGTHS if one >= len(piece))
        keys = piece + piece[-1:] * (length - len(piece))
        yield from conn.execute(_of_these(shape, asked), {**values, "keys": keys})


def everything(conn: Connection) -> Iterator[Pair]:
    """All entities that were not deleted."""
    for row in conn.execute(_PAIRS.where(entities.c.doc.is_not(None))):
        yield row[0], row[1]


def _collected(
    conn: Connection, shape: _Shape, values: dict[str, Any], ids: Collection[str] | None
) -> tuple[set[str] | None, tuple[bool, ...]]:
    """Ids that meet all parts that were collected, None where none was; of each part, whether it is yet to be
    asked of each entity.
    """
    known = None if ids is None else set(ids)
    asked: list[bool] = []
    parts = _parts(shape)
    for most in (_FEW, _MANY):
        asked = []
        for part in parts:
            if known is not None and len(known) <= _HANDFUL:
                asked.append(True)
                continue
            count, listed = conn.execute(part.collect, {**values, "ids": most + 1}).one()
            asked.append(count > most)
            if not asked[-1]:
                held = set(listed.split(_BETWEEN)) if count else set()
                known = held if known is None else known & held
        if known is not None or len(parts) < 2:
            break
    return known, tuple(asked)


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a statement is made of; values are bound. ``numbers``: whether each has a least, a greatest."""

    types: bool
    having: bool
    numbers: tuple[tuple[bool, bool], ...]
    boxes: int | None


class _Part(NamedTuple):
    """One condition, both ways: ids that meet it, as many as tell whether they are few; or whether one does.

    Those whose rows tell too little meet it too.
    """

    collect: Select[int, str]
    ask: ColumnElement[bool]


def _taken_apart(narrow: Narrow) -> tuple[_Shape, dict[str, Any]]:
    values: dict[str, Any] = {}
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
        covering = ranges(box)
        # a range of nothing where there are fewer: statements are of few shapes
        for number in range(RANGES):
            first, last = covering[number] if number < len(covering) else (1, 0)
            values |= {f"first{place}_{number}": first, f"last{place}_{number}": last}
    shape = _Shape(
        narrow.types is not None,
        narrow.having is not None,
        tuple((low is not None, high is not None) for _, low, high in narrow.numbers),
        None if narrow.boxes is None else len(narrow.boxes),
    )
    return shape, values


@lru_cache(256)  # to put one together takes longer than to run it
def _parts(shape: _Shape) -> tuple[_Part, ...]:
    """By type and place, where that is asked for; by each attribute's number; by what it has."""
    parts = []
    if shape.types or shape.boxes is not None:
        parts.append(_by_row(shape))
    for place in range(len(shape.numbers)):
        number, anew = entity_values.c.number, entity_values.c.number + 0.0
        parts.append(_by_value(_number(shape, place, number), _number(shape, place, anew), ("mixed",)))
    if shape.having:
        held = [entity_values.c.name.in_(_listed("having"))]
        parts.append(_by_value(held, held, ()))
    return tuple(parts)


@lru_cache(256)
def _in_order(shape: _Shape, asked: tuple[bool, ...]) -> Select[Any]:
    return (
        _asking(_SOME, shape, asked)
        .where(entities.c.id > bindparam("after"))
        .order_by(entities.c.id)
        .limit(bindparam("most"))
    )


@lru_cache(256)
def _of_these(shape: _Shape, asked: tuple[bool, ...]) -> Select[Any]:
    return _asking(_BY_IDS, shape, asked).order_by(entities.c.id)


def _asking(query: Select[Any], shape: _Shape, asked: tuple[bool, ...]) -> Select[Any]:
    return query.where(*(part.ask for part, each in zip(_parts(shape), asked, strict=True) if each))


def _by_row(shape: _Shape) -> _Part:
    near = select(_OWN.c.id).where(*_row(shape, _OWN.c, _OWN.c.type))
    if shape.types and shape.boxes:  # the index is one of types first
        cells = _cells(shape.boxes)
        near = near.where(_OWN.c.cell.between(cells.c.first, cells.c.last))
    flags = [*(["many_types"] if shape.types else []), *(["shaped"] if shape.boxes is not None else [])]
    # the type as it stands in no index: one by one, the order of ids is the better way in
    each = and_(*_row(shape, entities.c, func.coalesce(entities.c.type, "")))
    return _Part(_first(near, flags), or_(each, *(entities.c.id.in_(_flagged(flag)) for flag in flags)))


def _by_value(
    indexed: Sequence[ColumnElement[bool]], anew: Sequence[ColumnElement[bool]], flags: Sequence[str]
) -> _Part:
    """``anew``: the same, put so that no index of values is taken for it."""
    held = select(entity_values.c.entity)
    own = held.where(entity_values.c.entity == entities.c.id, *anew).correlate(entities).exists()
    others = (entities.c.id.in_(_flagged(flag)) for flag in flags)
    return _Part(_first(held.where(*indexed), flags), or_(own, *others))


def _first(ids: Select[Any], flags: Sequence[str]) -> Select[int, str]:
    """How many, up to as many as tell whether they are few, and which, in one text.

    A row each would have the driver let go of the interpreter and wait for it again as often.
    """
    every: Select[Any] | CompoundSelect[Any] = union_all(ids, *map(_flagged, flags)) if flags else ids
    named = every.subquery("every")
    some = select(next(iter(named.c)).label("id")).limit(bindparam("ids")).subquery("some")
    return select(func.count(), func.aggregate_strings(some.c.id, _BETWEEN))


def _row(shape: _Shape, c: Any, kind: ColumnElement[str]) -> list[ColumnElement[bool]]:
    """What the row of an entity must meet."""
    conditions: list[ColumnElement[bool]] = []
    if shape.types:
        conditions.append(kind.in_(_listed("types")))
    if shape.boxes is not None:
        inside = [
            c.lon.between(bindparam(f"west{place}"), bindparam(f"east{place}"))
            & c.lat.between(bindparam(f"south{place}"), bindparam(f"north{place}"))
            for place in range(shape.boxes)
        ]
        conditions.append(or_(false(), *inside))
    return conditions


def _cells(boxes: int) -> CTE:
    """Ranges of cells that cover the boxes. Those of two boxes may meet, so an id may come twice."""
    rows = [
        select(
            bindparam(f"first{place}_{number}", type_=BigInteger).label("first"),
            bindparam(f"last{place}_{number}", type_=BigInteger).label("last"),
        )
        for place in range(boxes)
        for number in range(RANGES)
    ]
    return union_all(*rows).cte("near")


def _number(shape: _Shape, place: int, number: ColumnElement[Any]) -> list[ColumnElement[bool]]:
    """What the value of attribute ``place`` must meet."""
    least, greatest = shape.numbers[place]
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
