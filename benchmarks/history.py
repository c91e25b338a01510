"""Notifications in, durable history out: NGSI-LD and NGSIv2, payloads of 1 and of 50 entities.

Each kind is sent for 20 s (quick: 4 s) over 16 kept connections in a closed loop, from a process of its own
on the same machine, about 300 bytes an entity with three attributes. The clock stops when the lake has
committed the last one; then all are counted back out of its table: ``durable`` says that as many came out as
were accepted, each entity with each of its attributes. ``cpu_us``: processor time of each process for one
entity, which says more than the rate where others work on the machine.
"""

from __future__ import annotations

import asyncio
import json
import urllib.request
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from time import perf_counter
from typing import Any

import psutil

from instance import Instance, instance, options, report
from wire import Connection

CONNECTIONS = 16
THINGS = 1_000
ATTRIBUTES = 3
START = datetime(2026, 11, 1, tzinfo=UTC)
PATHS = {"ld": "/api/v1/ingest/ngsi-ld", "v2": "/api/v1/ingest/ngsi-v2"}
#: QuantumLeap on such a machine, entities a second with payloads of 1 and of 50
THEIRS = {1: 263, 50: 1_314}


def entity(number: int, kind: str) -> dict[str, Any]:
    """One reading of one of a thousand rooms; no two are of the same time."""
    at = (START + timedelta(seconds=number // THINGS)).strftime("%Y-%m-%dT%H:%M:%SZ")
    made: dict[str, Any] = {"id": f"urn:ngsi-ld:Room:{number % THINGS:05}", "type": "Room"}
    for n, name in enumerate(("temperature", "pressure", "co2")):
        value = (number * 7 + n) % 1000 / 10
        if kind == "ld":
            made[name] = {"type": "Property", "value": value, "observedAt": at}
        else:
            about = {"TimeInstant": {"type": "DateTime", "value": at}}
            made[name] = {"type": "Number", "value": value, "metadata": about}
    return made


def notice(first: int, count: int, kind: str) -> bytes:
    data = [entity(n, kind) for n in range(first, first + count)]
    made: dict[str, Any] = {"subscriptionId": "urn:ngsi-ld:Subscription:1", "data": data}
    if kind == "ld":
        made |= {
            "id": "urn:ngsi-ld:Notification:1",
            "type": "Notification",
            "notifiedAt": "2026-11-22T10:00:00Z",
        }
    return json.dumps(made).encode()


def load(kind: str, count: int, port: int, token: str, seconds: float) -> tuple[int, float]:
    """Entities that were accepted, and how long that took. In a process of its own."""

    async def run() -> tuple[int, float]:
        sent = accepted = 0
        path = f"{PATHS[kind]}?source={kind}{count}"
        began = perf_counter()

        async def drive() -> None:
            nonlocal sent, accepted
            connection = Connection(port, token)
            while perf_counter() - began < seconds:
                first, sent = sent, sent + count
                told = json.loads(await connection.post(path, notice(first, count, kind)))
                accepted += told["accepted"]
            connection.close()

        await asyncio.gather(*(drive() for _ in range(CONNECTIONS)))
        return accepted, perf_counter() - began

    return asyncio.run(run())


def in_lake(city: Instance, source: str) -> int:
    """Entities of that source with all their attributes, counted in the table."""
    sql = (
        "SELECT count(*) FROM (SELECT entity, observed_at FROM observations WHERE source = $source"
        " GROUP BY ALL HAVING count(DISTINCT attribute) = $each)"
    )
    body = {"sql": sql, "parameters": {"source": source, "each": ATTRIBUTES}}
    request = urllib.request.Request(
        f"{city.ready['url'].rstrip('/')}/api/v1/lake/query",
        data=json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {city.token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return int(json.load(answer)["rows"][0][0])


def cpu_s(city: Instance) -> dict[str, float]:
    """Processor seconds of each process until now."""
    found = {}
    for name, pid in city.processes().items():
        spent = psutil.Process(pid).cpu_times()
        found[name] = spent.user + spent.system
    return found


def measured(
    city: Instance, pool: ProcessPoolExecutor, kind: str, count: int, seconds: float
) -> dict[str, Any]:
    source = f"{kind}{count}"
    before, began = cpu_s(city), perf_counter()
    accepted, sending_s = pool.submit(load, kind, count, city.port, city.token, seconds).result()
    city.wait("the lake has committed all", lambda: city.counts(source)["stored"] >= accepted, 240)
    took = perf_counter() - began
    after = cpu_s(city)
    return {
        "entities_per_s": round(accepted / took),
        "accepted_per_s": round(accepted / sending_s),
        "accepted": accepted,
        "stored": in_lake(city, source),
        "cpu_us": {
            name: round((after[name] - before[name]) / accepted * 1e6) for name in after if name in before
        },
    }


def run(city: Instance, quick: bool) -> dict[str, Any]:
    seconds = 4.0 if quick else 20.0
    found: dict[str, dict[str, Any]] = {}
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        for kind in ("ld", "v2"):
            for count in (1, 50):
                found[f"{kind}_{count}"] = measured(city, pool, kind, count, seconds)
    return {
        "entities_per_s": {name: one["entities_per_s"] for name, one in found.items()},
        "durable": all(one["stored"] == one["accepted"] for one in found.values()),
        "times_quantumleap": {
            name: round(one["entities_per_s"] / THEIRS[int(name.partition("_")[2])], 1)
            for name, one in found.items()
        },
        "kinds": found,
    }


def main() -> None:
    given = options(__doc__ or "")
    with instance() as city:
        report("history", run(city, given.quick), quick=given.quick)


if __name__ == "__main__":
    main()
