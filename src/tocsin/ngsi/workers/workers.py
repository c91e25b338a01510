"""Finds entities for queries and reads batches: in workers where there are any, in the door where not."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import structlog

from tocsin.db import Database
from tocsin.ngsi.jsonld import Terms
from tocsin.ngsi.model.kinds import Entity
from tocsin.ngsi.model.several import Manner, several
from tocsin.ngsi.query import AnyOf, QueryParams, parse
from tocsin.ngsi.query.names import Expand
from tocsin.ngsi.store.reader import Found, Inventory, Reader
from tocsin.ngsi.workers.process import Died, WorkerProcess
from tocsin.ngsi.workers.wire import Answer, Failed, Look, Read, Seen, Survey, Surveyed, Task, Understood

log = structlog.get_logger(__name__)

#: after a worker has died, before another is started
_PAUSE_S = 2.0
#: bytes of a body from which on it is worth the way to a worker and back

_LARGE = 16_384
_DECODE = msgspec.json.Decoder().decode
_PACK = msgspec.msgpack.Encoder().encode


def _none(_entity: str) -> None:
    """For a look at the words of a query alone."""


@dataclass(slots=True)
class _Job:
    task: Task
    #: None: nobody could do it; the door does it itself
    done: asyncio.Future[Answer | None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class Workers:
    """``most`` processes, started with the first task. None is needed: while none is up, or where one dies
    over a task, the door does it (queries by ``reader``).
    """

    def __init__(self, reader: Reader, db: Database, most: int) -> None:
        self._reader, self._db, self._most = reader, db, most
        self._jobs: asyncio.Queue[_Job] = asyncio.Queue()
        self._serving: list[asyncio.Task[None]] = []
        #: those that are up
        self.processes: list[WorkerProcess] = []

    async def find(
        self, asked: Sequence[QueryParams], expand: Expand, *, offset: int, limit: int, count: bool
    ) -> Found:
        """As ``Reader.find``: entities that meet one of ``asked``. Raises what ``query.parse`` raises."""
        if self._up():
            names: dict[str, str] = {}

            def noted(name: str) -> str:
                return names.setdefault(name, expand(name))

            for one in asked:
                parse(one, noted, _none)
            seen = await self._done(Look(tuple(asked), names, offset, limit, count))
            if isinstance(seen, Seen):
                return Found(seen.entities, seen.total, seen.more)
        return await self._reader.find(
            lambda links: AnyOf([parse(one, expand, links) for one in asked]),
            offset=offset,
            limit=limit,
            count=count,
        )

    async def read(
        self, body: bytes, manner: Manner, contexts: Mapping[str, Terms | dict[str, Any]]
    ) -> tuple[list[Entity], list[dict[str, Any]]]:
        """As ``several``. Raises what that raises, and ``msgspec.DecodeError`` for a body that is no JSON."""
        if len(body) >= _LARGE and self._up():
            task = Read(
                body,
                manner,
                {name: _PACK(one.parts()) for name, one in contexts.items() if isinstance(one, Terms)},
                {name: one for name, one in contexts.items() if not isinstance(one, Terms)},
            )
            read = await self._done(task)
            if isinstance(read, Understood):
                return read.entities, read.errors
        return several(_DECODE(body), manner, contexts)

    async def inventory(self) -> Inventory:
        """As ``Reader.inventory``."""
        if self._up():
            surveyed = await self._done(Survey())
            if isinstance(surveyed, Surveyed):
                return surveyed.found
        return await self._reader.inventory()

    def _up(self) -> bool:
        if self._most and not self._serving:
            self._serving = [asyncio.create_task(self._serve()) for _ in range(self._most)]
        return bool(self.processes)

    async def _done(self, task: Task) -> Answer | None:
        job = _Job(task)
        self._jobs.put_nowait(job)
        return await job.done

    async def close(self) -> None:
        self._most = 0  # who still asks is answered by the door
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)
        self._serving = []

    async def _serve(self) -> None:
        """One process for as long as it lives, then another."""
        while True:
            try:
                process = await WorkerProcess.start(self._db)
            except Died as error:
                log.warning("worker_missing", reason=str(error), again_s=_PAUSE_S)
            else:
                self.processes.append(process)
                try:
                    await self._work_on(process)
                except Died as error:
                    log.warning("worker_died", pid=process.pid, reason=str(error), again_s=_PAUSE_S)
                finally:
                    self.processes.remove(process)
                    if not self.processes:
                        self._let_go()
                    await process.end()
            await asyncio.sleep(_PAUSE_S)

    async def _work_on(self, process: WorkerProcess) -> None:
        while True:
            job = await self._jobs.get()
            answer = None
            try:
                if not job.done.done():  # who asked may have left
                    answer = await process.do(job.task)
                    if isinstance(answer, Failed):
                        log.info("worker_failed", reason=answer.reason[:300])
            finally:
                if not job.done.done():
                    job.done.set_result(answer)

    def _let_go(self) -> None:
        """Nobody is left to ask."""
        while not self._jobs.empty():
            job = self._jobs.get_nowait()
            if not job.done.done():
                job.done.set_result(None)
