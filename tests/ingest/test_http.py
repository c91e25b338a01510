"""HTTP intake: answered only when stored; gathered, cut and bounded."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from tocsin.bus.memory import MemoryBus
from tocsin.ingest import gather as gather_module
from tocsin.ingest.gather import Gather
from tocsin.ingest.http import MAX_BODY_BYTES, MAX_LIST, HttpIntake
from tocsin.ingest.mappings import Mappings
from tocsin.kernel.clock import FileClock, WallClock
from tocsin.kernel.errors import Invalid, NotFound, TooLarge, TooMany, Unavailable
from tocsin.kernel.events import RawItem

MAPPING = """\
[entity]
type = "ItemFlowObserved"
id = { column = "s" }
[time]
column = "t"
zone = "UTC"
[attributes.intensity]
column = "n"
"""


async def test_a_long_list_becomes_several_envelopes(intake, body, envelopes):
    assert await intake.accept_json(body(1201)) == 1201
    assert [len(e.items) for e in envelopes()] == [500, 500, 201]
    ids = [item.id for e in envelopes() for item in e.items]
    assert len(set(ids)) == 1201
    assert {(e.source, e.format) for e in envelopes()} == {("http", "json")}
    assert abs(envelopes()[0].accepted_at - datetime.now(UTC)) < timedelta(seconds=5)


async def test_requests_at_one_time_share_envelopes(intake, body, envelopes):
    counts = await asyncio.gather(*(intake.accept_json(body(1, first=i)) for i in range(100)))
    assert counts == [1] * 100
    assert sum(len(e.items) for e in envelopes()) == 100
    assert len(envelopes()) <= 3


async def test_a_lone_request_does_not_wait(bus, body):
    gather = Gather(bus, WallClock(), gather_s=3600)
    await asyncio.wait_for(gather.add("http", "json", [RawItem("1", b"{}")]), 5)


async def test_nobody_sends_under_the_name_of_a_feed(bus, tmp_path, body):
    intake = HttpIntake(bus, WallClock(), Mappings(tmp_path), feeds=["trams"])
    with pytest.raises(Invalid, match="source"):
        await intake.accept_json(body(1), source="trams")
    assert await intake.accept_json(body(1), source="buses") == 1
    await intake.close()


async def test_sources_do_not_share(intake, body, envelopes):
    await asyncio.gather(*(intake.accept_json(body(1), source=f"s{i % 2}") for i in range(10)))
    assert {e.source for e in envelopes()} == {"s0", "s1"}


class Slow(MemoryBus):
    """Stores when it is let, so that a test can look in between."""

    def __init__(self, log) -> None:
        super().__init__(log)
        self.gate = asyncio.Event()
        self.asked = 0

    async def publish_many(self, outs):
        self.asked += 1
        await self.gate.wait()
        return await super().publish_many(outs)


async def test_nothing_is_answered_before_it_is_stored(log, body, tmp_path, until, envelopes):
    bus = Slow(log)
    intake = HttpIntake(bus, WallClock(), Mappings(tmp_path))
    requests = [asyncio.create_task(intake.accept_json(body(1))) for _ in range(5)]
    await until(lambda: bus.asked >= 2)
    assert not any(r.done() for r in requests)
    requests[3].cancel()  # its browser went away; the others do not mind
    bus.gate.set()
    await intake.close()
    assert [await r for i, r in enumerate(requests) if i != 3] == [1, 1, 1, 1]
    assert sum(len(e.items) for e in envelopes()) == 5


async def test_a_bus_that_is_down_is_told_to_every_caller(log, intake, body):
    log.down = True
    answers = await asyncio.gather(*(intake.accept_json(body(1)) for _ in range(3)), return_exceptions=True)
    assert all(isinstance(a, Unavailable) for a in answers)
    log.down = False
    assert await intake.accept_json(body(1)) == 1


async def test_more_than_can_be_stored_is_turned_away(log, body, tmp_path, monkeypatch, until):
    monkeypatch.setattr(gather_module, "MAX_PENDING_BYTES", 1000)
    bus = Slow(log)
    intake = HttpIntake(bus, WallClock(), Mappings(tmp_path))
    first = asyncio.create_task(intake.accept_json(body(8)))
    await until(lambda: bus.asked == 1)
    with pytest.raises(TooMany):
        await intake.accept_json(body(8))
    bus.gate.set()
    assert await first == 8
    assert await intake.accept_json(body(8)) == 8


async def test_limits(intake):
    with pytest.raises(TooLarge):
        await intake.accept_json(b"[" + b" " * MAX_BODY_BYTES + b"]")
    with pytest.raises(TooLarge):
        await intake.accept_json(b"[" + b"1," * MAX_LIST + b"1]")
    with pytest.raises(TooLarge) as refused:
        await intake.accept_json(b'[1, "' + b"a" * 2**20 + b'"]')
    assert refused.value.field == "[1]"
    with pytest.raises(Invalid):
        await intake.accept_json(b"[1", source="http")
    for reserved in ("mqtt", "clock", "", "x" * 65):
        with pytest.raises(Invalid):
            await intake.accept_json(b"[1]", source=reserved)


async def test_an_empty_list_is_nothing(intake, envelopes):
    assert await intake.accept_json(b"[]") == 0
    assert envelopes() == []


async def test_mapped_rows_name_the_version(intake, envelopes, tmp_path):
    with pytest.raises(NotFound):
        await intake.mapped("counters", [b"{}"])
    await intake.save_mapping("counters", MAPPING)
    assert await intake.mapped("counters", [b'{"s":"a","t":"2026-01-01","n":"1"}']) == 1
    first = envelopes()[-1]
    assert first.source == "counters"
    name, _, version = first.format.partition("@")
    assert name == "map:counters"
    assert (tmp_path / "mappings" / f"counters@{version}.toml").read_text() == MAPPING
    await intake.save_mapping("counters", MAPPING + 'unit = "C62"\n')
    await intake.mapped("counters", [b"{}"])
    assert envelopes()[-1].format not in (first.format, "map:counters@")


async def test_mappings_outlive_the_process(bus, intake, tmp_path, envelopes):
    await intake.save_mapping("counters", MAPPING)
    again = HttpIntake(bus, WallClock(), Mappings(tmp_path / "mappings"))
    await again.mapped("counters", [b"{}"])
    assert envelopes()[-1].format.startswith("map:counters@")


@pytest.mark.parametrize("name", ["../x", "A", "", "x" * 65, "a b", "a.b"])
async def test_a_mappings_name_is_no_path(intake, name):
    with pytest.raises(Invalid):
        await intake.save_mapping(name, MAPPING)


async def test_a_wrong_mapping_is_refused_and_not_kept(intake, tmp_path):
    with pytest.raises(Invalid, match="line 2"):
        await intake.save_mapping("counters", MAPPING.replace("ItemFlowObserved", "Item Flow"))
    assert not (tmp_path / "mappings").exists()


def row(at: str) -> bytes:
    return b'{"s":"a","n":"1","t":"%s"}' % at.encode()


async def test_a_recorded_day_has_its_own_clock(bus, tmp_path, envelopes):
    clock = FileClock()
    intake = HttpIntake(bus, clock, Mappings(tmp_path))
    await intake.save_mapping("day", MAPPING)
    times = [
        "2015-01-01 00:00:00",
        "2015-01-01 00:00:03",
        "2015-01-01 00:05:00",
        "no time",
        "2015-01-01 01:00:00",
    ]
    assert await intake.mapped("day", [row(t) for t in times]) == 5
    assert [(len(e.items), e.accepted_at.isoformat()[11:19]) for e in envelopes()] == [
        (2, "00:00:03"), (2, "00:05:00"), (1, "01:00:00"),
    ]  # fmt: skip
    assert await intake.mapped("day", [], clock=datetime(2015, 1, 1, 2, tzinfo=UTC)) == 0
    assert (envelopes()[-1].items, envelopes()[-1].accepted_at.hour) == ((), 2)
    await intake.mapped("day", [row("2015-01-01 00:30:00")])
    assert envelopes()[-1].accepted_at.hour == 2  # the clock never goes back


async def test_a_recorded_clock_survives_a_restart(bus, tmp_path, envelopes):
    first = HttpIntake(bus, FileClock(), Mappings(tmp_path))
    await first.save_mapping("day", MAPPING)
    await first.mapped("day", [row("2015-06-01 00:00:00")])
    again = HttpIntake(bus, FileClock(), Mappings(tmp_path))
    await again.mapped("day", [row("2015-01-01 00:00:00")])
    assert envelopes()[-1].accepted_at == datetime(2015, 6, 1, tzinfo=UTC)


async def test_live_pays_no_heed_to_a_files_clock(intake, envelopes):
    await intake.save_mapping("day", MAPPING)
    await intake.mapped("day", [row("2015-06-01 00:00:00")], clock=datetime(2015, 6, 1, tzinfo=UTC))
    assert envelopes()[-1].accepted_at.year >= 2026
