"""Keeps to the times of keeping: what is over is destroyed, and what was erased is destroyed for certain."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime, timedelta

import structlog

from tocsin.db import Connection, Database
from tocsin.evidence import custody, repository, service
from tocsin.evidence.vault import Vault
from tocsin.identity.recording import record
from tocsin.kernel.clock import Clock, WallClock
from tocsin.kernel.errors import TocsinError
from tocsin.kernel.ports import Health

log = structlog.get_logger(__name__)
BY = "retention"
_LOOK_S = 30.0
#: a wall clock that moved by more than this against the machine's own is not trusted to destroy anything
_JUMP = timedelta(hours=1)


class Keeping:
    """One of these an instance, in the process *stages*. Times are the wall's, in every realm."""

    def __init__(
        self, db: Database, vault: Vault, *, look_s: float = _LOOK_S, clock: Clock | None = None
    ) -> None:
        self.name = "evidence"
        self._db, self._vault, self._look_s = db, vault, look_s
        self._clock = clock or WallClock()
        self._started = (self._clock.now(), time.monotonic())
        self._fault: str | None = None
        self._expired = 0
        self._stored = 0

    async def run(self) -> None:
        while True:
            try:
                await self.look()
                self._fault = None
            except TocsinError as error:
                if self._fault is None:
                    log.warning("evidence_waits", reason=str(error))
                self._fault = str(error)
            await asyncio.sleep(self._look_s)

    def health(self) -> Health:
        return Health(
            name=self.name,
            state="degraded" if self._fault else "working",
            words=self._fault or "",
            figures={"expired": float(self._expired), "stored_mb": self._stored / 2**20},
        )

    async def look(self) -> None:
        """Once. Raises ``Unavailable``; nothing is forgotten by that, the next look goes on."""
        if self._jumped():
            log.error(
                "evidence_not_expired", reason="the wall clock has jumped since the start; set it right"
            )
        else:
            now = self._clock.now()
            while gone := await self._db.write(lambda conn: expire(conn, now)):
                self._expired += gone
        if done := await service.complete(self._db, self._vault):
            log.info("evidence_destroyed", pieces=done)
        self._stored = await self._db.read(repository.stored_bytes)

    def _jumped(self) -> bool:
        wall, machine = self._started
        ran = timedelta(seconds=time.monotonic() - machine)
        return abs(self._clock.now() - wall - ran) > _JUMP


def expire(conn: Connection, now: datetime) -> int:
    """Mark what is over as erased, each with its row in the record; how many."""
    rows = repository.over(conn, now)
    for row in rows:
        gone = custody.expired(row.exhibit, BY, now)
        repository.save(conn, repository.Row(gone, row.kept))
        record(
            conn,
            BY,
            "evidence.expire",
            kind="evidence",
            object_id=gone.id,
            purpose="storage limitation",
            reason=f"{row.exhibit.retention}: until {row.exhibit.expires_at:%Y-%m-%d %H:%M} UTC",
        )
    return len(rows)
