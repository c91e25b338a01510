"""Workers answer queries as the door does, whatever becomes of them."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import Any

import pytest
from tests.ngsi.conftest import Api, car
from tests.ngsi.workers.conftest import until

from tocsin.ngsi.jsonld import Terms
from tocsin.ngsi.problems import BadRequestData
from tocsin.ngsi.query import AnyOf, GeoParams, QueryParams, parse
from tocsin.ngsi.store.reader import Found
from tocsin.ngsi.workers import workers as module
from tocsin.ngsi.workers.workers import Workers

NEAR = GeoParams(georel="near;maxDistance==2000", geometry="Point", coordinates="[10.75,59.91]")
QUESTIONS = {
    "type": [QueryParams(type="Vehicle")],
    "value and place": [QueryParams(type="Vehicle", q="speed>=40;speed<60", geo=NEAR)],
    "either of two": [QueryParams(ids="urn:ngsi-ld:Vehicle:3"), QueryParams(type="Boat")],
    "attribute": [QueryParams(attrs=("great",))],
    "of what is linked": [QueryParams(type="Boat", q="on{speed}==30", levels=1)],
    "nothing": [QueryParams(type="Tram")],
}


@pytest.fixture
async def terms(api: Api) -> Terms:
    return await api.broker.contexts.resolve(None)


@pytest.fixture(autouse=True)
async def city(api: Api) -> None:
    for number in range(5):
        await api.create(car(number, speed={"type": "Property", "value": 10 * number}))
    great = {"type": "Property", "value": 10**15 + 0.5}
    on = {"type": "Relationship", "object": car(3)["id"]}
    await api.create({"id": "urn:b:1", "type": "Boat", "great": great, "on": on})


async def find(workers: Workers, terms: Terms, asked: list[QueryParams], **how: Any) -> Found:
    return await workers.find(asked, terms.expand, **({"offset": 0, "limit": 20, "count": False} | how))


async def up(workers: Workers, terms: Terms) -> None:
    """They start with the first query, which waits for none of them."""
    assert len((await find(workers, terms, QUESTIONS["type"])).entities) == 5
    await until(lambda: len(workers.processes) == 2)


@pytest.mark.parametrize("asked", QUESTIONS.values(), ids=QUESTIONS)
@pytest.mark.parametrize("how", [{}, {"count": True, "limit": 2}, {"offset": 1, "limit": 1}], ids=str)
async def test_a_process_answers_as_the_door_does(
    api: Api, workers: Workers, terms: Terms, asked: list[QueryParams], how: dict[str, Any]
) -> None:
    page = {"offset": 0, "limit": 20, "count": False} | how
    here = await api.broker.reader.find(
        lambda links: AnyOf([parse(one, terms.expand, links) for one in asked]), **page
    )
    await up(workers, terms)
    api.broker.reader.find = None  # type: ignore[method-assign, assignment] # whoever asks the door now fails
    assert await find(workers, terms, asked, **how) == here


async def test_what_was_just_acknowledged_is_seen(api: Api, workers: Workers, terms: Terms) -> None:
    await up(workers, terms)
    for number in range(10, 20):
        await api.create(car(number, type="Bus"))
        found = await find(workers, terms, [QueryParams(type="Bus")], limit=0, count=True)
        assert found.total == number - 9


async def test_a_query_that_cannot_be_read_is_refused_by_the_door(workers: Workers, terms: Terms) -> None:
    await up(workers, terms)
    with pytest.raises(BadRequestData, match="q"):
        await find(workers, terms, [QueryParams(q="speed>>1")])


async def test_queries_go_on_whatever_is_killed(workers: Workers, terms: Terms) -> None:
    await up(workers, terms)
    first = {one.pid for one in workers.processes}
    asked = [asyncio.create_task(find(workers, terms, QUESTIONS["type"])) for _ in range(50)]
    await asyncio.sleep(0)
    for one in first:
        os.kill(one, signal.SIGKILL)
    asked += [asyncio.create_task(find(workers, terms, QUESTIONS["type"])) for _ in range(50)]
    assert [len(found.entities) for found in await asyncio.gather(*asked)] == [5] * 100
    await until(lambda: len(workers.processes) == 2 and first.isdisjoint(p.pid for p in workers.processes))


async def test_what_a_process_cannot_answer_the_door_does(
    workers: Workers, terms: Terms, monkeypatch: pytest.MonkeyPatch
) -> None:
    await up(workers, terms)
    monkeypatch.setattr(module, "Look", lambda asked, names, *page: Look_(asked, {}, *page))
    assert len((await find(workers, terms, QUESTIONS["type"])).entities) == 5
    assert len(workers.processes) == 2


Look_ = module.Look


async def test_who_leaves_takes_no_answer_from_others(workers: Workers, terms: Terms) -> None:
    await up(workers, terms)
    for _ in range(20):
        leaving = asyncio.create_task(find(workers, terms, QUESTIONS["type"]))
        await asyncio.sleep(0.001)
        leaving.cancel()
    assert len((await find(workers, terms, QUESTIONS["either of two"])).entities) == 2


async def test_none_is_started_where_none_is_wanted(api: Api, terms: Terms) -> None:
    workers = Workers(api.broker.reader, api.context, 0)
    assert len((await find(workers, terms, QUESTIONS["type"])).entities) == 5
    assert not workers.processes
    await workers.close()


async def test_they_end_with_the_door(workers: Workers, terms: Terms) -> None:
    await up(workers, terms)
    pids = [one.pid for one in workers.processes]
    await workers.close()
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert len((await find(workers, terms, QUESTIONS["type"])).entities) == 5


async def test_what_there_is_is_looked_up_by_a_worker(
    api: Api, workers: Workers, terms: Terms, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = await workers.inventory()
    await up(workers, terms)
    monkeypatch.setattr(api.broker.reader, "inventory", None)
    assert await workers.inventory() == here
    assert here.attributes[terms.expand("speed")] == 5
    assert here.types[terms.expand("Boat")].attributes[terms.expand("on")] == {"Relationship"}
