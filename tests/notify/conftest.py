from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.notify import desk as making
from tests.notify.desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = making.desk(tmp_path)
    yield made
    made.db.close()


@pytest.fixture
def exercise(tmp_path: Path) -> Iterator[Desk]:
    made = making.desk(tmp_path, issuer=making.issuer(live=False))
    yield made
    made.db.close()
