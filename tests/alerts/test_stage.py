"""The stage on a bus: once each over restarts and redelivery, through locks and poison."""

from __future__ import annotations

import asyncio
import sqlite3
import tracemalloc
from datetime import UTC, datetime, timedelta

import pytest

from tocsin.alerts.intake import Intake
from tocsin.db.outbox import Outbox
from tocsin.kernel.clock import FileClock
from tocsin.kernel.ports import Outgoing

T0 = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)


def at(stage) -> int:
    return stage.health().position["FINDING"]


async def test_restart_and_redelivery_double_nothing(room, make, until) -> None:
    first = await room.publish(make("a"), make("b", entity="SQ-A1"))
    async with room.running() as stage:
        await until(lambda: at(stage) == first)
    # a runner that was killed publishes again what it had published, under new sequence numbers
    last = await room.publish(make("a"), make("b", entity="SQ-A1"), make("a", 2, "ended"))
    async with room.running() as stage:
        await until(lambda: at(stage) == last)
        assert stage.health().figures["repeats"] == 2
    assert room.ids() == ["AL-0002", "AL-0001"]
    assert room.acts("AL-0001") == ["raised", "ended"]
    assert room.acts("AL-0002") == ["raised"]
    assert len(room.outbox()) == 3


async def test_committed_but_not_published_is_published_after_a_restart(room, make, until) -> None:
    room.db.owner = "stages"
    last = await room.publish(make("a"))
    async with room.running() as stage:  # no outbox relays: as if killed between commit and publish
        await until(lambda: at(stage) == last)
    assert await room.bus.last("ALERT", "alert.>") is None
    relaying = asyncio.create_task(Outbox(room.db, room.bus, "stages").run())
    await until(lambda: room.outbox() == [])
    relaying.cancel()
    await asyncio.gather(relaying, return_exceptions=True)
    message = await room.bus.last("ALERT", "alert.>")
    assert message.subject == "alert.AL-0001"
    assert message.seq == 1


async def test_a_second_instance_doubles_nothing(room, make, until) -> None:
    async with room.running() as one, room.running() as two:
        for n in range(30):
            last = await room.publish(make(f"f{n}", entity=f"E{n}", severity="critical"))
        await until(lambda: at(one) == at(two) == last)
    assert len(room.ids(limit=500)) == 30


@pytest.mark.sqlite
async def test_locked_waits_and_loses_nothing(room, make, until) -> None:
    other = sqlite3.connect(room.db.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    last = await room.publish(make())
    async with room.running() as stage:
        await until(lambda: stage.health().state == "degraded")
        assert at(stage) == 0
        other.execute("ROLLBACK")
        await until(lambda: at(stage) == last)
        assert stage.health().state == "working"
    other.close()
    assert room.ids() == ["AL-0001"]


async def test_bytes_that_are_no_finding_do_not_halt(room, make, until) -> None:
    await room.bus.publish(Outgoing("finding.crowd", b"\xc1"))
    last = await room.publish(make())
    async with room.running() as stage:
        await until(lambda: at(stage) == last)
        assert stage.health().figures["refused"] == 1
    assert room.ids() == ["AL-0001"]


async def test_one_finding_that_breaks_us_does_not_silence_the_others(room, make, until, monkeypatch) -> None:
    fold = Intake._fold

    def breaks(self, finding) -> None:
        if finding.id == "bad":
            raise ZeroDivisionError
        fold(self, finding)

    monkeypatch.setattr(Intake, "_fold", breaks)
    last = await room.publish(make("a"), make("bad", entity="X"), make("c", entity="SQ-A1"))
    async with room.running() as stage:
        await until(lambda: at(stage) == last)
        assert stage.health().figures["refused"] == 1
        assert "ZeroDivisionError" in stage.health().words
    assert len(room.ids()) == 2


async def test_shelf_ends_by_the_stage_itself(room, make, until) -> None:
    await room.publish(make())
    async with room.running() as stage:
        await until(lambda: at(stage) == 1)
        room.act("shelve", reason="works", until=room.clock.now() + timedelta(minutes=5))
        room.clock.after(minutes=6)
        await until(lambda: room.get().shelved is None)


async def test_a_flood_of_findings_is_taken_in_bounded_memory(room, make, until) -> None:
    tracemalloc.start()
    async with room.running() as stage:
        for start in range(0, 6000, 500):
            last = await room.publish(
                *(make(f"m{n}", entity=f"E{n}", severity="medium") for n in range(start, start + 500))
            )
            await until(lambda last=last: at(stage) == last)
            await room.bus.trim("FINDING", last)
            if start == 1000:
                tracemalloc.reset_peak()
                base = tracemalloc.get_traced_memory()[0]
        figures = stage.health().figures
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert figures["raised"] + figures["counted"] == 6001  # and the one about the tool
    assert len(room.list(state="all", limit=500)) == 201
    assert peak - base < 8_000_000


async def test_a_batch_of_recorded_years_is_judged_at_its_own_times(room, make, until) -> None:
    room.clock = FileClock()
    days = [T0 + timedelta(days=n) for n in range(300)]
    last = await room.publish(
        *(make(f"f{n}", entity=f"E{n}", observed_at=day, onset=day) for n, day in enumerate(days))
    )
    async with room.running() as stage:
        await until(lambda: at(stage) == last)
    raised = {a.finding.id: a.raised_at for a in room.list(state="all", limit=500)}
    assert raised == {f"f{n}": day for n, day in enumerate(days)}  # 300 alerts, none of them about a flood


async def test_a_batch_that_is_tried_again_is_judged_at_its_own_times(room, make, until, monkeypatch) -> None:
    room.clock = FileClock()
    days = [T0 + timedelta(days=n) for n in range(30)]
    fold = Intake._fold

    def breaks_on_the_last(intake, finding) -> None:
        if finding.id == "f29":
            raise ZeroDivisionError
        fold(intake, finding)

    monkeypatch.setattr(Intake, "_fold", breaks_on_the_last)
    last = await room.publish(
        *(make(f"f{n}", entity=f"E{n}", observed_at=day, onset=day) for n, day in enumerate(days))
    )
    async with room.running() as stage:
        await until(lambda: at(stage) == last)
    raised = {a.finding.id: a.raised_at for a in room.list(state="all", limit=500)}
    assert raised == {f"f{n}": day for n, day in enumerate(days[:-1])}


async def test_many_at_one_recorded_moment_are_a_flood_still(room, make, until) -> None:
    room.clock = FileClock()
    last = await room.publish(*(make(f"f{n}", entity=f"E{n}") for n in range(300)))
    async with room.running() as stage:
        await until(lambda: at(stage) == last)
    floods = [a for a in room.list(state="all", limit=500) if a.tool == "alerts"]
    assert len(floods) == 1
    assert room.clock.now() == T0
