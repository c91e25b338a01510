from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.api.house import House, house

from tocsin.bus.memory import MemoryBus, MemoryLog


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog()


@pytest.fixture
def bus(log: MemoryLog) -> MemoryBus:
    return MemoryBus(log)


@pytest.fixture
async def door(tmp_path: Path, bus: MemoryBus) -> AsyncIterator[House]:
    async with house(tmp_path, bus) as made:
        yield made
