"""The status board: what every process, stage and tool last said of itself, and who fell silent."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import msgspec
import structlog

from tocsin.api.edges import EDGES, edges_of
from tocsin.api.schemas import (
    CityPlace,
    Demo,
    EdgeStatus,
    LiveFigures,
    MqttAddress,
    StageState,
    StageStatus,
    Status,
    StreamStatus,
)
from tocsin.bus.codec import decode
from tocsin.kernel.clock import Clock
from tocsin.kernel.errors import TocsinError
from tocsin.kernel.geo import Point
from tocsin.kernel.ports import Bus, Health
from tocsin.kernel.subjects import STATUS, STREAMS
from tocsin.sdk.status import ToolStatus

_log = structlog.get_logger(__name__)

#: announcements come once a second; a lost process must show within 2 s
SILENT_S = 1.7
_LOOK_S = 0.2
_STREAMS_S = 1.0
#: worst first
_STATES: tuple[StageState, ...] = ("out of service", "silent", "degraded", "working")


class Figures(Protocol):
    def live_figures(self) -> LiveFigures: ...


@dataclass(slots=True)
class _Heard:
    health: Health
    at: datetime
    monotonic: float
    silent: bool = False


class Board:
    """A stage of the door. ``expected``: stages that must speak; one never heard is silent too.

    ``processes`` answers name -> pid as they are now, ``demo`` what a running demonstration says; both are
    asked about once a second, off the event loop, and may read a file.
    """

    name = "board"

    def __init__(
        self,
        bus: Bus,
        clock: Clock,
        figures: Figures,
        *,
        realm: str,
        version: str,
        city: str = "",
        zone: str = "UTC",
        expected: tuple[str, ...] = (),
        mqtt: tuple[str, int] | None = None,
        processes: Callable[[], Mapping[str, int]] = dict,
        demo: Callable[[], Mapping[str, Any] | None] = lambda: None,
        place: Point | None = None,
    ) -> None:
        self._bus = bus
        self._clock = clock
        self._figures = figures
        self._realm = realm
        self._version = version
        self._city, self._zone = city, zone
        self.place = place
        self._expected = expected
        self._mqtt = MqttAddress(*mqtt) if mqtt else None
        self._ask_processes = processes
        self._ask_demo = demo
        self._started_at = clock.now()
        self._heard: dict[str, _Heard] = {}
        self._tools: dict[str, tuple[str, ToolStatus]] = {}
        self._edges: list[EdgeStatus] = []
        self._streams: dict[str, StreamStatus] = {}
        self._processes: dict[str, int] = {}
        self._demo: Demo | None = None
        self._trouble = ""
        self._revision = 0
        self._shown: object = None

    def health(self) -> Health:
        return Health(self.name, "degraded" if self._trouble else "working", self._trouble)

    # what is shown

    def revision(self) -> int:
        return self._revision

    def status(self) -> Status:
        stages = self._stages()
        tools = [msgspec.structs.replace(tool, guide_md="", panels=(), params={}) for tool in self.tools()]
        return Status(
            realm=self._realm,
            version=self._version,
            started_at=self._started_at,
            now=self._clock.now(),
            state=_overall(stages, tools),
            stages=stages,
            tools=tools,
            processes=self._processes,
            streams=self._streams,
            mqtt=self._mqtt,
            demo=self._demo,
            live=self._figures.live_figures(),
            city=self._city,
            zone=self._zone,
            place=CityPlace(self.place.lon, self.place.lat) if self.place else None,
            edges=self.edges(),
        )

    def status_json(self) -> bytes:
        return msgspec.json.encode(self.status())

    def tools(self) -> list[ToolStatus]:
        """In order of id; a tool whose host is silent is silent too."""
        return [
            msgspec.structs.replace(tool, state="silent", words=f"its host {host} is silent")
            if host not in self._heard or self._heard[host].silent
            else tool
            for _, (host, tool) in sorted(self._tools.items())
        ]

    def edges(self) -> list[EdgeStatus]:
        """In order of name; as they were last heard, while the stage that hears them is silent."""
        heard = self._heard.get(EDGES)
        if heard is not None and not heard.silent:
            return list(self._edges)
        words = f"stage {EDGES} is silent"
        return [msgspec.structs.replace(edge, state="silent", words=words) for edge in self._edges]

    def _stages(self) -> list[StageStatus]:
        names = sorted({*self._heard, *self._expected})
        return [self._stage(name, self._heard.get(name)) for name in names]

    def _stage(self, name: str, heard: _Heard | None) -> StageStatus:
        if heard is None:
            return StageStatus(name, "silent", "not heard of yet", {}, {}, {}, None)
        health = heard.health
        lag = {
            stream: max(0, self._streams[stream].last - position)
            for stream, position in health.position.items()
            if stream in self._streams
        }
        # a host of tools states what may be forgotten, two snapshots back; its tools say how far they are
        hosted = [tool.lag_items for host, tool in self._tools.values() if host == name]
        if hosted:
            lag = dict.fromkeys(lag, max(hosted))
        state, words = health.state, health.words
        if heard.silent:
            state, words = "silent", f"not heard since {heard.at:%H:%M:%S} UTC"
        return StageStatus(name, state, words, health.position, lag, health.figures, heard.at)

    # keeping it

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._listen())
            tasks.create_task(self._watch_silence())
            tasks.create_task(self._watch_house())

    async def _listen(self) -> None:
        while True:
            try:
                async with self._bus.listen(STATUS) as messages:
                    async for message in messages:
                        self._hear(message.data)
            except TocsinError as error:
                _log.warning("board_deaf", reason=str(error))
            await asyncio.sleep(_LOOK_S)

    def _hear(self, data: bytes) -> None:
        try:
            health = decode(data, Health)
        except TocsinError as error:
            _log.warning("health_unreadable", reason=str(error))
            return
        self._heard[health.name] = _Heard(health, self._clock.now(), time.monotonic())
        told = health.detail.get("tools")
        if told is not None:
            self._hear_tools(health.name, told)
        if health.name == EDGES:
            self._edges = edges_of(health)
        self._changed()

    def _hear_tools(self, host: str, told: object) -> None:
        try:
            tools = msgspec.convert(told, list[ToolStatus], strict=False)
        except msgspec.ValidationError as error:
            _log.warning("tools_unreadable", host=host, reason=str(error))
            return
        kept = {name: row for name, row in self._tools.items() if row[0] != host}
        self._tools = {**kept, **{tool.id: (host, tool) for tool in tools}}

    async def _watch_silence(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_S)
            latest = time.monotonic() - SILENT_S
            for heard in self._heard.values():
                heard.silent = heard.monotonic < latest
            self._changed()

    async def _watch_house(self) -> None:
        while True:
            try:
                for name in STREAMS:
                    info = await self._bus.info(name)
                    self._streams[name] = StreamStatus(info.first, info.last, info.messages, info.bytes)
                self._trouble = ""
            except TocsinError as error:
                self._trouble = error.message
            processes = dict(await asyncio.to_thread(self._ask_processes))
            told = await asyncio.to_thread(self._ask_demo)
            # shown and counted at once: nobody sees what has no number yet
            self._processes = processes
            try:
                self._demo = None if told is None else msgspec.convert(told, Demo, strict=False)
            except msgspec.ValidationError as error:
                _log.warning("demo_unreadable", reason=str(error))
            self._changed()
            await asyncio.sleep(_STREAMS_S)

    def _changed(self) -> None:
        """Figures move all the time; a new state, word, process or act is news."""
        shown = (
            tuple((name, heard.silent, heard.health.state) for name, heard in sorted(self._heard.items())),
            tuple((name, row[1].state, row[1].words) for name, row in sorted(self._tools.items())),
            tuple(sorted(self._processes.items())),
            self._demo,
            tuple((edge.id, edge.state, edge.words, edge.waiting) for edge in self.edges()),
        )
        if shown != self._shown:
            self._shown = shown
            self._revision += 1


def _overall(stages: Sequence[StageStatus], tools: Sequence[ToolStatus]) -> StageState:
    """The worst of the stages; a tool that does not work leaves the house standing, degraded."""
    worst = min((_STATES.index(_known(stage.state)) for stage in stages), default=_STATES.index("working"))
    ill = any(tool.state != "working" for tool in tools)
    return "degraded" if ill and _STATES[worst] == "working" else _STATES[worst]


def _known(state: str) -> StageState:
    """A word that this version does not know is not taken for health."""
    for known in _STATES:
        if known == state:
            return known
    return "degraded"
