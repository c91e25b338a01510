"""Rows out of the table's files, named in its log by salted hashes alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from hashlib import md5

from tocsin.kernel.errors import Unavailable
from tocsin.lake.shelf import Shelf

_TRIES = 8


def mark(*parts: str) -> str:
    """What stands for a row; as ``md5(concat_ws('|', ...))`` of the same parts in a condition."""
    return md5("|".join(parts).encode(), usedforsecurity=False).hexdigest()


def between(days: Sequence[date]) -> str:
    """The condition that these days' files alone are looked through."""
    return f"day >= '{min(days).isoformat()}' AND day <= '{max(days).isoformat()}'"


def delete(shelf: Shelf, condition: str) -> int:
    """How many rows went; tried again where somebody else's commit came between. Raises ``Unavailable``."""
    from deltalake.exceptions import CommitFailedError

    for attempt in range(_TRIES):
        try:
            return shelf.delete(condition)
        except CommitFailedError:
            if attempt == _TRIES - 1:
                raise Unavailable(
                    "the table changes faster than it is rewritten", cure="ask again in a minute"
                ) from None
            shelf.refresh()
    return 0
