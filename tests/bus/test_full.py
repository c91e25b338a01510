"""No room in the server's store: publishers are refused, devices get no PUBACK, nothing acked is dropped."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest

from tocsin.bus.accounts import load_credentials
from tocsin.bus.device_users import add_device
from tocsin.bus.nats_driver import NatsBus
from tocsin.bus.nats_server import NatsServer
from tocsin.kernel.errors import Unavailable
from tocsin.kernel.ports import Outgoing

pytestmark = pytest.mark.real


async def test_a_full_store_refuses_and_takes_again_after_a_trim(tmp_path: Path) -> None:
    server = NatsServer(tmp_path, max_store_bytes=4_000_000)
    await server.start()
    password = await add_device(tmp_path, "K-01")
    bus = await NatsBus.connect(load_credentials(tmp_path, "keeper"), publish_timeout_s=0.5)
    stored = 0
    with contextlib.suppress(Unavailable):
        while stored < 100:
            await bus.publish(Outgoing("raw.http", b"x" * 100_000))
            stored += 1
    assert 5 < stored < 41
    with pytest.raises(Unavailable):
        await bus.publish_many([Outgoing("raw.http", b"x" * 100_000)] * 3)
    assert (await bus.info("RAW")).messages == stored, "refused means not stored, stored means kept"

    acked: list[int] = []
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="K-01", protocol=mqtt.MQTTv311)
    client.username_pw_set("K-01", password)
    client.on_publish = lambda _c, _u, mid, _r, _p: acked.append(mid)
    client.reconnect_delay_set(1, 1)
    try:
        client.connect(server.host, server.mqtt_port)
        client.loop_start()
        client.publish("devices/K-01/obs", b"y" * 200_000, qos=1)
        await asyncio.sleep(1)  # long enough for an answer that must not come
        assert acked == []
        await bus.trim("RAW", stored)
        async with asyncio.timeout(30):
            while not acked:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        assert (await bus.info("MQTT")).messages >= 1
        assert await bus.publish(Outgoing("raw.http", b"x" * 100_000)) == stored + 1
    finally:
        client.disconnect()
        client.loop_stop()
        await bus.close()
        await server.stop()
