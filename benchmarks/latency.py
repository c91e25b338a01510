"""From "accepted" to an event at a browser's stream, all stages on.

1,000 readings/s of 1,000 entities in requests of 10 for 60 s, three browsers listening; then 5,000/s for 20 s
to see that nothing is lost and memory stays bounded. ``lost``: never in the lake, or never shown by that
reading or a newer one of its entity.
"""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from time import time
from typing import Any

from instance import Instance, instance, options, percentile, report
from wire import Connection, decode_change, events

ENTITIES = 1_000
BROWSERS = 3


class Watch:
    """A browser: for every entity the newest number shown, and how long it took from acceptance."""

    def __init__(self) -> None:
        self.shown: dict[str, float] = {}
        self.took_ms: list[float] = []

    async def listen(self, city: Instance) -> None:
        async for name, data in events(city.port, city.token):
            if name not in ("snapshot", "change"):
                continue
            now = time()
            for entity in decode_change(data).entities:
                number = entity.attributes["intensity"].value if "intensity" in entity.attributes else None
                if isinstance(number, int | float) and number > self.shown.get(entity.id, -1.0):
                    self.shown[entity.id] = float(number)
                    if name == "change":
                        accepted = datetime.fromisoformat(entity.accepted_at).timestamp()
                        self.took_ms.append((now - accepted) * 1e3)


async def load(city: Instance, *, rate: int, seconds: float, each: int, first: int) -> dict[str, int]:
    """Send ``rate`` readings a second, evenly; the newest number accepted of each entity."""
    sent: dict[str, int] = {}
    connections = [Connection(city.port, city.token) for _ in range(8)]
    free: asyncio.Queue[Connection] = asyncio.Queue()
    for connection in connections:
        free.put_nowait(connection)
    pending: set[asyncio.Task[None]] = set()

    async def post(connection: Connection, batch: list[tuple[str, int]]) -> None:
        at = datetime.now(UTC).isoformat()
        body = json.dumps(
            [
                {"id": name, "type": "ItemFlowObserved", "observedAt": at, "lon": 24.94, "lat": 60.17,
                 "intensity": number}
                for name, number in batch
            ]
        ).encode()  # fmt: skip
        await connection.post("/api/v1/ingest/json", body)
        for name, number in batch:
            sent[f"urn:ngsi-ld:ItemFlowObserved:{name}"] = number
        free.put_nowait(connection)

    loop = asyncio.get_running_loop()
    start, total = loop.time(), int(rate * seconds)
    for number in range(0, total, each):
        await asyncio.sleep(max(0.0, start + number / rate - loop.time()))
        batch = [(f"E{(number + i) % ENTITIES}", first + number + i) for i in range(each)]
        task = asyncio.create_task(post(await free.get(), batch))
        pending.add(task)
        task.add_done_callback(pending.discard)
    await asyncio.gather(*pending)
    for connection in connections:
        connection.close()
    return sent


async def run(city: Instance, quick: bool) -> dict[str, Any]:
    watches = [Watch() for _ in range(BROWSERS)]
    listeners = [asyncio.create_task(watch.listen(city)) for watch in watches]
    await load(city, rate=1_000, seconds=3, each=10, first=1)  # warm
    await asyncio.sleep(1)
    for watch in watches:
        watch.took_ms.clear()
    seconds = 15 if quick else 60
    loop = asyncio.get_running_loop()
    began = loop.time()
    sent = await load(city, rate=1_000, seconds=seconds, each=10, first=1_000_000)
    rate = 1_000 * seconds / (loop.time() - began)
    await asyncio.sleep(1)
    took = [ms for watch in watches for ms in watch.took_ms]
    rss_before = sum((await asyncio.to_thread(city.rss_mb)).values())
    burst = 6 if quick else 20
    sent |= await load(city, rate=5_000, seconds=burst, each=50, first=10_000_000)
    rss_after = sum((await asyncio.to_thread(city.rss_mb)).values())
    expected = 1_000 * 3 + 1_000 * seconds + 5_000 * burst
    unseen: set[str] = set()
    for _ in range(100):
        unseen = {
            name for watch in watches for name, number in sent.items() if watch.shown.get(name, -1) < number
        }
        if not unseen:
            break
        await asyncio.sleep(0.1)
    await asyncio.to_thread(
        city.wait, "the lake holds all", lambda: sum(city.counts().values()) >= expected, 60
    )
    counts = await asyncio.to_thread(city.counts)
    for listener in listeners:
        listener.cancel()
    await asyncio.gather(*listeners, return_exceptions=True)
    return {
        "p50_ms": round(percentile(took, 0.5), 1),
        "p99_ms": round(percentile(took, 0.99), 1),
        "rate_per_s": round(rate),
        "lost": expected - counts["stored"] + len(unseen),
        "shown": len(took),
        "burst_rate_per_s": 5_000,
        "rss_mb_before_burst": round(rss_before),
        "rss_mb_after_burst": round(rss_after),
    }


def main() -> None:
    given = options(__doc__ or "")
    with instance() as city:
        report("latency", asyncio.run(run(city, given.quick)), quick=given.quick)


if __name__ == "__main__":
    main()
