"""kill -9 of the process that takes MQTT in and normalises, under load: every reading once."""

import asyncio
import json
import os
import signal
import sys

import pytest

from tocsin.bus.accounts import connect
from tocsin.bus.codec import decode
from tocsin.bus.nats_server import NatsServer
from tocsin.bus.topics import device_subject
from tocsin.ingest.http import HttpIntake
from tocsin.ingest.mappings import Mappings
from tocsin.kernel.clock import WallClock
from tocsin.kernel.events import ObservationBatch
from tocsin.kernel.ports import Outgoing

pytestmark = pytest.mark.real

ROUNDS = 5
VICTIM = """
import asyncio, sys
from pathlib import Path
from tocsin.bus.accounts import connect
from tocsin.ingest.mqtt import MqttIntake
from tocsin.kernel.clock import WallClock
from tocsin.normalise.formats import Formats
from tocsin.normalise.items import Items
from tocsin.normalise.models import read_models
from tocsin.normalise.observe import Observer
from tocsin.normalise.stage import Normalise

async def main(folder):
    door, stages = await connect(folder, "door"), await connect(folder, "stages")
    normalise = Normalise(stages, Items(Observer(read_models()), Formats(folder / "mappings")))
    await asyncio.gather(MqttIntake(door, WallClock()).run(), normalise.run())

asyncio.run(main(Path(sys.argv[1])))
"""


def reading(number: int, kind: str) -> dict[str, object]:
    return {
        "id": f"{kind}-{number % 50}",
        "type": "ItemFlowObserved",
        "observedAt": "2026-11-21T16:00:00Z",
        "outflow": number,
    }


@pytest.fixture
async def server(tmp_path):
    running = NatsServer(tmp_path)
    await running.start()
    yield running
    await running.stop()


@pytest.mark.usefixtures("server")
async def test_every_reading_once(tmp_path):
    bus = await connect(tmp_path, "keeper")
    intake = HttpIntake(bus, WallClock(), Mappings(tmp_path / "mappings"))
    sent = {"http": 0, "mqtt": 0}
    stop = asyncio.Event()

    async def by_http() -> None:
        while not stop.is_set():
            body = json.dumps([reading(sent["http"] + i, "http") for i in range(7)]).encode()
            sent["http"] += await intake.accept_json(body)
            await asyncio.sleep(0.002)

    async def by_mqtt() -> None:
        while not stop.is_set():
            outs = []
            for _ in range(20):
                payload = json.dumps(reading(sent["mqtt"] + len(outs), "mqtt")).encode()
                outs.append(Outgoing(device_subject(f"d-{len(outs)}", "obs"), payload))
            await bus.publish_many(outs)
            sent["mqtt"] += len(outs)
            await asyncio.sleep(0.005)

    seen: dict[str, list[float]] = {"http": [], "mqtt": []}

    async def follow() -> None:
        async with bus.read("OBS", after=0) as batches:
            async for messages in batches:
                for message in messages:
                    batch = decode(message.data, ObservationBatch)
                    assert not batch.quarantined
                    seen[batch.source] += [o.get("outflow") for o in batch.observations]

    sending = [asyncio.create_task(by_http()), asyncio.create_task(by_mqtt())]
    following = asyncio.create_task(follow())
    victim = None
    try:
        async with asyncio.timeout(100):
            for _ in range(ROUNDS):
                victim = await asyncio.create_subprocess_exec(sys.executable, "-c", VICTIM, str(tmp_path))
                before = {kind: len(values) for kind, values in seen.items()}
                while any(len(seen[kind]) < before[kind] + 200 for kind in seen):
                    assert victim.returncode is None
                    assert not following.done()
                    await asyncio.sleep(0.005)
                os.kill(victim.pid, signal.SIGKILL)
                assert await victim.wait() == -signal.SIGKILL
            stop.set()
            await asyncio.gather(*sending)
            victim = await asyncio.create_subprocess_exec(sys.executable, "-c", VICTIM, str(tmp_path))
            while any(len(seen[kind]) < sent[kind] for kind in seen):  # noqa: ASYNC110
                await asyncio.sleep(0.005)
    finally:
        if victim is not None and victim.returncode is None:
            os.kill(victim.pid, signal.SIGKILL)
            await victim.wait()
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        await bus.close()
    for kind, values in seen.items():
        assert sorted(values) == list(range(sent[kind])), f"{kind}: lost or doubled"
    assert seen["mqtt"] == sorted(seen["mqtt"])  # a device's readings stay in order
