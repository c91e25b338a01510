"""One node of a bus cluster: its server, kept running, and the list of devices that may send there."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import msgspec
import structlog

from tocsin.bus.accounts import LIVE, DeviceUser, Folder, connect, write_private
from tocsin.bus.cluster import node_of
from tocsin.bus.device_users import reload
from tocsin.bus.nats_driver import NatsBus
from tocsin.bus.nats_server import GIB, NatsServer
from tocsin.bus.permissions import KEEPER
from tocsin.kernel.errors import Misconfigured, TocsinError
from tocsin.observe import logs
from tocsin.settings import Bus, Settings, load
from tocsin.supervise import keep_bus, own
from tocsin.supervisor import Supervisor

log = structlog.get_logger(__name__)

#: how often a node looks for a newer list of devices
_LOOK_S = 1.0


def run_node(state: Path) -> None:
    """Run a node until SIGTERM or SIGINT. Raises ``Misconfigured`` where this folder is none."""
    state = state.resolve()
    node = node_of(Folder(state))
    if node is None:
        raise Misconfigured(
            "this folder is no node of a cluster",
            field="state",
            value=state,
            cure="tocsin cluster new makes one for each node; give it as --state",
        )
    own(state)
    settings = load(state)
    logs.configure(
        "node", level=settings.observe.log_level, form=settings.observe.log_format, folder=state / "logs"
    )
    os.environ.setdefault("MALLOC_ARENA_MAX", "2")
    asyncio.run(_run(state, settings, tuple(node.users)))


async def _run(state: Path, settings: Settings, realms: tuple[str, ...]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    server = NatsServer(state, realms=realms, max_store_bytes=settings.bus.store_gb * GIB)
    family, duties = Supervisor(state), list[asyncio.Task[None]]()
    try:
        await server.start()
        family.note("nats", server.pid)
        duties += [
            asyncio.create_task(keep_bus(server, family)),
            asyncio.create_task(server.watch_store()),
            asyncio.create_task(_follow(state, server)),
        ]
        await stop.wait()
    finally:
        for task in duties:
            task.cancel()
        await family.stop()
        await server.stop()


async def _follow(state: Path, server: NatsServer) -> None:
    """Let in and shut out devices as the city says. Without a majority of nodes the last list holds."""
    ca = Bus(servers=f"nats://{server.host}:{server.port}", ca_file="nats/tls/ca.pem")
    folder, bus = Folder(state), None
    while True:
        try:
            if bus is None:
                bus = await connect(state, KEEPER, realm=LIVE, servers=ca)
            await _take(folder, bus)
        except (TocsinError, OSError) as error:
            log.info("devices_unknown", reason=str(error)[:200])
        await asyncio.sleep(_LOOK_S)


async def _take(folder: Folder, bus: NatsBus) -> None:
    told = await bus.gate()
    if told is None or (folder.devices.exists() and folder.devices.read_bytes() == told):
        return
    msgspec.json.decode(told, type=list[DeviceUser])
    write_private(folder.devices, told)
    await asyncio.to_thread(reload, folder.state_dir)
    log.info("devices_taken", count=len(msgspec.json.decode(told)))
