"""What edges send enters the city once, in order, under their names, and held to its rules."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace as with_
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace
from tests.alerts.conftest import Desk, finding

from tocsin.bus.codec import decode, encode
from tocsin.bus.memory import MemoryBus, MemoryLog
from tocsin.edge import stamp
from tocsin.edge.arrivals import Edges
from tocsin.edge.heard import SILENT_S, Heard
from tocsin.edge.parcel import EdgeState, Parcel
from tocsin.kernel.clock import FileClock
from tocsin.kernel.errors import Unavailable
from tocsin.kernel.events import (
    Attribute,
    Evidence,
    Finding,
    Observation,
    ObservationBatch,
    Place,
    Quarantined,
)
from tocsin.kernel.ports import Outgoing

NOW = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)
CLOCK = FileClock(NOW)


def observation(n: int = 1, **given: object) -> Observation:
    made = Observation(
        f"mqtt:{n}", "urn:ngsi-ld:ItemFlowObserved:R1", "ItemFlowObserved", NOW, (Attribute("intensity", n),)
    )
    return replace(made, **given)


def batch(*observations: Observation, at: datetime = NOW) -> ObservationBatch:
    return ObservationBatch("mqtt", at, observations)


def parcel(edge: str, *items: bytes, lane: str = "obs") -> Outgoing:
    return Outgoing(f"edge.{edge}.{lane}", encode(Parcel(1, len(items), items)))


def stage(bus: MemoryBus) -> Edges:
    heard = Heard(CLOCK, lambda: ["gate", "tower"])
    return Edges(bus, CLOCK, lambda raw, _: b"sealed:" + raw, heard)


async def stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def all_of(log: MemoryLog, stream: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    with suppress(TimeoutError):
        async with asyncio.timeout(0.05), MemoryBus(log).read(stream, after=0) as batches:
            async for messages in batches:
                found += [(m.subject, m.data) for m in messages]
    return found


class Flaky(MemoryBus):
    """Stores a part of what it is given and then says that it stored nothing."""

    def __init__(self, log: MemoryLog, luck: Random) -> None:
        super().__init__(log)
        self._luck = luck

    async def publish_many(self, outs: Sequence[Outgoing]) -> list[int]:
        if outs[0].subject.startswith(("obs.", "found.")) and self._luck.random() < 0.4:
            # ids forgotten, as after two minutes: only the position can save us
            some = [with_(out, msg_id=None) for out in outs[: self._luck.randrange(len(outs) + 1)]]
            await super().publish_many(some)
            raise Unavailable("gone in the midst of it")
        return await super().publish_many([with_(out, msg_id=None) for out in outs])


@pytest.mark.parametrize("seed", range(6))
async def test_each_item_once_and_in_order_whatever_dies(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tocsin.edge.arrivals.RETRY_S", 0)
    luck, log = Random(seed), MemoryLog()
    bus, sent, found = Flaky(log, luck), [], []
    for n in range(40):
        if n % 4 == 3:
            found.append(f"tower~f{n}")
            await bus.publish(parcel("tower", encode(finding(f"f{n}")), lane="finding"))
            continue
        numbers = [n * 10 + i for i in range(luck.randrange(1, 6))]
        sent += [f"tower~mqtt:{i}" for i in numbers]
        await bus.publish(parcel("tower", *(encode(batch(observation(i))) for i in numbers)))
    while len(await all_of(log, "OBS")) < len(sent) or len(await all_of(log, "FINDING")) < len(found):
        task = asyncio.create_task(stage(bus).run())
        await asyncio.sleep(luck.random() * 0.003)
        await stop(task)
    task = asyncio.create_task(stage(bus).run())
    await asyncio.sleep(0.05)
    await stop(task)
    ids = [o.id for _, data in await all_of(log, "OBS") for o in decode(data, ObservationBatch).observations]
    assert ids == sent
    assert [decode(data, Finding).id for _, data in await all_of(log, "FINDING")] == found


async def test_what_cannot_be_read_is_quarantined_and_shown() -> None:
    log = MemoryLog()
    bus = MemoryBus(log)
    await bus.publish(Outgoing("edge.tower.obs", b"\xc1not a parcel"))
    await bus.publish(parcel("tower", b"\xc1not a batch", encode(batch(observation()))))
    await bus.publish(parcel("gate", b"\xc1", lane="finding"))
    edges = stage(bus)
    task = asyncio.create_task(edges.run())
    while edges.health().position["EDGE"] < 3:  # noqa: ASYNC110
        await asyncio.sleep(0.001)
    await stop(task)
    seen = [decode(data, ObservationBatch) for _, data in await all_of(log, "OBS")]
    assert [len(b.observations) for b in seen] == [0, 0, 1, 0]
    assert [q.reason for b in seen for q in b.quarantined] == [
        f"edge {edge}: what it sent cannot be read" for edge in ("tower", "tower", "gate")
    ]
    assert edges.health().figures["refused"] == 3


NAIVE = NOW.replace(tzinfo=None)
HOSTILE = {
    "batch without a zone": ("obs", encode(batch(observation(), at=NAIVE))),
    "batch that grows": ("obs", encode(batch(*(observation(n) for n in range(60))))),
    "onset without a zone": ("finding", encode(finding("f1", onset=NAIVE))),
    "observed without a zone": ("finding", encode(finding("f1", observed_at=NAIVE))),
    "evidence without a zone": (
        "finding", encode(finding("f1", evidence=(Evidence("mqtt:1", "urn:x", "a", 1, None, NAIVE),))),
    ),
    "first hour there is": ("finding", encode(finding("f1", onset=datetime(1, 1, 1, tzinfo=UTC)))),
    "tool as long as a subject": ("finding", encode(finding("f1", tool="x" * 100_000))),
    "score that is none": ("finding", encode(finding("f1", score=float("nan")))),
    "place beyond the earth": ("finding", encode(finding("f1", place=Place(999.0, 0.0)))),
    "id with a NUL": ("finding", encode(finding("f\x00"))),
    "text that is none": ("finding", b"\x81\xa2id\xa2\xff\xfe"),
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
async def test_no_item_of_a_hostile_box_ends_the_stage(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tocsin.edge.arrivals.MAX_OUT_BYTES", 5_000)
    lane, item = HOSTILE[what]
    log = MemoryLog()
    bus = MemoryBus(log)
    await bus.publish(parcel("tower", item, lane=lane))
    await bus.publish(parcel("gate", encode(batch(observation()))))
    await run_through(stage(bus), 2)
    seen = [decode(data, ObservationBatch) for _, data in await all_of(log, "OBS")]
    assert [len(b.observations) for b in seen] == [0, 1]
    assert "cannot be read" in seen[0].quarantined[0].reason
    assert await all_of(log, "FINDING") == []


async def test_a_parcel_holds_no_more_than_a_parcel_may() -> None:
    log = MemoryLog()
    bus = MemoryBus(log)
    await bus.publish(parcel("tower", *[b""] * 5_000))
    await run_through(stage(bus), 1)
    assert len(await all_of(log, "OBS")) == 1


async def test_a_defect_of_ours_costs_one_item_and_not_the_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("never thought of")

    monkeypatch.setattr("tocsin.edge.arrivals.observations", broken)
    log = MemoryLog()
    bus = MemoryBus(log)
    await bus.publish(parcel("tower", encode(batch(observation()))))
    edges = stage(bus)
    await run_through(edges, 1)
    assert edges.health().figures["refused"] == 1


async def run_through(edges: Edges, seq: int) -> None:
    task = asyncio.create_task(edges.run())
    while edges.health().position["EDGE"] < seq:
        await asyncio.sleep(0.001)
        assert not task.done(), task
    await stop(task)


def test_names_are_the_edges_own() -> None:
    """Two boxes that count their messages alike, and the centre's own ``mqtt``, stay three."""
    q = Quarantined("mqtt:9", b"raw", "no JSON", "json", retry_of="x")
    sent = ObservationBatch("mqtt", NOW, (observation(1, retry_of="forged"),), (q,))
    made = {edge: stamp.observations(sent, edge, NOW, lambda raw: b"!" + raw) for edge in ("gate", "tower")}
    assert {b.source for b in made.values()} == {"edge:gate/mqtt", "edge:tower/mqtt"}
    assert {b.observations[0].id for b in made.values()} == {"gate~mqtt:1", "tower~mqtt:1"}
    assert made["gate"].observations[0].source == "edge:gate/mqtt"
    assert made["gate"].observations[0].retry_of is None
    assert made["gate"].quarantined[0].payload == b"!raw"
    assert made["gate"].quarantined[0].id == "gate~mqtt:9"
    seen = Evidence("mqtt:1", "urn:x", "intensity", 1, None, NOW)
    said = stamp.finding(finding("f1", evidence=(seen,)), "gate", NOW)
    assert (said.id, said.evidence[0].observation) == ("gate~f1", "gate~mqtt:1")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (observation(observed_at=NOW + timedelta(minutes=6)), "observedAt"),
        (observation(observed_at=datetime(1969, 12, 31, tzinfo=UTC)), "observedAt"),
        (observation(entity="R1"), "id"),
        (observation(type="no type"), "id"),
        (observation(attributes=(Attribute("intensity", float("nan")),)), "value"),
        (observation(lon=float("inf"), lat=1.0), "location"),
        (observation(lon=181.0, lat=1.0), "location"),
        (observation(lon=1.0, lat=-91.0), "location"),
        (observation(quality=float("nan")), "value"),
        (observation(observed_at=NOW.replace(tzinfo=None)), "observedAt"),
        (observation(entity="urn:ngsi-ld:ItemFlowObserved:R1\n"), "id"),
        (observation(attributes=(Attribute("a b", 1),)), "name"),
        (observation(attributes=(Attribute("intensity\n", 1),)), "name"),
        (observation(attributes=(Attribute("name", "a\x00b"),)), "value"),
        (observation(attributes=(Attribute("name", "a\u202eb"),)), "value"),
        (observation(attributes=(Attribute("name", "a" * 1001),)), "value"),
        (observation(attributes=(Attribute("speed", 1.0, "\x1b[2J"),)), "value"),
        (observation(doubts=("\x00",)), "value"),
    ],
)
def test_an_edge_is_held_to_the_rules_of_any_reading(wrong: Observation, field: str) -> None:
    made = stamp.observations(batch(wrong, observation(2)), "tower", NOW, lambda raw: raw)
    assert [o.id for o in made.observations] == ["tower~mqtt:2"]
    assert made.quarantined[0].field == field
    assert made.quarantined[0].cure


