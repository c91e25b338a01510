"""The lake's upkeep: compaction, sweeping, retention. In a thread of its own; ingest never waits for it.

Delta lets appends pass beside all three (they only ever replace or drop files that are there), so a late or
failed duty costs speed of queries and room, never readings. Measured with the stage writing at the same time.
"""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import structlog

from tocsin.db import Database
from tocsin.kernel.clock import Clock, WallClock
from tocsin.kernel.errors import TocsinError
from tocsin.kernel.ports import Health
from tocsin.kernel.rounds import pause
from tocsin.lake import repository
from tocsin.lake.aging import Aging
from tocsin.lake.bucket import Home
from tocsin.lake.rows import micros
from tocsin.lake.shelf import Shelf
from tocsin.privacy.retention import Retention

log = structlog.get_logger(__name__)


class Duties:
    """Stage, hosted beside ``Lake``. ``retention_days`` 0 keeps all; older days and quarantined items are
    deleted. ``retention``: terms of single classes of readings, and that of all others.
    """

    name = "lake-duties"

    def __init__(
        self,
        db: Database,
        folder: Home,
        *,
        compact_every_s: float = 600.0,
        retention_days: int = 400,
        clock: Clock | None = None,
        retention: Retention | None = None,
    ) -> None:
        self._db = db
        self._folder = folder
        self._every_s = compact_every_s
        self._retention_days = retention_days
        self._clock = clock or WallClock()
        self._aging = Aging(retention or Retention(retention_days))
        self._words, self._failures = "", 0
        self._figures: dict[str, float] = {}

    async def run(self) -> None:
        while True:
            await asyncio.sleep(pause(self._every_s, self._failures))
            await self.once()
            self._failures = self._failures + 1 if self._words else 0

    async def once(self) -> None:
        """All duties now. Failures are said in ``health`` and left to the next round."""
        started = time.perf_counter()
        try:
            compacted, forgotten, swept = await asyncio.to_thread(self._tend)
            await self._forget_quarantine()
        except TocsinError as error:
            self._words = str(error)
        except Exception as error:  # noqa: BLE001 - edge of a stage; any of them can wait
            self._words = f"upkeep failed, it is tried again by itself: {str(error)[:200]}"
        else:
            self._words = ""
            took_ms = (time.perf_counter() - started) * 1e3
            self._figures = {
                "compacted": compacted,
                "forgotten": forgotten,
                "swept": swept,
                "took_ms": took_ms,
            }
            log.info("lake_upkeep", **{name: round(figure) for name, figure in self._figures.items()})
        if self._words:
            log.warning("lake_upkeep_failed", reason=self._words)

    def _tend(self) -> tuple[int, int, int]:
        shelf = Shelf.open(self._folder)
        if shelf is None:
            return 0, 0, 0
        compacted = shelf.compact()
        forgotten = self._aging.once(shelf, self._clock.now().date())
        return compacted, forgotten, shelf.sweep()

    async def _forget_quarantine(self) -> None:
        if self._retention_days:
            before = micros(self._clock.now() - timedelta(days=self._retention_days))
            await self._db.write(lambda conn: repository.drop_older(conn, before))

    def health(self) -> Health:
        return Health(
            self.name,
            state="degraded" if self._words else "working",
            words=self._words,
            figures=dict(self._figures),
        )
