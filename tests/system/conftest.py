"""One city for all tests that leave it standing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.system.city import QUICK_CROWD, City, Operator, running


def prepared(state: Path) -> Path:
    """A state folder whose crowd tool is told to be quick."""
    (state / "tools").mkdir(parents=True)
    (state / "tools" / "crowd.toml").write_text(QUICK_CROWD)
    return state


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    with running(prepared(tmp_path_factory.mktemp("system") / "city")) as found:
        yield found


@pytest.fixture(scope="session")
def operator(city: City) -> Operator:
    return Operator(city)
