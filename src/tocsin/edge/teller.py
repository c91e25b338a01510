"""A box says how it is: to its centre, and to whoever stands before it (``run/edge.json``)."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import msgspec
import structlog

from tocsin.bus.codec import decode, encode
from tocsin.edge.parcel import EdgeState
from tocsin.edge.uplink import Uplink
from tocsin.kernel.clock import Clock, iso
from tocsin.kernel.errors import TocsinError, Unavailable
from tocsin.kernel.ports import Bus, Health
from tocsin.kernel.subjects import STATUS, STREAMS

FILE = Path("run") / "edge.json"
EVERY_S = 1.0

log = structlog.get_logger(__name__)


class Hears(Protocol):
    async def tell(self, data: bytes) -> None: ...


class Told(msgspec.Struct, frozen=True):
    """``run/edge.json``. ``fault``: why nothing goes up; empty: it does."""

    edge: str
    at: str
    fault: str
    state: EdgeState


class Teller:
    """Stage. ``processes`` answers name -> pid as they are now; ``store_bytes``: the most that all streams
    may hold."""

    name = "teller"

    def __init__(
        self,
        bus: Bus,
        centre: Hears,
        uplink: Uplink,
        clock: Clock,
        *,
        edge: str,
        state: Path,
        version: str,
        tools: Sequence[str],
        store_bytes: int,
        processes: Callable[[], Mapping[str, int]],
    ) -> None:
        self._bus, self._centre, self._uplink, self._clock = bus, centre, uplink, clock
        self._edge, self._file, self._version = edge, state / FILE, version
        self._tools, self._store_bytes, self._processes = tuple(tools), store_bytes, processes
        self._started_at = iso(clock.now())
        self._healths: dict[str, Health] = {}

    def health(self) -> Health:
        return Health(self.name)

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen())
            group.create_task(self._tell_along())

    async def _listen(self) -> None:
        async with self._bus.listen(STATUS) as messages:
            async for message in messages:
                health = decode(message.data, Health)
                self._healths[health.name] = health

    async def _tell_along(self) -> None:
        while True:
            try:
                state = await self._state()
                told = Told(self._edge, iso(self._clock.now()), self._uplink.fault, state)
                await asyncio.to_thread(self._write, msgspec.json.encode(told))
                await self._centre.tell(encode(state))
            except (TocsinError, OSError) as error:
                log.warning("edge_not_told", reason=str(error))
            await asyncio.sleep(EVERY_S)

    async def _state(self) -> EdgeState:
        try:
            held = sum([(await self._bus.info(stream)).bytes for stream in STREAMS])
        except Unavailable:
            held = 0
        oldest, memory = self._uplink.oldest, await asyncio.to_thread(self._memory_mb)
        ill = [
            f"{health.name}: {health.words or health.state}"
            for health in self._healths.values()
            if health.state != "working" and health.name != self._uplink.name
        ]
        return EdgeState(
            version=self._version,
            waiting=self._uplink.waiting,
            oldest=None if oldest is None else iso(oldest),
            store_share=round(held / self._store_bytes, 4),
            started_at=self._started_at,
            tools=self._tools,
            ill=tuple(sorted(ill)),
            memory_mb=memory,
        )

    def _write(self, data: bytes) -> None:
        draft = self._file.with_suffix(".new")
        draft.write_bytes(data)
        draft.replace(self._file)

    def _memory_mb(self) -> float:
        page = os.sysconf("SC_PAGE_SIZE")
        total = 0
        for pid in self._processes().values():
            try:
                total += int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * page
            except (OSError, IndexError, ValueError):
                continue  # it has just ended, or this is no Linux
        return round(total / 2**20, 1)


def read_told(state: Path) -> Told | None:
    """What a box last said; None where it never ran."""
    try:
        return msgspec.json.decode((state / FILE).read_bytes(), type=Told)
    except FileNotFoundError:
        return None


def processes_of(state: Path) -> dict[str, int]:
    """Name -> pid, as its supervisor notes it."""
    try:
        found: dict[str, int] = json.loads((state / "run" / "processes.json").read_bytes())
    except (OSError, ValueError):
        return {}
    return found
