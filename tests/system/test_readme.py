"""The table of faults names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent


def test_every_test_of_the_table_exists() -> None:
    named = re.findall(r"`((?:tests/\w+/)?test_\w+\.py)::(\w+)`", (HERE / "README.md").read_text())
    assert len(named) > 40
    for file, test in named:
        path = ROOT / file if "/" in file else HERE / file
        assert path.exists(), file
        assert re.search(rf"def {test}\(", path.read_text()), f"{file} has no {test}"


def test_every_system_test_stands_in_the_table() -> None:
    told = (HERE / "README.md").read_text()
    for file in HERE.glob("test_*.py"):
        for test in re.findall(r"^def (test_\w+)\(", file.read_text(), re.MULTILINE):
            if file.name not in ("test_readme.py", "test_lifecycle.py"):
                assert test in told, f"{file.name}::{test} holds no promise of the table"
