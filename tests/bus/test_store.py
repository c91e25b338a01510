"""A server that gave up storing is told from one that only refuses, by what its log says."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from tocsin.bus import nats_store
from tocsin.bus.nats_store import ROOM_BYTES, StuckStore

FAILED = "[ERR] JetStream failed to store a msg on stream 'live > RAW': write 1: no space left on device\n"


class Disk:
    free = 0


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    monkeypatch.setattr(nats_store.shutil, "disk_usage", lambda _: SimpleNamespace(free=Disk.free))
    Disk.free = 0
    return Disk()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    (tmp_path / "nats").mkdir()
    file = tmp_path / "nats" / "nats.log"
    file.write_text(FAILED)  # of an earlier life
    return file


def test_waits_for_room_then_asks_once(disk: Disk, log: Path, tmp_path: Path) -> None:
    store = StuckStore(tmp_path)
    Disk.free = ROOM_BYTES
    assert not store.look(), "what was said before is over"
    Disk.free = 0
    with log.open("a") as file:
        file.write(FAILED)
    assert not store.look(), "it would only fail again"
    assert store.failed
    Disk.free = ROOM_BYTES
    assert store.look(), "also when it has said nothing more since"
    store.forget()
    assert not store.look()


@pytest.mark.parametrize(
    ("line", "stuck"),
    [
        ("[ERR] JetStream failed to store a msg on stream 'x': input/output error", True),
        ("[ERR] JetStream out of File resources, will be DISABLED", True),
        ("[ERR] JetStream failed to store a msg on stream 'x': maximum bytes exceeded", False),
        ("[INF] Reloaded server configuration", False),
    ],
)
def test_a_limit_of_ours_is_no_broken_disk(
    disk: Disk, log: Path, tmp_path: Path, line: str, stuck: bool
) -> None:
    Disk.free = ROOM_BYTES
    store = StuckStore(tmp_path)
    log.write_text(line + "\n")  # and the log was rotated: it is shorter than before
    assert store.look() is stuck
