"""MQTT -> RAW: every device's message once, in order, nothing dropped."""

import asyncio
import json

import pytest

from tocsin.bus.codec import covered
from tocsin.bus.memory import MemoryBus
from tocsin.bus.topics import device_subject
from tocsin.ingest import mqtt as mqtt_module
from tocsin.ingest.heard import Heard
from tocsin.ingest.mqtt import MqttIntake, items_of
from tocsin.ingest.pulse import ClockIntake
from tocsin.kernel.clock import WallClock
from tocsin.kernel.errors import Unavailable
from tocsin.kernel.ports import Outgoing


def said(payload: bytes, device: str = "gate-1") -> Outgoing:
    return Outgoing(device_subject(device, "obs"), payload)


@pytest.fixture
def start(bus):
    return lambda other=None: MqttIntake(other or bus, WallClock(), gather_s=0.001)


async def test_objects_and_lists_of_devices(bus, start, running, until, envelopes):
    await bus.publish_many(
        [said(b'{"id":"a"}'), said(b'[{"id":"b"}, {"id":"c"}]', "gate.2"), said(b"not json"), said(b"[]")]
    )
    stage = start()
    async with running(stage):
        await until(lambda: stage.health().position == {"MQTT": 4})
    items = [i for e in envelopes() for i in e.items]
    assert [(i.id, i.device, i.payload) for i in items] == [
        ("mqtt:1", "gate-1", b'{"id":"a"}'),
        ("mqtt:2:0", "gate.2", b'{"id":"b"}'),
        ("mqtt:2:1", "gate.2", b'{"id":"c"}'),
        ("mqtt:3", "gate-1", b"not json"),
        ("mqtt:4", "gate-1", b"[]"),
    ]
    assert {(e.source, e.format) for e in envelopes()} == {("mqtt", "json")}
    assert stage.health().figures["items"] == 5


async def test_gathers_many_devices_into_few_envelopes(bus, log, start, running, until, envelopes):
    await bus.publish_many([said(b"{}", f"d-{n}") for n in range(1200)])
    stage = start()
    async with running(stage):
        await until(lambda: stage.health().position == {"MQTT": 1200})
    assert sum(len(e.items) for e in envelopes()) == 1200
    assert len(envelopes()) <= 5
    assert max(len(e.items) for e in envelopes()) <= 500
    assert covered(log.streams["RAW"].messages[-1].headers, "MQTT") == 1200


async def test_a_long_list_is_cut_and_resumed_in_the_middle(bus, log, start, running, until, envelopes):
    """Killed between two parts of one message: the rest follows, no part comes twice."""
    await bus.publish_many([said(b"{}"), said(json.dumps(list(range(1300))).encode()), said(b"{}")])
    stage = start()
    async with running(stage):
        await until(lambda: stage.health().position == {"MQTT": 3})
    whole = [i for e in envelopes() for i in e.items]
    assert len(whole) == 1302
    raw = log.streams["RAW"]
    for kept in range(1, len(raw.messages)):
        log.streams["RAW"] = type(raw)()
        await bus.publish_many([Outgoing(m.subject, m.data, None, m.headers) for m in raw.messages[:kept]])
        again = start(MemoryBus(log))
        async with running(again):
            await until(lambda again=again: again.health().position == {"MQTT": 3})
        assert [i for e in envelopes() for i in e.items] == whole


async def test_killed_at_any_moment(bus, log, start, running, until, envelopes):
    for round_ in range(40):
        await bus.publish_many([said(b"%d" % n, f"r{round_}") for n in range(7)])
        stage = start(MemoryBus(log))
        task = asyncio.create_task(stage.run())
        for _ in range(round_ % 9):
            await asyncio.sleep(0.0005)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    stage = start(MemoryBus(log))
    async with running(stage):
        await until(lambda: stage.health().position == {"MQTT": 280})
    ids = [i.id for e in envelopes() for i in e.items]
    assert ids == [f"mqtt:{n}" for n in range(1, 281)]


class Flaky(MemoryBus):
    failures = 4

    async def publish_many(self, outs):
        if self.failures:
            self.failures -= 1
            await super().publish_many(outs[: len(outs) // 2])
            raise Unavailable("the server went away")
        return await super().publish_many(outs)


async def test_a_bus_that_fails_halfway(log, bus, start, running, until, envelopes, monkeypatch):
    monkeypatch.setattr(mqtt_module, "RETRY_S", 0.001)
    await bus.publish_many([said(json.dumps(list(range(900))).encode()) for _ in range(4)])
    stage = start(Flaky(log))
    async with running(stage):
        await until(lambda: stage.health().position == {"MQTT": 4})
    ids = [i.id for e in envelopes() for i in e.items]
    assert len(ids) == len(set(ids)) == 3600


def test_what_is_too_large_goes_on_alone():
    from datetime import UTC, datetime

    from tocsin.kernel.ports import Message

    big = b"[" + b"1," * 600_000 + b"1]"
    (item,) = items_of(Message("devices.d.obs", big, 5, datetime.now(UTC)))
    assert (item.id, item.payload) == ("mqtt:5", big)
    (item,) = items_of(Message("devices.d.obs", b" " * (8 * 2**20), 6, datetime.now(UTC)))
    assert len(item.payload) == mqtt_module.MAX_WHOLE_BYTES


async def test_what_was_heard_is_noted(bus, running, until):
    heard = Heard()
    await bus.publish(said(b"{}"))
    stage = MqttIntake(bus, WallClock(), heard)
    async with running(stage):
        await until(lambda: heard.items.get("mqtt") == 1)
    assert heard.last("mqtt") is not None


async def test_the_clock_ticks_through_an_outage(bus, log, running, until, envelopes):
    stage = ClockIntake(bus, WallClock(), every_s=0.001)
    async with running(stage):
        await until(lambda: len(envelopes()) >= 2)
        log.down = True
        await until(lambda: stage.health().state == "degraded")
        log.down = False
        seen = len(envelopes())
        await until(lambda: len(envelopes()) > seen)
    assert all(e.items == () and e.source == "clock" for e in envelopes())
    times = [e.accepted_at for e in envelopes()]
    assert times == sorted(times)
