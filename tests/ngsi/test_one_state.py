"""Readings and NGSI-LD writes are one state and one log (docs/adr/0013)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ngsi.conftest import Api, car

from tocsin.bus.codec import decode, encode
from tocsin.context import Context, ContextReader
from tocsin.db.outbox import Outbox
from tocsin.kernel.events import Attribute, Observation, ObservationBatch, Value
from tocsin.kernel.ports import Outgoing, Stage
from tocsin.kernel.state import EntityState, merge
from tocsin.ngsi.store.names import iri_of, names, short

ID = "urn:ngsi-ld:Vehicle:1"
NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def _starts_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """Minutes may lie between the reading of this file and its tests."""
    monkeypatch.setitem(globals(), "NOW", datetime.now(UTC).replace(microsecond=0))


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def told(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def reading(when: datetime, type_name: str = "Vehicle", **values: Value) -> Observation:
    return Observation(
        f"r{when}{values}",
        ID,
        type_name,
        when,
        tuple(Attribute(n, v, "KMH") for n, v in values.items()),
        10.0,
        59.9,
    )


@asynccontextmanager
async def running(*stages: Stage) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(stage.run()) for stage in stages]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def read_in(api: Api, stage: Context, *observations: Observation) -> None:
    """Publish readings and wait until the context has them."""
    batch = ObservationBatch("test", NOW, observations)
    seq = await api.bus.publish(Outgoing("obs.src.test", encode(batch)))
    async with asyncio.timeout(10):
        while stage.health().position["OBS"] < seq:  # noqa: ASYNC110
            await asyncio.sleep(0.002)


async def said(api: Api) -> list[Observation]:
    """What NGSI-LD has put into the log until now."""
    relay = Outbox(api.context, api.bus, "test")
    async with running(relay):
        async with asyncio.timeout(10):
            while relay.health().figures["relayed"] == 0:  # noqa: ASYNC110
                await asyncio.sleep(0.002)
    end = (await api.bus.info("OBS")).last
    found: list[Observation] = []
    async with api.bus.read("OBS", after=0, subjects=["obs.api.>"]) as batches:
        async for messages in batches:
            found += [o for m in messages for o in decode(m.data, ObservationBatch).observations]
            if messages[-1].seq >= end:
                break
    return found


async def test_what_a_reading_says_is_there(api: Api) -> None:
    """With its time and unit, before anything was written through the interface."""
    stage = Context(api.bus, api.context, flush_s=0)
    async with running(stage):
        await read_in(api, stage, reading(at(0), speed=30.0, status="ok"))
    held = await api.get("/entities/" + ID)
    assert held["type"] == "Vehicle"
    assert held["speed"] == {"type": "Property", "value": 30.0, "observedAt": told(at(0)), "unitCode": "KMH"}
    assert held["status"]["value"] == "ok"
    assert held["location"]["value"] == {"type": "Point", "coordinates": [10.0, 59.9]}
    assert [one["id"] for one in await api.get("/entities?type=Vehicle&q=speed>20")] == [ID]
    assert (await api.get("/types"))["typeList"] == ["Vehicle"]


async def test_what_is_written_is_on_every_screen(api: Api) -> None:
    """As an entity with attributes, in the state and in the log."""
    await api.create(
        car(
            name={"type": "Property", "value": "Bus 1"},
            label={"type": "LanguageProperty", "languageMap": {"no": "buss", "en": "bus"}},
            address={"type": "Property", "value": {"city": "Oslo"}},
        )
    )
    state = await ContextReader(api.context).get(ID)
    assert state is not None
    assert (state.type, state.lon, state.lat, state.name) == ("Vehicle", 10.75, 59.91, "Bus 1")
    values = {name: held.value for name, held in state.attributes.items()}
    assert values == {
        "speed": 50, "isParked": "urn:ngsi-ld:Parking:1", "name": "Bus 1", "label": "bus",
        "address": '{"city":"Oslo"}',
    }  # fmt: skip
    assert state.attributes["speed"].unit == "KMH"
    assert state.attributes["speed"].observed_at == datetime(2026, 11, 22, 10, tzinfo=UTC)
    picture: EntityState | None = None
    for observation in await said(api):
        picture = merge(picture, observation, NOW)
    assert picture is not None
    assert {name: held.value for name, held in picture.attributes.items()} == values


async def test_a_reading_is_newer_than_what_was_written(api: Api) -> None:
    """It shows, in the place of the default instance alone; what was written beside it stays."""
    other = {"type": "Property", "value": 1, "datasetId": "urn:d:a"}
    mine = {
        "type": "Property",
        "value": 50,
        "observedAt": told(at(-60)),
        "by": {"type": "Property", "value": "gps"},
    }
    await api.create(car(speed=[mine, other]))
    stage = Context(api.bus, api.context, flush_s=0)
    async with running(stage):
        await read_in(api, stage, reading(at(-120), speed=20.0))
        assert (await api.get("/entities/" + ID))["speed"] == [mine, other]
        await read_in(api, stage, reading(at(-30), speed=30.0))
        now = {
            "type": "Property",
            "value": 30.0,
            "observedAt": told(at(-30)),
            "unitCode": "KMH",
            "by": mine["by"],
        }
        assert (await api.get("/entities/" + ID))["speed"] == [now, other]
        assert [e["id"] for e in await api.get("/entities?type=Vehicle&q=speed==30")] == [ID]
        assert await api.get("/entities?type=Vehicle&q=speed==50") == []
        # and the stage, which holds it in memory, learns what is written now
        await api(
            "PATCH", f"/entities/{ID}/attrs/speed", {"value": 7, "observedAt": told(at(-10))}, status=204
        )
        await read_in(api, stage, reading(at(-20), speed=99.0))
        assert (await api.get("/entities/" + ID))["speed"][0]["value"] == 7
        await read_in(api, stage, reading(at(0), speed=8.0))
        assert (await api.get("/entities/" + ID))["speed"][0]["value"] == 8.0


async def test_a_write_of_an_older_time_holds_until_the_next_reading(api: Api) -> None:
    """The log has it at its own time, and once more at the time of what it takes the place of."""
    await api.create(car(speed={"type": "Property", "value": 50, "observedAt": told(at(-10))}))
    await api("PATCH", f"/entities/{ID}/attrs/speed", {"value": 7, "observedAt": told(at(-100))}, status=204)
    held = (await api.get("/entities/" + ID))["speed"]
    assert (held["value"], held["observedAt"]) == (7, told(at(-100)))
    state = await ContextReader(api.context).get(ID)
    assert state is not None
    assert (state.attributes["speed"].value, state.attributes["speed"].observed_at) == (7, at(-10))
    heard = [(o.observed_at, o.source) for o in await said(api) if o.get("speed") == 7]
    assert heard == [(at(-100), "ngsi-ld"), (at(-10), "ngsi-ld.restated")]
    assert [e["id"] for e in await api.get("/entities?type=Vehicle&q=speed==7")] == [ID]


async def test_deleted_stays_deleted(api: Api) -> None:
    """Gone for everybody; only what is read later brings it back."""
    stage = Context(api.bus, api.context, flush_s=0)
    async with running(stage):
        await read_in(api, stage, reading(at(-60), speed=20.0))
        await api("DELETE", "/entities/" + ID, status=204)
        assert await ContextReader(api.context).get(ID) is None
        await read_in(api, stage, reading(at(-50), speed=21.0))
        await api.refused("ResourceNotFound", 404, "GET", "/entities/" + ID)
        await read_in(api, stage, reading(at(120), speed=22.0))
        assert (await api.get("/entities/" + ID))["speed"]["value"] == 22.0
    assert [o.kind for o in await said(api)] == ["delete"]


async def test_an_attribute_deleted_is_gone_for_everybody(api: Api) -> None:
    await api.create(car())
    await api("DELETE", f"/entities/{ID}/attrs/speed", status=204)
    state = await ContextReader(api.context).get(ID)
    assert state is not None
    assert "speed" not in state.attributes
    assert await api.get("/entities?type=Vehicle&q=speed>0") == []
    heard = await said(api)
    assert heard[-1].attributes == (Attribute("speed", None),)


async def test_a_time_that_no_reading_could_have(api: Api) -> None:
    """One of 1900 or 2100 is shown as it was told; for the log it was now."""
    for n, year in enumerate((1900, 2100)):
        await api.create(
            {"id": f"urn:x:{n}", "type": "T", "a": {"value": 1, "observedAt": f"{year}-01-01T00:00:00Z"}}
        )
        assert (await api.get(f"/entities/urn:x:{n}"))["a"]["observedAt"] == f"{year}-01-01T00:00:00Z"
    assert all(abs(o.observed_at - datetime.now(UTC)) < timedelta(minutes=1) for o in await said(api))


async def test_many_at_once_each_wins_or_is_told(api: Api) -> None:
    """Fifty creations of one entity: one is created; all others hear that it exists."""
    answers = await asyncio.gather(*(api("POST", "/entities", car()) for _ in range(50)))
    assert sorted(a.status_code for a in answers) == [201] + [409] * 49
    await asyncio.gather(*(api("POST", f"/entities/{ID}/attrs", {f"a{n}": {"value": n}}) for n in range(50)))
    held = await api.get(f"/entities/{ID}?options=keyValues")
    assert all(held[f"a{n}"] == n for n in range(50))


def test_names() -> None:
    """The last word of an IRI, unless another of the entity has it."""
    assert [
        short(iri) for iri in (iri_of("speed"), "https://a.b/c#speed", "https://a.b/speed", "urn:x:speed")
    ] == ["speed"] * 4
    assert names(["https://a/x", "https://b/x"], {}) == {"https://a/x": "x", "https://b/x": "https://b/x"}
    assert names(["https://a/x", "https://b/x"], {"https://b/x": "x"})["https://a/x"] == "https://a/x"


@settings(deadline=None, max_examples=200)
@given(st.text(min_size=1, max_size=20).filter(lambda t: ":" not in t and "@" not in t))
def test_a_name_of_a_reading_comes_back(name: str) -> None:
    """Whatever a device calls an attribute: its IRI is called so again, if it is a word."""
    if "/" not in name and "#" not in name:
        assert short(iri_of(name)) == name
