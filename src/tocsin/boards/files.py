"""Boards as files: JSON as they are exported, or TOML as they ship. Read whole or refused."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

import msgspec

from tocsin.boards.check import checked, require_format
from tocsin.boards.model import Board
from tocsin.kernel.errors import Invalid

MOST_BYTES = 256 * 1024


def parse(data: bytes) -> Board:
    """A board from the bytes of a file. Raises ``Invalid`` naming the field and the cure."""
    if len(data) > MOST_BYTES:
        raise Invalid("the file is too large", value=f"{len(data)} bytes", cure=f"{MOST_BYTES} bytes at most")
    found = _plain(data)
    if not isinstance(found, dict):
        raise Invalid("this is no board file", cure="export one to see how it is written")
    # before its fields are looked at: those of a newer one mean nothing to us
    require_format(found.get("format"))
    try:
        board = msgspec.convert(found, Board)
    except msgspec.ValidationError as error:
        rule, _, at = str(error).partition(" - at ")
        field = at.strip("`").removeprefix("$").removeprefix(".")
        named = re.search(r"field `(.+?)`", rule)
        raise Invalid(
            rule,
            field=f"{field}.{named[1]}".lstrip(".") if named else field or None,
            cure="export a board to see how it is written",
        ) from error
    return checked(board)


def written(board: Board) -> bytes:
    """As ``parse`` reads it: JSON with a line a field."""
    return msgspec.json.format(msgspec.json.encode(board), indent=2) + b"\n"


def _plain(data: bytes) -> Any:
    try:
        text = data.decode("utf-8-sig")
        if text.lstrip().startswith("{"):
            return json.loads(text, parse_constant=_no_number)
        return tomllib.loads(text)
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise Invalid(
            f"neither JSON nor TOML: {str(error)[:200]}", cure="choose a file that Tocsin has exported"
        ) from error


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is no number")
