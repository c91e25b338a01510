"""Kept analyses made anew when their time has come, one after the other."""

from __future__ import annotations

import asyncio

import structlog

from tocsin.api.commands.analytics_kept import make_anew
from tocsin.api.services import Services
from tocsin.kernel.errors import TocsinError
from tocsin.kernel.ports import Health
from tocsin.lake.kept import repository
from tocsin.lake.kept.service import after

log = structlog.get_logger(__name__)


class Refreshing:
    """Stage. ``every_s``: between two looks; of all that are due only ``at_once`` are made in one go."""

    name = "analytics"

    def __init__(self, services: Services, *, every_s: float = 30.0, at_once: int = 4) -> None:
        self._services, self._every_s, self._at_once = services, every_s, at_once
        self._figures = {"made": 0.0, "failed": 0.0}

    async def run(self) -> None:
        while True:
            await asyncio.sleep(self._every_s)
            try:
                await self.look()
            except TocsinError as error:
                log.warning("analytics_waits", reason=str(error))

    async def look(self) -> int:
        """How many were due and tried."""
        ask = self._services
        due = await ask.ops.read(lambda conn: repository.due(conn, ask.clock.now(), self._at_once))
        for kept in due:
            try:
                tried = await make_anew(ask, kept)
            except Exception:
                # one result that meets a defect must not end the door, again at every start
                log.exception("kept_defect", kept=kept.id)
                tried = after(kept, ask.clock.now(), "it met a defect; see the log")
                await ask.ops.write(lambda conn, tried=tried: repository.tried(conn, tried))  # type: ignore[misc]
            self._figures["failed" if tried.trouble else "made"] += 1
        return len(due)

    def health(self) -> Health:
        return Health(self.name, figures=dict(self._figures))
