"""The context stage: newest wins, position with effect, many processes, many readings."""

from __future__ import annotations

import asyncio
import itertools
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.db.shape import shaped

from tocsin.bus.codec import encode
from tocsin.bus.memory import MemoryBus, MemoryLog
from tocsin.context import Context, ContextReader
from tocsin.context.fold import changes, fold
from tocsin.context.repository import Gone
from tocsin.db import Database
from tocsin.kernel.errors import Invalid
from tocsin.kernel.events import Attribute, Observation, ObservationBatch, Value
from tocsin.kernel.geo import Box
from tocsin.kernel.ports import Outgoing
from tocsin.kernel.state import EntityState, merge

T0 = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)


def seen(
    entity: str = "K-01",
    at: float = 0,
    kind: str = "update",
    lon: float | None = None,
    lat: float | None = None,
    type_name: str = "ItemFlowObserved",
    **values: Value,
) -> Observation:
    return Observation(
        id=f"{entity}-{at}-{sorted(values.items())}",
        entity=f"urn:ngsi-ld:{type_name}:{entity}",
        type=type_name,
        observed_at=T0 + timedelta(seconds=at),
        attributes=tuple(Attribute(n, v) for n, v in values.items()),
        lon=lon,
        lat=lat,
        kind=kind,  # type: ignore[arg-type]
    )


def urn(entity: str, type_name: str = "ItemFlowObserved") -> str:
    return f"urn:ngsi-ld:{type_name}:{entity}"


class City:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.bus = MemoryBus(MemoryLog())
        self.db = Database(path, durable=False, wait_s=0.1)
        self.reader = ContextReader(self.db)

    async def publish(self, *observations: Observation) -> int:
        batch = ObservationBatch("test", T0, tuple(observations))
        return await self.bus.publish(Outgoing("obs.src.test", encode(batch)))

    @asynccontextmanager
    async def running(self, **options: float) -> AsyncIterator[Context]:
        stage = Context(self.bus, self.db, **{"flush_s": 0.0, **options})  # type: ignore[arg-type]
        task = asyncio.create_task(stage.run())
        try:
            yield stage
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    made = City(tmp_path / "context.db")
    shaped(made.db)
    yield made
    made.db.close()


def at(stage: Context) -> int:
    return stage.health().position["OBS"]


async def test_the_newest_is_kept_and_position_with_it(city: City) -> None:
    await city.publish(seen(at=10, outflow=5.0), seen(at=20, outflow=7.0, state="open"))
    last = await city.publish(seen(at=15, outflow=6.0), seen("K-02", outflow=1.0, lon=24.9, lat=60.1))
    async with city.running() as stage:
        await until(lambda: at(stage) == last)
    state = await city.reader.get(urn("K-01"))
    assert state is not None
    assert state.attributes["outflow"].value == 7.0
    assert state.attributes["state"].value == "open"
    everything, position = await city.reader.snapshot()
    assert {e.id for e in everything} == {urn("K-01"), urn("K-02")}
    assert position == last


async def test_what_ngsi_ld_wrote_is_passed_by_and_counts_as_read(city: City) -> None:
    """Its rows are written already; were the position to stand still, OBS could never be trimmed."""
    batch = ObservationBatch("ngsi-ld", T0, (seen(at=99, outflow=9.0),))
    last = await city.bus.publish(Outgoing("obs.api.ngsi-ld", encode(batch)))
    async with city.running() as stage:
        await until(lambda: at(stage) == last)
        figures = stage.health().figures
    assert (figures["readings"], figures["refused"]) == (0, 0)
    assert await city.reader.get(urn("K-01")) is None


async def test_history_never_overwrites(city: City) -> None:
    await city.publish(seen(at=0, outflow=7.0))
    last = await city.publish(*(seen(at=-900 * n, outflow=float(n), widthM=2.0) for n in range(1, 400)))
    async with city.running() as stage:
        await until(lambda: at(stage) == last)
    state = await city.reader.get(urn("K-01"))
    assert state is not None
    assert state.attributes["outflow"].value == 7.0
    assert state.observed_at == T0
    assert state.attributes["widthM"].value == 2.0  # never known before: history tells it


