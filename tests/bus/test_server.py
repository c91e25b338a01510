"""The server's life: private, found again, never orphaned, clear about ports and folders."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tocsin.bus.accounts import Credentials, connect, load_credentials
from tocsin.bus.nats_driver import NatsBus
from tocsin.bus.nats_server import NatsServer
from tocsin.bus.processes import command_line
from tocsin.kernel.errors import Forbidden, Misconfigured, TooLarge, Unavailable
from tocsin.kernel.ports import Outgoing

pytestmark = pytest.mark.real


async def test_files_are_private_and_no_password_is_in_the_configuration(
    server: NatsServer, tmp_path: Path
) -> None:
    password = await server.add_device("K-01")
    config = (tmp_path / "nats" / "nats.conf").read_text()
    assert password not in config
    assert load_credentials(tmp_path, "door").password not in config
    assert 'host: "127.0.0.1"' in config
    for name in ("nats.conf", "devices.json", "plan.json", "credentials/live.door.json"):
        mode = stat.S_IMODE((tmp_path / "nats" / name).stat().st_mode)
        assert mode == 0o600, name


async def test_a_role_may_do_its_own_work_only(server: NatsServer, tmp_path: Path) -> None:
    door, lake = await connect(tmp_path, "door"), await connect(tmp_path, "lake")
    assert await door.publish(Outgoing("raw.http", b"1")) == 1
    with pytest.raises(Forbidden, match="may not publish"):
        await lake.publish(Outgoing("raw.http", b"2"))
    with pytest.raises(Forbidden):
        await door.publish(Outgoing("obs.src.http", b"2"))
    with pytest.raises(Forbidden):
        await lake.publish(Outgoing("obs.api.ngsi-ld", b"2"))
    with pytest.raises(Forbidden):
        await door.trim("RAW", 1)
    stages = await connect(tmp_path, "stages")
    await stages.publish_many([Outgoing("obs.src.http", str(n).encode()) for n in range(3)])
    assert await door.publish(Outgoing("obs.api.ngsi-ld", b"3")) == 4
    async with asyncio.timeout(10), lake.read("OBS", after=0, subjects=["obs.src.>"]) as batches:
        assert [m.data for m in await anext(batches)] == [b"0", b"1", b"2"]
    assert (await stages.last("RAW", "raw.http")).data == b"1"  # type: ignore[union-attr]
    await asyncio.gather(door.close(), lake.close(), stages.close())


async def test_only_those_named_ask_and_answer(server: NatsServer, tmp_path: Path) -> None:
    async def how(data: bytes) -> bytes:
        return data[::-1]

    door, lake, runner = [await connect(tmp_path, role) for role in ("door", "lake", "runner")]
    async with asyncio.timeout(10), lake.answer("ask.history", how):
        assert await door.ask("ask.history", b"abc") == b"cba"
        with pytest.raises(Forbidden):
            await runner.ask("ask.history", b"abc")
    await asyncio.gather(door.close(), lake.close(), runner.close())


async def test_no_entry_without_the_password(server: NatsServer, tmp_path: Path) -> None:
    good = load_credentials(tmp_path, "door")
    bad = Credentials(good.url, good.user, "wrong", good.realm, good.role)
    with pytest.raises(Misconfigured, match="refuses these credentials"):
        await NatsBus.connect(bad, timeout_s=5)


async def test_no_server_and_no_credentials(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="no credentials"):
        await connect(tmp_path, "door")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"nats://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(Unavailable):
            await NatsBus.connect(Credentials(url, "u", "p", "live", "door"), timeout_s=0.5)


async def test_too_large_a_message_is_refused(server: NatsServer, tmp_path: Path) -> None:
    door = await connect(tmp_path, "door")
    with pytest.raises(TooLarge):
        await door.publish(Outgoing("raw.http", b"x" * (9 * 1024 * 1024)))
    assert await door.publish(Outgoing("raw.http", b"x" * (7 * 1024 * 1024))) == 1
    await door.close()


@pytest.mark.parametrize("field", ["nats_port", "mqtt_port"])
async def test_a_taken_port_is_named(tmp_path: Path, field: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        server = NatsServer(tmp_path, **{"port" if field == "nats_port" else field: port})
        with pytest.raises(Misconfigured, match=str(port)) as refused:
            await server.start()
        await server.stop()
    assert refused.value.field == field
    assert refused.value.cure


async def test_ports_and_data_are_the_same_after_a_restart(tmp_path: Path) -> None:
    first = NatsServer(tmp_path)
    await first.start()
    ports = first.port, first.mqtt_port
    bus = await connect(tmp_path, "door")
    await bus.publish(Outgoing("raw.http", b"1"))
    await bus.close()
    await first.stop()
    second = NatsServer(tmp_path)
    await second.start()
    assert (second.port, second.mqtt_port) == ports
    bus = await connect(tmp_path, "door")
    assert (await bus.info("RAW")).last == 1
    await bus.close()
    await second.stop()


async def test_a_folder_has_one_keeper(server: NatsServer, tmp_path: Path) -> None:
    second = NatsServer(tmp_path)
    with pytest.raises(Misconfigured, match="uses this state folder"):
        await second.start()
    await second.stop()
    assert server.pid is not None


async def test_a_leftover_is_stopped_and_a_stranger_is_not(tmp_path: Path) -> None:
    first = NatsServer(tmp_path)
    await first.start()
    pid = first.pid
    assert pid is not None
    first._let_go()  # as if its keeper had died without the kernel's signal
    second = NatsServer(tmp_path)
    await second.start()
    assert second.pid != pid
    assert await first.wait() is not None
    await second.stop()
    (tmp_path / "nats" / "nats.pid").write_text(str(os.getpid()))
    third = NatsServer(tmp_path)
    await third.start()  # would have ended this test
    await third.stop()


async def test_the_server_ends_with_its_keeper(tmp_path: Path) -> None:
    code = (
        "import asyncio, sys, pathlib\n"
        "from tocsin.bus.nats_server import NatsServer\n"
        "async def main():\n"
        "    s = NatsServer(pathlib.Path(sys.argv[1])); await s.start(); print(s.pid, flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    keeper = subprocess.Popen(  # noqa: ASYNC220
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert keeper.stdout is not None
    pid = 0
    for line in keeper.stdout:  # log lines come first
        if line.strip().isdigit():
            pid = int(line)
            break
    assert command_line(pid)
    keeper.send_signal(signal.SIGKILL)
    keeper.wait(10)
    keeper.stdout.close()
    until = time.monotonic() + 10
    while command_line(pid) and time.monotonic() < until:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    assert command_line(pid) is None
