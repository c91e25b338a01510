"""What the door and a worker say to each other: a length (four bytes, big-endian), a struct."""

from __future__ import annotations

from typing import Any

import msgspec

from tocsin.ngsi.jsonld.terms import Parts
from tocsin.ngsi.model.several import Manner
from tocsin.ngsi.query import QueryParams
from tocsin.ngsi.store.reader import Inventory

HEAD = 4


class Begin(msgspec.Struct, frozen=True):
    """First frame to a new worker. ``address``: see ``Database.address``."""

    address: str
    name: str


class Look(msgspec.Struct, frozen=True, tag=True):
    """One query. ``names``: what each name in it expands to."""

    asked: tuple[QueryParams, ...]
    names: dict[str, str]
    offset: int
    limit: int
    count: bool


class Read(msgspec.Struct, frozen=True, tag=True):
    """The body of a batch. ``contexts``, ``refused``: what those it names mean, or why nothing, by
    ``several.key``; of a context its ``Parts``, encoded: whoever had the same ones before knows them.
    """

    body: bytes
    manner: Manner
    contexts: dict[str, bytes]
    refused: dict[str, dict[str, Any]]


class Survey(msgspec.Struct, frozen=True, tag=True):
    """What kinds of things there are."""


class Surveyed(msgspec.Struct, frozen=True, tag=True):
    found: Inventory


class Seen(msgspec.Struct, frozen=True, tag=True):
    """The page found."""

    entities: list[dict[str, Any]] = []
    total: int | None = None
    more: bool = False


class Understood(msgspec.Struct, frozen=True, tag=True):
    """Entities as they are meant, and why others cannot be (as in a BatchOperationResult)."""

    entities: list[dict[str, Any]]
    errors: list[dict[str, Any]]


class Failed(msgspec.Struct, frozen=True, tag=True):
    """Why there is no answer."""

    reason: str


Task = Look | Read | Survey
Answer = Seen | Understood | Surveyed | Failed


def framed(message: Begin | Task | Answer) -> bytes:
    data = msgspec.msgpack.encode(message)
    return len(data).to_bytes(HEAD, "big") + data


def parts_of(data: bytes) -> Parts:
    return msgspec.msgpack.decode(data, type=Parts)
