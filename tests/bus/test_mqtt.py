"""Devices at the MQTT gateway, with paho and with Debian's mosquitto_pub."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest

from tocsin.bus.accounts import connect
from tocsin.bus.device_users import add_device, add_devices, remove_device
from tocsin.bus.nats_driver import NatsBus
from tocsin.bus.nats_server import NatsServer
from tocsin.bus.qos0 import AtMostOnce
from tocsin.bus.topics import device_of
from tocsin.kernel.errors import Conflict, Invalid, NotFound
from tocsin.kernel.ports import Message

pytestmark = pytest.mark.real


@contextmanager
def device(server: NatsServer, user: str, password: str) -> Iterator[mqtt.Client]:
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=user, protocol=mqtt.MQTTv311)
    client.username_pw_set(user, password)
    up = threading.Event()
    client.on_connect = lambda *_: up.set()
    client.connect(server.host, server.mqtt_port)
    client.loop_start()
    assert up.wait(5)
    try:
        yield client
    finally:
        client.disconnect()
        client.loop_stop()


async def stored(bus: NatsBus) -> list[Message]:
    last = (await bus.info("MQTT")).last
    got: list[Message] = []
    if last:
        async with asyncio.timeout(10), bus.read("MQTT", after=0) as batches:
            while not got or got[-1].seq < last:
                got += await anext(batches)
    return got


async def mosquitto(server: NatsServer, user: str, password: str, topic: str, *more: str) -> tuple[int, str]:
    if shutil.which("mosquitto_pub") is None:
        pytest.skip("mosquitto_pub is not installed (Debian: mosquitto-clients)")
    process = await asyncio.create_subprocess_exec(
        "mosquitto_pub", "-h", server.host, "-p", str(server.mqtt_port), "-i", user, "-u", user,
        "-P", password, "-t", topic, "-d", *more,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await asyncio.wait_for(process.communicate(), 10)
    return process.returncode or 0, said.decode()


async def test_a_device_publishes_its_own_topic_only(server: NatsServer, tmp_path: Path) -> None:
    """A forbidden topic is acknowledged (MQTT 3.1.1 knows no refusal) but not stored; the server's log says
    so.
    """
    password = await add_device(tmp_path, "K-01")
    await add_device(tmp_path, "K-02")
    bus = await connect(tmp_path, "keeper")

    def send() -> list[bool]:
        acked = []
        with device(server, "K-01", password) as client:
            for topic in ("devices/K-01/obs", "devices/K-02/obs", "raw/http", "devices/K-01/deep/er"):
                info = client.publish(topic, topic, qos=1)
                info.wait_for_publish(5)
                acked.append(info.is_published())
        return acked

    assert await asyncio.to_thread(send) == [True] * 4
    got = await stored(bus)
    assert [m.subject for m in got] == ["devices.K-01.obs", "devices.K-01.deep.er"]
    assert got[0].data == b"devices/K-01/obs"
    assert device_of(got[0].subject) == "K-01"
    assert (await bus.info("RAW")).messages == 0
    assert "Publish Violation" in (tmp_path / "nats" / "nats.log").read_text()
    await bus.close()


async def test_a_device_hears_nothing(server: NatsServer, tmp_path: Path) -> None:
    password = await add_device(tmp_path, "K-01")
    answers: list[object] = []

    def listen() -> None:
        with device(server, "K-01", password) as client:
            answered = threading.Event()
            client.on_subscribe = lambda _c, _u, _m, codes, _p: (answers.extend(codes), answered.set())
            client.subscribe([("devices/#", 1), ("devices/K-01/obs", 0)])
            assert answered.wait(5)

    await asyncio.to_thread(listen)
    assert [code.is_failure for code in answers] == [True, True]  # type: ignore[attr-defined]


async def test_mosquitto_pub(server: NatsServer, tmp_path: Path) -> None:
    password = await add_device(tmp_path, "pump-7")
    code, said = await mosquitto(server, "pump-7", password, "devices/pump-7/obs", "-q", "1", "-m", "hello")
    assert code == 0, said
    assert "PUBACK" in said
    code, said = await mosquitto(server, "pump-7", password + "x", "devices/pump-7/obs", "-m", "no")
    assert code != 0, said
    bus = await connect(tmp_path, "keeper")
    got = await stored(bus)
    assert [(device_of(m.subject), m.data) for m in got] == [("pump-7", b"hello")]
    await bus.close()


async def listening(stage: AtMostOnce) -> None:
    async with asyncio.timeout(20):
        while stage.health().state != "working":  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_qos_0_is_taken_while_the_stage_runs(server: NatsServer, tmp_path: Path) -> None:
    password = await add_device(tmp_path, "K-01")
    bus = await connect(tmp_path, "door")
    stage = AtMostOnce(bus)
    running = asyncio.create_task(stage.run())

    def send() -> None:
        with device(server, "K-01", password) as client:
            client.publish("devices/K-01/obs", "zero", qos=0).wait_for_publish(5)
            client.publish("devices/K-01/obs", "one", qos=1).wait_for_publish(5)

    await listening(stage)
    await asyncio.to_thread(send)
    async with asyncio.timeout(10):
        while (await bus.info("MQTT")).messages < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    newest = await bus.last("MQTT", "devices.>")
    assert newest is not None
    assert (await bus.info("MQTT")).messages == 2
    assert stage.health().figures == {"taken": 1, "lost": 0}
    running.cancel()
    await bus.close()


async def test_what_was_puback_ed_survives_kill_9(server: NatsServer, tmp_path: Path) -> None:
    names = [f"D-{n}" for n in range(4)]
    passwords = await add_devices(tmp_path, names)
    acked: set[str] = set()
    kill_now = threading.Event()
    pid = server.pid
    assert pid is not None

    def drive(name: str) -> None:
        client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=name, protocol=mqtt.MQTTv311)
        client.username_pw_set(name, passwords[name])
        sent: dict[int, str] = {}

        def on_publish(_c: object, _u: object, mid: int, _r: object, _p: object) -> None:
            acked.add(sent[mid])
            if len(acked) > 1500:
                kill_now.set()

        client.on_publish = on_publish
        client.connect(server.host, server.mqtt_port)
        client.loop_start()
        for n in range(5000):
            if kill_now.is_set():
                break
            text = f"{name}/{n}"
            info = client.publish(f"devices/{name}/obs", text, qos=1)
            sent[info.mid] = text
            if n % 50 == 49:
                info.wait_for_publish(5)
        kill_now.wait(20)
        client.loop_stop()

    drivers = [asyncio.create_task(asyncio.to_thread(drive, name)) for name in names]
    async with asyncio.timeout(40):
        await asyncio.to_thread(kill_now.wait, 30)
        os.kill(pid, signal.SIGKILL)
        await server.wait()
        await asyncio.gather(*drivers, return_exceptions=True)
    await server.start()
    bus = await connect(tmp_path, "keeper")
    kept = {m.data.decode() for m in await stored(bus)}
    assert len(acked) > 1500
    assert acked <= kept, f"{len(acked - kept)} of {len(acked)} acknowledged messages lost"
    await bus.close()


async def test_devices_come_and_go_without_disconnecting_others(server: NatsServer, tmp_path: Path) -> None:
    first = await add_device(tmp_path, "K-01")
    bus = await connect(tmp_path, "keeper")
    lost = threading.Event()
    gone = threading.Event()

    def check_alive(client: mqtt.Client) -> None:
        info = client.publish("devices/K-01/obs", "still here", qos=1)
        info.wait_for_publish(5)
        assert info.is_published()

    with device(server, "K-01", first) as client:
        client.on_disconnect = lambda *_: lost.set()
        second = await add_device(tmp_path, "K-02")
        many = await asyncio.gather(*(add_device(tmp_path, f"M-{n}") for n in range(5)))
        assert len(set(many)) == 5
        with device(server, "K-02", second) as other:
            other.on_disconnect = lambda *_: gone.set()
            await remove_device(tmp_path, "K-02")
            assert await asyncio.to_thread(gone.wait, 5), "a removed device stays connected"
        await asyncio.to_thread(check_alive, client)
        assert not lost.is_set()
        client.on_disconnect = None
    assert (await bus.info("MQTT")).messages == 1
    assert await bus.ping() < 1
    with pytest.raises(Conflict):
        await add_device(tmp_path, "K-01")
    with pytest.raises(NotFound):
        await remove_device(tmp_path, "K-02")
    for wrong in ("a b", "a.b", "a>", "", "x" * 65, 'a"}'):
        with pytest.raises(Invalid):
            await add_device(tmp_path, wrong)
    await bus.close()


async def test_an_edge_node_of_sparkplug_speaks_for_itself_alone_and_hears_its_commands(
    server: NatsServer, tmp_path: Path
) -> None:
    """Data come at QoS 0 and are stored by ``AtMostOnce``; the death is the will, which the gateway sends."""
    password = await add_device(tmp_path, "pump-7")
    bus = await connect(tmp_path, "door")
    stage = AtMostOnce(bus)
    taking = asyncio.create_task(stage.run())
    heard: list[tuple[str, bytes]] = []
    await listening(stage)

    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="pump-7", protocol=mqtt.MQTTv311)
    client.username_pw_set("pump-7", password)
    client.will_set("spBv1.0/Water/NDEATH/pump-7", b"dead", qos=1)
    client.on_message = lambda _c, _u, m: heard.append((m.topic, m.payload))
    subscribed = threading.Event()
    client.on_subscribe = lambda *_: subscribed.set()
    client.on_connect = lambda c, *_: c.subscribe("spBv1.0/Water/NCMD/pump-7", 1)
    client.connect(server.host, server.mqtt_port)
    client.loop_start()
    assert await asyncio.to_thread(subscribed.wait, 5)
    for topic in ("NBIRTH/pump-7", "NBIRTH/other", "DDATA/pump-7/P1", "NCMD/pump-7"):
        client.publish(f"spBv1.0/Water/{topic}", topic.encode(), qos=0)
    await bus.announce("spBv1//0.Water.NCMD.pump-7", b"again")
    async with asyncio.timeout(10):
        while not heard or (await bus.info("MQTT")).last < 2:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.05)
    client.socket().shutdown(2)  # no farewell: the will is sent
    client.loop_stop()
    async with asyncio.timeout(10):
        while b"dead" not in [m.data for m in await stored(bus)]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    taking.cancel()
    await asyncio.gather(taking, return_exceptions=True)
    assert heard == [("spBv1.0/Water/NCMD/pump-7", b"again")]
    said = {m.subject: m.data for m in await stored(bus)}
    assert said == {
        "spBv1//0.Water.NBIRTH.pump-7": b"NBIRTH/pump-7",
        "spBv1//0.Water.DDATA.pump-7.P1": b"DDATA/pump-7/P1",
        "spBv1//0.Water.NDEATH.pump-7": b"dead",
    }
    await bus.close()
