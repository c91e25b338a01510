"""Sustained rate through ingest, normalise, context, lake and both tools: 5,000 entities, envelopes of 100.

A closed loop: at most 20,000 readings may be on their way, so the rate found is that of the slowest
stage. It runs for 10 minutes (quick: 25 s). ``readings_per_s`` counts readings that every stage had
committed, over the whole time.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from random import Random
from typing import Any

from instance import Instance, instance, options, report
from wire import Connection

ENTITIES = 5_000
EACH = 100
ON_THE_WAY = 20_000


def templates() -> list[list[tuple[bytes, bytes]]]:
    """Readings ready but for time and value; the load itself must not eat the cores that it measures."""
    rows = []
    for number in range(ENTITIES):
        cell = number % 2 == 0
        kind, attribute = ("CrowdFlowObserved", "peopleCount") if cell else ("ItemFlowObserved", "intensity")
        lon, lat = 24.90 + 0.001 * (number % 70), 60.15 + 0.0005 * (number // 70)
        head = f'{{"id":"X{number}","type":"{kind}","lon":{lon:.4f},"lat":{lat:.4f},"observedAt":"'
        area = ',"area":400' if cell else ""
        rows.append((head.encode(), f'"{area},"{attribute}":'.encode()))
    return [rows[i : i + EACH] for i in range(0, ENTITIES, EACH)]


async def run(city: Instance, quick: bool) -> dict[str, Any]:
    random, batches = Random(7), templates()
    connections = [Connection(city.port, city.token) for _ in range(4)]
    loop = asyncio.get_running_loop()
    began, seconds, sent = loop.time(), 25 if quick else 600, 0
    open_road = asyncio.Event()
    open_road.set()

    async def drive(connection: Connection, lane: int) -> None:
        nonlocal sent
        turn = lane
        while loop.time() - began < seconds:
            await open_road.wait()
            at = datetime.now(UTC).isoformat().encode()
            body = b",".join(
                head + at + tail + b"%d}" % random.randint(20, 60)
                for head, tail in batches[turn % len(batches)]
            )
            await connection.post("/api/v1/ingest/json", b"[" + body + b"]")
            sent += EACH
            turn += len(connections)

    async def police() -> None:
        while True:
            if await asyncio.to_thread(city.behind) * EACH > ON_THE_WAY:
                open_road.clear()
            else:
                open_road.set()
            await asyncio.sleep(0.25)

    rss: list[dict[str, float]] = []

    async def weigh() -> None:
        while True:
            rss.append(await asyncio.to_thread(city.rss_mb))
            await asyncio.sleep(2 if quick else 15)

    # memory is compared once all 5,000 entities are known, not from the empty start
    side = [asyncio.create_task(police())]
    work = [asyncio.create_task(drive(connection, lane)) for lane, connection in enumerate(connections)]
    await asyncio.sleep(8 if quick else 60)
    side.append(asyncio.create_task(weigh()))
    await asyncio.gather(*work)
    await asyncio.to_thread(city.settle, sent)
    took = loop.time() - began - 4.0  # how long all had been at the end
    for task in side:
        task.cancel()
    await asyncio.gather(*side, return_exceptions=True)
    counts = await asyncio.to_thread(city.counts)
    entities = sum(1 for _ in await asyncio.to_thread(lambda: list(city.pages("/entities"))))
    return {
        "readings_per_s": round(sent / took),
        "entities": entities,
        "rss_mb_start": round(sum(rss[0].values())),
        "rss_mb_end": round(sum(rss[-1].values())),
        "rss_mb_by_process": {
            name: [round(row.get(name, 0.0)) for row in rss[:: max(1, len(rss) // 10)]]
            for name in sorted(rss[-1])
        },
        "lost": sent - counts["stored"],
        "seconds": round(took),
        "sent": sent,
    }


def main() -> None:
    given = options(__doc__ or "")
    with instance() as city:
        report("throughput", asyncio.run(run(city, given.quick)), quick=given.quick)


if __name__ == "__main__":
    main()
