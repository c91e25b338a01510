"""Device users of a running server: any process of the state folder adds and removes them, without a
restart.
"""

from __future__ import annotations

import asyncio
import fcntl
import signal
import time
from collections.abc import Sequence
from pathlib import Path

from tocsin.bus.accounts import LIVE, Devices, Folder, Plan
from tocsin.bus.nats_config import write
from tocsin.bus.processes import command_line, signal_if_alive
from tocsin.kernel.errors import Misconfigured, Unavailable


async def add_device(state_dir: Path, device: str, *, realm: str = LIVE) -> str:
    """New device user, known to the running server on return; its password (not kept, shown once).

    Raises ``Invalid`` (id), ``Conflict`` (exists), and what ``reload`` raises.
    """

    def add() -> str:
        password = Devices(state_dir).add(device, realm=realm)
        reload(state_dir)
        return password

    return await asyncio.to_thread(add)


async def add_devices(state_dir: Path, devices: Sequence[str], *, realm: str = LIVE) -> dict[str, str]:
    """Several with one reload; those that exist get a new password. Device id -> password."""

    def add() -> dict[str, str]:
        passwords = Devices(state_dir).add_many(list(devices), realm=realm)
        reload(state_dir)
        return passwords

    return await asyncio.to_thread(add)


async def remove_device(state_dir: Path, device: str) -> None:
    """The server cuts the device off; what it sent stays. Raises ``NotFound``, and what ``reload`` raises."""

    def remove() -> None:
        Devices(state_dir).remove(device)
        reload(state_dir)

    await asyncio.to_thread(remove)


def reload(state_dir: Path, *, timeout_s: float = 10.0) -> None:
    """Let the running server take the device users as they are now; nobody else is disconnected. Blocks.

    Without a running server the next start takes them. Raises ``Misconfigured`` where the server refuses its
    configuration, ``Unavailable`` where it does not answer in time.
    """
    folder = Folder(state_dir.resolve())
    plan = Plan.load(folder)
    if plan is None:
        return
    with (folder.root / "reload.lock").open(
        "w"
    ) as lock:  # two reloads at once could not be told apart in the log
        fcntl.flock(lock, fcntl.LOCK_EX)
        write(folder, plan, Devices(state_dir).all().values())
        pid = server_pid(folder)
        seen = folder.log.stat().st_size if folder.log.exists() else 0
        if pid is None or not signal_if_alive(pid, signal.SIGHUP):
            return
        until = time.monotonic() + timeout_s
        while time.monotonic() < until:
            new = _log_since(folder.log, seen)
            if "Reloaded server configuration" in new:
                return
            if "Failed to reload" in new:
                raise Misconfigured(
                    "the bus server refused its configuration",
                    field="nats",
                    value=new[-200:],
                    cure=f"see {folder.log}",
                )
            time.sleep(0.005)
    raise Unavailable("the bus server did not take its new configuration in time", cure=f"see {folder.log}")


def server_pid(folder: Folder) -> int | None:
    """Of the server that runs on this configuration; None: there is none."""
    try:
        pid = int(folder.pid.read_text())
    except (FileNotFoundError, ValueError):
        return None
    return pid if str(folder.config) in (command_line(pid) or "") else None


def _log_since(path: Path, seen: int) -> str:
    with path.open(errors="replace") as file:
        file.seek(seen if path.stat().st_size >= seen else 0)  # smaller: the log was rotated
        return file.read()