def test_a_box_whose_clock_runs_ahead_does_not_take_the_citys_along() -> None:
    ahead = NOW + timedelta(days=1)
    assert stamp.observations(batch(at=ahead), "tower", NOW, lambda raw: raw).accepted_at == NOW
    said = stamp.finding(finding(onset=ahead, observed_at=ahead), "tower", NOW)
    assert (said.onset, said.observed_at) == (NOW, NOW)


def test_the_same_finding_replayed_is_one_alert(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "ops.db")
    said = stamp.finding(finding("f1"), "tower", NOW)
    tally = desk.take(said, said)
    assert (tally.raised, tally.repeats) == (1, 1)
    assert desk.take(stamp.finding(finding("f1"), "tower", NOW)).repeats == 1
    # what the centre finds itself of the same place joins it; an end that another edge claims does not end it
    assert desk.take(finding("f9")).joined == 1
    assert desk.take(stamp.finding(finding("f1", 2, "ended"), "gate", NOW)).strangers == 1
    desk.db.close()


def test_an_edge_is_connected_while_it_speaks(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("tocsin.edge.heard.time.monotonic", lambda: now[0])
    heard = Heard(CLOCK, lambda: ["gate", "tower"])
    state = EdgeState("1", {"obs": 7}, None, 3.0, "then", ill=("x\u202ey" * 500,))
    heard.take("tower", encode(state))
    heard.take("gate", b"\xc1")
    gate, tower = heard.seen()
    assert (gate.connected, gate.state) == (False, None)
    assert tower.connected
    assert tower.state is not None
    assert tower.state.store_share == 1.0
    assert len(tower.state.ill[0]) <= 200
    assert "\u202e" not in tower.state.ill[0]
    assert heard.words() == "1 of 2 edges connected; away: gate"
    now[0] += SILENT_S + 1
    assert not heard.seen()[1].connected


async def test_what_came_under_no_edges_name_is_refused() -> None:
    log = MemoryLog()
    bus = MemoryBus(log)
    await bus.publish(parcel("r3Zv5k", encode(batch(observation()))))
    await run_through(stage(bus), 1)
    ((_, data),) = await all_of(log, "OBS")
    assert decode(data, ObservationBatch).observations == ()
