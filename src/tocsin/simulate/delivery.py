"""Devices that push over HTTP: what they send waits in a bounded buffer until the server has taken it."""

from __future__ import annotations

import asyncio
import logging
from collections import deque

from tocsin.kernel.errors import TooMany, Unauthenticated, Unavailable
from tocsin.simulate.http_client import Connection, Refused

log = logging.getLogger(__name__)

PATH = "/api/v1/ingest/json"
#: readings kept while the server is away: an hour of them
KEPT = 12_000
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.1, 2.0
#: catching up, so many are sent together
_TOGETHER = 100


async def deliver(connection: Connection, body: bytes) -> bool:
    """Sends until it is accepted; False where the server refuses it for what it is.

    An unknown token is waited for too: it may be that the server has just begun.
    """
    pause = _FIRST_PAUSE_S
    while True:
        try:
            await connection.post(PATH, body)
        except Refused as refusal:
            log.warning("reading refused: %s", refusal)
            return False
        except TooMany as later:
            await asyncio.sleep(max(later.retry_after_s, pause))
        except (Unavailable, Unauthenticated) as error:
            log.info("not delivered yet: %s", error)
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_S)
        else:
            return True


class Outbox:
    """Readings of many devices on their way over one connection, oldest first.

    At its bound the oldest go: a device has little memory. ``sent``, ``refused``, ``dropped`` count readings.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._waiting: deque[bytes] = deque()
        self._some = asyncio.Event()
        self.sent = self.refused = self.dropped = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, reading: bytes) -> None:
        if len(self._waiting) >= KEPT:
            self._waiting.popleft()
            self.dropped += 1
        self._waiting.append(reading)
        self._some.set()

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while True:
                await self._some.wait()
                self._some.clear()
                while self._waiting:
                    # one by one, as devices do; together only to catch up after an outage
                    count = min(_TOGETHER, len(self._waiting)) if len(self._waiting) > 20 else 1
                    batch = [self._waiting.popleft() for _ in range(count)]
                    await self._send(batch)
        finally:
            await self._connection.close()

    async def _send(self, batch: list[bytes]) -> None:
        try:
            taken = await deliver(self._connection, b"[" + b",".join(batch) + b"]")
        except BaseException:
            # cancelled in the middle: not known to be taken, so it is still ours
            self._waiting.extendleft(reversed(batch))
            raise
        if taken:
            self.sent += len(batch)
        else:
            self.refused += len(batch)
