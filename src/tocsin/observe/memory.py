"""Gives freed memory back to the system: bursts (a backfill, a compaction) leave it with the allocator."""

from __future__ import annotations

import ctypes
from collections.abc import Callable


def _find_trim() -> Callable[[int], int] | None:
    try:
        trim: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError, TypeError):
        return None  # not glibc: its allocator does as it likes
    return trim


_trim = _find_trim()


def give_back() -> None:
    """A few milliseconds; without effect where the C library is not glibc."""
    if _trim is not None:
        _trim(0)
