"""Notifications by MQTT (clause 7): versions, qualities of service, refusals, and the server that we ship."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.ngsi.subscriptions.conftest import City, car

from tocsin.ngsi.subscriptions.address import where_of
from tocsin.ngsi.subscriptions.channels import Way
from tocsin.ngsi.subscriptions.channels.mqtt import Mqtt
from tocsin.notify.delivery.channels import Failed, Sent

INNER = frozenset({"127.0.0.1"})


@dataclass
class Server:
    """Reads packets as OASIS MQTT 3.1.1 and 5.0 write them. ``code``: what CONNACK says."""

    code: int = 0
    port: int = 0
    connects: list[tuple[int, str, str]] = field(default_factory=list)
    published: list[tuple[int, str, bytes]] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        five = False
        try:
            while True:
                first = (await reader.readexactly(1))[0]
                size = shift = 0
                while True:
                    digit = (await reader.readexactly(1))[0]
                    size |= (digit & 127) << shift
                    shift += 7
                    if digit < 128:
                        break
                body = await reader.readexactly(size)
                kind, qos = first >> 4, first >> 1 & 3
                if kind == 1:
                    assert body[:6] == b"\x00\x04MQTT"
                    five = body[6] == 5
                    rest = body[10 + five :]
                    words = []
                    while rest:
                        length = int.from_bytes(rest[:2], "big")
                        words.append(rest[2 : 2 + length].decode())
                        rest = rest[2 + length :]
                    assert (body[7] >> 7, body[7] >> 6 & 1) == (len(words) > 1, len(words) > 2)
                    self.connects.append((body[6], *([*words[1:], "", ""])[:2]))  # type: ignore[arg-type]
                    writer.write(bytes((0x20, 2 + five, 0, self.code)) + b"\x00" * five)
                elif kind == 3:
                    length = int.from_bytes(body[:2], "big")
                    topic, rest = body[2 : 2 + length].decode(), body[2 + length :]
                    number, rest = (rest[:2], rest[2:]) if qos else (b"", rest)
                    self.published.append((qos, topic, rest[five:]))
                    if qos:
                        writer.write(bytes((0x40 if qos == 1 else 0x50, 2)) + number)
                elif kind == 6:
                    assert first == 0x62
                    writer.write(b"\x70\x02" + body[:2])
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def serving(code: int = 0) -> AsyncIterator[Server]:
    server = Server(code)
    running = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.port = running.sockets[0].getsockname()[1]
    yield server
    running.close()


async def test_subscribed_by_mqtt(city: City) -> None:
    """One message {metadata, body} a notification, to the topic of the address."""
    async with serving() as server:
        told = [{"key": "MQTT-Version", "value": "mqtt5.0"}, {"key": "MQTT-QoS", "value": "2"}]
        uri = f"mqtt://me:secret@127.0.0.1:{server.port}/city/cars"
        header = [{"key": "X-Key", "value": "1"}]
        endpoint = {"uri": uri, "notifierInfo": told, "receiverInfo": header}
        name = await city.subscribe(endpoint=endpoint, notification={"format": "keyValues"})
        await city.api.create(car())
        shown = await city.until(name, lambda one: one["notification"].get("timesSent") == 1)
        assert shown["notification"]["status"] == "ok"
        assert server.connects == [(5, "me", "secret")]
        ((qos, topic, payload),) = server.published
        message = json.loads(payload)
        assert (qos, topic, set(message)) == (2, "city/cars", {"metadata", "body"})
        assert message["metadata"]["Content-Type"] == "application/json"
        assert message["metadata"]["X-Key"] == "1"
        assert "json-ld#context" in message["metadata"]["Link"]
        assert message["body"]["subscriptionId"] == name
        assert message["body"]["data"][0]["speed"] == 50
        await city.speed(60)
        await city.until(name, lambda one: one["notification"].get("timesSent") == 2)
        assert len(server.connects) == 1


async def send(way: Way, port: int, qos: str = "1", timeout_s: float = 2.0) -> Sent | Failed:
    where = where_of(f"mqtt://127.0.0.1:{port}/a/b", INNER)
    return await way.send(
        where, {"Content-Type": "application/json"}, b'{"a":1}', {"MQTT-QoS": qos}, timeout_s
    )


async def test_what_goes_wrong_is_said() -> None:
    way = Mqtt()
    async with serving(code=5) as refusing:
        told = await send(way, refusing.port)
        assert isinstance(told, Failed)
        assert "refused the connection (reason 5)" in told.words
    gone = await send(way, refusing.port)
    assert isinstance(gone, Failed)
    assert "cannot be reached" in gone.words

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    late = await send(way, server.sockets[0].getsockname()[1], timeout_s=0.1)
    assert isinstance(late, Failed)
    assert late.words == "no answer within 0.1 s"
    server.close()
    await way.close()
    await asyncio.sleep(0.01)


@pytest.mark.real
async def test_to_the_server_that_we_ship(tmp_path: Path) -> None:
    """QoS 0, 1 and 2 to NATS as an MQTT server; read on the bus as any device's message is."""
    from tocsin.bus.accounts import Folder, Plan, connect
    from tocsin.bus.device_users import add_device
    from tocsin.bus.nats_server import NatsServer

    server = NatsServer(tmp_path)
    await server.start()
    try:
        secret = await add_device(tmp_path, "teller")
        plan = Plan.load(Folder(tmp_path))
        assert plan is not None
        way = Mqtt()
        uri = f"mqtt://teller:{secret}@127.0.0.1:{plan.mqtt_port}/devices/teller/obs"
        where = where_of(uri, INNER)
        for qos in ("0", "1", "2"):
            told = await way.send(where, {}, b'{"qos":%s}' % qos.encode(), {"MQTT-QoS": qos}, 5.0)
            assert isinstance(told, Sent), told
        await way.close()
        bus = await connect(tmp_path, "keeper")
        async with asyncio.timeout(10):
            while (await bus.last("MQTT", "devices.>")) is None:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        await bus.close()
    finally:
        await server.stop()
