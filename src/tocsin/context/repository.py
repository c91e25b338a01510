"""Rows of the context: one an entity, one a value that can be asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

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
from tocsin.db.dialect import upsert
from tocsin.db.metadata import context
from tocsin.db.times import micros, moment
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
    Column("observed_at", BigInteger, nullable=False),
    Column("doc", LargeBinary),
    Index("ix_entities_place", "type", "lon", "lat"),
)
entity_values = Table(
    "entity_values",
    context,
    Column("entity", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("number", Float),
    Column("text", String),
    Index("ix_entity_values_number", "name", "number"),
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
        rows = conn.execute(
            select(entities.c.id, entities.c.type, entities.c.observed_at, entities.c.doc).where(
                entities.c.id.in_(wanted[start : start + _CHUNK])
            )
        )
        for entity, type_name, at, doc in rows:
            found[entity] = decode(doc, EntityState) if doc is not None else Gone(type_name, moment(at))
    return found


def save(conn: Connection, changes: Changes) -> None:
    """Write it all. A row that rests leaves the place index alone, which is most of what a write costs."""
    if changes.rested:
        conn.execute(
            update(entities)
            .where(entities.c.id == bindparam("key"))
            .values(observed_at=bindparam("at"), doc=bindparam("body")),
            [{"key": s.id, "at": micros(s.observed_at), "body": encode(s)} for s in changes.rested],
        )
    whole = [
        {
            "id": s.id,
            "type": s.type,
            "lon": s.lon,
            "lat": s.lat,
            "observed_at": micros(s.observed_at),
            "doc": encode(s),
        }
        for s in changes.placed
    ]
    whole += [
        {"id": i, "type": g.type, "lon": None, "lat": None, "observed_at": micros(g.at), "doc": None}
        for i, g in changes.gone.items()
    ]
    if whole:
        conn.execute(upsert(conn, entities, ["id"], ["type", "lon", "lat", "observed_at", "doc"]), whole)
    if changes.cleared:
        conn.execute(
            delete(entity_values).where(entity_values.c.entity == bindparam("key")),
            [{"key": entity} for entity in changes.cleared],
        )
    if changes.values:
        conn.execute(
            upsert(conn, entity_values, ["entity", "name"], ["number", "text"]),
            [_value_row(entity, name, value) for entity, name, value in changes.values],
        )


def _value_row(entity: str, name: str, value: Value) -> dict[str, object]:
    number = float(value) if isinstance(value, (int, float)) else None
    text = value[:TEXT_CHARS] if isinstance(value, str) else None
    return {"entity": entity, "name": name, "number": number, "text": text}


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
