"""The first process of an instance: state folder, bus server, other processes, the ready line, the end."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import signal
import socket
import sys
import webbrowser
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import structlog

from tocsin.bus.accounts import connect
from tocsin.bus.device_users import add_devices
from tocsin.bus.edges import marks_with
from tocsin.bus.nats_server import GIB, EdgePort, NatsServer
from tocsin.bus.permissions import KEEPER
from tocsin.bus.processes import hold_port, let_listen
from tocsin.bus.retention import Trimmer, kept_for
from tocsin.kernel.clock import WallClock, iso
from tocsin.kernel.errors import Misconfigured, TocsinError, Unavailable
from tocsin.observe import logs
from tocsin.observe.lifeline import tie_to_parent
from tocsin.settings import Settings, load
from tocsin.supervisor import Program, Supervisor

log = structlog.get_logger(__name__)

#: Layout of the state folder; a folder of a higher one is refused.
LAYOUT = 1
PROCESSES = ("stages", "lake", "runner", "door")
#: The demonstration's city is known to us by the name of its module only: nobody imports it.
CITY = "tocsin.simulate"
DEMO_CITY = {
    "TOCSIN_CITY_NAME": "Helsinki",
    "TOCSIN_CITY_ZONE": "Europe/Helsinki",
    "TOCSIN_CITY_PLACE": "24.9437,60.1713",
}
_READY_WITHIN_S = 120.0
#: whoever only starts slowly is over it by then
_ILL_FOR_S = 5.0
#: whose commits let a stream be trimmed, by the name in their health (live keeps nothing: it loads anew)
COMMITTED_BY = {
    "MQTT": ("ingest.mqtt",),
    "RAW": ("normalise",),
    "OBS": ("context", "lake", "runner"),
    "FINDING": ("alerts",),
    "EDGE": ("edges",),
    "SHOT": ("shots",),
    "ALERT": ("incidents", "correlation"),
    "ADVICE": ("advisors", "advice"),
}
#: of the live realm alone: no other sends messages
LIVE_TOO = {"ALERT": ("notify",)}


@dataclass(frozen=True, slots=True)
class Recording:
    """Recorded files, each with its mapping, played as one day; ``speed`` 0: as fast as they are taken."""

    files: Sequence[tuple[Path, Path]]
    speed: float = 0.0
    loop: bool = False
    now: bool = False


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the person who starts an instance asked for."""

    state: Path
    realm: str
    port: int | None = None
    headless: bool = False
    demo_seed: int | None = None
    recording: Recording | None = None


def supervise(wishes: Wishes) -> None:
    """Run an instance until SIGTERM or SIGINT. Raises ``Misconfigured`` before anything was started."""
    state = wishes.state.resolve()
    if wishes.headless or wishes.demo_seed is not None:
        tie_to_parent()
    own(state)
    if wishes.demo_seed is not None:
        for name, value in DEMO_CITY.items():
            os.environ.setdefault(name, value)
    settings = load(state, {"http.port": wishes.port} if wishes.port is not None else None)
    logs.configure("supervisor", level=settings.observe.log_level, form="json", folder=state / "logs")
    asyncio.run(_Instance(wishes, state, settings).run())


def own(state: Path) -> None:
    """The state folder exists, is private and of our layout. The bus server's keeper locks it.

    Raises ``Misconfigured``: it cannot be used, or a newer Tocsin made it.
    """
    try:
        (state / "run").mkdir(parents=True, exist_ok=True, mode=0o700)
        mark = state / "layout"
        if not mark.exists():  # whole or not at all: an empty one would be taken for a stranger's
            draft = state / "run" / "layout.new"
            draft.write_text(f"{LAYOUT}\n")
            draft.replace(mark)
        found = mark.read_text().strip()
    except OSError as error:
        raise Misconfigured(
            f"state folder cannot be used: {error.strerror}",
            field="state",
            value=state,
            cure="make room and give us rights there, or give another --state",
        ) from error
    if not found.isdigit() or int(found) > LAYOUT:
        raise Misconfigured(
            "state folder was made by a newer Tocsin",
            field="layout",
            value=found,
            cure=f"update Tocsin, or give another --state; this version writes layout {LAYOUT}",
        )


async def keep_bus(server: NatsServer, family: Supervisor) -> None:
    """Start the bus server again whenever it ends; everyone finds it at its old ports."""
    while True:
        code = await server.wait()
        family.note("nats", None)
        log.warning("bus_server_ended", code=code)
        try:
            await server.start()
        except (TocsinError, OSError) as error:  # OSError: a full disk; there may be room later
            log.error("bus_server_does_not_start", reason=str(error))
            await asyncio.sleep(1.0)
        if server.pid is not None:
            family.note("nats", server.pid)


