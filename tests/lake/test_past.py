"""The city as it was known at a moment: what had been read by then, came in by then, and was not too old."""

from __future__ import annotations

import asyncio
import json
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.lake.conftest import NOW, World, reading

from tocsin.bus.codec import encode
from tocsin.kernel.events import Attribute, Observation, ObservationBatch
from tocsin.kernel.ports import Outgoing
from tocsin.kernel.state import EntityState, merge
from tocsin.lake import past
from tocsin.lake.desk import HistoryAsked, HistoryDesk
from tocsin.lake.history import History
from tocsin.lake.records import CityAsked, CityThen
from tocsin.lake.rows import Rows, micros
from tocsin.lake.shelf import Shelf

HOUR = 3600.0


async def take_in(world: World, *observations: Observation, after_s: float) -> None:
    """Readings that came in so long after NOW."""
    batch = ObservationBatch("http", NOW + timedelta(seconds=after_s), observations)
    await world.bus.publish(Outgoing("obs.src.http", encode(batch)))


async def city(world: World, at_s: float, staleness_s: float = HOUR) -> dict[str, dict[str, Any]]:
    async with world.asking() as reader:
        then = await reader.city(at=NOW + timedelta(seconds=at_s), staleness_s=staleness_s)
    return {e["id"].rpartition(":")[2]: e for e in listed(then)}


def listed(then: CityThen) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(bytes(past.unpacked(then)))
    assert len(found) == then.count
    return found


def value(entity: dict[str, Any], name: str = "outflow") -> Any:
    return entity["attributes"][name]["value"]


async def test_the_newest_reading_of_each_attribute_up_to_then(world: World) -> None:
    async with world.running():
        await take_in(world, reading(1, at_s=10), after_s=10)
        await take_in(world, reading(2, at_s=20, attributes=(Attribute("outflow", 2.0),)), after_s=20)
        await take_in(world, reading(3, at_s=30, attributes=(Attribute("state", "shut"),)), after_s=30)
        await world.settled()
    assert await city(world, 9) == {}
    steps = ((10, 1.0, "open"), (19.9, 1.0, "open"), (20, 2.0, "open"), (30, 2.0, "shut"))
    for at_s, outflow, state in steps:
        entity = (await city(world, at_s))["K-01"]
        assert (value(entity), value(entity, "state")) == (outflow, state), at_s
    assert entity["type"] == "ItemFlowObserved"
    assert entity["observed_at"].startswith("2026-11-21T16:42:47")


async def test_what_came_in_later_was_on_nobodys_screen(world: World) -> None:
    async with world.running():
        await take_in(world, reading(1, at_s=10), after_s=10)
        await take_in(world, reading(2, at_s=20), after_s=300)  # cut off for five minutes
        await world.settled()
    assert value((await city(world, 25))["K-01"]) == 1.0
    assert value((await city(world, 299))["K-01"]) == 1.0
    assert value((await city(world, 300))["K-01"]) == 2.0


async def test_who_was_silent_for_too_long_is_left_out(world: World) -> None:
    async with world.running():
        await take_in(world, reading(1, at_s=0), after_s=0)
        await take_in(world, reading(2, entity="K-02", at_s=3000), after_s=3000)
        await world.settled()
    assert set(await city(world, 3599)) == {"K-01", "K-02"}
    assert set(await city(world, 3600)) == {"K-02"}
    assert set(await city(world, 3600, staleness_s=7200)) == {"K-01", "K-02"}


async def test_a_deleted_entity_is_gone_until_it_is_read_again(world: World) -> None:
    async with world.running():
        await take_in(world, reading(1, at_s=0), after_s=0)
        await take_in(world, reading(2, at_s=10, kind="delete", attributes=()), after_s=10)
        await take_in(world, reading(3, at_s=20, attributes=(Attribute("state", "shut"),)), after_s=20)
        await world.settled()
    assert set(await city(world, 9)) == {"K-01"}
    assert await city(world, 10) == {}
    assert set((await city(world, 20))["K-01"]["attributes"]) == {"state"}


