"""Opaque page marks: where a list goes on. A client gives back what it got and learns nothing from it."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import msgspec

from tocsin.kernel.errors import Invalid


def pack(*keys: Any) -> str:
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(keys)).rstrip(b"=").decode()


def unpack(cursor: str, *types: Any) -> tuple[Any, ...]:
    """The keys packed, checked against ``types``. Raises ``Invalid`` for anything we did not make."""
    try:
        raw = base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4))
        keys: tuple[Any, ...] = msgspec.msgpack.decode(raw, type=tuple[types])  # type: ignore[valid-type]
    except (binascii.Error, ValueError, msgspec.MsgspecError) as error:
        raise Invalid(
            "this is no page mark of this list",
            field="after",
            value=cursor,
            cure="give back `next` of the page before, unchanged, or leave it out",
        ) from error
    return keys