async def test_restart_goes_on_and_forgets_nothing(city: City) -> None:
    first = await city.publish(seen(at=0, outflow=1.0, name="Exit 1"))
    async with city.running() as stage:
        await until(lambda: at(stage) == first)
    second = await city.publish(seen(at=5, outflow=2.0))
    async with city.running() as stage:
        await until(lambda: at(stage) == second)
        assert stage.health().figures["readings"] == 1  # the first was not read again
    state = await city.reader.get(urn("K-01"))
    assert state is not None
    assert state.name == "Exit 1"
    assert state.attributes["outflow"].value == 2.0


async def test_delete_and_what_comes_after(city: City) -> None:
    last = await city.publish(seen(at=0, outflow=1.0, old=1.0), seen(at=10, kind="delete"))
    async with city.running() as stage:
        await until(lambda: at(stage) == last)
        assert await city.reader.get(urn("K-01")) is None
        assert (await city.reader.query(attribute="outflow"))[0] == []
        last = await city.publish(seen(at=5, outflow=2.0))  # made before the deletion
        await until(lambda: at(stage) == last)
        assert await city.reader.get(urn("K-01")) is None
    async with city.running() as stage:  # and also after a restart
        last = await city.publish(seen(at=6, outflow=2.0))
        await until(lambda: at(stage) == last)
        assert await city.reader.get(urn("K-01")) is None
        last = await city.publish(seen(at=11, outflow=3.0))
        await until(lambda: at(stage) == last)
    state = await city.reader.get(urn("K-01"))
    assert state is not None
    assert set(state.attributes) == {"outflow"}
    # deleted and back within one batch: what it held before cannot be asked for any more
    last = await city.publish(seen(at=12, gone=1.0), seen(at=13, kind="delete"), seen(at=14, outflow=4.0))
    async with city.running() as stage:
        await until(lambda: at(stage) == last)
    assert (await city.reader.query(attribute="gone"))[0] == []
    assert len((await city.reader.query(attribute="outflow", min=4, max=4))[0]) == 1


async def test_queries(city: City) -> None:
    last = await city.publish(
        *(
            seen(f"P-{n:02}", at=n, lon=24.94 + n / 1000, lat=60.17, intensity=float(n), up=n % 2 == 0)
            for n in range(10)
        ),
        seen("A-01", type_name="AirQualityObserved", lon=24.945, lat=60.17, NO2=30.0),
    )
    async with city.running() as stage:
        await until(lambda: at(stage) == last)
    ask = city.reader.query
    assert [e.id for e in (await ask(type="AirQualityObserved"))[0]] == [urn("A-01", "AirQualityObserved")]
    box = Box(24.9425, 60.16, 24.9475, 60.18)
    assert len((await ask(box=box))[0]) == 6
    assert len((await ask(box=box, type="ItemFlowObserved"))[0]) == 5
    assert len((await ask(attribute="intensity", min=7))[0]) == 3
    assert len((await ask(attribute="intensity", min=2, max=4, box=box))[0]) == 2
    assert len((await ask(attribute="up", min=1))[0]) == 5
    first, after = await ask(type="ItemFlowObserved", limit=4)
    second, after2 = await ask(type="ItemFlowObserved", limit=4, after=after)
    third, after3 = await ask(type="ItemFlowObserved", limit=4, after=after2)
    assert [len(first), len(second), len(third)] == [4, 4, 2]
    assert after3 is None
    assert len({e.id for e in (*first, *second, *third)}) == 10
    for wrong in ({"limit": 0}, {"min": 1.0}, {"box": Box(2, 0, 1, 1)}):
        with pytest.raises(Invalid):
            await ask(**wrong)  # type: ignore[arg-type]


async def test_hostile_text_stays_text(city: City) -> None:
    evil = "<script>'); DROP TABLE entities;--‮" + "x" * 100_000
    last = await city.publish(seen("'; DROP", name=evil, outflow=float("1e308")))
    async with city.running() as stage:
        await until(lambda: at(stage) == last)
    [entity] = (await city.reader.query(attribute="name"))[0]
    assert entity.name == evil


async def test_bytes_that_are_no_batch_do_not_halt(city: City) -> None:
    await city.bus.publish(Outgoing("obs.src.test", b"\xc1 nonsense"))
    last = await city.publish(seen(outflow=1.0))
    async with city.running() as stage:
        await until(lambda: at(stage) == last)
        assert stage.health().figures["refused"] == 1
    assert await city.reader.get(urn("K-01")) is not None


