"""The bus in memory: same promises within one event loop, kept for as long as its log object lives.

log = MemoryLog()
ingest, normalise = MemoryBus(log), MemoryBus(log)      # several handles, one log
"""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tocsin.bus.backlog import Backlog
from tocsin.bus.topics import fits, matches, stream_of
from tocsin.kernel.errors import Misconfigured, Unavailable
from tocsin.kernel.ports import Answer, Message, Outgoing, StreamInfo
from tocsin.kernel.subjects import STREAMS

#: How many message ids are remembered; the server remembers those of two minutes.
_DEDUPE_WINDOW = 100_000


@dataclass(slots=True)
class _Stream:
    messages: list[Message] = field(default_factory=list)
    last: int = 0
    ids: OrderedDict[str, int] = field(default_factory=OrderedDict)
    grown: asyncio.Event = field(default_factory=asyncio.Event)

    def store(self, out: Outgoing) -> int:
        if out.msg_id is not None and out.msg_id in self.ids:
            return self.ids[out.msg_id]
        self.last += 1
        self.messages.append(Message(out.subject, out.data, self.last, datetime.now(UTC), dict(out.headers)))
        if out.msg_id is not None:
            self.ids[out.msg_id] = self.last
            if len(self.ids) > _DEDUPE_WINDOW:
                self.ids.popitem(last=False)
        self.grown.set()
        self.grown = asyncio.Event()
        return self.last

    def after(self, seq: int) -> int:
        """Index of the first message beyond ``seq``."""
        return bisect_right(self.messages, seq, key=lambda m: m.seq)

    def newest(self, pattern: str) -> Message | None:
        return next((m for m in reversed(self.messages) if matches(pattern, m.subject)), None)


class _Batches(AsyncIterator[Sequence[Message]]):
    """Reads on; waiting for the next batch may be cancelled and taken up again, as with the real driver."""

    def __init__(self, kept: _Stream, after: int, subjects: tuple[str, ...], max_batch: int) -> None:
        self._kept = kept
        self._after = after
        self._subjects = subjects
        self._max_batch = max_batch

    async def __anext__(self) -> Sequence[Message]:
        await asyncio.sleep(0)
        while True:
            grown = self._kept.grown
            start = self._kept.after(self._after)
            there = self._kept.messages[start : start + self._max_batch]
            if not there:
                await grown.wait()
                continue
            self._after = there[-1].seq
            wanted = [m for m in there if fits(m.subject, self._subjects)]
            if wanted:
                return wanted


class MemoryLog:
    """What several handles share. ``down`` = True makes every publish and ping raise ``Unavailable``."""

    def __init__(self) -> None:
        self.streams = {name: _Stream() for name in STREAMS}
        self.listeners: list[tuple[str, Backlog]] = []
        self.answers: list[tuple[str, Answer]] = []
        self.down = False

    def stream(self, name: str) -> _Stream:
        try:
            return self.streams[name]
        except KeyError:
            raise Misconfigured(
                "no such stream", field="stream", value=name, cure=f"one of {', '.join(self.streams)}"
            ) from None


class MemoryBus:
    """``kernel.ports.Bus`` over a ``MemoryLog`` (an own one where none is given)."""

    def __init__(self, log: MemoryLog | None = None) -> None:
        self.log = log or MemoryLog()

    def _up(self) -> None:
        if self.log.down:
            raise Unavailable("the bus is down", cure="try again")

    async def publish(self, out: Outgoing) -> int:
        self._up()
        seq = self.log.stream(stream_of(out.subject)).store(out)
        await asyncio.sleep(0)  # as with a real bus, others run before this returns
        return seq

    async def publish_many(self, outs: Sequence[Outgoing]) -> list[int]:
        self._up()
        streams = [self.log.stream(stream_of(out.subject)) for out in outs]
        seqs = [stream.store(out) for stream, out in zip(streams, outs, strict=True)]
        await asyncio.sleep(0)
        return seqs

    @asynccontextmanager
    async def read(
        self, stream: str, *, after: int, subjects: Sequence[str] = (), max_batch: int = 500
    ) -> AsyncIterator[AsyncIterator[Sequence[Message]]]:
        kept = self.log.stream(stream)
        if after > kept.last:
            raise beyond_end(stream, after, kept.last)
        yield _Batches(kept, after, tuple(subjects), max_batch)

    async def last(self, stream: str, subject: str) -> Message | None:
        return self.log.stream(stream).newest(subject)

    async def info(self, stream: str) -> StreamInfo:
        kept = self.log.stream(stream)
        first = kept.messages[0].seq if kept.messages else kept.last + 1
        return StreamInfo(first, kept.last, len(kept.messages), sum(len(m.data) for m in kept.messages))

    async def trim(self, stream: str, up_to: int, *, keep: Sequence[str] = ()) -> None:
        kept = self.log.stream(stream)
        saved = {m.seq for pattern in keep if (m := kept.newest(pattern))}
        kept.messages = [m for m in kept.messages if m.seq > up_to or m.seq in saved]

    async def announce(self, subject: str, data: bytes) -> None:
        message = Message(subject, data, 0, datetime.now(UTC))
        for pattern, backlog in self.log.listeners:
            if matches(pattern, subject):
                backlog.put(message)

    @asynccontextmanager
    async def listen(self, subject: str) -> AsyncIterator[AsyncIterator[Message]]:
        backlog = Backlog()
        entry = (subject, backlog)
        self.log.listeners.append(entry)
        try:
            yield backlog
        finally:
            self.log.listeners = [other for other in self.log.listeners if other is not entry]

    async def ask(self, subject: str, data: bytes, *, timeout_s: float = 10.0) -> bytes:
        self._up()
        how = next((how for pattern, how in self.log.answers if pattern == subject), None)
        if how is None:
            raise Unavailable(f"nobody answers {subject}", cure="try again in a moment")
        try:
            async with asyncio.timeout(timeout_s):
                return await how(data)
        except TimeoutError:
            raise Unavailable(f"no answer on {subject} within {timeout_s:.1f} s") from None

    @asynccontextmanager
    async def answer(self, subject: str, how: Answer) -> AsyncIterator[None]:
        entry = (subject, how)
        self.log.answers.append(entry)
        try:
            yield
        finally:
            self.log.answers = [other for other in self.log.answers if other is not entry]

    async def ping(self) -> float:
        self._up()
        return 0.0

    async def close(self) -> None:
        return None


def beyond_end(stream: str, after: int, last: int) -> Misconfigured:
    """A reader remembers more than the log holds: the log was lost or is another one's."""
    return Misconfigured(
        f"the stored position lies beyond the end of stream {stream} ({last})",
        field="after",
        value=after,
        cure="the bus lost its newest messages or belongs to another state folder: restore both from one "
        "backup, or start with an empty state folder",
    )
