"""Rows of the context: one an entity, one a value that can be asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Float,
    Index,
    LargeBinary,
    String,
    Table,
    bindparam,
    delete,
    select,
    update,
)

from tocsin.bus.codec import decode, encode
from tocsin.context.documents import document as documents
from tocsin.context.journal import repository as journal
from tocsin.db.dialect import execute_rows, overwrite_freed, upsert
from tocsin.db.metadata import context
from tocsin.db.times import micros, moment
from tocsin.kernel.cells import cell
from tocsin.kernel.events import Value
from tocsin.kernel.geo import Box
from tocsin.kernel.state import EntityState

#: longest text value that can be asked for; the whole value stays in the entity
TEXT_CHARS = 256
_CHUNK = 500

#: ``doc`` None: deleted at ``observed_at``; kept so that a late older reading does not bring it back
entities = Table(
    "entities",
    context,
    Column("id", String, primary_key=True),
    Column("type", String, nullable=False),
    Column("lon", Float),
    Column("lat", Float),
    #: of its place (``kernel.cells``)
    Column("cell", BigInteger),
    Column("observed_at", BigInteger, nullable=False),
    Column("doc", LargeBinary),
    # with the rest: who asks for a place wants no more of the row
    Index("ix_entities_place", "type", "cell", "lon", "lat", "id"),
)
entity_values = Table(
    "entity_values",
    context,
    Column("entity", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("number", Float),
    Column("text", String),
    Index("ix_entity_values_number", "name", "number", "entity"),
    sqlite_with_rowid=False,
)


@dataclass(frozen=True, slots=True)
class Gone:
    """An entity that was deleted, and when."""

    type: str
    at: datetime


Known = EntityState | Gone | None


@dataclass(slots=True)
class Changes:
    """What one transaction writes. ``rested`` are known entities that neither moved nor changed type."""

    placed: list[EntityState] = field(default_factory=list)
    rested: list[EntityState] = field(default_factory=list)
    gone: dict[str, Gone] = field(default_factory=dict)
    #: entities whose values are all forgotten before ``values`` are written
    cleared: list[str] = field(default_factory=list)
    values: list[tuple[str, str, Value]] = field(default_factory=list)


def load(conn: Connection, ids: Iterable[str]) -> dict[str, EntityState | Gone]:
    """What is known of these entities; absent where nothing is."""
    wanted = list(ids)
    found: dict[str, EntityState | Gone] = {}
    for start in range(0, len(wanted), _CHUNK):
        rows = conn.execute(_LOAD, {"ids": wanted[start : start + _CHUNK]})
        for entity, type_name, at, doc in rows:
            found[entity] = decode(doc, EntityState) if doc is not None else Gone(type_name, moment(at))
    return found


_LOAD = select(entities.c.id, entities.c.type, entities.c.observed_at, entities.c.doc).where(
    entities.c.id.in_(bindparam("ids", expanding=True))
)
_REST = (
    update(entities)
    .where(entities.c.id == bindparam("key"))
    .values(observed_at=bindparam("at"), doc=bindparam("body"))
)
_CLEAR = delete(entity_values).where(entity_values.c.entity == bindparam("key"))


def save(conn: Connection, changes: Changes) -> None:
    """Write it all. A row that rests leaves the place index alone, which is most of what a write costs."""
    execute_rows(
        conn,
        _REST,
        ("at", "body", "key"),
        [(micros(s.observed_at), encode(s), s.id) for s in changes.rested],
    )
    places: list[tuple[Any, ...]] = [
        (s.id, s.type, s.lon, s.lat, _cell(s), micros(s.observed_at), encode(s)) for s in changes.placed
    ]
    places += [(i, gone.type, None, None, None, micros(gone.at), None) for i, gone in changes.gone.items()]
    columns = ("id", "type", "lon", "lat", "cell", "observed_at", "doc")
    execute_rows(conn, upsert(conn, entities, columns[:1], columns[1:]), columns, places)
    execute_rows(
        conn,
        _CLEAR,
        ("key",),
        [(entity,) for entity in changes.cleared],
    )
    held = ("entity", "name", "number", "text")
    execute_rows(
        conn,
        upsert(conn, entity_values, held[:2], held[2:]),
        held,
        [(entity, name, *_indexed(value)) for entity, name, value in changes.values],
    )


def holding(conn: Connection, touches: Callable[[str, str], bool]) -> Iterator[EntityState]:
    """Entities with an attribute of which ``touches(type, attribute)`` holds, each once."""
    pairs = conn.execute(
        select(entities.c.type, entity_values.c.name)
        .join(entity_values, entity_values.c.entity == entities.c.id)
        .distinct()
    ).all()
    by_type: dict[str, list[str]] = {}
    for type_name, name in pairs:
        if touches(type_name, name):
            by_type.setdefault(type_name, []).append(name)
    for type_name, names in by_type.items():
        held = select(entity_values.c.entity).where(entity_values.c.name.in_(names[:_CHUNK]))
        query = select(entities.c.doc).where(entities.c.type == type_name, entities.c.doc.is_not(None))
        if len(names) <= _CHUNK:
            query = query.where(entities.c.id.in_(held))
        for (doc,) in conn.execute(query):
            yield decode(doc, EntityState)


def replace_all(conn: Connection, left: Mapping[str, EntityState | Gone]) -> None:
    """Put what is left of entities in their place and forget all else of them, also in the file's free
    room.
    """
    overwrite_freed(conn)
    changes = Changes(cleared=list(left))
    for entity, state in left.items():
        if isinstance(state, Gone):
            conn.execute(delete(entities).where(entities.c.id == entity))
            continue
        changes.placed.append(state)
        changes.values += [(entity, name, held.value) for name, held in state.attributes.items()]
    save(conn, changes)
    documents.forget(conn, {e: None if isinstance(state, Gone) else state for e, state in left.items()})
    journal.forget(conn, left)


def _cell(state: EntityState) -> int | None:
    return None if state.lon is None or state.lat is None else cell(state.lon, state.lat)


def _indexed(value: Value) -> tuple[float | None, str | None]:
    """A value as it can be asked for: its number (true is 1), or the start of its text."""
    if isinstance(value, str):
        return None, value[:TEXT_CHARS]
    return (None if value is None else float(value)), None


def one(conn: Connection, entity: str) -> EntityState | None:
    doc = conn.execute(select(entities.c.doc).where(entities.c.id == entity)).scalar()
    return None if doc is None else decode(doc, EntityState)


def everything(conn: Connection) -> Iterator[EntityState]:
    for (doc,) in conn.execute(select(entities.c.doc).where(entities.c.doc.is_not(None))):
        yield decode(doc, EntityState)


def page(
    conn: Connection,
    *,
    type_name: str | None,
    box: Box | None,
    attribute: str | None,
    low: float | None,
    high: float | None,
    limit: int,
    after: str | None,
) -> Sequence[EntityState]:
    """Up to ``limit`` entities that fit all that is given, by id."""
    query = select(entities.c.doc).where(entities.c.doc.is_not(None))
    if type_name is not None:
        query = query.where(entities.c.type == type_name)
    if box is not None:
        query = query.where(
            entities.c.lon.between(box.west, box.east), entities.c.lat.between(box.south, box.north)
        )
    if attribute is not None:
        held = select(entity_values.c.entity).where(entity_values.c.name == attribute)
        if low is not None:
            held = held.where(entity_values.c.number >= low)
        if high is not None:
            held = held.where(entity_values.c.number <= high)
        query = query.where(entities.c.id.in_(held))
    if after is not None:
        query = query.where(entities.c.id > after)
    return [
        decode(doc, EntityState) for doc in conn.execute(query.order_by(entities.c.id).limit(limit)).scalars()
    ]
