"""Finds entities for queries: in processes of their own where there are any, in the door where not."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog

from tocsin.db import Database
from tocsin.ngsi.looking.process import Died, LookingProcess
from tocsin.ngsi.looking.wire import Look, Seen
from tocsin.ngsi.query import AnyOf, QueryParams, parse
from tocsin.ngsi.query.names import Expand
from tocsin.ngsi.store.reader import Found, Reader

log = structlog.get_logger(__name__)

#: after a process has died, before another is started
_PAUSE_S = 2.0


def _none(_entity: str) -> None:
    """For a look at the words of a query alone."""


@dataclass(slots=True)
class _Job:
    look: Look
    #: None: nobody could say; the door looks for itself
    seen: asyncio.Future[Seen | None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class Lookers:
    """``most`` processes, started with the first query. None is needed: while none is up, or where one dies
    over a question, ``reader`` answers.
    """

    def __init__(self, reader: Reader, db: Database, most: int) -> None:
        self._reader, self._db, self._most = reader, db, most
        self._jobs: asyncio.Queue[_Job] = asyncio.Queue()
        self._serving: list[asyncio.Task[None]] = []
        #: those that are up
        self.processes: list[LookingProcess] = []

    async def find(
        self, asked: Sequence[QueryParams], expand: Expand, *, offset: int, limit: int, count: bool
    ) -> Found:
        """As ``Reader.find``: entities that meet one of ``asked``. Raises what ``query.parse`` raises."""
        if self._most and not self._serving:
            self._serving = [asyncio.create_task(self._serve()) for _ in range(self._most)]
        if self.processes:
            names: dict[str, str] = {}

            def noted(name: str) -> str:
                return names.setdefault(name, expand(name))

            for one in asked:
                parse(one, noted, _none)
            job = _Job(Look(tuple(asked), names, offset, limit, count))
            self._jobs.put_nowait(job)
            seen = await job.seen
            if seen is not None:
                return Found(seen.entities, seen.total, seen.more)
        return await self._reader.find(
            lambda links: AnyOf([parse(one, expand, links) for one in asked]),
            offset=offset,
            limit=limit,
            count=count,
        )

    async def close(self) -> None:
        self._most = 0  # who still asks is answered by the reader
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)
        self._serving = []

    async def _serve(self) -> None:
        """One process for as long as it lives, then another."""
        while True:
            try:
                process = await LookingProcess.start(self._db)
            except Died as error:
                log.warning("looker_missing", reason=str(error), again_s=_PAUSE_S)
            else:
                self.processes.append(process)
                try:
                    await self._ask_on(process)
                except Died as error:
                    log.warning("looker_died", pid=process.pid, reason=str(error), again_s=_PAUSE_S)
                finally:
                    self.processes.remove(process)
                    if not self.processes:
                        self._let_go()
                    await process.end()
            await asyncio.sleep(_PAUSE_S)

    async def _ask_on(self, process: LookingProcess) -> None:
        while True:
            job = await self._jobs.get()
            seen = None
            try:
                if not job.seen.done():  # who asked may have left
                    seen = await process.ask(job.look)
                    if seen.failed:
                        log.info("looker_failed", reason=seen.failed[:300])
            finally:
                if not job.seen.done():
                    job.seen.set_result(seen if seen is not None and not seen.failed else None)

    def _let_go(self) -> None:
        """Nobody is left to ask."""
        while not self._jobs.empty():
            job = self._jobs.get_nowait()
            if not job.seen.done():
                job.seen.set_result(None)
