"""Runs stages in one process: announces their health, ends them cleanly, lets the process die of a defect."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import structlog
import uvloop

from tocsin.bus.accounts import connect
from tocsin.bus.codec import encode
from tocsin.bus.permissions import KEEPER
from tocsin.kernel.clock import Clock, FileClock, WallClock
from tocsin.kernel.errors import Misconfigured, TocsinError, Unavailable
from tocsin.kernel.ports import Bus, Health, Stage
from tocsin.kernel.subjects import STREAMS, token
from tocsin.observe import logs
from tocsin.observe.lifeline import tie_to_parent
from tocsin.observe.memory import give_back, settle_in
from tocsin.settings import Settings, load

log = structlog.get_logger(__name__)

ANNOUNCE_S = 0.5
#: how often freed memory goes back to the system
TIDY_S = 30.0
#: how long a process may take to put its things away after SIGTERM
_FAREWELL_S = 6.0
#: between two looks for a bus that is being made
_WAIT_S = 0.5


@dataclass(frozen=True, slots=True)
class Place:
    """Where a process finds itself: state folder, realm, settings."""

    state: Path
    realm: str
    settings: Settings

    @property
    def live(self) -> bool:
        return self.realm == "live"

    def clock(self) -> Clock:
        """``live`` the wall, every other realm its files'."""
        return WallClock() if self.live else FileClock()

    async def bus(self, role: str) -> Bus:
        """Of our own server, or of a cluster, whose streams the keeper makes: others wait for them."""
        if self.settings.bus.servers and self.settings.edges.host:
            raise Misconfigured(
                "edges connect to a server that is started with the city, not to a cluster",
                field="edges.host",
                value=self.settings.edges.host,
                cure="leave it empty, or leave bus.servers empty",
            )
        bus = await connect(self.state, role, realm=self.realm, servers=self.settings.bus)
        while self.settings.bus.servers and role != KEEPER and not await _made(bus):  # noqa: ASYNC110
            await asyncio.sleep(_WAIT_S)
        return bus


async def _made(bus: Bus) -> bool:
    try:
        await bus.info(STREAMS[-1])
    except (Misconfigured, Unavailable) as error:
        log.info("bus_not_made_yet", reason=str(error))
        return False
    return True


Compose = Callable[[Place, Bus], Awaitable["House"]]


@dataclass(frozen=True, slots=True)
class House:
    """The stages of a process and how to put away what they stood on."""

    stages: Sequence[Stage]
    close: Callable[[], Awaitable[None] | None] = lambda: None


def host(process: str, state: Path, realm: str, compose: Compose) -> None:
    """Compose and run one process until SIGTERM. A stage that fails takes the process down, loudly:
    the supervisor starts it anew, and it goes on from what it had committed."""
    tie_to_parent()
    settings = load(state)
    logs.configure(
        process, level=settings.observe.log_level, form=settings.observe.log_format, folder=state / "logs"
    )
    with suppress(asyncio.CancelledError), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_host(process, Place(state.resolve(), realm, settings), compose))


async def _host(process: str, place: Place, compose: Compose) -> None:
    running = asyncio.current_task()
    assert running is not None
    loop = asyncio.get_running_loop()

    def farewell() -> None:
        running.cancel()
        loop.call_later(_FAREWELL_S, os._exit, 1)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, farewell)
    bus = await place.bus(process)
    house = await compose(place, bus)
    settle_in()
    log.info("process_ready", pid=os.getpid(), stages=[stage.name for stage in house.stages])
    try:
        async with asyncio.TaskGroup() as group:
            for stage in house.stages:
                group.create_task(stage.run(), name=stage.name)
            group.create_task(_announce(bus, house.stages), name="announce")
            group.create_task(_tidy(), name="tidy")
    except* Exception as errors:
        for error in errors.exceptions:
            log.error("stage_failed", error=repr(error), exc_info=error)
        raise
    finally:
        closing = house.close()
        if closing is not None:
            await closing
        await bus.close()


async def _announce(bus: Bus, stages: Sequence[Stage]) -> None:
    while True:
        for stage in stages:
            health: Health = stage.health()
            with suppress(TocsinError):  # nobody hears us without a bus; silence is what shows then
                await bus.announce(f"status.{token(health.name)}", encode(health))
        await asyncio.sleep(ANNOUNCE_S)


async def _tidy() -> None:
    while True:
        await asyncio.sleep(TIDY_S)
        await asyncio.to_thread(give_back)
