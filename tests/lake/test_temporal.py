"""Temporal questions: what is in files and what is not yet, counted once; bounds; taking out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.lake.conftest import NOW, World, reading
from tests.lake.lakes import log_of

from tocsin.kernel.errors import Exhausted, NotFound, TooMany
from tocsin.kernel.events import Attribute, Detail, Observation
from tocsin.lake.history import History
from tocsin.lake.records import CityAsked
from tocsin.lake.rows import micros
from tocsin.lake.temporal.dropping import Dropping
from tocsin.lake.temporal.records import (
    AggregatesAsked,
    DropAsked,
    EntitiesAsked,
    InstancesAsked,
    Window,
)
from tocsin.lake.temporal.teller import Temporal

KEY = "urn:ngsi-ld:ItemFlowObserved:K-01"


@asynccontextmanager
async def telling(world: World, *, flush_s: float = 60.0, **more: Any) -> AsyncIterator[Temporal]:
    async with world.running(flush_s=flush_s) as lake:
        temporal = Temporal(world.home, lake, **more)
        try:
            yield temporal
        finally:
            temporal.close()


def outflow(found: Any) -> list[tuple[Any, int]]:
    return [(row.value, row.observed) for row in found.rows if row.attribute == "outflow"]


async def test_in_a_file_or_not_yet_is_told_once(world: World) -> None:
    async with world.running():
        await world.send([reading(1), reading(2)])
        await world.settled()
    async with telling(world) as temporal:
        # the second comes twice; the third is in no file for a minute
        last = await world.send([reading(2), reading(3)])
        found = await temporal.instances(InstancesAsked(Window(ids=[KEY], names=["outflow"], upto=last)))
        assert [value for value, _ in outflow(found)] == [1.0, 2.0, 3.0]
        assert not found.cut
        seen = await temporal.entities(EntitiesAsked(Window(upto=last), "", 10))
        assert [(one.entity, one.type) for one in seen] == [(KEY, "ItemFlowObserved")]
        assert world.lake is not None
        assert world.lake.health().position["OBS"] < last


async def test_windows(world: World) -> None:
    at = micros(NOW)
    async with telling(world, flush_s=0.02) as temporal:
        await world.send([reading(n) for n in range(10)])
        await world.send([reading(0, entity="K-02", type="Other")])
        await world.settled()
        whole = Window(ids=[KEY], names=["outflow"])
        for more, expected in (
            ({"first": at + 3_000_000, "last": at + 6_000_000}, [3.0, 4.0, 5.0]),
            ({"last": at + 1_000_000}, [0.0]),
            ({"first": at + 9_000_000}, [9.0]),
            ({"types": ["Other"]}, []),
            ({"column": "accepted", "first": at + 1}, []),
            ({"kind": "gone"}, []),
        ):
            window = Window(**{"ids": [KEY], "names": ["outflow"], **more})  # type: ignore[arg-type]
            found = await temporal.instances(InstancesAsked(window))
            assert [value for value, _ in outflow(found)] == expected, more
        newest = await temporal.instances(InstancesAsked(whole, last_n=2))
        assert [value for value, _ in outflow(newest)] == [8.0, 9.0]
        page = await temporal.entities(EntitiesAsked(Window(), KEY, 10))
        assert [one.entity for one in page] == ["urn:ngsi-ld:ItemFlowObserved:K-02"]


async def test_an_answer_is_cut_between_moments(world: World) -> None:
    async with telling(world, flush_s=0.02) as temporal:
        await world.send([reading(n, at_s=n // 2) for n in range(10)])
        await world.settled()
        window = Window(ids=[KEY], names=["outflow"])
        first = await temporal.instances(InstancesAsked(window, most=5))
        assert first.cut
        assert [value for value, _ in outflow(first)] == [0.0, 1.0, 2.0, 3.0]
        last = await temporal.instances(InstancesAsked(window, last_n=10, most=5))
        assert [value for value, _ in outflow(last)] == [6.0, 7.0, 8.0, 9.0]
        with pytest.raises(Exhausted, match="one moment"):
            await temporal.instances(InstancesAsked(window, most=1))


async def test_a_place_is_told_where_it_changes(world: World) -> None:
    async with telling(world, flush_s=0.02) as temporal:
        await world.send([reading(n, lon=10.0 + n // 3) for n in range(6)])
        await world.settled()
        found = await temporal.instances(InstancesAsked(Window(names=["location"])))
        assert [(row.attribute, row.lon, row.observed) for row in found.rows] == [
            ("location<>", 10.0, micros(NOW)),
            ("location<>", 11.0, micros(NOW) + 3_000_000),
        ]


async def test_aggregates_by_second_month_and_as_a_whole(world: World) -> None:
    async with telling(world, flush_s=0.02) as temporal:
        await world.send([reading(n) for n in range(10)])
        await world.send([reading(100, at_s=40 * 86_400)])
        await world.settled()
        at = micros(NOW)
        window = Window(ids=[KEY], names=["outflow"], first=at, last=at + 8_000_000)
        found = await temporal.aggregates(AggregatesAsked(window, step_us=5_000_000, origin=at))
        assert [(one.start - at, one.end - at, one.count, one.total, one.mean) for one in found] == [
            (0, 5_000_000, 5, 10.0, 2.0),
            (5_000_000, 10_000_000, 3, 18.0, 6.0),
        ]
        assert (found[0].least, found[0].most, found[0].squares) == (0.0, 4.0, 30.0)
        assert found[0].deviation == pytest.approx(1.5811, abs=1e-4)
        (whole,) = await temporal.aggregates(AggregatesAsked(window))
        assert (whole.start, whole.end, whole.count) == (at, at + 8_000_000, 8)
        ever = Window(ids=[KEY], names=["state", "outflow"])
        months = await temporal.aggregates(AggregatesAsked(ever, months=1))
        later = micros(NOW + timedelta(days=30))  # from 21 November to 21 December
        assert [(one.attribute, one.start, one.end, one.count, one.distinct) for one in months][:3] == [
            ("outflow", at, later, 10, 10),
            ("outflow", later, micros(NOW + timedelta(days=61)), 1, 1),
            ("state", at, later, 10, 1),
        ]
        assert (months[2].low, months[2].numbers) == ("open", 0)
        with pytest.raises(Exhausted, match="periods"):
            await temporal.aggregates(AggregatesAsked(ever, step_us=1_000_000, most=10))


async def test_further_series_are_seen_here_alone(world: World) -> None:
    told = Observation(
        "id-1",
        KEY,
        "ItemFlowObserved",
        NOW,
        (Attribute("outflow", 1.0),),
        details=(Detail("outflow", '.{"a":"x"}'), Detail("outflow<urn:d:2", '.{"d":2}', 2.0)),
    )
    gone = Observation(
        "id-2",
        KEY,
        "ItemFlowObserved",
        NOW,
        (Attribute("outflow", None),),
        details=(Detail("outflow", "-{}"),),
    )
    async with telling(world, flush_s=0.02) as temporal:
        # a reading without its value is neither
        none = Observation("id-3", KEY, "ItemFlowObserved", NOW, (Attribute("outflow", None),))
        await world.send([told, gone, none])
        await world.settled()
        found = await temporal.instances(InstancesAsked(Window(names=["outflow"])))
        assert [(row.attribute, row.value, row.detail) for row in found.rows] == [
            ("outflow", 1.0, '.{"a":"x"}'),
            ("outflow<urn:d:2", 2.0, '.{"d":2}'),
        ]
        gone_ones = await temporal.instances(InstancesAsked(Window(kind="gone")))
        assert [row.observation for row in gone_ones.rows] == ["id-2"]
        history = History(world.home)
        then = await history.city(CityAsked(NOW, 60.0))
        history.close()
        from tocsin.lake.past import unpacked

        assert b"urn:d:2" not in bytes(unpacked(then))


async def test_taking_out(world: World) -> None:
    async with telling(world) as temporal:
        assert world.lake is not None
        dropping = Dropping(world.home, world.lake)
        last = await world.send([reading(n) for n in range(3)] + [reading(9, entity="K-02")])
        # of what is in no file yet
        assert (await dropping.drop(DropAsked(KEY, ["outflow"], observation="id-1", upto=last))).rows == 1
        window = Window(ids=[KEY])
        left = await temporal.instances(InstancesAsked(window))
        assert [value for value, _ in outflow(left)] == [0.0, 2.0]
        assert len([row for row in left.rows if row.attribute == "state"]) == 3
        with pytest.raises(NotFound):
            await dropping.drop(DropAsked(KEY, ["outflow"], observation="id-1"))
        assert (await dropping.drop(DropAsked(KEY, ["state"]))).rows == 3
        await dropping.drop(DropAsked(KEY))
        assert (await temporal.instances(InstancesAsked(window))).rows == []
        others = await temporal.entities(EntitiesAsked(Window(), "", 10))
        assert [one.entity for one in others] == ["urn:ngsi-ld:ItemFlowObserved:K-02"]
        with pytest.raises(Exhausted, match="written anew"):
            await Dropping(world.home, world.lake, most_bytes=100).drop(
                DropAsked("urn:ngsi-ld:ItemFlowObserved:K-02")
            )
        assert not any(b"K-01" in told for told in log_of(world.home))


async def test_a_table_of_an_earlier_version(tmp_path: Path) -> None:
    """Its column is added; its rows are read."""
    from deltalake import DeltaTable
    from tests.lake.lakes import flow, stored

    from tocsin.lake import rows, shelf

    now = rows.schema
    try:
        shelf.schema = lambda: now().remove(17)  # type: ignore[attr-defined]
        rows.schema = shelf.schema  # type: ignore[attr-defined]
        DeltaTable.create(tmp_path / "observations", schema=shelf.schema(), partition_by=["day"])
    finally:
        shelf.schema = rows.schema = now  # type: ignore[attr-defined]
    stored(tmp_path, flow(2))
    assert "detail" in {f.name for f in DeltaTable(tmp_path / "observations").schema().fields}


async def test_a_crowd_is_sent_away(world: World) -> None:
    async with telling(world, flush_s=0.02, waiting=1) as temporal:
        await world.send([reading(1)])
        await world.settled()
        asked = [temporal.entities(EntitiesAsked(Window(), "", 10)) for _ in range(5)]
        found = await asyncio.gather(*asked, return_exceptions=True)
        assert [type(one) for one in found] == [list, list, list, TooMany, TooMany]
        assert len(await temporal.entities(EntitiesAsked(Window(), "", 10))) == 1


async def test_it_ends_in_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from tocsin.lake.temporal import select

    slow = (
        "SELECT count(*), NULL, NULL FROM range(100000000000) a, range(100000) b WHERE a.range % 7 = b.range"
        " LIMIT $limit"
    )
    async with telling(world, flush_s=0.02, most_s=0.2) as temporal:
        monkeypatch.setattr(select, "ENTITIES", slow)
        with pytest.raises(Exhausted, match=r"longer than 0\.2 s"):
            await temporal.entities(EntitiesAsked(Window(), "", 10))
