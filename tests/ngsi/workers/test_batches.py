"""Batches that workers read come to the same as those that the door reads."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from typing import Any

import pytest
from tests.ngsi.conftest import CARS, CARS_URL, CORE_URL, Api, car
from tests.ngsi.workers.conftest import until

from tocsin.ngsi.jsonld import CORE
from tocsin.ngsi.model.several import Manner
from tocsin.ngsi.workers import workers as module
from tocsin.ngsi.workers.workers import Workers

NOWHERE = "https://nowhere.example/context.jsonld"
LINK = f'<{CARS_URL}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
MANNER = Manner(inline=False, whole=True, merging=False, simplified=False)


def fleet() -> list[Any]:
    """Sixty vehicles of more than 16 kB, and what cannot be read among them."""
    good: list[Any] = [
        car(n, note={"type": "Property", "value": "x" * 300, "unitCode": "C"}) for n in range(60)
    ]
    bad = [
        7,
        {"type": "Vehicle"},
        {"id": "no uri", "type": "Vehicle"},
        car(70, speed={"type": "Relationship", "object": "no uri"}),
        car(71, speed=None),
    ]
    return good[:30] + bad + good[30:]


def inline(entities: list[Any]) -> list[Any]:
    """Each with its context: two that are known by turns, now and then one that cannot be had, or none."""
    contexts: list[Any] = [[CARS_URL, CORE_URL], CARS["@context"]]
    made = [
        {**one, "@context": contexts[n % 2]} if isinstance(one, dict) else one
        for n, one in enumerate(entities)
    ]
    made[3] = {**made[3], "@context": NOWHERE}
    del made[4]["@context"]
    return made


CASES: dict[str, tuple[str, list[Any], dict[str, Any]]] = {
    "core context": ("upsert", fleet(), {}),
    "one with a context of its own": ("create", [*fleet(), {**car(80), "@context": CORE_URL}], {}),
    "context by Link": ("create", fleet(), {"link": LINK}),
    "context that cannot be had": ("create", fleet(), {"link": LINK.replace(CARS_URL, NOWHERE)}),
    "contexts in documents": ("create", inline(fleet()), {"ld": True}),
    "simplified": (
        "upsert?options=keyValues",
        [{**one, "speed": 7} for one in fleet() if isinstance(one, dict)],
        {},
    ),
    "numbers of any length": ("upsert", [*fleet(), car(81, speed=10**30)], {}),
    "none there to merge with": ("merge", fleet(), {}),
}


@pytest.fixture(autouse=True)
def contexts(api: Api) -> None:
    api.web.pages[CARS_URL] = json.dumps(CARS).encode()


async def in_use(api: Api, workers: Workers) -> None:
    """The door's from here on, and up."""
    object.__setattr__(api.broker, "workers", workers)
    await workers.read(b"[1]" + b" " * 20_000, MANNER, {"": CORE})
    await until(lambda: len(workers.processes) > 0)


async def told(api: Api, case: str) -> tuple[int, Any, Any]:
    """Status, answer and what is stored after it, without the times of the writes."""
    path, entities, how = CASES[case]
    answer = await api("POST", f"/entityOperations/{path}", entities, **how)
    found = await api.get("/entities?local=true&limit=1000&options=concise")
    return answer.status_code, answer.json() if answer.content else None, found


@pytest.mark.parametrize("case", CASES)
async def test_a_worker_reads_as_the_door_does(
    api: Api, worker: Workers, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = await told(api, case)
    assert here[1] is not None, "every case has something that is refused, or created"
    for one in here[2]:
        await api("DELETE", f"/entities/{one['id']}", status=204)
    await in_use(api, worker)
    if case != "numbers of any length":  # no worker can send them, so the door reads that body itself
        monkeypatch.setattr(module, "several", None)
    assert await told(api, case) == here


async def test_a_body_that_is_no_json_is_refused_as_ever(api: Api, worker: Workers) -> None:
    await in_use(api, worker)
    answer = await api("POST", "/entityOperations/upsert", b"[" * 20_000, status=400)
    assert answer.json()["type"].endswith("InvalidRequest")
    answer = await api("POST", "/entityOperations/upsert", b'{"a": "%s"}' % (b"x" * 20_000), status=400)
    assert answer.json()["type"].endswith("BadRequestData")


async def test_no_batch_is_lost_with_a_worker(api: Api, workers: Workers) -> None:
    await in_use(api, workers)
    batches = [[car(100 * b + n, note="x" * 300) for n in range(60)] for b in range(10)]
    sent = [asyncio.create_task(api("POST", "/entityOperations/create", batch)) for batch in batches]
    await asyncio.sleep(0)
    for one in workers.processes:
        os.kill(one.pid, signal.SIGKILL)
    answers = await asyncio.gather(*sent)
    assert [answer.status_code for answer in answers] == [201] * 10
    assert len(await api.get("/entities?local=true&limit=1000")) == 600
