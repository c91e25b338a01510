"""Neighbouring messages of one stream of an edge, on their way to the centre as one message."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from tocsin.bus.codec import covers
from tocsin.kernel.ports import Message

#: one parcel is one atomic batch at the centre, which holds 500 messages and 4 MiB
MAX_MESSAGES = 200
MAX_BYTES = 1024 * 1024


class Parcel(msgspec.Struct, frozen=True, array_like=True):
    """``first`` and ``last``: what of the edge's stream it reaches over, gaps of empty messages included."""

    first: int
    last: int
    items: tuple[bytes, ...]


class EdgeState(msgspec.Struct, frozen=True):
    """What an edge says of itself about once a second.

    ``waiting``: messages of each lane that the centre does not have yet, of 1 to 500 readings each;
    ``oldest``: when the oldest of them was made (ISO 8601, None: nothing waits). ``store_share``: 0 to 1, how
    full its disk space for messages is. ``ill``: stages and tools that do not work, in their own words.
    """

    version: str
    waiting: dict[str, int]
    oldest: str | None
    store_share: float
    started_at: str
    tools: tuple[str, ...] = ()
    ill: tuple[str, ...] = ()
    #: of all its processes, resident
    memory_mb: float = 0.0


def stream_of_box(stream: str, box: str) -> str:
    """How the position in a box's own stream is called at the centre: another disk is another stream."""
    return f"{stream}@{box}"


def position_headers(stream: str, box: str, seq: int) -> dict[str, str]:
    return covers(stream_of_box(stream, box), seq)


def packed(messages: Sequence[Message], empty: frozenset[str], most: int = MAX_MESSAGES) -> Iterator[Parcel]:
    """Parcels of these messages, in order; what stands on subjects of ``empty`` says nothing to others."""
    items: list[bytes] = []
    first = last = size = 0
    for message in messages:
        if message.subject in empty:
            continue
        if items and (len(items) >= most or size + len(message.data) > MAX_BYTES):
            yield Parcel(first, last, tuple(items))
            items, size = [], 0
        first = first if items else message.seq
        items.append(message.data)
        size += len(message.data)
        last = message.seq
    if items:
        yield Parcel(first, last, tuple(items))
