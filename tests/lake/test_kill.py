"""kill -9 of a lake process under load, against a real server: every reading once, counts exact."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tocsin.bus.accounts import connect
from tocsin.bus.codec import encode
from tocsin.bus.nats_server import NatsServer
from tocsin.kernel.events import Attribute, Observation, ObservationBatch, Quarantined
from tocsin.kernel.ports import Outgoing
from tocsin.lake.history import History
from tocsin.lake.reader import LakeReader

pytestmark = pytest.mark.real

ROUNDS = 4
PROCESS = """
import asyncio, pathlib, sys
from tocsin.bus.accounts import connect
from tocsin.lake.duties import Duties
from tocsin.lake.ledger import ledger_database
from tocsin.lake.stage import Lake

async def main():
    state = pathlib.Path(sys.argv[1])
    bus, db = await connect(state, "lake"), ledger_database(state)
    lake = Lake(bus, db, state / "lake", flush_s=0.02)
    await asyncio.gather(lake.run(), Duties(db, state / "lake", compact_every_s=0.3).run())

asyncio.run(main())
"""


async def test_kill_9_neither_loses_nor_doubles(tmp_path: Path, make: Any) -> None:
    server = NatsServer(tmp_path)
    await server.start()
    bus = await connect(tmp_path, "keeper")
    dice = random.Random(7)
    t0 = make["reading"](0).observed_at
    sent: list[str] = []
    held: set[str] = set()

    def envelope(n: int) -> Outgoing:
        observations = []
        for i in range(20):
            # one in five again, from anywhere before; entities take turns, times go up
            k = dice.randrange(n * 20 + i) if n and dice.random() < 0.2 else n * 20 + i
            sent.append(f"r{k}")
            observations.append(
                Observation(
                    f"r{k}",
                    f"urn:ngsi-ld:T:{k % 50}",
                    "T",
                    t0 + timedelta(seconds=k),
                    (Attribute("a", float(k)),),
                )
            )
        bad = ()
        if n % 3 == 0:
            held.add(f"q{n}")
            bad = (Quarantined(f"q{n}", b"?", "why", "json"),)
        return Outgoing("obs.src.s", encode(ObservationBatch("s", t0, tuple(observations), bad)))

    reader = LakeReader(tmp_path, History(tmp_path / "lake"))
    n = 0
    process = subprocess.Popen([sys.executable, "-c", PROCESS, str(tmp_path)])  # noqa: ASYNC220
    try:
        async with asyncio.timeout(110):
            for _ in range(ROUNDS):
                before = (await reader.count()).stored
                while (await reader.count()).stored < before + 300:
                    await bus.publish_many([envelope(n + i) for i in range(5)])
                    n += 5
                    await asyncio.sleep(0.02)
                await asyncio.sleep(dice.random() * 0.1)
                os.kill(process.pid, signal.SIGKILL)
                process.wait()
                process = subprocess.Popen([sys.executable, "-c", PROCESS, str(tmp_path)])  # noqa: ASYNC220
            while True:
                count = await reader.count("s")
                if count.stored + count.duplicates + count.quarantined >= len(sent) + len(held):
                    break
                assert process.poll() is None
                await asyncio.sleep(0.05)
    finally:
        process.kill()
        process.wait()
        await bus.close()
        await server.stop()
    assert count.quarantined == len(held)
    assert count.stored == len(set(sent))
    assert count.duplicates == len(sent) - len(set(sent))
    rows: list[str] = []
    for entity in range(50):
        points = await reader.history(entity=f"urn:ngsi-ld:T:{entity}", attribute="a", limit=10_000)
        rows += [p.observation for p in points]
    reader.close()
    assert len(rows) == len(set(rows)), "a reading is in the table twice"
    assert set(rows) == set(sent)
