"""Boards: each person's arrangement of panels. What a panel shows is asked of its own endpoints, which refuse
on their own.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Path
from starlette.requests import Request
from starlette.responses import Response

from tocsin.api.commands import boards as commands
from tocsin.api.endpoint import Ask, Caller, Endpoints, body
from tocsin.api.schemas import Body, Page
from tocsin.boards import offer
from tocsin.boards.files import MOST_BYTES
from tocsin.boards.model import Board, BoardCard, BoardInForce
from tocsin.boards.offer import PanelOffer
from tocsin.identity.policy import Permission
from tocsin.kernel.errors import TooLarge

endpoints = Endpoints("boards")

BoardId = Annotated[str, Path(alias="id", max_length=48)]
BYTES = "application/octet-stream"


class KeepBoard(Body, frozen=True):
    """``version`` or ``room_version`` of the board as it was read: refused (409) if it has moved on."""

    board: Board
    version: int | None = None


@endpoints.get("/boards", Permission.SELF)
async def list_boards(ask: Ask, caller: Caller) -> Page[BoardCard]:
    """Every role's board, those of your roles first, and whose arrangement of it is in force for you."""
    return await commands.cards(ask, caller)


@endpoints.get("/boards/panels", Permission.SELF)
async def list_board_panels(ask: Ask, caller: Caller) -> Page[PanelOffer]:
    """What you may put on a board: our kinds, and the panels of the tools that run here."""
    return Page(offer.offered(caller, ask.board.tools()))


@endpoints.get("/boards/{id}", Permission.SELF)
async def get_board(ask: Ask, caller: Caller, board: BoardId) -> BoardInForce:
    """The board in force for you: your copy, else your room's default, else the one that ships."""
    return await commands.get(ask, caller, board)


@endpoints.put("/boards/{id}", Permission.SELF)
async def save_board(
    ask: Ask, caller: Caller, board: BoardId, given: Annotated[KeepBoard, body(KeepBoard)]
) -> BoardInForce:
    """Keep it as your own copy."""
    return await commands.save(ask, caller, board, given.board, given.version)


@endpoints.delete("/boards/{id}", Permission.SELF, status=200)
async def reset_board(ask: Ask, caller: Caller, board: BoardId) -> BoardInForce:
    """Take your copy back; answers what is in force then."""
    return await commands.reset(ask, caller, board)


@endpoints.get("/boards/{id}/export", Permission.SELF)
async def export_board(ask: Ask, caller: Caller, board: BoardId) -> Annotated[Response, Board]:
    """The board in force for you as a file."""
    data = await commands.export(ask, caller, board)
    name = f"tocsin-board-{board}.json"
    return Response(
        data, media_type="application/json", headers={"content-disposition": f'attachment; filename="{name}"'}
    )


@endpoints.post("/boards/{id}/import", Permission.SELF, takes_media=BYTES)
async def import_board(request: Request, ask: Ask, caller: Caller, board: BoardId) -> BoardInForce:
    """A board file, JSON or TOML, becomes your copy of this board."""
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > MOST_BYTES:
            raise TooLarge("the file is too large", cure=f"{MOST_BYTES} bytes at most")
    return await commands.take_in(ask, caller, board, bytes(data))


@endpoints.put("/boards/{id}/default", Permission.SELF)
async def set_room_board(
    ask: Ask, caller: Caller, board: BoardId, given: Annotated[KeepBoard, body(KeepBoard)]
) -> BoardInForce:
    """What this board begins with in your room; for its supervisors and administrators."""
    return await commands.set_default(ask, caller, board, given.board, given.version)


@endpoints.delete("/boards/{id}/default", Permission.SELF, status=200)
async def clear_room_board(ask: Ask, caller: Caller, board: BoardId) -> BoardInForce:
    """The one that ships counts again for whoever of your room has no copy."""
    return await commands.clear_default(ask, caller, board)
