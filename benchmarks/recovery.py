"""kill -9 of each process in turn under load: nothing accepted is lost, nothing takes effect twice.

While 600 readings/s come in, one process after another is killed. In each round a crowd cell of its own
is driven over the limit, so exactly one alert per round is due, whatever dies meanwhile. ``lost`` and
``doubled`` count readings and alerts together; ``recover_p95_s`` is the time from the kill until the
process is back and a reading accepted afterwards stands in the city's picture.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections import Counter
from datetime import UTC, datetime
from time import monotonic
from typing import Any

from instance import Instance, instance, options, percentile, report
from wire import Connection, Refused

VICTIMS = ("nats", "door", "stages", "lake", "runner")
SENSORS = 300
EACH = 30
RATE = 600
AREA_M2 = 400


class Load:
    """Readings with numbers of their own; a request is repeated word for word until it is accepted."""

    def __init__(self, city: Instance) -> None:
        self.city = city
        self.accepted = 0
        self.repeated = 0
        self.crowded: set[str] = set()
        self.cells: set[str] = set()
        self._number = 0

    def _reading(self, at: str) -> dict[str, object]:
        self._number += 1
        return {
            "id": f"R{self._number % SENSORS}",
            "type": "ItemFlowObserved",
            "observedAt": at,
            "lon": 24.94,
            "lat": 60.17,
            "intensity": 20 + self._number % 7,
            "messageId": f"n{self._number}",
        }

    def _cells(self, at: str) -> list[dict[str, object]]:
        return [
            {
                "id": cell,
                "type": "CrowdFlowObserved",
                "observedAt": at,
                "lon": 24.90 + 0.01 * int(cell[1:]),
                "lat": 60.20,
                "area": AREA_M2,
                "peopleCount": AREA_M2 * 6 if cell in self.crowded else AREA_M2,
                "messageId": f"{cell}-{at}",
            }
            for cell in sorted(self.cells)
        ]

    async def drive(self, until: asyncio.Event) -> None:
        connection = Connection(self.city.port, self.city.token)
        loop = asyncio.get_running_loop()
        due, last_cells = loop.time(), 0.0
        while not until.is_set():
            at = datetime.now(UTC).isoformat()
            batch = [self._reading(at) for _ in range(EACH)]
            if loop.time() - last_cells >= 1.0:
                last_cells = loop.time()
                batch += self._cells(at)
            body = json.dumps(batch).encode()
            while True:
                try:
                    await connection.post("/api/v1/ingest/json", body)
                    break
                except (OSError, Refused):
                    self.repeated += 1
                    await asyncio.sleep(0.05)
            self.accepted += len(batch)
            due = max(due + EACH / RATE, loop.time() - 1)
            await asyncio.sleep(max(0.0, due - loop.time()))


async def one_round(city: Instance, load: Load, victim: str, cell: str) -> float:
    """Kill, wait until it is back and the city's picture moves again; the seconds that took."""
    load.cells.add(cell)
    await asyncio.sleep(1.5)
    load.crowded.add(cell)
    await asyncio.sleep(1.0)
    pid = (await asyncio.to_thread(city.processes))[victim]
    began, at = monotonic(), datetime.now(UTC).isoformat()
    os.kill(pid, signal.SIGKILL)

    def back() -> bool:
        if city.processes().get(victim, pid) == pid:
            return False
        entity = city.get("/entities/urn:ngsi-ld:ItemFlowObserved:R1")
        return datetime.fromisoformat(entity["observed_at"]) > datetime.fromisoformat(at)

    await asyncio.to_thread(city.wait, f"{victim} is back", back)
    return monotonic() - began


def raised(city: Instance, cells: list[str]) -> Counter[str]:
    """How many density alerts each cell has, and how often each was raised."""
    found: Counter[str] = Counter()
    for alert in city.pages("/alerts", state="all"):
        for entity in alert["entities"]:
            name = entity.rsplit(":", 1)[-1]
            if name in cells and alert["kind"] == "crowd.density":
                events = city.get(f"/alerts/{alert['id']}/events")["items"]
                found[name] += sum(1 for event in events if event["act"] == "raised")
    return found


async def run(city: Instance, quick: bool) -> dict[str, Any]:
    load, until = Load(city), asyncio.Event()
    task = asyncio.create_task(load.drive(until))
    await asyncio.sleep(1)
    victims = [VICTIMS[i % len(VICTIMS)] for i in range(6 if quick else 30)]
    cells = [f"C{number}" for number in range(len(victims))]
    times = []
    for victim, cell in zip(victims, cells, strict=True):
        times.append(await one_round(city, load, victim, cell))
    # the alerts need their sustained time to pass; the load goes on until the readings suffice too
    await asyncio.to_thread(
        city.wait, "an alert for every crowded cell", lambda: len(raised(city, cells)) >= len(cells), 90
    )
    while load.accepted < 20_000:
        await asyncio.sleep(0.2)
    until.set()
    await task
    await asyncio.to_thread(
        city.wait, "the lake holds all", lambda: city.counts()["stored"] >= load.accepted, 60
    )
    await asyncio.sleep(3)  # time for a doubled reading or alert to show itself
    counts = await asyncio.to_thread(city.counts)
    alerts = await asyncio.to_thread(raised, city, cells)
    lost = load.accepted - counts["stored"] + sum(1 for cell in cells if alerts[cell] < 1)
    doubled = max(0, counts["stored"] - load.accepted) + sum(max(0, alerts[cell] - 1) for cell in cells)
    return {
        "rounds": len(victims),
        "accepted": load.accepted,
        "stored": counts["stored"],
        "lost": max(0, lost),
        "doubled": doubled,
        "recover_p95_s": round(percentile(times, 0.95), 2),
        "recover_max_s": {
            victim: round(max(t for v, t in zip(victims, times, strict=True) if v == victim), 2)
            for victim in dict.fromkeys(victims)
        },
        "requests_repeated": load.repeated,
        "duplicates": counts["duplicates"],
        "alerts_due": len(cells),
        "alerts_raised": sum(alerts.values()),
    }


def main() -> None:
    given = options(__doc__ or "")
    with instance() as city:
        report("recovery", asyncio.run(run(city, given.quick)), quick=given.quick)


if __name__ == "__main__":
    main()