async def test_a_reading_without_a_place_leaves_it_where_it_was(world: World) -> None:
    async with world.running():
        await take_in(world, reading(1, at_s=0), after_s=0)
        await take_in(world, reading(2, at_s=10, lon=None, lat=None), after_s=10)
        await take_in(world, reading(3, at_s=20, lon=25.0, lat=60.0), after_s=20)
        await world.settled()
    at_10, at_20 = (await city(world, 10))["K-01"], (await city(world, 20))["K-01"]
    assert (value(at_10), at_10["lon"]) == (2.0, 24.94)
    assert (value(at_20), at_20["lon"]) == (3.0, 25.0)


async def test_it_says_what_is_stored_at_all(world: World) -> None:
    async with world.asking() as reader:
        empty = await reader.city(at=NOW, staleness_s=HOUR)
    assert (empty.count, empty.first, empty.last) == (0, None, None)
    async with world.running():
        await take_in(world, reading(1, at_s=-500), after_s=5)
        await take_in(world, reading(2, at_s=60), after_s=60)
        await world.settled()
    async with world.asking() as reader:
        then = await reader.city(at=NOW - timedelta(days=3), staleness_s=HOUR)
    assert (then.count, listed(then)) == (0, [])
    assert then.first == NOW + timedelta(seconds=5)
    assert then.last == NOW + timedelta(seconds=60)


async def test_over_the_bus_it_is_the_same(world: World) -> None:
    async with world.running():
        await take_in(world, *(reading(n, entity=f"K-{n:03}", at_s=n) for n in range(50)), after_s=60)
        await world.settled()
    history, asked = History(world.home), HistoryAsked(world.bus)
    running = asyncio.create_task(HistoryDesk(world.bus, history).run())
    try:
        await asyncio.sleep(0)
        question = CityAsked(NOW + timedelta(seconds=60), HOUR)
        answer = await asked.city(question)
        assert answer == await history.city(question)
        assert len(listed(answer)) == 50
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        history.close()


# Seconds after NOW: made, and how late they came in; few enough that times meet.
_MADE = st.tuples(
    st.sampled_from(["K-01", "K-02"]),
    st.integers(0, 12),
    st.integers(0, 8),
    st.lists(st.sampled_from(["outflow", "state", "name"]), min_size=1, unique=True),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(_MADE, min_size=1, max_size=14), st.integers(-1, 22), st.integers(1, 15))
def test_it_is_what_the_live_picture_said(made: Any, at_s: int, staleness_s: int) -> None:
    """The kernel's rule of newer, over what had come in by then in the order in which it came in."""
    arrivals = sorted(
        (made_s + late_s, n, entity, made_s, names) for n, (entity, made_s, late_s, names) in enumerate(made)
    )
    rows, live = Rows(), dict[str, EntityState]()
    for seq, (came_s, n, entity, made_s, names) in enumerate(arrivals, start=1):
        observation = reading(
            n, entity=entity, at_s=made_s, attributes=tuple(Attribute(name, float(n)) for name in names)
        )
        came = NOW + timedelta(seconds=came_s)
        rows.add(observation, micros(observation.observed_at), micros(came), "http", seq)
        if came_s <= at_s and at_s - staleness_s < made_s <= at_s:
            state = merge(live.get(observation.entity), observation, came)
            assert state is not None
            live[observation.entity] = state
    with tempfile.TemporaryDirectory() as folder:
        shelf = Shelf.open(Path(folder), create=True)
        assert shelf is not None
        shelf.append(rows.table(), len(arrivals))
        history = History(Path(folder))
        try:
            asked = CityAsked(NOW + timedelta(seconds=at_s), float(staleness_s))
            found = listed(history._city(asked))
        finally:
            history.close()
    expected = json.loads(msgspec.json.encode(list(live.values())))
    for entity in (*found, *expected):
        entity.pop("source")  # an envelope's, where the reading names none
    assert sorted(found, key=lambda e: e["id"]) == sorted(expected, key=lambda e: e["id"])
