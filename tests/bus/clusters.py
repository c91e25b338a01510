"""Three nodes on this machine, each a process of its own as on a machine of its own."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tocsin.bus.accounts import Credentials, Folder, credentials_for
from tocsin.bus.cluster import Peer, lay_out
from tocsin.bus.nats_driver import NatsBus
from tocsin.settings import Bus

NODES = ("a", "b", "c")


def free_ports(count: int) -> list[int]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


class Cluster:
    """``home``: one state folder a node, and ``city`` with the credentials of the city's processes."""

    def __init__(self, home: Path) -> None:
        self.home, self.city = home, home / "city"
        ports = free_ports(9)
        self.peers = [Peer(name, "127.0.0.1", *ports[3 * at : 3 * at + 3]) for at, name in enumerate(NODES)]
        self.lines = lay_out(home, self.peers)
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def settings(self) -> Bus:
        servers = " ".join(f"nats://127.0.0.1:{peer.port}" for peer in self.peers)
        return Bus(servers=servers, ca_file="nats/tls/ca.pem", replicas=3)

    def credentials(self, role: str) -> Credentials:
        return credentials_for(self.city, role, self.settings)

    async def connect(self, role: str = "keeper") -> NatsBus:
        return await NatsBus.connect(self.credentials(role), timeout_s=30)

    def start(self, name: str) -> None:
        argv = [sys.executable, "-m", "tocsin", "run", "node", "--state", str(self.home / name)]
        with (self.home / f"{name}.stderr").open("ab") as errors:
            self._running[name] = subprocess.Popen(argv, stdout=errors, stderr=errors)

    def kill(self, name: str) -> None:
        """The machine goes: keeper and server at once, with SIGKILL."""
        server = int(Folder(self.home / name).pid.read_text())
        self._running[name].kill()
        os.kill(server, signal.SIGKILL)
        self._running.pop(name).wait(10)

    def stop(self) -> None:
        for process in self._running.values():
            process.terminate()
        for process in self._running.values():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    async def leader(self, bus: NatsBus, stream: str) -> str:
        """The node that leads a stream, once there is one with two followers."""
        end = time.monotonic() + 30
        while time.monotonic() < end:
            info: dict[str, Any] = await bus._link.call(f"STREAM.INFO.{stream}")
            group = info.get("cluster", {})
            if group.get("leader") and all(
                one["current"] for one in group.get("replicas") or [{"current": 0}]
            ):
                return str(group["leader"])
            await asyncio.sleep(0.1)
        raise AssertionError(f"{stream} has no leader: {info}")


@contextmanager
def running(home: Path) -> Iterator[Cluster]:
    cluster = Cluster(home)
    for name in NODES:
        cluster.start(name)
    try:
        yield cluster
    finally:
        cluster.stop()


async def made(cluster: Cluster) -> NatsBus:
    """A keeper's bus, its streams made."""
    from tocsin.kernel.errors import Unavailable

    async with asyncio.timeout(60):
        while True:
            try:
                bus = await cluster.connect()
                break
            except Unavailable:
                await asyncio.sleep(0.1)
        while True:
            try:
                await bus.make_streams()
                return bus
            except Unavailable:
                await asyncio.sleep(0.2)
