"""What a listener has not taken yet: bounded, the oldest goes first."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator

from tocsin.kernel.ports import Message

_LIMIT = 1_000


class Backlog(AsyncIterator[Message]):
    """An iterator and not a generator: waiting for its next message may be cancelled and taken up again."""

    def __init__(self) -> None:
        self._messages: deque[Message] = deque(maxlen=_LIMIT)
        self._arrived = asyncio.Event()

    def put(self, message: Message) -> None:
        self._messages.append(message)
        self._arrived.set()

    async def __anext__(self) -> Message:
        while not self._messages:
            self._arrived.clear()
            await self._arrived.wait()
        return self._messages.popleft()
