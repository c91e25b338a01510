"""Runs of messages of a size worth a commit: whatever is there, for a moment longer where it is little."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Sequence

from tocsin.kernel.ports import Message

#: A commit may take this share of the time; slower disks get larger commits.
_SHARE = 0.2
_LONGEST_S = 10.0
_MAX_BYTES = 16 * 1024 * 1024
#: Bytes of an encoded reading, about; only to end a run early under load.
_READING_BYTES = 150


class Gather:
    """``flush_s``: seconds from the first message of a run to its end, at most; ``max_readings``: about
    how many readings end it earlier."""

    def __init__(self, flush_s: float, max_readings: int) -> None:
        self._flush_s = flush_s
        self._wait_s = flush_s
        self._max_bytes = min(_MAX_BYTES, max_readings * _READING_BYTES)
        #: the run under way, or the one that was given out last while its taker is busy with it
        self.run: list[Message] = []
        #: set, and a new one made, whenever ``run`` has grown
        self.grown = asyncio.Event()
        self._hurry = asyncio.Event()

    def hurry(self) -> None:
        """End the run under way: somebody waits for its commit."""
        self._hurry.set()

    def took(self, commit_s: float) -> None:
        """How long the last commit took: the next run lasts so long that commits keep their share."""
        self._wait_s = min(max(self._flush_s, commit_s / _SHARE), max(_LONGEST_S, self._flush_s))

    async def runs(self, batches: AsyncIterator[Sequence[Message]]) -> AsyncGenerator[list[Message], None]:
        """Until ``batches`` ends."""
        coming: asyncio.Task[Sequence[Message]] | None = None
        hurried = asyncio.ensure_future(self._hurry.wait())
        try:
            while True:
                run = self.run = []
                size, until = 0, 0.0
                while not run or (size < self._max_bytes and time.monotonic() < until):
                    # A task and not wait_for: an iterator that is cancelled inside is at its end.
                    coming = coming or asyncio.ensure_future(_next(batches))
                    await asyncio.wait(
                        {coming, hurried} if run else {coming},
                        timeout=until - time.monotonic() if run else None,
                        return_when=asyncio.FIRST_COMPLETED,
                    )
                    if run and hurried.done():
                        self._hurry.clear()
                        hurried = asyncio.ensure_future(self._hurry.wait())
                        until = 0.0
                    if not coming.done():
                        break
                    batch = coming.result()
                    coming = None
                    if not run:
                        until = time.monotonic() + self._wait_s
                    run += batch
                    size += sum(len(m.data) for m in batch)
                    self.grown.set()
                    self.grown = asyncio.Event()
                yield run
        except StopAsyncIteration:
            return
        finally:
            left = [hurried] if coming is None else [hurried, coming]
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)


async def _next(batches: AsyncIterator[Sequence[Message]]) -> Sequence[Message]:
    return await anext(batches)
