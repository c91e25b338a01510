"""NGSI-LD on one instance: creations, batch upserts, retrievals, and queries by value and place.

100,000 entities of about 700 bytes (quick: 10,000), loaded by batches of 200 after 2,000 others, which start
the workers; then each kind of call for 20 s (quick: 4 s) over 16 kept connections in a closed loop, from a
process of its own on the same machine.
The load is Python and takes about a core's third: what the door can do is more, never less. ``query_p95_ms``
is at 300 queries a second, each timed from when it was due; a closed loop keeps 16 waiting on purpose.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from random import Random
from time import perf_counter
from typing import Any
from urllib.parse import quote

import psutil

from instance import Instance, instance, options, percentile, report
from wire import Connection

BATCH = 200
CONNECTIONS = 16
V1 = "/ngsi-ld/v1"
#: queries a second at which their times are taken
OFFERED = 300.0
TYPES = ("Vehicle", "Sensor", "Parking", "Building", "Device")


def entity(number: int, numbers: int = 2) -> dict[str, Any]:
    """About 700 bytes, with ``numbers`` values that can be asked for as numbers."""
    random = Random(number)
    made: dict[str, Any] = {
        "id": f"urn:ngsi-ld:{TYPES[number % 5]}:{number:07}",
        "type": TYPES[number % 5],
        "location": {
            "type": "GeoProperty",
            "value": {
                "type": "Point",
                "coordinates": [10.6 + random.random() * 0.4, 59.8 + random.random() * 0.2],
            },
        },
        "isPartOf": {"type": "Relationship", "object": f"urn:ngsi-ld:Area:{number % 100}"},
        "description": {"type": "Property", "value": "a thing of the city, " * 12},
    }
    for n in range(numbers):
        made[f"value{n}"] = {
            "type": "Property",
            "value": random.randint(0, 1000),
            "unitCode": "CEL",
            "observedAt": "2026-11-22T10:00:00Z",
        }
    return made


def request(method: str, path: str, port: int, token: str, body: bytes = b"") -> bytes:
    head = f"{method} {V1}{path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n"
    if body:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


async def driven(
    port: int, seconds: float, make: Callable[[], bytes], good: bytes, offered: float
) -> dict[str, Any]:
    """Requests a second and their times; every answer must have the status ``good``.

    ``offered``: so many a second, each timed from when it was due; 0: the next one when the last is answered.
    """
    times: list[float] = []
    start = perf_counter() + 0.1
    end = start + seconds

    async def one(place: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 24)
        due = start + place / offered if offered else 0.0
        while (began := due or perf_counter()) < end:
            if offered:
                await asyncio.sleep(due - perf_counter())
                due += CONNECTIONS / offered
            writer.write(make())
            head = await reader.readuntil(b"\r\n\r\n")
            low = head.lower()
            at = low.find(b"content-length:")
            length = int(low[at + 15 : low.find(b"\r", at)]) if at >= 0 else 0
            body = await reader.readexactly(length)
            if head[9:12] != good:
                raise SystemExit(f"{head[:200]!r} {body[:300]!r}")
            times.append(perf_counter() - began)
        writer.close()

    began = perf_counter()
    await asyncio.gather(*(one(place) for place in range(CONNECTIONS)))
    return {
        "per_s": round(len(times) / (perf_counter() - began)),
        "count": len(times),
        "p95_ms": round(percentile(times, 0.95) * 1000, 1),
    }


def load(kind: str, port: int, token: str, seconds: float, count: int, turn: int = 0) -> dict[str, Any]:
    """In a process of its own. ``turn``: how often this city was asked before; no id is created twice."""
    random, serial = Random(11), iter(range((turn + 1) * 10_000_000, 99_999_999))

    def get() -> bytes:
        number = random.randrange(count)
        return request("GET", f"/entities/urn:ngsi-ld:{TYPES[number % 5]}:{number:07}", port, token)

    def create() -> bytes:
        return request("POST", "/entities", port, token, json.dumps(entity(next(serial))).encode())

    def query() -> bytes:
        low = random.randrange(990)
        lon, lat = 10.6 + random.random() * 0.4, 59.8 + random.random() * 0.2
        near = f"georel=near;maxDistance==2000&geometry=Point&coordinates=[{lon:.5f},{lat:.5f}]"
        asked = f"type={random.choice(TYPES)}&q={quote(f'value0>={low};value0<{low + 10}')}&{near}"
        return request("GET", f"/entities?{asked}", port, token)

    make, good, offered = {
        "get": (get, b"200", 0.0),
        "create": (create, b"201", 0.0),
        "query": (query, b"200", 0.0),
        "offered": (query, b"200", OFFERED),
    }[kind]
    return asyncio.run(driven(port, seconds, make, good, offered))


async def fill(city: Instance, count: int, numbers: int, prefix: int) -> float:
    """Entities a second by batch upserts, two at a time."""
    batches = [
        json.dumps([entity(prefix + n, numbers) for n in range(start, min(start + BATCH, count))]).encode()
        for start in range(0, count, BATCH)
    ]
    waiting = iter(batches)
    began = perf_counter()

    async def drive(connection: Connection) -> None:
        for body in waiting:
            told = await connection.post(V1 + "/entityOperations/upsert", body)
            if b'"errors"' in told:
                raise SystemExit(f"refused: {told[:300]!r}")

    await asyncio.gather(*(drive(Connection(city.port, city.token)) for _ in range(2)))
    return count / (perf_counter() - began)


def run(city: Instance, quick: bool) -> dict[str, Any]:
    count, seconds = (10_000, 4.0) if quick else (100_000, 20.0)
    asyncio.run(fill(city, 2_000, 2, 8_000_000))
    city.wait("the log has caught up", lambda: city.behind() <= 3, 240)
    two = asyncio.run(fill(city, count, 2, 0))
    seven = asyncio.run(fill(city, count // 5, 7, 5_000_000))
    city.wait("the log has caught up", lambda: city.behind() <= 3, 240)
    found: dict[str, Any] = {}
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        for kind in ("get", "query", "offered", "create"):
            before = door_s(city)
            found[kind] = pool.submit(load, kind, city.port, city.token, seconds, count).result()
            found[kind]["cpu_us"] = round((door_s(city) - before) / found[kind]["count"] * 1e6)
    return {
        "create_per_s": found["create"]["per_s"],
        "batch_entities_per_s": round(two),
        "batch_entities_per_s_7": round(seven),
        "get_per_s": found["get"]["per_s"],
        "query_per_s": found["query"]["per_s"],
        "query_p95_ms": found["offered"]["p95_ms"],
        "entities": count,
        # of the process *door* alone: how much of a core one call costs, however busy the machine is
        "door_cpu_us": {kind: one["cpu_us"] for kind, one in found.items()},
    }


def door_s(city: Instance) -> float:
    """Processor seconds of the door until now."""
    times = psutil.Process(city.processes()["door"]).cpu_times()
    return float(times.user + times.system)


def main() -> None:
    given = options(__doc__ or "")
    with instance() as city:
        report("ngsi_ld", run(city, given.quick), quick=given.quick)


if __name__ == "__main__":
    main()
