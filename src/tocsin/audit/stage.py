"""Signs how far the record has come, every minute or thousand rows, and lets go of what is too old."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from pathlib import Path

import structlog

from tocsin.audit import beside, repository, service
from tocsin.audit.chain import Mark
from tocsin.audit.keys import SigningKey, signing_key
from tocsin.db import Connection, Database
from tocsin.kernel.clock import Clock, WallClock
from tocsin.kernel.errors import TocsinError
from tocsin.kernel.ports import Health

log = structlog.get_logger(__name__)

_LOOK_S = 1.0
_CUT_EVERY_S = 3600.0
#: a wall clock that moved by more than this against the machine's own is not trusted to delete anything
_JUMP = timedelta(hours=1)


class Checkpoints:
    """One of these an instance, in the process *stages*.

    ``every_s`` and ``every_rows``: whichever comes first. ``keep_days``: raises ``Misconfigured`` below 183.
    The last rows are signed also when the process ends in good order. Times are the wall's, in every realm.
    """

    def __init__(
        self,
        db: Database,
        state: Path,
        *,
        keep_days: int,
        every_s: float = 60.0,
        every_rows: int = 1000,
        look_s: float = _LOOK_S,
        clock: Clock | None = None,
    ) -> None:
        self.name = "audit"
        self._keep = service.checked_keeping(keep_days)
        self._db, self._state, self._file = db, state, state / beside.NAME
        self._every_s, self._every_rows, self._look_s = every_s, every_rows, look_s
        self._clock = clock or WallClock()
        self._started = (self._clock.now(), time.monotonic())
        self._cut_at = float("-inf")
        self._head, self._signed = Mark(0, ""), 0
        self._waiting_since: float | None = None
        self._fault: str | None = None

    async def run(self) -> None:
        key: SigningKey | None = None
        try:
            while True:
                try:
                    key = key or signing_key(self._state)
                    await self._look(key)
                    self._fault = None
                except TocsinError as error:
                    if self._fault is None:
                        log.warning("checkpoints_wait", reason=str(error))
                    self._fault = str(error)
                await asyncio.sleep(self._look_s)
        finally:
            if key is not None:
                self._farewell(key)

    def health(self) -> Health:
        return Health(
            name=self.name,
            state="degraded" if self._fault else "working",
            words=self._fault or f"signed up to row {self._signed}",
            figures={"rows": float(self._head.seq), "signed": float(self._signed)},
        )

    async def _look(self, key: SigningKey) -> None:
        self._head, self._signed = await self._db.read(_standing)
        unsigned, now = self._head.seq - self._signed, time.monotonic()
        if unsigned <= 0:
            self._waiting_since = None
        else:
            self._waiting_since = self._waiting_since or now
            if unsigned >= self._every_rows or now - self._waiting_since >= self._every_s:
                await self._sign(key)
        if now - self._cut_at >= _CUT_EVERY_S:
            await self._cut(key)
            self._cut_at = now

    async def _sign(self, key: SigningKey) -> None:
        made = await service.sign(self._db, key, self._file, self._clock.now())
        self._waiting_since = None
        if made is not None:
            self._signed = made.seq

    async def _cut(self, key: SigningKey) -> None:
        if self._jumped():
            log.error("audit_not_cut", reason="the wall clock has jumped since the start; set it right")
            return
        while (
            made := await service.cut(self._db, key, self._file, self._clock.now(), self._keep)
        ) is not None:
            log.info("audit_cut", first=made.first, last=made.seq)

    def _jumped(self) -> bool:
        wall, machine = self._started
        ran = timedelta(seconds=time.monotonic() - machine)
        return abs(self._clock.now() - wall - ran) > _JUMP

    def _farewell(self, key: SigningKey) -> None:
        """What is signed cannot be cut while nobody watches."""
        try:
            service.sign_now(self._db, key, self._file, self._clock.now())
        except TocsinError as error:
            log.warning("checkpoint_missed", reason=str(error))


def _standing(conn: Connection) -> tuple[Mark, int]:
    return repository.head(conn), repository.last_signed(conn)
