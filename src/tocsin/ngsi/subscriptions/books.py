"""How all subscriptions stand, in memory and written down: ledgers and position together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta

import structlog

from tocsin.db import Connection, Database, positions
from tocsin.kernel.errors import TocsinError
from tocsin.ngsi.subscriptions import repository
from tocsin.ngsi.subscriptions.model import Ledger, Subscription, packed

log = structlog.get_logger(__name__)

CONSUMER, CHANGES = "ngsi-subscriptions", "changes"
#: a few are written down at once, many once a second
_SOON_S, _SAVE_S, _FEW = 0.05, 1.0, 20
#: the position alone moves on so often
_IDLE_S = 5.0


class Books:
    """``saved``: position that is written down."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.saved = 0
        self.fault: str | None = None
        self._dirty: set[str] = set()
        self._moved, self._told = asyncio.Event(), asyncio.Event()
        #: of every subscription: when it was made, how it stands
        self._known: dict[str, tuple[datetime, Ledger]] = {}

    @property
    def ledgers(self) -> Iterable[tuple[str, Ledger]]:
        return [(key, ledger) for key, (_, ledger) in self._known.items()]

    def of(self, one: Subscription, stored: Ledger | None, position: int) -> Ledger:
        """What is known of it; ``stored`` where it is new, or was deleted and made again."""
        made_at, ledger = self._known.get(one.id, (None, None))
        if ledger is None or made_at != one.created_at:
            ledger = stored or Ledger(position)
        self._known[one.id] = (one.created_at, ledger)
        self.touch(one.id)
        return ledger

    def drop(self, key: str) -> None:
        self._known.pop(key, None)
        self._dirty.discard(key)

    def touch(self, key: str) -> None:
        """Its ledger has changed."""
        self._dirty.add(key)
        self._moved.set()

    def hurry(self) -> None:
        """Somebody was told: whoever asks how that went is to see it."""
        self._told.set()

    def failing(self, now: datetime, longer: timedelta) -> list[str]:
        """In words, those that fail for ``longer``."""
        return [
            f"{key} fails since {one.failing_since:%Y-%m-%d %H:%M} UTC ({one.last_error}), {one.waiting} wait"
            for key, one in self.ledgers
            if one.failing_since is not None and now - one.failing_since > longer
        ]

    async def keep(self, position: Callable[[], int]) -> None:
        """Write down for ever; ``position``: up to where all lanes have been offered theirs."""
        last = 0.0
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(_IDLE_S):
                    await self._moved.wait()
            await self._wait(asyncio.get_running_loop().time() - last)
            self._told.clear()
            last = asyncio.get_running_loop().time()
            try:
                await self.save(position())
                self.fault = None
            except TocsinError as error:
                self.fault = str(error)
                log.warning("subscriptions_wait", reason=str(error))
                await asyncio.sleep(_SAVE_S)

    async def _wait(self, since_s: float) -> None:
        """A few are written down as soon as somebody was told, unless that has just been done."""
        if len(self._dirty) >= _FEW:
            await asyncio.sleep(_SAVE_S)
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(_SOON_S):
                await self._told.wait()
        await asyncio.sleep(max(0.0, _SOON_S - since_s))

    async def save(self, position: int) -> None:
        """Of one moment. Not before all is found again that was known before a start: an earlier position
        may not take the place of a later one.
        """
        dirty = self._dirty
        if position < self.saved or (not dirty and position == self.saved):
            return
        self._dirty = set()
        self._moved.clear()
        rows = [(key, packed(self._known[key][1])) for key in dirty if key in self._known]
        moved = position > self.saved

        def write(conn: Connection) -> None:
            repository.save_ledgers(conn, rows)
            if moved:
                positions.save(conn, CONSUMER, CHANGES, position)

        try:
            await self._db.write(write)
        except BaseException:
            self._dirty |= dirty
            self._moved.set()
            raise
        self.saved = position
