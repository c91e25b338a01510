"""Recorded days through every layer: an instance of its own, on the clock of the file."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from benchmarks.instance import Instance, instance

MAPPINGS = Path(__file__).parent / "mappings"
Play = Callable[[Path, str, str], Instance]


@pytest.fixture(scope="class")
def play() -> Iterator[Play]:
    """``play(file, mapping, zone)``: an instance in that local time, that has taken the whole file."""
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:

        def start(file: Path, mapping: str, zone: str) -> Instance:
            patch.setenv("TOCSIN_CITY_ZONE", zone)
            city = stack.enter_context(instance("--realm", f"backtest:{mapping}"))
            words = ["replay", str(file), "--mapping", str(MAPPINGS / f"{mapping}.toml")]
            there = ["--url", city.ready["url"], "--token", city.token]
            subprocess.run(
                [sys.executable, "-m", "tocsin", *words, *there],
                check=True,
                timeout=240,
            )
            return city

        yield start
