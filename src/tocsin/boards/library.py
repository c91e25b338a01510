"""The boards that ship: one a role, each a TOML file that people can read."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from tocsin.boards.files import parse
from tocsin.boards.model import Board
from tocsin.kernel.errors import NotFound

SHIPPED = Path(__file__).parent / "shipped"
#: board -> the role that it is for, in the order in which people are shown them
ROLE_OF = {
    "operator": "operator",
    "supervisor": "supervisor",
    "analyst": "analyst",
    "cyber": "cyber",
    "planner": "planner",
    "cbrn": "CBRN",
    "decision-maker": "decision maker",
    "ethics-officer": "ethics officer",
    "field": "field responder",
}


@cache
def shipped() -> dict[str, Board]:
    """By id. A shipped file that is wrong stops the start: it is ours."""
    return {name: parse((SHIPPED / f"{name}.toml").read_bytes()) for name in ROLE_OF}


def standard(board: str) -> Board:
    """As it ships. Raises ``NotFound``."""
    found = shipped().get(board)
    if found is None:
        raise NotFound("there is no such board", field="id", value=board, cure=f"one of {', '.join(ROLE_OF)}")
    return found


def is_mine(board: str, roles: Iterable[str]) -> bool:
    return ROLE_OF[board] in set(roles)
