"""Noting that a session or token was used: worth a write, not worth making its owner wait for a lock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from tocsin.db import Connection, Database
from tocsin.kernel.errors import TocsinError

log = structlog.get_logger(__name__)

#: a write takes milliseconds; who holds the database for longer holds up the note, not the caller
_PATIENCE_S = 0.25


class Touch:
    """One note at a time: while one waits for the database, others are left out (the next use makes them)."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._under_way: asyncio.Task[None] | None = None

    async def note(self, write: Callable[[Connection], object]) -> None:
        """Run ``write``; returns when it is done or ``_PATIENCE_S`` later. A refusal is logged."""
        if self._under_way is not None and not self._under_way.done():
            return
        self._under_way = asyncio.create_task(self._write(write))
        await asyncio.wait({self._under_way}, timeout=_PATIENCE_S)

    async def _write(self, write: Callable[[Connection], object]) -> None:
        try:
            await self._db.write(write)
        except TocsinError as error:
            log.warning("use_not_noted", reason=str(error))
