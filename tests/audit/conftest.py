from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.audit.build import T0, deed
from tests.db.shape import shaped

from tocsin.audit import beside, service
from tocsin.audit.keys import SigningKey, signing_key
from tocsin.db import Connection, Database


class SetClock:
    def __init__(self) -> None:
        self.at = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


@dataclass
class Kept:
    """A state folder with a record in it."""

    state: Path
    db: Database
    key: SigningKey
    clock: SetClock

    @property
    def file(self) -> Path:
        return self.state / beside.NAME

    def write(self, first: int, last: int) -> None:
        def fill(conn: Connection) -> None:
            for number in range(first, last + 1):
                service.record(conn, deed(number))

        self.db.write_now(fill)

    def sign(self) -> None:
        service.sign_now(self.db, self.key, self.file, self.clock.now())


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    state = tmp_path / "city"
    state.mkdir()
    (state / "layout").touch()
    db = Database(state / "ops.db", durable=False, name="ops")
    shaped(db)
    yield Kept(state, db, signing_key(state), SetClock())
    db.close()


@pytest.fixture
def later() -> datetime:
    return T0 + timedelta(days=400)
