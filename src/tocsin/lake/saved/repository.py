"""Rows of saved queries. Every function takes its caller's transaction."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    UniqueConstraint,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from tocsin.bus.codec import decode, encode
from tocsin.db.metadata import ops
from tocsin.db.times import micros, moment
from tocsin.lake.saved.records import QueryText, SavedQuery

#: ``key``: the name without regard to case; ``room`` empty: of somebody who sits nowhere
lake_queries = Table(
    "lake_queries",
    ops,
    Column("id", String, primary_key=True),
    Column("room", String, nullable=False),
    Column("owner", String, nullable=False),
    Column("name", String, nullable=False),
    Column("key", String, nullable=False),
    Column("doc", LargeBinary, nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    UniqueConstraint("room", "owner", "key", name="uq_lake_queries_name"),
)
_T = lake_queries.c


def listed(conn: Connection, room: str, owner: str) -> list[SavedQuery]:
    """One's own and those shared with the room, by name."""
    shared = (_T.shared.is_(True)) if room else (_T.owner == owner)
    query = (
        select(lake_queries).where(_T.room == room, or_(_T.owner == owner, shared)).order_by(_T.key, _T.owner)
    )
    return [_saved(row, owner) for row in conn.execute(query)]


def found(conn: Connection, query_id: str, room: str, owner: str) -> SavedQuery | None:
    """As ``owner`` in ``room`` sees it; None where it is not there, or not for them."""
    row = conn.execute(select(lake_queries).where(_T.id == query_id, _T.room == room)).first()
    if row is None or not (row.owner == owner or (row.shared and room)):
        return None
    return _saved(row, owner)


def named(conn: Connection, room: str, owner: str, name: str) -> str | None:
    """The id of the owner's query of that name."""
    query = select(_T.id).where(_T.room == room, _T.owner == owner, _T.key == key_of(name))
    return conn.execute(query).scalar()


def count(conn: Connection, room: str, owner: str) -> int:
    query = select(func.count()).select_from(lake_queries).where(_T.room == room, _T.owner == owner)
    return int(conn.execute(query).scalar_one())


def add(conn: Connection, room: str, saved: SavedQuery) -> None:
    values = {"id": saved.id, "room": room, "owner": saved.owner, "made_at": micros(saved.made_at)}
    conn.execute(insert(lake_queries).values(values | _changing(saved)))


def change(conn: Connection, saved: SavedQuery) -> None:
    conn.execute(update(lake_queries).where(_T.id == saved.id).values(_changing(saved)))


def drop(conn: Connection, query_id: str) -> None:
    conn.execute(delete(lake_queries).where(_T.id == query_id))


def key_of(name: str) -> str:
    return name.casefold()


def _changing(saved: SavedQuery) -> dict[str, object]:
    return {
        "name": saved.name,
        "key": key_of(saved.name),
        "doc": encode(QueryText(saved.sql, saved.view)),
        "shared": saved.shared,
        "version": saved.version,
        "changed_at": micros(saved.changed_at),
    }


def _saved(row: Row[Any], asker: str) -> SavedQuery:
    text = decode(row.doc, QueryText)
    return SavedQuery(
        id=row.id,
        name=row.name,
        sql=text.sql,
        view=text.view,
        shared=bool(row.shared),
        owner=row.owner,
        mine=row.owner == asker,
        version=int(row.version),
        made_at=moment(row.made_at),
        changed_at=moment(row.changed_at),
    )
