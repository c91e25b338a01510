from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.api.house import House, house
from tests.db.shape import shaped

from tocsin.bus.memory import MemoryBus, MemoryLog
from tocsin.db import Database


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog()


@pytest.fixture
def bus(log: MemoryLog) -> MemoryBus:
    return MemoryBus(log)


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Databases of today's shape, empty: to be copied, which is ten times quicker than to migrate."""
    folder = tmp_path_factory.mktemp("blank")
    for name in ("ops", "context"):
        db = Database(folder / f"{name}.db", durable=False, name=name)
        shaped(db)
        db.close()
    return folder


@pytest.fixture
def folder(tmp_path: Path, blank: Path) -> Path:
    for file in blank.glob("*.db"):
        shutil.copy(file, tmp_path)
    return tmp_path


@pytest.fixture
async def door(folder: Path, bus: MemoryBus) -> AsyncIterator[House]:
    async with house(folder, bus) as made:
        yield made
