"""How this package refuses: naming the parameter, the place in it, what stands there, and the cure."""

from __future__ import annotations

from tocsin.kernel.text import clean
from tocsin.ngsi.problems import BadRequestData

#: characters of somebody's text that are quoted back at them
SHOWN = 40


def bad(field: str, message: str, *, value: object = None, cure: str | None = None) -> BadRequestData:
    """``BadRequestData`` about the parameter ``field``; ``value`` is quoted, made safe and short."""
    return BadRequestData(
        message, field=field, value=None if value is None else clean(str(value), SHOWN), cure=cure
    )


def bounded(field: str, text: str, limit: int) -> str:
    """``text``, when it is not longer than ``limit`` characters and holds no lone surrogate.

    Raises ``BadRequestData``.
    """
    if len(text) > limit:
        raise bad(
            field, f"{len(text)} characters, more than {limit}", value=text, cure="ask in several requests"
        )
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise bad(field, "holds half of a surrogate pair", cure="send well-formed UTF-8")
    return text
