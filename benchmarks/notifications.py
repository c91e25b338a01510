"""NGSI-LD notifications on one instance: 1,000 subscriptions, 1,000 updates/s, each matching exactly one.

Half of the subscriptions name an entity, half a value that one entity has (``q``). Updates come in batches of
50 over the interface; the receiver is one HTTP server in this process. First 60 s undisturbed (quick: 10 s):
``p99_ms`` from the sending of a batch until each of its changes has arrived. Then 5 minutes in which every
30 s one of *stages*, *door* and *nats* is killed with -9 (quick: one kill in 15 s): a batch is repeated until
it is accepted; ``missed`` counts accepted changes that never arrived, in both parts together.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import psutil

from instance import Instance, instance, options, percentile, report
from wire import Connection, Refused

SUBSCRIPTIONS, RATE, BATCH = 1000, 1000, 50
VICTIMS = ("stages", "door", "nats")
KILL_EVERY_S = 30.0
V1 = "/ngsi-ld/v1"
_DECODE = msgspec.json.Decoder().decode


class Receiver:
    """Takes notifications; ``arrived``: number of each change to the moment at which it first came."""

    def __init__(self) -> None:
        self.arrived: dict[int, float] = {}
        self.notifications = self.repeated = 0
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                at = head.find(b"content-length:") + 15
                body = await reader.readexactly(int(head[at : head.find(b"\r", at)]))
                writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
                now = time.perf_counter()
                self.notifications += 1
                for entity in _DECODE(body)["data"]:
                    number = entity["number"]
                    self.repeated += number in self.arrived
                    self.arrived.setdefault(number, now)
        writer.close()


class Load:
    """``sent``: number of each accepted change to the moment at which it was sent."""

    def __init__(self, city: Instance) -> None:
        self.city = city
        self.sent: dict[int, float] = {}
        self.repeats = 0
        self._number = 0

    async def run(self, seconds: float) -> None:
        """So many a second for so long, in step with the clock; two batches under way at most."""
        begun = time.perf_counter()
        due = iter(range(int(seconds * RATE / BATCH)))

        async def drive(connection: Connection) -> None:
            for turn in due:
                await asyncio.sleep(max(0.0, begun + turn * BATCH / RATE - time.perf_counter()))
                await self._batch(connection)

        await asyncio.gather(*(drive(Connection(self.city.port, self.city.token)) for _ in range(2)))

    async def _batch(self, connection: Connection) -> None:
        numbers = range(self._number, self._number + BATCH)
        self._number += BATCH
        body = json.dumps([self._update(number) for number in numbers]).encode()
        while True:
            sent = time.perf_counter()
            try:
                told = await connection.post(f"{V1}/entityOperations/update", body)
            except (OSError, Refused):
                self.repeats += 1
                await asyncio.sleep(0.2)
                continue
            if b'"errors"' in told:
                raise SystemExit(f"refused: {told[:300]!r}")
            self.sent |= dict.fromkeys(numbers, sent)
            return

    @staticmethod
    def _update(number: int) -> dict[str, Any]:
        return {
            "id": entity(number % SUBSCRIPTIONS),
            "type": "Sensor",
            "number": {"type": "Property", "value": number},
        }


def entity(which: int) -> str:
    return f"urn:ngsi-ld:Sensor:{which:05}"


async def subscribe(city: Instance, receiver: Receiver) -> None:
    connection = Connection(city.port, city.token)
    things = [
        {
            "id": entity(which),
            "type": "Sensor",
            "zone": {"type": "Property", "value": f"zone-{which}"},
            "number": {"type": "Property", "value": -1},
        }
        for which in range(SUBSCRIPTIONS)
    ]
    await connection.post(f"{V1}/entityOperations/upsert", json.dumps(things).encode())
    for which in range(SUBSCRIPTIONS):
        selector = {"type": "Sensor", "id": entity(which)} if which % 2 else {"type": "Sensor"}
        body = {
            "type": "Subscription",
            "entities": [selector],
            "watchedAttributes": ["number"],
            "notification": {
                "format": "keyValues",
                "endpoint": {"uri": f"http://127.0.0.1:{receiver.port}/{which}"},
            },
        }
        if not which % 2:
            body["q"] = f'zone=="zone-{which}"'
        await connection.post(f"{V1}/subscriptions", json.dumps(body).encode())
    connection.close()


async def kills(city: Instance, every_s: float, until: asyncio.Event) -> list[str]:
    killed: list[str] = []
    while not until.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(until.wait(), every_s)
            return killed
        victim = VICTIMS[len(killed) % len(VICTIMS)]
        with suppress(OSError, KeyError):  # the door that tells may be the one that is away
            os.kill((await asyncio.to_thread(city.processes))[victim], signal.SIGKILL)
            killed.append(victim)
    return killed


async def arrive(load: Load, receiver: Receiver, within_s: float) -> None:
    end = time.perf_counter() + within_s
    while load.sent.keys() - receiver.arrived.keys() and time.perf_counter() < end:
        await asyncio.sleep(0.2)


def cpu_s(city: Instance) -> dict[str, float]:
    spent = {}
    for name, pid in city.processes().items():
        with suppress(psutil.NoSuchProcess):
            times = psutil.Process(pid).cpu_times()
            spent[name] = times.user + times.system
    return spent


async def run(city: Instance, quick: bool) -> dict[str, Any]:
    receiver, load = Receiver(), Load(city)
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    await subscribe(city, receiver)
    await asyncio.sleep(2.0)
    before = await asyncio.to_thread(cpu_s, city)
    steady_s = 10.0 if quick else 60.0
    await load.run(steady_s)
    await arrive(load, receiver, 30.0)
    spent = {
        name: round((now - before.get(name, 0.0)) / len(load.sent) * 1e6)
        for name, now in (await asyncio.to_thread(cpu_s, city)).items()
    }
    times = [receiver.arrived[n] - at for n, at in load.sent.items() if n in receiver.arrived]
    undisturbed = len(load.sent)
    over = asyncio.Event()
    killing = asyncio.create_task(kills(city, 5.0 if quick else KILL_EVERY_S, over))
    await load.run(8.0 if quick else 300.0)
    over.set()
    killed = await killing
    await arrive(load, receiver, 90.0)
    await asyncio.sleep(3.0)  # ledgers are written down once a second
    ledgers = list(await asyncio.to_thread(lambda: list(city.pages("/subscriptions"))))
    server.close()
    return {
        "p99_ms": round(percentile(times, 0.99) * 1000, 1),
        "p50_ms": round(percentile(times, 0.5) * 1000, 1),
        "accepted": len(load.sent),
        "notified": len(load.sent.keys() & receiver.arrived.keys()),
        "missed": len(load.sent.keys() - receiver.arrived.keys()),
        "accepted_undisturbed": undisturbed,
        "subscriptions": len(ledgers),
        "killed": killed,
        "repeated": receiver.repeated,
        "ledger_sent": sum(one["sent"] for one in ledgers),
        "ledger_waiting": sum(one["waiting"] for one in ledgers),
        # how much of a core one change costs in each process, however busy the machine is
        "cpu_us": spent,
    }


def main() -> None:
    given = options(__doc__ or "")
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder:
        state = Path(folder) / "state"
        state.mkdir()
        (state / "tocsin.toml").write_text('[subscriptions]\nhosts = "127.0.0.1"\n')
        with instance(state=state) as city:
            report("notifications", asyncio.run(run(city, given.quick)), quick=given.quick)


if __name__ == "__main__":
    main()
