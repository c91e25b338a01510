"""Every reading once; counts exact; nothing twice whatever dies."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tocsin.kernel.events import Attribute
from tocsin.kernel.ports import Outgoing
from tocsin.lake import stage as stage_module
from tocsin.lake.shelf import Shelf


async def test_readings_come_back_as_they_were(world: Any, make: Any) -> None:
    reading = make["reading"]
    values = (
        Attribute("outflow", 12.5, "C62"),
        Attribute("count", 7),
        Attribute("state", "held"),
        Attribute("lit", False),
        Attribute("gone", None),
    )
    async with world.running():
        await world.send([reading(1, attributes=values, quality=0.5, doubts=("late",)), reading(2)])
        await world.settled()
    point = (await world.points())[0]
    assert (point.value, point.unit, point.quality, point.observation) == (12.5, "C62", 0.5, "id-1")
    assert point.observed_at == reading(1).observed_at
    seen = {a.name: (await world.points(attribute=a.name))[0].value for a in values}
    assert seen == {"outflow": 12.5, "count": 7.0, "state": "held", "lit": False, "gone": None}
    assert seen["lit"] is False
    assert [p.value for p in await world.points()] == [12.5, 2.0]


async def test_duplicates_are_found_whenever_they_come(world: Any, make: Any) -> None:
    reading = make["reading"]
    async with world.running():
        await world.send([reading(n) for n in range(10)] + [reading(3)])  # within an envelope
        await world.send([reading(9), reading(10)])  # across envelopes of one commit
        await world.settled()
        await world.send([reading(10), reading(2)])  # across commits: as new as the newest, and older
        await world.send([reading(11, at_s=2)])  # same time as an older one, but another reading
        await world.send([reading(n) for n in range(5)], source="mqtt")  # another way in
        await world.settled()
    async with world.running():  # across restarts
        await world.send([reading(10), reading(12)])
        await world.settled()
    assert await world.counted() == (13, 0, 2 + 2 + 5 + 1)
    assert await world.counted("mqtt") == (0, 0, 5)
    assert len(await world.points()) == 13


async def test_history_before_the_newest_is_stored_once(world: Any, make: Any) -> None:
    reading = make["reading"]
    day = 86_400
    backfill = [reading(n, at_s=-n * day / 4) for n in range(1, 57)]
    async with world.running():
        await world.send([reading(0)])
        await world.settled()
        await world.send(backfill)
        await world.settled()
        await world.send(backfill)
        await world.settled()
    assert await world.counted() == (57, 0, 56)
    assert [p.observation for p in await world.points()] == [f"id-{n}" for n in range(56, -1, -1)]


async def test_a_restart_goes_on_where_the_ledger_stands(world: Any, make: Any) -> None:
    reading = make["reading"]
    async with world.running():
        await world.send([reading(1)], [make["bad"](1)])
        await world.settled()
    await world.send([reading(2)], [make["bad"](2)])
    async with world.running() as lake:
        await world.settled()
        assert lake.health().position == {"OBS": 2}
        assert lake.health().figures["stored"] == 2
    assert await world.counted() == (2, 2, 0)


class Killed(Exception):
    """Stands for kill -9: nothing after it runs."""


@pytest.mark.parametrize("moment", ["before the commit", "between commit and ledger"])
async def test_death_around_the_commit_neither_loses_nor_doubles(
    world: Any, make: Any, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    reading, bad = make["reading"], make["bad"]
    append = stage_module._append
    async with world.running():
        await world.send([reading(1)])
        await world.settled()

    def dying(shelf: Shelf, verdict: Any) -> None:
        if moment == "between commit and ledger":
            append(shelf, verdict)
        raise Killed

    monkeypatch.setattr(stage_module, "_append", dying)
    await world.send([reading(1), reading(2), reading(2)], [bad(1)])
    await world.send([reading(3), reading(1)], [bad(1), bad(2)])
    with pytest.raises(Killed):
        async with world.running():
            await world.ended()
    assert await world.counted() == (1, 0, 0), "the ledger knows nothing of it"
    monkeypatch.undo()
    await world.send([reading(4), reading(3)])
    async with world.running():
        await world.settled()
    assert await world.counted() == (4, 2, 4 + 1)
    assert [p.observation for p in await world.points()] == ["id-1", "id-2", "id-3", "id-4"]


async def test_an_append_that_failed_after_its_commit_is_not_repeated(
    world: Any, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = Shelf.append
    tried = []

    def lost_answer(self: Shelf, rows: Any, seq: int) -> None:
        really(self, rows, seq)
        tried.append(seq)
        if len(tried) == 1:
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(Shelf, "append", lost_answer)
    async with world.running():
        await world.send([make["reading"](1)])
        await world.settled()
    assert tried == [1]
    assert await world.counted() == (1, 0, 0)
    assert len(await world.points()) == 1


async def test_a_full_disk_halts_and_loses_nothing(
    world: Any, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    really, full = Shelf.append, True

    def no_room(self: Shelf, rows: Any, seq: int) -> None:
        if full:
            raise OSError(28, "No space left on device")
        really(self, rows, seq)

    monkeypatch.setattr(Shelf, "append", no_room)
    monkeypatch.setattr(stage_module, "_FIRST_PAUSE_S", 0.02)
    async with world.running() as lake:
        await world.send([make["reading"](1)], [make["bad"](1)])
        await make["until"](lambda: lake.health().state == "degraded")
        assert "full" in lake.health().words
        assert lake.health().position == {"OBS": 0}
        await world.send([make["reading"](2)])
        full = False
        await world.settled()
        assert lake.health().state == "working"
        assert lake.health().words == ""
    assert await world.counted() == (2, 1, 0)


async def test_a_message_that_is_none_is_held_and_passed(world: Any, make: Any) -> None:
    async with world.running():
        await world.bus.publish(Outgoing("obs.src.odd", b"\xc1 no batch"))
        await world.send([make["reading"](1)])
        await world.settled()
    assert await world.counted() == (1, 1, 0)
    async with world.asking() as reader:
        items, _ = await reader.quarantine()
    assert (items[0].source, items[0].format) == ("odd", "obs")


async def test_deletions_and_bare_places_are_kept(world: Any, make: Any) -> None:
    async with world.running():
        await world.send(
            [make["reading"](1, attributes=()), make["reading"](2, kind="delete", attributes=())]
        )
        await world.settled()
    assert await world.counted() == (2, 0, 0)


async def test_a_commit_spans_days_and_strangers_can_read_the_table(folder_world: Any, make: Any) -> None:
    import duckdb
    from deltalake import DeltaTable

    async with folder_world.running():
        await folder_world.send([make["reading"](n, at_s=n * 86_400) for n in range(3)])
        await folder_world.settled()
    table = DeltaTable(folder_world.home / "observations")
    assert sorted(p["day"] for p in table.partitions()) == ["2026-11-21", "2026-11-22", "2026-11-23"]
    with duckdb.connect() as duck:
        types = duck.execute("DESCRIBE SELECT * FROM read_parquet(?)", [table.file_uris()]).fetchall()
    named = {name: kind for name, kind, *_ in types}
    assert named["value"] == "DOUBLE"
    assert named["observed_at"] == "TIMESTAMP WITH TIME ZONE"
    assert named["entity"] == "VARCHAR"
    assert {"attribute", "text", "unit", "source", "quality", "observation", "lon", "lat"} <= set(named)


async def test_newest_survives_a_lost_ledger_save(world: Any, make: Any, tmp_path: Path) -> None:
    """The ledger's table of newest readings is written rarely; Delta's rows since make up for it."""
    late = make["reading"](5, at_s=5 - timedelta(days=3).total_seconds())
    async with world.running() as lake:
        await world.send([make["reading"](n) for n in range(5)])
        await world.settled()
        assert lake._newest.changed, "not written yet"
    async with world.running():
        await world.send([make["reading"](4), late, late])
        await world.settled()
    assert await world.counted() == (6, 0, 2)


async def test_an_append_that_meets_a_deletion_goes_through_unsaid(
    world: Any, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real conflict: rows go out of the table between the stage's view and its commit."""
    told = []
    monkeypatch.setattr(stage_module.log, "warning", lambda event, **_: told.append(event), raising=False)
    async with world.running():
        await world.send([make["reading"](n) for n in range(4)])
        await world.settled()
        other = Shelf.open(world.home)
        assert other is not None
        assert other.delete("value < 2") == 2
        await world.send([make["reading"](9)])
        await world.settled()
    assert "lake_waits" not in told
    assert [p.value for p in await world.points()] == [2.0, 3.0, 9.0]
    assert await world.counted() == (5, 0, 0)


