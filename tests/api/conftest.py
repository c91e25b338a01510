from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.api.house import House, house
from tests.db.shape import laid_out

from tocsin.bus.memory import MemoryBus, MemoryLog


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog()


@pytest.fixture
def bus(log: MemoryLog) -> MemoryBus:
    return MemoryBus(log)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return laid_out(tmp_path)


@pytest.fixture
async def door(folder: Path, bus: MemoryBus) -> AsyncIterator[House]:
    async with house(folder, bus) as made:
        yield made
