from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tocsin.bus.accounts import connect
from tocsin.bus.device_users import add_devices
from tocsin.bus.nats_server import NatsServer
from tocsin.simulate.mqtt import MqttDevice

pytestmark = pytest.mark.real


@asynccontextmanager
async def tended(*devices: MqttDevice) -> AsyncIterator[None]:
    async def tend() -> None:
        while True:
            for device in devices:
                device.tend()
            await asyncio.sleep(0.05)

    task = asyncio.create_task(tend())
    try:
        yield
    finally:
        task.cancel()
        for device in devices:
            device.close()


async def all_acknowledged(*devices: MqttDevice) -> None:
    async with asyncio.timeout(30):
        while any(device.waiting for device in devices):  # noqa: ASYNC110 - paho has no event for it
            await asyncio.sleep(0.02)


async def test_a_killed_broker_loses_nothing(tmp_path: Path) -> None:
    server = NatsServer(tmp_path)
    await server.start()
    try:
        passwords = await add_devices(tmp_path, ["K-01", "SQ-D4"])
        devices = [MqttDevice(name, word, server.host, server.mqtt_port) for name, word in passwords.items()]
        async with tended(*devices):
            for number in range(100):
                for device in devices:
                    device.publish(json.dumps({"n": number}).encode())
                if number == 30:
                    assert server.pid is not None
                    os.kill(server.pid, signal.SIGKILL)
                if number == 60:
                    await server.start()
                await asyncio.sleep(0.01)
            await all_acknowledged(*devices)
        bus = await connect(tmp_path, "door")
        got: dict[str, set[int]] = {}
        try:
            info = await bus.info("MQTT")
            async with bus.read("MQTT", after=0) as batches:
                async for messages in batches:
                    for message in messages:
                        got.setdefault(message.subject, set()).add(json.loads(message.data)["n"])
                    if messages[-1].seq >= info.last:
                        break
        finally:
            await bus.close()
        assert got == {f"devices.{name}.obs": set(range(100)) for name in passwords}
    finally:
        await server.stop()


async def test_a_wrong_password_is_not_hidden(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    server = NatsServer(tmp_path)
    await server.start()
    try:
        await add_devices(tmp_path, ["K-01"])
        device = MqttDevice("K-01", "wrong", server.host, server.mqtt_port)
        async with tended(device), asyncio.timeout(20):
            while "refuses" not in caplog.text:  # noqa: ASYNC110 - a log has no event
                await asyncio.sleep(0.02)
    finally:
        await server.stop()
