"""What stages need of the world outside, as protocols. Drivers stand in ``bus/`` and ``db/``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a stream. ``seq`` counts up from 1 within the stream; ``time`` is when it was stored."""

    subject: str
    data: bytes
    seq: int
    time: datetime
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """``msg_id`` names the hop (stream + sequence, outbox row): stored once within the bus's window."""

    subject: str
    data: bytes
    msg_id: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StreamInfo:
    first: int
    last: int
    messages: int
    bytes: int


#: Answers one question. A ``TocsinError`` that it raises is raised where the question was asked.
Answer = Callable[[bytes], Awaitable[bytes]]


class Bus(Protocol):
    """The log between stages. What ``publish`` returned for is durable across kill -9 of any process."""

    async def publish(self, out: Outgoing) -> int:
        """Store and return the stream sequence. Raises ``Unavailable`` when it was not stored in time."""
        ...

    async def publish_many(self, outs: Sequence[Outgoing]) -> list[int]:
        """The same, pipelined, stored in order; all or raises (some may be stored: repeat with msg_id)."""
        ...

    def read(
        self, stream: str, *, after: int, subjects: Sequence[str] = (), max_batch: int = 500
    ) -> AbstractAsyncContextManager[AsyncIterator[Sequence[Message]]]:
        """Messages with seq > ``after``, in order, none skipped, in batches of what is there now (>= 1).

        Survives loss and restart of the server: goes on after the last one yielded. Slow readers hold back
        at a bounded buffer. Raises ``Misconfigured`` if ``after`` lies beyond the stream's end.
        """
        ...

    async def last(self, stream: str, subject: str) -> Message | None:
        """The newest message whose subject fits (wildcards allowed); None where there is none."""
        ...

    async def info(self, stream: str) -> StreamInfo: ...

    async def trim(self, stream: str, up_to: int, *, keep: Sequence[str] = ()) -> None:
        """Forget messages with seq <= ``up_to``, but the newest one that fits each pattern of ``keep``."""
        ...

    async def announce(self, subject: str, data: bytes) -> None:
        """Ephemeral: heard by those who listen now."""
        ...

    def listen(self, subject: str) -> AbstractAsyncContextManager[AsyncIterator[Message]]:
        """Ephemeral messages (their seq is 0); a slow listener loses the oldest."""
        ...

    async def ask(self, subject: str, data: bytes, *, timeout_s: float = 10.0) -> bytes:
        """A question, kept by nobody, and its answer. Raises ``Unavailable`` (nobody answers, or late), and
        what the one who answers refuses with.
        """
        ...

    def answer(self, subject: str, how: Answer) -> AbstractAsyncContextManager[None]:
        """Answer questions while the context is open, several at a time; also after the server came back."""
        ...

    async def ping(self) -> float:
        """Seconds to the server and back; raises ``Unavailable``."""
        ...

    async def close(self) -> None: ...


@dataclass(slots=True)
class Health:
    """What one stage or tool says of itself on ``status.*`` about once a second.

    ``position`` maps a stream to the sequence up to which effects are committed; streams are trimmed by it.
    """

    name: str
    state: str = "working"  # working | degraded | silent | out of service
    words: str = ""
    position: dict[str, int] = field(default_factory=dict)
    figures: dict[str, float] = field(default_factory=dict)
    detail: dict[str, Any] = field(default_factory=dict)


class Stage(Protocol):
    """A stranger among strangers: runs until cancelled, knows the bus and its own store only."""

    name: str

    async def run(self) -> None: ...

    def health(self) -> Health: ...
