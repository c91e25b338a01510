"""A subscription shows what its holder may see, and lasts no longer than that right: then it is paused, its
ledger says why, and whoever resumes it answers for it from then on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection

import structlog
from msgspec.structs import replace

from tocsin.db import Connection, Database
from tocsin.kernel.clock import Clock
from tocsin.kernel.errors import TocsinError
from tocsin.ngsi.subscriptions import repository
from tocsin.ngsi.subscriptions.matching import Rule

log = structlog.get_logger(__name__)

#: how long notifications may go on after a right has ended
EVERY_S = 5.0
#: of names of subjects, those that may see nothing any more
Ended = Callable[[Collection[str]], Awaitable[Collection[str]]]


class Rights:
    """``ended``: asked at the start and every few seconds."""

    def __init__(self, db: Database, clock: Clock, ended: Ended) -> None:
        self._db, self._clock, self._ended = db, clock, ended
        self.fault: str | None = None
        self._version = -1
        self._holders: frozenset[str] = frozenset()

    async def keep(self) -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            await self.try_to_enforce()

    async def try_to_enforce(self) -> None:
        """``enforce``; that it could not be done is kept in ``fault``."""
        try:
            await self.enforce()
            self.fault = None
        except TocsinError as error:
            self.fault = f"who subscribed is not asked for their rights: {error}"
            log.warning("subscription_rights_wait", reason=str(error))

    async def enforce(self) -> None:
        """Pause what nobody who may see answers for."""
        await self._db.read(self._look)
        gone = frozenset(await self._ended(self._holders))
        if gone:
            await self._db.write(lambda conn: self._pause(conn, gone))

    def _look(self, conn: Connection) -> None:
        version = repository.version(conn)
        if version != self._version:
            now = self._clock.now()
            active = (one for one in repository.every(conn) if one.status(now) == "active")
            self._holders = frozenset(one.holder for one in active if one.holder)
            self._version = version

    def _pause(self, conn: Connection, gone: Collection[str]) -> None:
        now = self._clock.now()
        for one in repository.every(conn):
            if one.holder in gone and one.status(now) == "active":
                why = f"{one.holder} may see nothing here any more; resume it to answer for it"
                body = {**one.body, "isActive": False}
                made = replace(one, body=body, modified_at=now, stopped=why)
                repository.save(conn, made, Rule(made).watches, active=False)
                log.warning("subscription_stopped", subscription=one.id, reason=why)
