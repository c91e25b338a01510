"""A refusal on its way from who answers a question to who asked it."""

from __future__ import annotations

import json

from tocsin.kernel import errors
from tocsin.kernel.errors import TocsinError, Unavailable

#: Header of an answer that is a refusal; its value is the error's kind.
REFUSED = "Tocsin-Refused"
#: By kind. Those that take more than words (``TooMany``) come as ``Unavailable``.
_KINDS: dict[str, type[TocsinError]] = {
    kind.kind: kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, TocsinError) and kind.__init__ is TocsinError.__init__
}


def pack(error: TocsinError) -> bytes:
    return json.dumps([error.message, error.field, error.value, error.cure]).encode()


def unpack(kind: str, data: bytes) -> TocsinError:
    """The error again, to be raised."""
    message, field, value, cure = json.loads(data)
    return _KINDS.get(kind, Unavailable)(message, field=field, value=value, cure=cure)
