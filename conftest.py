"""For every suite: where recorded data and the browser are, and what is skipped, said aloud."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# no test is timed: a busy machine is no defect
settings.register_profile("tocsin", deadline=None)
settings.load_profile("tocsin")

ROOT = Path(__file__).resolve().parent
#: recorded city data; not part of the project. Tests that need it skip where it is absent
DATA = Path(os.environ.get("TOCSIN_DATA", ROOT.parent / "shared" / "data"))


@pytest.fixture(scope="session")
def recorded() -> Path:
    """The folder of recorded city data, or a visible skip."""
    if not (DATA / "anomaly").is_dir():
        pytest.skip(f"recorded city data is not at {DATA} (set TOCSIN_DATA)")
    return DATA
