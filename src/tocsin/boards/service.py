"""Which board is in force, and changing it. Every function takes its caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tocsin.boards import repository
from tocsin.boards.check import checked
from tocsin.boards.force import may_set_default, restored, shown
from tocsin.boards.library import ROLE_OF, is_mine, standard
from tocsin.boards.model import COLUMNS, Board, BoardCard, BoardInForce, Source
from tocsin.boards.repository import Stored
from tocsin.db import Connection
from tocsin.identity.policy import Subject
from tocsin.kernel.errors import Conflict, Forbidden
from tocsin.sdk.status import ToolStatus


@dataclass(frozen=True, slots=True)
class Found:
    """All that is known of one board at one seat; ``board`` is the one in force."""

    board: Board
    source: Source
    own: Stored
    room: Stored


def find(conn: Connection, subject: Subject, board: str) -> Found:
    """The person's copy, else the room's default, else the one that ships. Raises ``NotFound``."""
    ships = standard(board)
    where = subject.seat.organisation
    room = repository.newest(conn, where, "", board) if where else Stored()
    own = repository.newest(conn, where, subject.person, board) if subject.person else Stored()
    if own.board is not None:
        return Found(own.board, "own", own, room)
    if room.board is not None:
        return Found(room.board, "room", own, room)
    return Found(ships, "shipped", own, room)


def cards(conn: Connection, subject: Subject) -> list[BoardCard]:
    """Every board, those of the subject's roles first."""
    made = []
    for board, role in ROLE_OF.items():
        found = find(conn, subject, board)
        words = found.board.words
        made.append(
            BoardCard(board, role, found.board.title, words, found.source, is_mine(board, subject.roles))
        )
    return sorted(made, key=lambda card: not card.mine)


def in_force(conn: Connection, subject: Subject, board: str, tools: Sequence[ToolStatus]) -> BoardInForce:
    """Raises ``NotFound``."""
    found = find(conn, subject, board)
    panels, closed = shown(found.board, subject, tools)
    put = {"own": found.own, "room": found.room}.get(found.source, Stored())
    return BoardInForce(
        id=board,
        role=ROLE_OF[board],
        title=found.board.title,
        words=found.board.words,
        source=found.source,
        version=found.own.version,
        room_version=found.room.version,
        room_default=found.room.board is not None,
        may_set_default=may_set_default(subject),
        by=put.by or None,
        changed_at=put.at,
        columns=COLUMNS,
        panels=panels,
        closed=closed,
    )


def save(conn: Connection, subject: Subject, board: Board, version: int | None, at: datetime) -> Board:
    """A person's own copy. Raises ``NotFound``, ``Forbidden``, ``Conflict``, ``Invalid``."""
    person = _person(subject)
    found = find(conn, subject, board.id)
    kept = _kept(board, found.board, subject)
    _put(conn, subject.seat.organisation, person, found.own, kept, version, subject.name, at)
    return kept


def reset(conn: Connection, subject: Subject, board: str, at: datetime) -> Board:
    """Take the person's copy back: the room's default counts again, or the one that ships."""
    person = _person(subject)
    found = find(conn, subject, board)
    if found.own.board is not None:
        _put(conn, subject.seat.organisation, person, found.own, None, None, subject.name, at, board)
    return find(conn, subject, board).board


def set_default(conn: Connection, subject: Subject, board: Board, version: int | None, at: datetime) -> Board:
    """What this room begins with from now on. Raises as ``save``, and ``Forbidden`` for whoever may not."""
    _require_default(subject)
    found = find(conn, subject, board.id)
    # over the room's own, not over the copy of whoever sets it: what others see there outlives this change
    kept = _kept(board, found.room.board or standard(board.id), subject)
    _put(conn, subject.seat.organisation, "", found.room, kept, version, subject.name, at)
    return kept


def clear_default(conn: Connection, subject: Subject, board: str, at: datetime) -> Board:
    """The one that ships counts again for whoever has no copy."""
    _require_default(subject)
    found = find(conn, subject, board)
    if found.room.board is not None:
        _put(conn, subject.seat.organisation, "", found.room, None, None, subject.name, at, board)
    return find(conn, subject, board).board


def _kept(given: Board, base: Board, subject: Subject) -> Board:
    return restored(checked(given), base, subject)


def _put(
    conn: Connection,
    room: str,
    person: str,
    before: Stored,
    board: Board | None,
    version: int | None,
    by: str,
    at: datetime,
    name: str = "",
) -> None:
    if version is not None and version != before.version:
        raise Conflict(
            f"this board was changed by {before.by} since you looked",
            field="version",
            value=version,
            cure="look again, then change it; what you have on screen can be exported",
        )
    which = name if board is None else board.id
    repository.add(conn, room, person, which, before.version + 1, board, by, at)


def _person(subject: Subject) -> str:
    if subject.person is None:
        raise Forbidden("only a person has boards", cure="sign in with name and password")
    return subject.person


def _require_default(subject: Subject) -> None:
    if not may_set_default(subject) or not subject.seat.organisation:
        raise Forbidden(
            f"{subject.name} may not say what this room begins with",
            field="role",
            value=", ".join(subject.roles),
            cure="ask a supervisor or an administrator of the room",
        )
