"""One advisor's process as its host holds it: started, asked, stopped, killed."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress

import structlog

from tocsin.kernel.errors import Unavailable
from tocsin.kernel.events import Advice
from tocsin.runner.advising.wire import (
    HEAD,
    MOST_BYTES,
    Begin,
    Done,
    FromChild,
    Going,
    Job,
    Ready,
    Stop,
    framed,
    from_child,
)
from tocsin.sdk.discover import ToolFolder

log = structlog.get_logger(__name__)

#: to start Python and import what the tool needs, on a machine that is busy
START_S = 30.0
#: from being told to stop to being killed
GRACE_S = 1.0


class Died(Exception):
    """Its process ended before it answered; the words say how."""


class AdvisorProcess:
    """``ask`` one job at a time. After ``Died``, or once ``end`` was called, it is of no more use."""

    def __init__(self, tool: str, child: asyncio.subprocess.Process) -> None:
        self.tool, self._child = tool, child
        #: the best answer that was told on the way
        self._best: Advice | None = None

    @classmethod
    async def start(cls, folder: ToolFolder, given: Mapping[str, object], where: str) -> AdvisorProcess:
        """Raises ``Unavailable`` (no process), ``Died`` (it cannot start, and why)."""
        try:
            child = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tocsin.runner.advising.worker",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                limit=MOST_BYTES,
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
                close_fds=True,
                start_new_session=True,
            )
        except OSError as error:
            raise Unavailable(
                f"no process for {folder.id}: {error.strerror}", cure="try again later"
            ) from error
        started = cls(folder.id, child)
        try:
            started._send(framed(Begin(str(folder.path), folder.package, dict(given), where)))
            async with asyncio.timeout(START_S):
                first = await started._next()
        except TimeoutError:
            await started.end()
            raise Died(f"did not start within {START_S:g} s") from None
        except BaseException:
            await started.end()
            raise
        if not isinstance(first, Ready):
            await started.end()
            raise Died(first.defect or "cannot start" if isinstance(first, Done) else "cannot start")
        log.info("advisor_started", tool=folder.id, pid=child.pid)
        return started

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def alive(self) -> bool:
        return self._child.returncode is None

    async def ask(self, job: Job, budget_s: float, tell: Callable[[Going], None]) -> Done:
        """The answer, or what there is when ``budget_s`` wall seconds are over.

        Cancelled: the advisor is told to stop, and killed where it does not. Raises ``Died``.
        """
        self._best = None
        self._send(framed(job))
        answering = asyncio.create_task(self._until_done(job.name, tell))
        try:
            done, _ = await asyncio.wait({answering}, timeout=budget_s)
            if not done and not await self._stopped(answering, Stop(job.name, "time")):
                return Done(job.name, self._best, took_s=budget_s)
            return answering.result()
        except asyncio.CancelledError:
            await asyncio.shield(self._stopped(answering, Stop(job.name, "withdrawn")))
            raise

    async def _stopped(self, answering: asyncio.Task[Done], stop: Stop) -> bool:
        """Whether it answered when told to stop; where it did not, it is gone."""
        with suppress(Died):
            self._send(framed(stop))
        done, _ = await asyncio.wait({answering}, timeout=GRACE_S)
        if done and answering.exception() is None:
            return True
        answering.cancel()
        log.warning("advisor_killed", tool=self.tool, pid=self.pid, why=stop.why)
        await self.end()
        return False

    async def _until_done(self, name: str, tell: Callable[[Going], None]) -> Done:
        while True:
            message = await self._next()
            if isinstance(message, Going) and message.name == name:
                self._best = message.best or self._best
                tell(message)
            elif isinstance(message, Done) and message.name == name:
                return message

    async def _next(self) -> FromChild:
        out = self._child.stdout
        assert out is not None
        try:
            length = int.from_bytes(await out.readexactly(HEAD), "big")
            return from_child(await out.readexactly(length))
        except asyncio.IncompleteReadError:
            code = await self._child.wait()
            raise Died(
                f"its process ended by signal {-code}" if code < 0 else f"its process ended with {code}"
            ) from None

    def _send(self, data: bytes) -> None:
        given = self._child.stdin
        assert given is not None
        if self._child.returncode is not None or given.is_closing():
            raise Died("its process has ended")
        given.write(data)

    async def end(self) -> None:
        """Kill it, and what it may have started."""
        if self._child.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self._child.pid, signal.SIGKILL)
        await self._child.wait()
