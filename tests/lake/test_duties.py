"""Upkeep beside a stage that writes."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tocsin.lake.bucket import Home
from tocsin.lake.duties import Duties
from tocsin.lake.ledger import ledger_database
from tocsin.lake.shelf import Shelf
from tocsin.privacy.retention import read_retention


class At:
    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now


def files(home: Home) -> int:
    shelf = Shelf.open(home)
    assert shelf is not None
    return sum(len(paths) for paths in shelf.files_of_days(None, None).values())


async def test_small_files_are_put_together_while_readings_come(world: Any, make: Any) -> None:
    reading = make["reading"]
    async with world.running() as lake:
        for n in range(12):
            await world.send([reading(n)])
            await world.settled()
        before = files(world.home)
        assert before == 12
        duties = Duties(lake._db, world.home, retention_days=0)
        upkeep = asyncio.create_task(duties.once())
        for n in range(12, 18):
            await world.send([reading(n), reading(n - 6)])
            await world.settled()
        await upkeep
        await world.send([reading(3), reading(99)])  # looks into compacted files
        await world.settled()
    assert duties.health().state == "working", duties.health().words
    assert duties.health().figures["compacted"] >= 12
    assert files(world.home) < 12
    assert await world.counted() == (19, 0, 7)
    assert len(await world.points()) == 19


async def test_old_days_and_old_quarantine_go(world: Any, make: Any) -> None:
    reading = make["reading"]
    async with world.running() as lake:
        await world.send([reading(n, at_s=-n * 86_400) for n in range(10)], [make["bad"](1)])
        await world.settled()
        now = reading(0, at_s=0).observed_at
        await Duties(lake._db, world.home, retention_days=5, clock=At(now)).once()
        assert len(await world.points()) == 6
        async with world.asking() as reader:
            assert len((await reader.quarantine())[0]) == 1
        await Duties(lake._db, world.home, retention_days=5, clock=At(now + timedelta(days=6))).once()
        async with world.asking() as reader:
            assert (await reader.quarantine())[0] == []
    assert await world.counted() == (10, 1, 0), "what was, was"


async def test_a_class_goes_by_its_own_term_on_schedule(world: Any, make: Any) -> None:
    reading = make["reading"]
    async with world.running() as lake:
        await world.send([reading(n, at_s=-n * 86_400) for n in range(10)])
        await world.settled()
        now = reading(0, at_s=0).observed_at
        given = read_retention(400, f"{reading(0).type}=3")
        duties = Duties(lake._db, world.home, retention=given, clock=At(now))
        await duties.once()
    assert duties.health().figures["forgotten"] == 6 * 2, "each reading has two attributes"
    assert len(await world.points()) == 4
    assert await world.counted() == (10, 0, 0), "what was, was"


async def test_a_failed_duty_is_said_and_tried_again(
    world: Any, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = ledger_database(world.state)
    duties = Duties(db, world.home, clock=At(datetime(2026, 11, 21, tzinfo=UTC)))
    await duties.once()  # no table yet
    assert duties.health().state == "working"

    def refuse(self: Any) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Duties, "_tend", refuse)
    await duties.once()
    assert duties.health().state == "degraded"
    assert "No space" in duties.health().words
    monkeypatch.undo()
    await duties.once()
    assert duties.health().state == "working"
    db.close()
