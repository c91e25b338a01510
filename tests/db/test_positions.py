from __future__ import annotations

from pathlib import Path

import pytest

from tocsin.db import Database, positions
from tocsin.db.migrate import upgrade
from tocsin.kernel.errors import Conflict


@pytest.mark.parametrize("name", ["ops", "context"])
def test_a_position_moves_forward_only(tmp_path: Path, name: str) -> None:
    db = Database(tmp_path / f"{name}.db", durable=False)
    upgrade(db)
    load = lambda: db.read_now(lambda c: positions.load(c, "alerts", "FINDING"))  # noqa: E731
    save = lambda seq: db.write_now(lambda c: positions.save(c, "alerts", "FINDING", seq))  # noqa: E731
    assert load() == 0
    save(5)
    assert load() == 5
    save(5)
    save(9)
    with pytest.raises(Conflict, match="already come to 9"):
        save(8)
    assert load() == 9
    assert db.read_now(lambda c: positions.load(c, "other", "FINDING")) == 0
    db.close()
