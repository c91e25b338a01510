from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from tests.db.shape import shaped

from tocsin.db import Database
from tocsin.identity.identity import Identity
from tocsin.identity.passwords import Passwords


class SetClock:
    """A wall that a test moves."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def pass_(self, by: timedelta) -> None:
        self.at += by


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def ops(tmp_path: Path) -> Iterator[Database]:
    db = Database(tmp_path / "ops.db", durable=False, name="ops")
    shaped(db)
    yield db
    db.close()


@pytest.fixture
def identity(ops: Database, clock: SetClock, tmp_path: Path) -> Identity:
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    return Identity(
        ops,
        idle=timedelta(hours=12),
        longest=timedelta(hours=24),
        clock=clock,
        passwords=Passwords(quick),
        state=tmp_path,
    )
