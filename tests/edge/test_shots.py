"""A picture leaves its box blurred, and becomes evidence of the alert that its finding raised, once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from tests.alerts.conftest import T0, Desk, finding
from tests.evidence.photos import photo

from tocsin.app.box import blur
from tocsin.app.edge_shots import Shots
from tocsin.bus.codec import decode, encode
from tocsin.bus.memory import MemoryBus, MemoryLog
from tocsin.edge import stamp
from tocsin.edge.parcel import Parcel
from tocsin.edge.shutter import REFUSED, Shutter
from tocsin.evidence import service
from tocsin.evidence.intake import Intake
from tocsin.evidence.vault import Vault
from tocsin.kernel.clock import WallClock
from tocsin.kernel.events import Shot
from tocsin.kernel.ports import Outgoing


def files(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


async def run_until(stage: Any, holds: Callable[[], Any]) -> None:
    task = asyncio.create_task(stage.run())
    async with asyncio.timeout(10):
        while not holds():
            await asyncio.sleep(0.005)
            assert not task.done(), task
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_nothing_clear_leaves_and_nothing_stays_behind(tmp_path: Path) -> None:
    log, clear = MemoryLog(), photo()
    shutter = Shutter(MemoryBus(log), tmp_path, blur, look_s=0.001)
    (tmp_path / "f1.jpg").write_bytes(clear)
    (tmp_path / "f2.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    (tmp_path / "half.jpg.part").write_bytes(clear[:20])
    await run_until(shutter, lambda: shutter.health().figures == {"taken": 1.0, "refused": 1.0})
    newest = await MemoryBus(log).last("SHOT", "shot.>")
    assert newest is not None
    shot = decode(newest.data, Shot)
    assert (shot.finding, shot.picture) == ("f1", blur(clear))
    assert clear[-400:-100] not in newest.data
    assert files(tmp_path) == ["half.jpg.part", f"{REFUSED}/f2.png"]


@pytest.fixture
def desk(tmp_path: Path) -> Any:
    made = Desk(tmp_path / "ops.db")
    yield made
    made.db.close()


def parcel(picture: bytes, of: str = "f1") -> Outgoing:
    return Outgoing("edge.tower.shot", encode(Parcel(1, 1, (encode(Shot(of, T0, picture)),))))


async def test_a_picture_becomes_evidence_of_its_alert_once(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tocsin.app.edge_shots.RETRY_S", 0.005)
    vault = Vault(tmp_path)
    vault.prepare()
    log = MemoryLog()
    bus, first, second = MemoryBus(log), blur(photo()), blur(photo(seed=9, width=80, height=120))

    def shots(patience: float = 60.0) -> Shots:
        return Shots(bus, desk.db, Intake(vault), WallClock(), patience=timedelta(seconds=patience))

    def held() -> list[Any]:
        return desk.db.read_now(lambda conn: service.of(conn, ["AL-0001"], []))

    await bus.publish(parcel(first))
    stage = shots()
    task = asyncio.create_task(stage.run())
    await asyncio.sleep(0.05)
    assert stage.health().position == {"SHOT": 0}, "its finding is still on its way"
    desk.take(stamp.finding(finding("f1"), "tower", desk.clock.now()))
    await run_until(shots(), lambda: len(held()) == 1)  # another process of ours, killed in between
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    (one,) = held()
    assert (one.kind, one.alert, one.added_by, one.source) == ("picture", "AL-0001", "edge:tower", "tool")

    # laid in twice; another picture; of nobody's finding; no picture at all; not even a parcel
    for out in (parcel(first), parcel(second), parcel(first, "stranger"), parcel(b"<svg/>")):
        await bus.publish(out)
    await bus.publish(Outgoing("edge.tower.shot", b"\xc1"))
    last = shots(patience=0)
    await run_until(last, lambda: last.health().position["SHOT"] == 6)
    assert held()[0].sha256 == one.sha256
    assert len(held()) == 2
    assert last.health().figures == {"entered": 2.0, "refused": 3.0}
    asked = text("select person, action from audit where object_kind = 'evidence' order by seq")
    rows = [tuple(row) for row in desk.db.read_now(lambda conn: conn.execute(asked).all())]
    assert rows == [("edge:tower", "evidence.add")] * 5
    again = shots(patience=0)
    task = asyncio.create_task(again.run())
    await asyncio.sleep(0.05)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert len(held()) == 2


@pytest.mark.parametrize(
    "shot",
    [
        Shot("f1", T0.replace(tzinfo=None), b"x"),
        Shot("f1", datetime(1, 1, 1, tzinfo=UTC), b"x"),
        Shot("f\x001", T0, b"x"),
        Shot("f\n1", T0, b"x"),
        Shot("f" * 300, T0, b"x"),
    ],
)
async def test_a_hostile_picture_is_refused_and_the_door_goes_on(
    shot: Shot, desk: Desk, tmp_path: Path
) -> None:
    bus = MemoryBus(MemoryLog())
    await bus.publish(Outgoing("edge.tower.shot", encode(Parcel(1, 1, (encode(shot),)))))
    stage = Shots(bus, desk.db, Intake(Vault(tmp_path)), WallClock())
    await run_until(stage, lambda: stage.health().position["SHOT"] == 1)
    assert stage.health().figures["refused"] == 1


async def test_a_defect_costs_one_picture_and_not_the_door(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("never thought of")

    monkeypatch.setattr(Shots, "_ready", broken)
    bus = MemoryBus(MemoryLog())
    await bus.publish(parcel(photo()))
    stage = Shots(bus, desk.db, Intake(Vault(tmp_path)), WallClock())
    await run_until(stage, lambda: stage.health().position["SHOT"] == 1)
    assert stage.health().figures["refused"] == 1


@pytest.mark.parametrize("error", [PermissionError(13, "Permission denied"), FileNotFoundError(2, "gone")])
async def test_a_file_that_cannot_be_read_holds_nothing_up(
    error: OSError, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutter = Shutter(MemoryBus(MemoryLog()), tmp_path, blur, look_s=0.001)
    for name in ("bad.jpg", "good.jpg"):
        (tmp_path / name).write_bytes(photo())
    opening = Path.open

    def opened(self: Path, *args: Any, **kwargs: Any) -> Any:
        if self.name == "bad.jpg":
            raise error
        return opening(self, *args, **kwargs)

    monkeypatch.setattr(Path, "open", opened)
    await run_until(shutter, lambda: shutter.health().figures["taken"] == 1)
    assert (tmp_path / "bad.jpg").exists()


async def test_a_folder_that_went_away_is_said_in_words(tmp_path: Path) -> None:
    folder = tmp_path / "shots"
    shutter = Shutter(MemoryBus(MemoryLog()), folder, blur, look_s=0.001)
    (folder / REFUSED).rmdir()
    folder.rmdir()
    await run_until(shutter, lambda: "cannot look into" in shutter.health().words)
