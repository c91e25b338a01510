"""Forms of MQTT payloads by topic: order, positions, and what a cutter must remember."""

from __future__ import annotations

from pathlib import Path

import pytest

from tocsin.bus.codec import covered
from tocsin.bus.memory import MemoryBus
from tocsin.ingest.mqtt import MqttIntake, items_of
from tocsin.ingest.styles import Styles
from tocsin.kernel.clock import WallClock
from tocsin.kernel.errors import Unavailable
from tocsin.kernel.ports import Outgoing
from tocsin.sdk.source import find_sources

RECORDED = Path(__file__).parents[2] / "src/tocsin/sources/sparkplug/tests/recorded"


def edge(kind: str, file: str, *device: str) -> Outgoing:
    subject = ".".join(("spBv1//0", "Water", kind, "pump-7", *device))
    return Outgoing(subject, (RECORDED / f"{file}.bin").read_bytes())


BIRTHS = [edge("NBIRTH", "1-NBIRTH"), edge("DBIRTH", "2-DBIRTH", "P1")]
DATA = edge("DDATA", "3-DDATA", "P1")


@pytest.fixture
def start(bus, tmp_path):
    def make(other=None):
        styles = Styles(items_of, find_sources(), tmp_path / "ingest")
        return MqttIntake(other or bus, WallClock(), gather_s=0.001, styles=styles)

    return make


async def test_each_form_in_envelopes_of_its_own_and_in_order(bus, log, start, running, until, envelopes):
    await bus.publish_many(
        [
            Outgoing("devices.K-1.obs", b'{"id":"a"}'),
            Outgoing("devices.K-1.senml", b'[{"bn":"x:","n":"a","v":1},{"n":"b","v":2}]'),
            Outgoing("devices.K-1.senml", b"[{]"),
            *BIRTHS,
            DATA,
            Outgoing("devices.K-1.obs", b'{"id":"b"}'),
        ]
    )
    stage = start()
    async with running(stage):
        await until(lambda: stage.health().position == {"MQTT": 7})
    told = [(e.format, [i.id for i in e.items], {i.device for i in e.items}) for e in envelopes()]
    assert [(f, len(ids), devices) for f, ids, devices in told] == [
        ("json", 1, {"K-1"}),
        ("feed:senml", 3, {"K-1"}),
        ("feed:sparkplug", 2, {"pump-7"}),
        ("feed:sparkplug", 6, {"pump-7"}),
        ("feed:sparkplug", 4, {"pump-7"}),
        ("json", 1, {"K-1"}),
    ]
    assert [covered(m.headers, "MQTT") for m in log.streams["RAW"].messages] == [1, 3, 4, 5, 6, 7]
    assert told[1][1] == ["mqtt:2:0", "mqtt:2:1", "mqtt:3"]
    assert envelopes()[1].items[2].payload == b"[{]"  # whole, to be quarantined


async def test_births_are_known_after_a_restart(bus, log, start, running, until, envelopes):
    await bus.publish_many(BIRTHS)
    stage = start()
    async with running(stage):
        await until(lambda: stage.health().position == {"MQTT": 2})
    await bus.publish(DATA)
    again = start(MemoryBus(log))
    async with running(again):
        await until(lambda: again.health().position == {"MQTT": 3})
    assert len(envelopes()[-1].items) == 4
    assert b'"metric":"flow"' in envelopes()[-1].items[0].payload


async def test_an_unknown_node_is_asked_for_its_birth(bus, start, running, until, envelopes):
    async with bus.listen("spBv1//0.*.NCMD.*") as asked:
        await bus.publish_many([DATA, DATA])
        stage = start()
        async with running(stage):
            await until(lambda: stage.health().position == {"MQTT": 2})
            first = await anext(asked)
    assert first.subject == "spBv1//0.Water.NCMD.pump-7"
    assert [len(e.items) for e in envelopes()] == [2]
    assert envelopes()[0].items[0].payload == DATA.data


async def test_a_memory_that_is_no_memory_is_begun_anew(bus, start, running, until, tmp_path):
    (tmp_path / "ingest").mkdir()
    (tmp_path / "ingest" / "sparkplug.state").write_bytes(b"\xc1 not ours")
    await bus.publish_many([*BIRTHS, DATA])
    stage = start()
    async with running(stage):
        await until(lambda: stage.health().position == {"MQTT": 3})
    assert stage.health().figures["items"] == 12


async def test_what_is_cut_again_is_cut_with_what_was_known_then(bus, log, start, running, until, envelopes):
    """Data, then the death of their node: killed at any envelope, the data are data each time."""
    death = edge("NDEATH", "5-NDEATH")
    await bus.publish_many([*BIRTHS, DATA, death, DATA, BIRTHS[0]])
    stage = start()
    async with running(stage):
        await until(lambda: stage.health().position == {"MQTT": 6})
    whole = [(e.format, i.id, i.payload) for e in envelopes() for i in e.items]
    assert [i.payload for e in envelopes() for i in e.items if i.id.startswith("mqtt:5")] == [DATA.data]
    raw = log.streams["RAW"].messages
    assert [covered(m.headers, "MQTT") for m in raw] == [1, 2, 4, 6]
    log.streams["RAW"] = type(log.streams["RAW"])()  # the last envelope is lost, the birth is on disk already
    await bus.publish_many([Outgoing(m.subject, m.data, None, m.headers) for m in raw[:-1]])
    again = start(MemoryBus(log))
    async with running(again):
        await until(lambda: again.health().position == {"MQTT": 6})
    assert [(e.format, i.id, i.payload) for e in envelopes() for i in e.items] == whole


class Failing(MemoryBus):
    """The first publish of each pair fails, before anything is stored."""

    failing = False

    async def publish_many(self, outs):
        if any(o.subject == "raw.mqtt" for o in outs):
            self.failing = not self.failing
            if self.failing:
                raise Unavailable("away")
        return await super().publish_many(outs)


async def test_a_failed_publish_is_cut_again_with_what_was_known_before(
    bus, log, start, running, until, envelopes, monkeypatch
):
    monkeypatch.setattr("tocsin.ingest.mqtt.RETRY_S", 0.001)
    await bus.publish_many([*BIRTHS, DATA, edge("NDEATH", "5-NDEATH")])
    stage = start(Failing(log))
    async with running(stage):
        await until(lambda: stage.health().position == {"MQTT": 4})
    metrics = [i.payload for e in envelopes() for i in e.items if i.id.startswith("mqtt:3")]
    assert len(metrics) == 4
    assert all(payload.startswith(b'{"group"') for payload in metrics)
    assert len({i.id for e in envelopes() for i in e.items}) == sum(len(e.items) for e in envelopes())
