"""The runner: hosts the light tools together, or one heavy tool alone. A tool that fails, fails alone."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import structlog

from tocsin.kernel.errors import Unavailable
from tocsin.kernel.ports import Bus, Health
from tocsin.runner.decoded import Decoded
from tocsin.runner.host import STREAM, Host
from tocsin.runner.wall import broken_status, status
from tocsin.runner.watchdog import Watchdog
from tocsin.sdk.discover import Discovered

log = structlog.get_logger(__name__)


class Runner:
    """``directory``: snapshots and strikes, one folder a tool. ``params``: folder of ``<id>.toml``.
    ``city``: facts of the place (``timezone``), given to every tool that has a parameter of that name.

    ``only``: host these alone (a heavy tool's own process); otherwise all that are not heavy.
    ``hard_limit_s``: wall seconds after which a call counts as hung and the process ends with code 70;
    ``own_process``: also watch for hangs in C code, and let ``end`` end the process.
    """

    def __init__(
        self,
        bus: Bus,
        tools: Discovered,
        *,
        directory: Path,
        params: Path | None = None,
        city: Mapping[str, object] | None = None,
        only: Sequence[str] = (),
        hard_limit_s: float = 10.0,
        snapshot_s: float = 15.0,
        own_process: bool = True,
        end: Callable[[int], object] = os._exit,
    ) -> None:
        self.name = "runner" if not only else "runner." + "-".join(only)
        self._bus, self._directory, self._only = bus, directory, only
        marks = directory / "_watch" / self.name
        self._watchdog = Watchdog(marks, hard_limit_s, native=own_process, end=end)
        decoded = Decoded()
        self._hosts = [
            Host(
                folder,
                bus,
                decoded,
                self._watchdog,
                directory=directory / folder.id,
                params_file=params / f"{folder.id}.toml" if params else None,
                city=city or {},
                snapshot_s=snapshot_s,
            )
            for folder in tools.tools
            if folder.manifest.detects and (folder.id in only if only else not folder.manifest.heavy)
        ]
        self._broken = [broken_status(b) for b in tools.broken if not only or b.id in only]
        self._last = 0

    @property
    def tools(self) -> tuple[str, ...]:
        return tuple(h.id for h in self._hosts)

    async def run(self) -> None:
        self._blame()
        self._watchdog.start()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._look_around())
                for host in self._hosts:
                    group.create_task(host.run())
        finally:
            self._watchdog.stop()

    def restart(self, tool: str) -> None:
        """Bring a tool back into service. From other processes: ``strikes.ask_restart``."""
        for host in self._hosts:
            if host.id == tool:
                host.restart()

    def _blame(self) -> None:
        """The tool that the last process died in is held off; the others start at once."""
        for host in self._hosts:
            if host.id == self._watchdog.suspect:
                first = self._watchdog.trace.splitlines()[0]
                host.strikes.strike(f"hung: {first}", host.strikes.last_seq, time.time())
                host.restarts += 1
                log.error(
                    "tool_hung", tool=host.id, strikes=host.strikes.count, trace=self._watchdog.trace[-4000:]
                )

    async def _look_around(self) -> None:
        """About every second: sign of life, the log's end, restarts that a person asked for."""
        while True:
            self._watchdog.beat()
            for host in self._hosts:
                if host.strikes.restart_asked():
                    log.info("tool_restart_asked", tool=host.id)
                    host.restart()
            try:
                self._last = (await self._bus.info(STREAM)).last
            except Unavailable as error:
                log.warning("log_end_unknown", reason=str(error))
            await asyncio.sleep(1.0)

    def health(self) -> Health:
        statuses = [status(h, self._last) for h in self._hosts] + self._broken
        bad = [s for s in statuses if s.state in ("degraded", "out of service")]
        words = f"{len(statuses) - len(bad)} of {len(statuses)} tools working"
        if bad:
            words += "; " + "; ".join(f"{s.id}: {s.state}" for s in bad)
        # a tool out of service holds nothing back: its log is not kept for it
        held = [h.position for h in self._hosts if not h.out]
        return Health(
            name=self.name,
            state="degraded" if bad else "working",
            words=words,
            position={STREAM: min(held)} if held else {},
            figures={
                f"{h.id}.{k}": v
                for h in self._hosts
                for k, v in (
                    ("restarts", float(h.restarts)),
                    ("findings", float(h.feeder.episodes.told if h.feeder else 0)),
                    ("snapshot_ms", round(h.snapshot_ms, 2)),
                    ("snapshot_bytes", float(h.snapshot_bytes)),
                    ("waiting", float(h.feeder.waiting if h.feeder else 0)),
                    ("flooded", float(h.feeder.episodes.flooded if h.feeder else 0)),
                )
            },
            detail={"tools": statuses},
        )
