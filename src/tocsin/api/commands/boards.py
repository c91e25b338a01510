"""Boards: what is in force for the caller, and every change of it on the record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tocsin.api.commands.unit import decide
from tocsin.api.schemas import Page
from tocsin.api.services import Services
from tocsin.boards import files, force, service
from tocsin.boards.library import standard
from tocsin.boards.model import Board, BoardCard, BoardInForce
from tocsin.db import Connection
from tocsin.identity.policy import Permission, Subject
from tocsin.kernel.errors import Invalid


async def cards(ask: Services, caller: Subject) -> Page[BoardCard]:
    return Page(await ask.ops.read(lambda conn: service.cards(conn, caller)))


async def get(ask: Services, caller: Subject, board: str) -> BoardInForce:
    """Raises ``NotFound``."""
    tools = ask.board.tools()
    return await ask.ops.read(lambda conn: service.in_force(conn, caller, board, tools))


async def export(ask: Services, caller: Subject, board: str) -> bytes:
    """The board in force as a file. Raises ``NotFound``."""
    found = await ask.ops.read(lambda conn: service.find(conn, caller, board))
    return files.written(force.exported(found.board, caller))


async def save(
    ask: Services, caller: Subject, board: str, given: Board, version: int | None, action: str = "board.save"
) -> BoardInForce:
    _same(board, given)
    return await _change(
        ask, caller, board, lambda conn, at: service.save(conn, caller, given, version, at), action
    )


async def reset(ask: Services, caller: Subject, board: str) -> BoardInForce:
    return await _change(
        ask, caller, board, lambda conn, at: service.reset(conn, caller, board, at), "board.reset"
    )


async def take_in(ask: Services, caller: Subject, board: str, data: bytes) -> BoardInForce:
    """A file becomes the caller's copy of this board, whatever role it is of. Raises ``Invalid``."""
    standard(board)
    given = files.parse(data)
    return await save(
        ask,
        caller,
        board,
        Board(given.format, board, given.title, given.panels, given.words),
        None,
        "board.import",
    )


async def set_default(
    ask: Services, caller: Subject, board: str, given: Board, version: int | None
) -> BoardInForce:
    _same(board, given)
    return await _change(
        ask,
        caller,
        board,
        lambda conn, at: service.set_default(conn, caller, given, version, at),
        "board.set_default",
    )


async def clear_default(ask: Services, caller: Subject, board: str) -> BoardInForce:
    return await _change(
        ask,
        caller,
        board,
        lambda conn, at: service.clear_default(conn, caller, board, at),
        "board.clear_default",
    )


async def _change(
    ask: Services, caller: Subject, board: str, change: Callable[[Connection, datetime], Board], action: str
) -> BoardInForce:
    standard(board)
    await decide(
        ask,
        caller,
        lambda conn, _by, at: change(conn, at),
        action=action,
        kind="board",
        detail={"room": caller.seat.organisation},
        permission=Permission.SELF,
    )
    return await get(ask, caller, board)


def _same(board: str, given: Board) -> None:
    if given.id != board:
        raise Invalid(
            "the board in the body is another one", field="board.id", value=given.id, cure=f"write {board!r}"
        )