@pytest.mark.sqlite
async def test_locked_then_goes_on_with_the_same_batch(city: City) -> None:
    other = sqlite3.connect(city.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    last = await city.publish(seen(outflow=1.0))
    async with city.running() as stage:
        await until(lambda: stage.health().state == "degraded")
        assert "locked" in stage.health().words
        assert at(stage) == 0
        other.execute("ROLLBACK")
        await until(lambda: at(stage) == last)
        assert stage.health().state == "working"
    other.close()
    assert await city.reader.get(urn("K-01")) is not None


async def test_a_second_instance_does_no_harm(city: City) -> None:
    other = City(city.path)
    other.bus = city.bus
    async with city.running() as one, other.running() as two:
        for n in range(50):
            last = await city.publish(*(seen(f"K-{k}", at=n, outflow=float(n)) for k in range(5)))
        await until(lambda: at(one) == at(two) == last)
    assert {e.attributes["outflow"].value for e in (await city.reader.snapshot())[0]} == {49.0}
    other.db.close()


async def test_memory_is_bounded_and_what_left_it_is_read_again(city: City) -> None:
    async with city.running(cache_entities=10) as stage:
        for n in range(5):
            last = await city.publish(*(seen(f"K-{k}", at=n, **{f"a{n}": float(n)}) for k in range(40)))
            await until(lambda last=last: at(stage) == last)
            assert stage.health().figures["cached"] <= 10
    for state in (await city.reader.snapshot())[0]:
        assert set(state.attributes) == {f"a{n}" for n in range(5)}


async def test_gathers_while_a_write_is_under_way(city: City) -> None:
    other = sqlite3.connect(city.path, isolation_level=None)
    async with city.running() as stage:
        other.execute("BEGIN IMMEDIATE")
        for n in range(100):
            last = await city.publish(seen(at=n, outflow=float(n)))
            await asyncio.sleep(0)
        other.execute("ROLLBACK")
        await until(lambda: at(stage) == last)
        assert stage.health().figures["writes"] <= 4
    other.close()


# --- the fold: one rule, however the readings are cut into batches ---------------------------------------

_reading = st.builds(
    lambda entity, when, name, value, kind: seen(entity, at=when, kind=kind, **{name: value}),
    st.sampled_from("ab"),
    st.integers(0, 8),
    st.sampled_from("xyz"),
    st.one_of(st.integers(0, 3), st.floats(0, 3), st.booleans(), st.text(max_size=2), st.none()),
    st.sampled_from(["update"] * 9 + ["delete"]),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(_reading, max_size=30), st.lists(st.integers(0, 30), max_size=4))
def test_any_cut_gives_the_same_city(readings: list[Observation], cuts: list[int]) -> None:
    """And the value rows equal the attributes of the states, whatever was written when."""
    edges = sorted({0, len(readings), *(c for c in cuts if c < len(readings))})
    known: dict[str, EntityState | Gone | None] = {}
    rows: dict[tuple[str, str], Value] = {}
    for start, end in itertools.pairwise(edges):
        part = readings[start:end]
        for reading in part:
            known.setdefault(reading.entity, None)
        after = fold(known, [ObservationBatch("s", T0, tuple(part))])
        written = changes(known, after)
        rows = {k: v for k, v in rows.items() if k[0] not in written.cleared}
        rows.update({(entity, name): value for entity, name, value in written.values})
        known.update(after)
    whole: dict[str, EntityState | None] = {}
    deleted: dict[str, datetime] = {}
    for r in readings:
        if r.entity in deleted and whole.get(r.entity) is None and r.observed_at <= deleted[r.entity]:
            continue
        whole[r.entity] = merge(whole.get(r.entity), r, T0)
        if r.kind == "delete" and whole[r.entity] is None:
            deleted[r.entity] = r.observed_at
    states = {k: v for k, v in known.items() if isinstance(v, EntityState)}
    assert states == {k: v for k, v in whole.items() if v is not None}
    assert rows == {(k, n): a.value for k, s in states.items() for n, a in s.attributes.items()}
