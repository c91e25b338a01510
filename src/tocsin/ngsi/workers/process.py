"""One worker, as the door holds it: started, given tasks, ended."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress

import msgspec

from tocsin.db import Database
from tocsin.kernel.surroundings import bare
from tocsin.ngsi.workers.wire import HEAD, Answer, Begin, Task, framed

#: to start Python and import what it needs, on a machine that is busy
_START_S = 30.0
_LIMIT = 2**20
_READ: Callable[[bytes], Answer] = msgspec.msgpack.Decoder(Answer).decode


class Died(Exception):
    """It ended before it answered."""


class WorkerProcess:
    """``do`` one task at a time. After ``Died`` or a cancelled ``do`` it is of no more use: ``end``."""

    def __init__(self, child: asyncio.subprocess.Process) -> None:
        self._child = child

    @classmethod
    async def start(cls, db: Database) -> WorkerProcess:
        """Raises ``Died``."""
        try:
            child = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tocsin.ngsi.workers.worker",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                limit=_LIMIT,
                env=bare() | {"OPENBLAS_NUM_THREADS": "1"},
                close_fds=True,
                start_new_session=True,
            )
        except OSError as error:
            raise Died(f"no process: {error.strerror}") from error
        started = cls(child)
        try:
            async with asyncio.timeout(_START_S):
                await started._answer_to(framed(Begin(db.address, db.name)))
        except TimeoutError:
            await started.end()
            raise Died(f"did not start within {_START_S:g} s") from None
        except BaseException:
            await started.end()
            raise
        return started

    @property
    def pid(self) -> int:
        return self._child.pid

    async def do(self, task: Task) -> Answer:
        """Raises ``Died``."""
        return await self._answer_to(framed(task))

    async def _answer_to(self, frame: bytes) -> Answer:
        given, told = self._child.stdin, self._child.stdout
        assert given is not None
        assert told is not None
        try:
            given.write(frame)
            length = int.from_bytes(await told.readexactly(HEAD), "big")
            return _READ(await told.readexactly(length))
        except (asyncio.IncompleteReadError, OSError, RuntimeError, msgspec.DecodeError) as error:
            raise Died(f"its process ended ({type(error).__name__})") from None

    async def end(self) -> None:
        if self._child.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self._child.pid, signal.SIGKILL)
        await self._child.wait()
