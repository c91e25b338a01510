from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.notify.delivery.city import City


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    made = City(tmp_path)
    yield made
    made.db.close()