def _take_port(host: str, port: int) -> socket.socket:
    """Hold the port, a free one for 0, until we end: the door listens there later, and again after a restart.

    Raises ``Misconfigured``.
    """
    try:
        return hold_port(host, port)
    except OSError as error:
        raise Misconfigured(
            f"port cannot be used: {error.strerror}",
            field="port",
            value=f"{host}:{port}",
            cure="end what holds it, or give --port with another (0 takes a free one)",
        ) from error


def _edge_port(realm: str, settings: Settings) -> EdgePort | None:
    """Edges send into the live realm alone."""
    edges = settings.edges
    return EdgePort(edges.host, edges.port, edges.names) if edges.host and realm == "live" else None


class _Instance:
    def __init__(self, wishes: Wishes, state: Path, settings: Settings) -> None:
        self._wishes, self._state, self._settings = wishes, state, settings
        self._held = _take_port(settings.http.host, settings.http.port)
        self._port = let_listen(self._held)
        self._url = f"http://127.0.0.1:{self._port}/"
        # for our children; ours to set: there is one instance a process
        os.environ["TOCSIN_HTTP_PORT"] = str(self._port)
        os.environ.setdefault("MALLOC_ARENA_MAX", "2")  # glibc: threads share arenas, memory goes back

    def _program(self, process: str) -> Program:
        argv = [sys.executable, "-m", "tocsin", "run", process]
        return Program(process, [*argv, "--state", str(self._state), "--realm", self._wishes.realm])

    async def run(self) -> None:
        """Until SIGTERM or SIGINT, which end it in order at any moment, also while it starts."""
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        living, stopping = asyncio.create_task(self._live()), asyncio.create_task(stop.wait())
        await asyncio.wait({living, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        living.cancel()
        try:
            await living
        except asyncio.CancelledError:
            log.info("instance_ended")
        except TocsinError:
            if not stop.is_set():  # else our command was ended by the signal that reached us too
                raise

    async def _live(self) -> None:
        bus = self._settings.bus
        server = NatsServer(
            self._state,
            port=bus.port,
            mqtt_port=bus.mqtt_port,
            host=bus.host,
            realms=(self._wishes.realm,),
            max_store_bytes=bus.store_gb * GIB,
            edges=_edge_port(self._wishes.realm, self._settings),
        )
        family = Supervisor(self._state)
        duties: list[asyncio.Task[None]] = []
        try:
            await self._first_start(server)
            family.note("nats", server.pid)
            duties.append(asyncio.create_task(keep_bus(server, family)))
            duties.append(asyncio.create_task(server.watch_store()))
            devices = await self._city_devices()
            duties.append(asyncio.create_task(self._trim()))
            account = await self._prepare(devices)
            self._tell_demo()
            for name in PROCESSES:
                await family.start(self._program(name))
            await self._ready(account["token"])
            await self._play(family, account, server, devices)
            self._announce(account, family)
            await asyncio.Event().wait()
        finally:
            for task in duties:
                task.cancel()
            await family.stop()
            await server.stop()
            self._held.close()

    async def _first_start(self, server: NatsServer) -> None:
        try:
            await server.start()
        except OSError as error:
            raise Misconfigured(
                f"state folder cannot be written: {error.strerror}",
                field="state",
                value=self._state,
                cure="make room on its disk, or give another --state",
            ) from error

    async def _trim(self) -> None:
        """Let go of messages that every reader with a memory has committed, an hour after it did."""
        bus = await connect(self._state, KEEPER, realm=self._wishes.realm)
        try:
            more = LIVE_TOO if self._wishes.realm == "live" else {}
            required = {stream: (*who, *more.get(stream, ())) for stream, who in COMMITTED_BY.items()}
            kept, marks = kept_for(self._settings), partial(marks_with, self._state)
            await Trimmer(bus, required, kept=kept, marks=marks).run()
        finally:
            await bus.close()

    async def _prepare(self, devices: dict[str, str]) -> dict[str, Any]:
        """Migrate and make the first account in a process of its own: this one stays small."""
        words = ["prepare", "--state", str(self._state), "--realm", self._wishes.realm]
        if self._wishes.demo_seed is not None:
            words += ["--fresh-password", "--demo"]
        account: dict[str, Any] = json.loads(await _answer("tocsin", *words, given=json.dumps(devices)))
        return account

    def _tell_demo(self) -> None:
        """A demonstration is known as one before its city has begun to tell the tour."""
        told = self._state / "run" / "demo.json"
        if self._wishes.demo_seed is None or told.exists():
            return
        words = {
            "seed": self._wishes.demo_seed,
            "title": "",
            "acts": [],
            "started_at": iso(WallClock().now()),
        }
        draft = told.with_suffix(".new")
        draft.write_text(json.dumps(words))
        draft.replace(told)

    async def _city_devices(self) -> dict[str, str]:
        """Ids and titles of the simulated devices that speak MQTT; none without a demonstration."""
        if self._wishes.demo_seed is None:
            return {}
        devices: dict[str, str] = json.loads(await _answer(CITY, "--devices"))
        return devices

    async def _ready(self, token: str) -> None:
        """Until all stages work; or some say what ails them (a tool that is broken), and still do after a
        while.
        """
        clock = asyncio.get_running_loop().time
        deadline, ill_since = clock() + _READY_WITHIN_S, float("inf")
        while clock() < deadline:
            state = await asyncio.to_thread(self._ask_state, token)
            if state == "working":
                return
            ill_since = min(ill_since, clock()) if state == "degraded" else float("inf")
            if clock() - ill_since > _ILL_FOR_S:
                log.warning("ready_but_degraded")
                return
            await asyncio.sleep(0.1)
        raise Unavailable(
            f"not ready within {_READY_WITHIN_S:.0f} s", cure=f"read the logs in {self._state / 'logs'}"
        )

    def _ask_state(self, token: str) -> str | None:
        door = http.client.HTTPConnection("127.0.0.1", self._port, timeout=2)
        try:
            door.request("GET", "/api/v1/status", headers={"Authorization": f"Bearer {token}"})
            return str(json.load(door.getresponse())["state"])
        except (OSError, http.client.HTTPException, ValueError, KeyError):
            return None
        finally:
            door.close()

    async def _play(
        self, family: Supervisor, account: dict[str, Any], server: NatsServer, devices: dict[str, str]
    ) -> None:
        """Start what this city lives on: simulated devices, or recordings."""
        here = {"url": self._url, "token": account["token"], "state": str(self._state)}
        if self._wishes.demo_seed is not None:
            words = here | {
                "seed": self._wishes.demo_seed,
                "parent": os.getpid(),
                "mqtt": [server.host, server.mqtt_port],
                "devices": await add_devices(self._state, list(devices)),
            }
            await family.start(Program("city", [sys.executable, "-m", CITY], stdin=json.dumps(words)))
        recording = self._wishes.recording
        if recording is not None:
            words = here | {
                "files": [[str(path.resolve()) for path in pair] for pair in recording.files],
                "speed": recording.speed,
                "loop": recording.loop,
                "now": recording.now,
            }
            argv = [sys.executable, "-m", "tocsin", "run", "replay", "--state", str(self._state)]
            await family.start(Program("replay", argv, stdin=json.dumps(words), once=True))

    def _rooms(self, account: dict[str, Any]) -> list[dict[str, str]]:
        """The other rooms of a demonstration, each with a link of its own."""
        return [{**room, "url": f"http://{room['host']}:{self._port}/"} for room in account.get("rooms", [])]

    def _announce(self, account: dict[str, Any], family: Supervisor) -> None:
        if self._wishes.headless:
            line = {
                "url": self._url,
                "user": account["user"],
                "password": account["password"],
                "token": account["token"],
                "processes": family.processes,
                "rooms": self._rooms(account),
            }
            print(json.dumps(line), flush=True)
            return
        print(f"\n  Tocsin is running: {self._url}\n  user      {account['user']}")
        if account["password"]:
            print(f"  password  {account['password']}   (shown once)")
        else:
            print("  password  as set; lost it? tocsin user password " + account["user"])
        for room in self._rooms(account):
            print(f"\n  {room['title']}: {room['url']}\n  user      {room['user']}")
            print(f"  password  {room['password']}   (shown once)")
        print(f"\n  state     {self._state}\n\n  Ctrl-C ends it.\n", flush=True)
        webbrowser.open(self._url)


async def _answer(module: str, *words: str, given: str = "") -> str:
    """Standard output of one of our own commands. Raises ``Misconfigured`` with what it complained of."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        *words,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, err = await child.communicate(given.encode())
    except asyncio.CancelledError:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()
        raise
    if child.returncode:
        raise Misconfigured(err.decode(errors="replace").strip().removeprefix("tocsin: ")[-2000:])
    return out.decode()
