"""Memory of a long-lived process: what is collected, and what goes back to the system."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Callable


def _find_trim() -> Callable[[int], int] | None:
    try:
        trim: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError, TypeError):
        return None  # not glibc: its allocator does as it likes
    return trim


_trim = _find_trim()


#: objects made and not freed between two looks for cycles (CPython's own: 700). A batch of readings makes
#: thousands that all live until it is done, and looking at them took a fifth of a busy process
_BETWEEN_LOOKS = 20_000


def settle_in() -> None:
    """Once a process is composed: what it consists of is no longer looked at for cycles, the rest seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_BETWEEN_LOOKS, 10, 10)


def give_back() -> None:
    """Bursts (a backfill, a compaction) leave freed memory with the allocator. A few milliseconds; without
    effect where the C library is not glibc.
    """
    if _trim is not None:
        _trim(0)
