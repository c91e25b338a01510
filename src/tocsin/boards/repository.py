"""Rows of boards: every version is kept beside the ones before it, the newest is in force."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    LargeBinary,
    String,
    Table,
    delete,
    insert,
    select,
)

from tocsin.boards.model import Board
from tocsin.bus.codec import decode, encode
from tocsin.db.metadata import ops
from tocsin.db.times import micros, moment

#: of one board and person; who changes a board a hundred times a day does not fill the disk
KEPT = 50

#: ``person`` empty: the room's default. ``doc`` null: taken back, what is behind it counts again.
board_versions = Table(
    "board_versions",
    ops,
    Column("room", String, primary_key=True),
    Column("person", String, primary_key=True),
    Column("board", String, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("by", String, nullable=False),
    Column("doc", LargeBinary),
)
_T = board_versions.c


class Stored(Struct, frozen=True):
    """The newest version; ``version`` 0: there was never one."""

    version: int = 0
    board: Board | None = None
    by: str = ""
    at: datetime | None = None


def newest(conn: Connection, room: str, person: str, board: str) -> Stored:
    query = (
        select(_T.version, _T.at, _T.by, _T.doc)
        .where(_T.room == room, _T.person == person, _T.board == board)
        .order_by(_T.version.desc())
        .limit(1)
    )
    row = conn.execute(query).first()
    if row is None:
        return Stored()
    doc = None if row.doc is None else decode(row.doc, Board)
    return Stored(int(row.version), doc, row.by, moment(row.at))


def add(
    conn: Connection,
    room: str,
    person: str,
    board: str,
    version: int,
    doc: Board | None,
    by: str,
    at: datetime,
) -> None:
    """A version above the newest; the oldest beyond ``KEPT`` go."""
    values = {
        "room": room,
        "person": person,
        "board": board,
        "version": version,
        "at": micros(at),
        "by": by,
        "doc": None if doc is None else encode(doc),
    }
    conn.execute(insert(board_versions).values(values))
    conn.execute(
        delete(board_versions).where(
            _T.room == room, _T.person == person, _T.board == board, _T.version <= version - KEPT
        )
    )
