"""The stage that looks at the clock: says that a warning ends soon, and ends it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog

from tocsin.db import Connection, Database
from tocsin.identity.recording import record
from tocsin.kernel.clock import Clock
from tocsin.kernel.errors import TocsinError
from tocsin.kernel.ports import Health
from tocsin.notify.warnings import repository
from tocsin.notify.warnings.machine import STAGE, passes
from tocsin.notify.warnings.model import PublicWarning

log = structlog.get_logger(__name__)
_TICK_S = 1.0
#: hears in the same transaction of a warning that has run out
Ended = Callable[[Connection, PublicWarning, datetime], None]


def _nobody(_conn: Connection, _warning: PublicWarning, _at: datetime) -> None:
    return


class Watch:
    """Holds nothing: what was said stands in the warning, so that any number of restarts says it once."""

    def __init__(
        self, db: Database, clock: Clock, *, ended: Ended = _nobody, tick_s: float = _TICK_S
    ) -> None:
        self.name = STAGE
        self._db, self._clock, self._ended, self._tick_s = db, clock, ended, tick_s
        self._fault: str | None = None
        self._in_force = 0
        self._moved = 0

    async def run(self) -> None:
        while True:
            try:
                await self.tick()
                self._fault = None
            except TocsinError as error:
                if self._fault is None:
                    log.warning("warnings_wait", reason=str(error))
                self._fault = str(error)
            await asyncio.sleep(self._tick_s)

    def health(self) -> Health:
        return Health(
            name=self.name,
            state="degraded" if self._fault else "working",
            words=self._fault or "watches warnings expire",
            figures={"in_force": float(self._in_force), "moved": float(self._moved)},
        )

    async def tick(self) -> int:
        """Once; how many warnings moved. Writes only where there is something to write."""
        now = self._clock.now()
        found = await self._db.read(repository.in_force)
        self._in_force = len(found)
        if not any(passes(warning, now) for warning in found):
            return 0
        moved = await self._db.write(lambda conn: self._pass(conn, now))
        self._moved += moved
        return moved

    def _pass(self, conn: Connection, now: datetime) -> int:
        moved = 0
        for warning in repository.in_force(conn):
            after = passes(warning, now)
            if after is None:
                continue
            repository.save(conn, after)
            if after.state != warning.state:
                record(conn, STAGE, "warning.expire", kind="warning", object_id=after.id)
                self._ended(conn, after, now)
            moved += 1
        return moved
