from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.db.shape import shaped

from tocsin.db import Database
from tocsin.normalise.models import read_models
from tocsin.privacy.classes import Classes, read_classes
from tocsin.privacy.keys import Every, Keys
from tocsin.privacy.shield import Shield

NOW = datetime(2026, 11, 21, 16, 42, 17, tzinfo=UTC)
KNOWN = {type_name: frozenset(model.spelled()) for type_name, model in read_models().items()}


class At:
    """A clock that stands, and can be set."""

    def __init__(self, now: datetime = NOW) -> None:
        self.at = now

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> At:
    return At()


@pytest.fixture
def keys(tmp_path: Path) -> Callable[..., Keys]:
    def make(every: Every = "month", keep: timedelta = timedelta(days=7), folder: str = "pseudonyms") -> Keys:
        return Keys(tmp_path / "keys" / folder, every=every, keep=keep)

    return make


@pytest.fixture
def shielded(keys: Callable[..., Keys]) -> Callable[..., Shield]:
    def make(classes: Classes | None = None, own: Keys | None = None) -> Shield:
        return Shield(classes or read_classes(), own or keys(), known=KNOWN, open_sources={"http"})

    return make


@pytest.fixture
def ops(tmp_path: Path) -> Iterator[Database]:
    db = Database(tmp_path / "ops.db", durable=False, name="ops")
    shaped(db)
    yield db
    db.close()