async def test_conflicts_without_end_are_told_as_what_they_are(
    world: Any, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from deltalake.exceptions import CommitFailedError

    really, busy = Shelf.append, True

    def beaten(self: Shelf, rows: Any, seq: int) -> None:
        if busy:
            raise CommitFailedError("a concurrent transaction deleted data this operation read")
        really(self, rows, seq)

    monkeypatch.setattr(Shelf, "append", beaten)
    monkeypatch.setattr(stage_module, "_FIRST_PAUSE_S", 0.02)
    async with world.running() as lake:
        await world.send([make["reading"](1)])
        await make["until"](lambda: lake.health().state == "degraded")
        words = lake.health().words
        assert "at the same moment" in words
        assert "room" not in words
        assert "disk" not in words
        busy = False
        await world.settled()
        assert lake.health().state == "working"
    assert await world.counted() == (1, 0, 0)


async def test_another_refusal_does_not_ask_for_room(
    world: Any, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    really, shut = Shelf.append, True

    def refuse(self: Shelf, rows: Any, seq: int) -> None:
        if shut:
            raise PermissionError(13, "Permission denied")
        really(self, rows, seq)

    monkeypatch.setattr(Shelf, "append", refuse)
    monkeypatch.setattr(stage_module, "_FIRST_PAUSE_S", 0.02)
    async with world.running() as lake:
        await world.send([make["reading"](1)])
        await make["until"](lambda: lake.health().state == "degraded")
        assert "Permission denied" in lake.health().words
        assert "make room" not in lake.health().words
        shut = False
        await world.settled()
