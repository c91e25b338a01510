from __future__ import annotations

import pytest

from tocsin.bus.memory import MemoryBus, MemoryLog


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog()


@pytest.fixture
def bus(log: MemoryLog) -> MemoryBus:
    return MemoryBus(log)
