"""Keeps the processes of one instance running: starts them in order, restarts them with backoff, ends them.

It knows processes, not stages: what to run is given by ``app.py``. ``<state>/run/processes.json`` always says
who runs as which pid, for the status wall and for whoever wants to test us with kill -9.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from tocsin.observe.lifeline import PARENT

log = structlog.get_logger(__name__)

_FIRST_BACKOFF_S = 0.2
_LONGEST_BACKOFF_S = 15.0
#: a process that lived so long has proved itself: its next restart waits the shortest time again
_PROVEN_S = 30.0


@dataclass(frozen=True, slots=True)
class Program:
    """One child: its name on the status wall, its command, the text it gets on standard input.

    ``once``: it has an end; when it ended well it is not started again.
    """

    name: str
    argv: Sequence[str]
    stdin: str | None = None
    once: bool = False


class Supervisor:
    """Runs programs until ``stop``; each restart is logged and counted.

    Children get a session of their own: a signal to our process group reaches us alone, and we end them in
    order. ``tie_to_parent`` in each child covers our own sudden death.
    """

    def __init__(self, folder: Path, *, grace_s: float = 8.0) -> None:
        self._folder = folder
        self._grace_s = grace_s
        self._pids: dict[str, int] = {"supervisor": os.getpid()}
        self._tasks: list[asyncio.Task[None]] = []
        self._children: dict[str, asyncio.subprocess.Process] = {}
        self._stopping = False
        self._noted = False
        self.restarts: dict[str, int] = {}
        (folder / "run").mkdir(parents=True, exist_ok=True)
        (folder / "logs").mkdir(parents=True, exist_ok=True)

    @property
    def processes(self) -> dict[str, int]:
        return dict(self._pids)

    def note(self, name: str, pid: int | None) -> None:
        """Record a process that somebody else of ours looks after (the bus server)."""
        if pid is None:
            self._pids.pop(name, None)
        else:
            self._pids[name] = pid
        self._noted = True
        path = self._folder / "run" / "processes.json"
        draft = path.with_suffix(".tmp")
        try:
            draft.write_text(json.dumps(self._pids))
            draft.replace(path)
        except OSError as error:  # a full disk must not keep us from starting what has ended
            log.error("processes_not_noted", reason=str(error))

    async def start(self, program: Program) -> None:
        """Start one program and keep it running from now on."""
        started = asyncio.Event()
        self._tasks.append(asyncio.create_task(self._keep(program, started.set), name=program.name))
        await started.wait()

    async def _keep(self, program: Program, started: Callable[[], None]) -> None:
        backoff = _FIRST_BACKOFF_S
        while not self._stopping:
            born = asyncio.get_running_loop().time()
            try:
                code = await self._once(program, started)
            except OSError as error:  # no memory, no file handles, no room: there may be some later
                log.error("process_not_started", program=program.name, reason=str(error))
                code = -1
                started()
            lived = asyncio.get_running_loop().time() - born
            if self._stopping or (program.once and code == 0):
                return
            backoff = _FIRST_BACKOFF_S if lived > _PROVEN_S else backoff
            self.restarts[program.name] = self.restarts.get(program.name, 0) + 1
            log.warning("process ended", program=program.name, code=code, lived_s=round(lived, 1))
            await asyncio.sleep(backoff)
            backoff = min(backoff * 2, _LONGEST_BACKOFF_S)

    async def _once(self, program: Program, started: Callable[[], None]) -> int:
        with (self._folder / "logs" / f"{program.name}.err").open("ab") as errors:
            child = await asyncio.create_subprocess_exec(
                *program.argv,
                stdin=asyncio.subprocess.PIPE if program.stdin is not None else asyncio.subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
                start_new_session=True,
                env={**os.environ, PARENT: str(os.getpid())},
            )
        self._children[program.name] = child
        self.note(program.name, child.pid)
        started()
        if program.stdin is not None and child.stdin is not None:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                child.stdin.write(program.stdin.encode())
                await child.stdin.drain()
            child.stdin.close()
        code = await child.wait()
        self._children.pop(program.name, None)
        self.note(program.name, None)
        return code

    async def stop(self) -> None:
        """End all children, the last started first; who does not go within the grace is killed."""
        self._stopping = True
        for task in reversed(self._tasks):
            child = self._children.get(task.get_name())
            if child is not None:
                with contextlib.suppress(ProcessLookupError):
                    child.send_signal(signal.SIGTERM)
        deadline = asyncio.get_running_loop().time() + self._grace_s
        for task in reversed(self._tasks):
            child = self._children.get(task.get_name())
            if child is not None:
                left = max(0.1, deadline - asyncio.get_running_loop().time())
                try:
                    async with asyncio.timeout(left):
                        await child.wait()
                except TimeoutError:
                    log.error("process did not end in time", program=task.get_name(), pid=child.pid)
                    with contextlib.suppress(ProcessLookupError):
                        child.kill()
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._noted:  # else it is the file of another instance, beside which we were not let in
            (self._folder / "run" / "processes.json").unlink(missing_ok=True)
