"""The processes of all advisors: started when asked, kept warm a while, ended when nobody asks any more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from tocsin.runner.advising.process import AdvisorProcess
from tocsin.runner.overrides import read_overrides
from tocsin.sdk.discover import ToolFolder

#: at once, over all advisors; one of them is never taken by what-ifs (``stage.py``)
MOST = 2
IDLE_S = 300.0


class Crew:
    """``params``: folder of ``<id>.toml``; ``city``: facts of the place, as for detectors.

    ``idle_s``: after so long without a question a process is ended.
    """

    def __init__(
        self, *, params: Path | None, city: Mapping[str, object], most: int = MOST, idle_s: float = IDLE_S
    ) -> None:
        self._params, self._city, self._idle_s = params, city, idle_s
        self._room = asyncio.Semaphore(most)
        self._most = most
        #: with the timer that ends it, the one that was used longest ago first
        self._idle: dict[AdvisorProcess, asyncio.TimerHandle] = {}
        self._busy: set[AdvisorProcess] = set()
        self._ending: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def one(self, folder: ToolFolder) -> AsyncIterator[AdvisorProcess]:
        """A process of this advisor for one job. Raises ``Died``, ``Unavailable``, ``Invalid``."""
        async with self._room:
            process = await self._taken(folder)
            self._busy.add(process)
            try:
                yield process
            finally:
                self._busy.discard(process)
                if process.alive:
                    loop = asyncio.get_running_loop()
                    self._idle[process] = loop.call_later(self._idle_s, self._retire, process)

    async def _taken(self, folder: ToolFolder) -> AdvisorProcess:
        for process in [p for p in self._idle if p.tool == folder.id]:
            self._idle.pop(process).cancel()
            if process.alive:
                return process
        while self._idle and len(self._idle) + len(self._busy) >= self._most:
            eldest = next(iter(self._idle))
            self._idle.pop(eldest).cancel()
            await eldest.end()
        file = self._params / f"{folder.id}.toml" if self._params else None
        given = {**self._city, **read_overrides(file)}
        return await AdvisorProcess.start(folder, given, str(file or "defaults"))

    def _retire(self, process: AdvisorProcess) -> None:
        self._idle.pop(process, None)
        task = asyncio.create_task(process.end())
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    @property
    def pids(self) -> tuple[int, ...]:
        """Of all that live."""
        return tuple(p.pid for p in (*self._busy, *self._idle) if p.alive)

    async def close(self) -> None:
        for timer in self._idle.values():
            timer.cancel()
        for process in (*self._idle, *self._busy):
            await process.end()
        self._idle.clear()
