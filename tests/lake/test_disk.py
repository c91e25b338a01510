"""A disk that really fills up (a small tmpfs; needs the right to mount)."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tocsin.lake import stage as stage_module

pytestmark = pytest.mark.real


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    target = tmp_path / "small"
    target.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "none", str(target)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no right to mount a small disk here; a refusing writer is tried in test_stage.py")
    yield target
    subprocess.run(["umount", "-l", str(target)], check=True)


def fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"x" * 4096)


async def test_full_then_room_again(
    folder_world: Any, make: Any, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """First the table has no room, then there is some: all is stored once, and what came meanwhile too."""
    monkeypatch.setattr(stage_module, "_FIRST_PAUSE_S", 0.05)
    monkeypatch.setattr(stage_module, "_LONGEST_PAUSE_S", 0.1)
    lake_folder = folder_world.state / "lake"
    lake_folder.symlink_to(small_disk)
    async with folder_world.running() as lake:
        await folder_world.send([make["reading"](0)])
        await folder_world.settled()
        ballast = small_disk / "ballast"
        fill(ballast)
        for n in range(1, 6):
            await folder_world.send([make["reading"](n), make["reading"](n - 1)])
        await make["until"](lambda: lake.health().state == "degraded")
        assert "full" in lake.health().words
        assert lake.health().position == {"OBS": 1}
        ballast.unlink()
        await folder_world.settled()
        assert lake.health().state == "working"
    assert await folder_world.counted() == (6, 0, 5)
    assert [p.value for p in await folder_world.points()] == [float(n) for n in range(6)]
