import asyncio
import json
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from tocsin.bus.codec import decode
from tocsin.bus.memory import MemoryBus, MemoryLog
from tocsin.ingest.http import HttpIntake
from tocsin.ingest.mappings import Mappings
from tocsin.kernel.clock import WallClock
from tocsin.kernel.events import RawBatch


@pytest.fixture
def log():
    return MemoryLog()


@pytest.fixture
def bus(log):
    return MemoryBus(log)


@pytest.fixture
def intake(bus, tmp_path):
    return HttpIntake(bus, WallClock(), Mappings(tmp_path / "mappings"))


@pytest.fixture
def envelopes(log):
    """What lies in RAW, decoded."""
    return lambda: [decode(m.data, RawBatch) for m in log.streams["RAW"].messages]


@pytest.fixture
def until():
    async def wait(condition) -> None:
        async with asyncio.timeout(60):
            while not condition():  # noqa: ASYNC110 - the condition has no event
                await asyncio.sleep(0.001)

    return wait


@pytest.fixture
def running():
    @asynccontextmanager
    async def run(stage):
        task = asyncio.create_task(stage.run())
        try:
            yield task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    return run


@pytest.fixture
def readings():
    def make(count: int, first: int = 0, at: datetime = datetime(2026, 11, 21, 16, tzinfo=UTC)) -> list[dict]:
        return [
            {"id": f"K-{first + i}", "type": "ItemFlowObserved", "observedAt": at.isoformat(), "outflow": i}
            for i in range(count)
        ]

    return make


@pytest.fixture
def body(readings):
    return lambda *a, **k: json.dumps(readings(*a, **k)).encode()
