"""Rows of spaces: every version stays, the newest is in force."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Float,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    and_,
    func,
    insert,
    select,
)

from tocsin.bus.codec import decode, encode
from tocsin.db.metadata import ops
from tocsin.db.times import micros, moment
from tocsin.kernel.geo import Box
from tocsin.sdk.spaces.model import Space
from tocsin.spaces.model import KeptSpace, SpaceCard, SpaceVersion, box_of

space_versions = Table(
    "space_versions",
    ops,
    Column("space", String, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("room", String, nullable=False),
    Column("name", String, nullable=False),
    Column("west", Float, nullable=False),
    Column("south", Float, nullable=False),
    Column("east", Float, nullable=False),
    Column("north", Float, nullable=False),
    Column("exits", Integer, nullable=False),
    Column("put_away", Boolean, nullable=False),
    Column("by", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("doc", LargeBinary, nullable=False),
)
_T = space_versions.c


def newest(conn: Connection, space: str, version: int | None = None) -> KeptSpace | None:
    """The newest version, or that one; also where it is put away."""
    query = select(space_versions).where(_T.space == space).order_by(_T.version.desc()).limit(1)
    if version is not None:
        query = query.where(_T.version == version)
    row = conn.execute(query).first()
    return None if row is None else _kept(row)


def add(conn: Connection, kept: KeptSpace) -> None:
    """A version above the newest."""
    box = box_of(kept.space)
    conn.execute(
        insert(space_versions).values(
            space=kept.id,
            version=kept.version,
            room=kept.room,
            name=kept.space.name,
            west=box.west,
            south=box.south,
            east=box.east,
            north=box.north,
            exits=len(kept.space.exits),
            put_away=kept.put_away,
            by=kept.by,
            at=micros(kept.at),
            doc=encode(kept.space),
        )
    )


def cards(conn: Connection) -> list[SpaceCard]:
    """Those in force, by name; without their documents."""
    last = select(_T.space, func.max(_T.version).label("version")).group_by(_T.space).subquery()
    columns = (_T.space, _T.version, _T.room, _T.name, _T.west, _T.south, _T.east, _T.north, _T.exits, _T.by)
    found = conn.execute(
        select(*columns, _T.at)
        .join(last, and_(_T.space == last.c.space, _T.version == last.c.version))
        .where(_T.put_away.is_(False))
        .order_by(_T.name, _T.space)
    )
    return [
        SpaceCard(
            r.space,
            int(r.version),
            r.room,
            r.name,
            Box(r.west, r.south, r.east, r.north),
            int(r.exits),
            r.by,
            moment(r.at),
        )
        for r in found
    ]


def documents(conn: Connection, spaces: Iterable[str]) -> dict[str, KeptSpace]:
    """The newest versions of these that are in force."""
    found = {name: newest(conn, name) for name in spaces}
    return {name: kept for name, kept in found.items() if kept is not None and not kept.put_away}


def versions(conn: Connection, space: str) -> list[SpaceVersion]:
    """Newest first."""
    query = select(_T.version, _T.by, _T.at, _T.put_away).where(_T.space == space)
    found = conn.execute(query.order_by(_T.version.desc()))
    return [SpaceVersion(int(r.version), r.by, moment(r.at), bool(r.put_away)) for r in found]


def _kept(row: Row[Any]) -> KeptSpace:
    doc = decode(row.doc, Space)
    return KeptSpace(
        row.space, int(row.version), row.room, row.by, moment(row.at), doc, put_away=bool(row.put_away)
    )
