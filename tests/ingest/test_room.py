"""Too little room on the disk: nothing is taken, at once and with the cure."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from tocsin.ingest import room as module
from tocsin.ingest.http import HttpIntake
from tocsin.ingest.mappings import Mappings
from tocsin.ingest.room import LEAST_BYTES, Room
from tocsin.kernel.clock import WallClock
from tocsin.kernel.errors import Unavailable


async def test_refused_below_the_least_and_taken_again(
    bus, log, tmp_path: Path, monkeypatch, running, until
) -> None:
    disk = SimpleNamespace(free=LEAST_BYTES)
    monkeypatch.setattr(module.shutil, "disk_usage", lambda _: disk)
    monkeypatch.setattr(module, "_LOOK_S", 0.001)
    room = Room(tmp_path)
    intake = HttpIntake(bus, WallClock(), Mappings(tmp_path), room=room)
    async with running(room):
        assert await intake.accept_json(b"[{}]") == 1
        assert room.health().state == "working"
        disk.free = LEAST_BYTES - 1
        await until(lambda: room.health().state == "degraded")
        with pytest.raises(Unavailable, match="disk is full") as refused:
            await intake.accept_json(b"[{}]")
        assert refused.value.cure
        assert len(log.streams["RAW"].messages) == 1
        disk.free = LEAST_BYTES
        await until(lambda: room.health().state == "working")
        assert await intake.accept_json(b"[{}]") == 1
    await intake.close()
