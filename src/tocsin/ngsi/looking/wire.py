"""What the door and a process that looks say to each other: a length (four bytes, big-endian), a struct."""

from __future__ import annotations

from typing import Any

import msgspec

from tocsin.ngsi.query import QueryParams

HEAD = 4


class Begin(msgspec.Struct, frozen=True):
    """First frame to a new process. ``address``: see ``Database.address``."""

    address: str
    name: str


class Look(msgspec.Struct, frozen=True):
    """One question. ``names``: what each name in it expands to."""

    asked: tuple[QueryParams, ...]
    names: dict[str, str]
    offset: int
    limit: int
    count: bool


class Seen(msgspec.Struct, frozen=True):
    """The page found; ``failed``: why there is none."""

    entities: list[dict[str, Any]] = []
    total: int | None = None
    more: bool = False
    failed: str = ""


def framed(message: Begin | Look | Seen) -> bytes:
    data = msgspec.msgpack.encode(message)
    return len(data).to_bytes(HEAD, "big") + data
