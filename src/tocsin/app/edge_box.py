"""A box at the edge: its own bus server and two processes, kept running. Small: no console, no lake."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import structlog

from tocsin.bus.accounts import Folder, connect
from tocsin.bus.leaf import Invitation
from tocsin.bus.nats_config import invitation_of
from tocsin.bus.nats_server import GIB, NatsServer, last_words
from tocsin.bus.permissions import EDGE, KEEPER
from tocsin.bus.retention import Trimmer
from tocsin.edge.teller import read_told
from tocsin.kernel.errors import Misconfigured, TocsinError
from tocsin.kernel.subjects import STREAMS
from tocsin.observe import logs
from tocsin.observe.lifeline import tie_to_parent
from tocsin.sdk.discover import discover
from tocsin.settings import Settings, load
from tocsin.supervise import keep_bus, own
from tocsin.supervisor import Program, Supervisor

log = structlog.get_logger(__name__)

_TRIM_S = 5.0


def run_box(state: Path, *, headless: bool = False) -> None:
    """Run a box until SIGTERM or SIGINT. Raises ``Misconfigured`` before anything was started."""
    state = state.resolve()
    if headless:
        tie_to_parent()
    invitation = invitation_of(Folder(state))
    if invitation is None:
        raise Misconfigured(
            "this box knows no centre",
            field="state",
            value=state,
            cure="at the centre: tocsin edge add NAME > NAME.json; here: tocsin edge join NAME.json",
        )
    own(state)
    settings = load(state)
    check_tools(settings)
    logs.configure("supervisor", level=settings.observe.log_level, form="json", folder=state / "logs")
    asyncio.run(_Box(state, settings, invitation, headless=headless).run())


def check_tools(settings: Settings) -> None:
    """Raises ``Misconfigured`` naming a detector that is not here."""
    extra = settings.runner.tools_dir
    known = {tool.id: tool for tool in discover([Path(extra)] if extra else []).tools}
    for name in settings.edge.tools.split():
        if name not in known or known[name].manifest.heavy:
            light = sorted(tool.id for tool in known.values() if not tool.manifest.heavy)
            raise Misconfigured(
                "no such detector for a box",
                field="edge.tools",
                value=name,
                cure=f"some of {' '.join(light)}",
            )


class _Box:
    def __init__(self, state: Path, settings: Settings, invitation: Invitation, *, headless: bool) -> None:
        self._state, self._settings, self._invitation = state, settings, invitation
        self._headless = headless
        self._tools = bool(settings.edge.tools.split())
        os.environ.setdefault("MALLOC_ARENA_MAX", "2")  # glibc: threads share arenas, memory goes back

    async def run(self) -> None:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        living, stopping = asyncio.create_task(self._live()), asyncio.create_task(stop.wait())
        await asyncio.wait({living, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        living.cancel()
        try:
            with suppress(asyncio.CancelledError):
                await living
        except TocsinError:
            if not stop.is_set():
                raise

    async def _live(self) -> None:
        bus = self._settings.bus
        server = NatsServer(
            self._state,
            port=bus.port,
            mqtt_port=bus.mqtt_port,
            host=bus.host,
            max_store_bytes=bus.store_gb * GIB,
            roles=EDGE,
        )
        family, duties = Supervisor(self._state), list[asyncio.Task[None]]()
        try:
            await server.start()
            family.note("nats", server.pid)
            duties.append(asyncio.create_task(keep_bus(server, family)))
            duties.append(asyncio.create_task(server.watch_store()))
            duties.append(asyncio.create_task(self._trim()))
            for name in EDGE if self._tools else EDGE[:1]:
                argv = [sys.executable, "-m", "tocsin", "run", name, "--state", str(self._state)]
                await family.start(Program(name, argv))
            self._announce(server)
            await asyncio.Event().wait()
        finally:
            for task in duties:
                task.cancel()
            await family.stop()
            await server.stop()

    async def _trim(self) -> None:
        """What the centre and every detector have is let go of; nothing else ever is."""
        readers = ("uplink", "runner") if self._tools else ("uplink",)
        required = {
            "MQTT": ("ingest.mqtt",),
            "RAW": ("normalise",),
            "OBS": readers,
            "FINDING": ("uplink",),
            "SHOT": ("uplink",),
        }
        kept = dict.fromkeys(STREAMS, timedelta(seconds=self._settings.edge.keep_s))
        bus = await connect(self._state, KEEPER)
        try:
            await Trimmer(bus, required, kept=kept, every_s=_TRIM_S).run()
        finally:
            await bus.close()

    def _announce(self, server: NatsServer) -> None:
        if self._headless:
            line = {"edge": self._invitation.edge, "mqtt": [server.host, server.mqtt_port]}
            print(json.dumps(line), flush=True)
            return
        print(
            f"\n  Edge {self._invitation.edge} is running; centre: {self._invitation.url}"
            f"\n  devices   mqtt://{server.host}:{server.mqtt_port}"
            f"\n  state     {self._state}\n\n  Ctrl-C ends it. What waits: tocsin edge status\n",
            flush=True,
        )


def status_lines(state: Path) -> list[str]:
    """What waits at this box, for people."""
    told = read_told(state)
    if told is None:
        return ["this box has not run yet"]
    waiting = sum(told.state.waiting.values())
    return [
        f"edge      {told.edge}, as of {told.at}",
        f"centre    {told.fault or 'connected'}",
        *([f"link      {last_words(Folder(state.resolve()).log)}"] if told.fault else []),
        f"waiting   {waiting} messages"
        + (f", the oldest of {told.state.oldest}" if told.state.oldest else ""),
        f"store     {told.state.store_share:.0%} full",
        f"tools     {' '.join(told.state.tools) or 'none'}",
        *(f"ill       {words}" for words in told.state.ill),
    ]
