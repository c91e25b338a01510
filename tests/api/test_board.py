"""The status board: heartbeats, silence, lags, tools."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.api.door import SetClock, batch, observation, running

from tocsin.api import board as module
from tocsin.api.board import Board
from tocsin.api.processes import processes_file
from tocsin.api.schemas import LiveFigures, Status
from tocsin.bus.memory import MemoryBus
from tocsin.kernel.ports import Health

ACTS = [{"at": "2026-11-21T16:05:00Z", "title": "Surge", "words": "w", "press": "A"}]
DEMO = {"seed": 7, "title": "Protest", "started_at": "2026-11-21T16:00:00Z", "acts": ACTS}
TOOL = {
    "id": "crowd",
    "title": "Crowd",
    "claim": "c",
    "version": "1",
    "capability": "detect",
    "state": "working",
    "words": "",
    "guide_md": "# Guide",
    "params": {"surge": {"value": 1}},
}


class NoFigures:
    def live_figures(self) -> LiveFigures:
        return LiveFigures(clients=0, gaps=0, missed=0, coalesced=0)


def board_over(bus: MemoryBus, **more: Any) -> Board:
    return Board(bus, SetClock(), NoFigures(), realm="live", version="0", **more)


async def until(board: Board, fits: Callable[[Status], bool]) -> Status:
    async with asyncio.timeout(10):
        while not fits(status := board.status()):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return status


async def say(bus: MemoryBus, health: Health) -> None:
    await bus.announce(f"status.{health.name}", msgspec.msgpack.encode(health))


def stage(status: Status, name: str) -> Any:
    return next((row for row in status.stages if row.name == name), None)


async def listening(bus: MemoryBus) -> None:
    async with asyncio.timeout(10):
        while not bus.log.listeners:  # noqa: ASYNC110
            await asyncio.sleep(0)


async def test_heartbeats_lags_and_silence(bus: MemoryBus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SILENT_S", 0.3)
    board = board_over(bus, expected=("context", "lake"))
    for n in range(5):
        await bus.publish(batch(observation("A1", n, n)))
    async with running(board):
        await listening(bus)
        await say(bus, Health("context", position={"OBS": 3}, figures={"readings": 3}))
        status = await until(board, lambda s: bool(s.streams) and stage(s, "context").state == "working")
        assert stage(status, "context").lag == {"OBS": 2}
        assert stage(status, "context").figures == {"readings": 3}
        assert (stage(status, "lake").state, stage(status, "lake").heard_at) == ("silent", None)
        assert status.state == "silent"
        before = board.revision()
        silent = await until(board, lambda s: stage(s, "context").state == "silent")
        assert "not heard since 16:00:00 UTC" in stage(silent, "context").words
        await until(board, lambda _: board.revision() > before)
        await say(bus, Health("context", position={"OBS": 5}))
        await until(board, lambda s: stage(s, "context").state == "working")


def test_a_lost_process_shows_within_two_seconds() -> None:
    assert module.SILENT_S + module._LOOK_S <= 2.0


async def test_tools_come_from_their_host_and_fall_silent_with_it(
    bus: MemoryBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SILENT_S", 0.3)
    board = board_over(bus)
    async with running(board):
        await listening(bus)
        await say(
            bus, Health("runner", detail={"tools": [TOOL, {**TOOL, "id": "anomaly", "state": "degraded"}]})
        )
        status = await until(board, lambda s: len(s.tools) == 2)
        assert [tool.id for tool in status.tools] == ["anomaly", "crowd"]
        assert status.state == "degraded", "a tool that is unwell leaves the house standing"
        assert status.tools[1].guide_md == "", "the wall carries no books"
        assert board.tools()[1].guide_md == "# Guide"
        silent = await until(board, lambda s: s.tools[1].state == "silent")
        assert "runner" in silent.tools[1].words
        await say(bus, Health("runner", detail={"tools": [TOOL]}))
        await until(board, lambda s: [tool.id for tool in s.tools] == ["crowd"])


async def test_nonsense_is_passed_over(bus: MemoryBus) -> None:
    board = board_over(bus)
    async with running(board):
        await listening(bus)
        await bus.announce("status.x", b"\xc1")
        await say(bus, Health("runner", detail={"tools": [{"no": "id"}]}))
        await say(bus, Health("strange", state="ecstatic"))
        status = await until(board, lambda s: stage(s, "strange") is not None)
        assert status.tools == []
        assert status.state == "degraded", "an unknown word is not taken for health"


async def test_processes_and_demo(bus: MemoryBus, tmp_path: Path) -> None:
    file = tmp_path / "processes.json"
    told: list[dict[str, Any] | None] = [None]
    board = board_over(bus, processes=processes_file(file), demo=lambda: told[0])
    async with running(board):
        assert (await until(board, lambda s: bool(s.streams))).processes == {}
        file.write_text(json.dumps({"door": 41, "nats": 42}))
        told[0] = DEMO
        status = await until(board, lambda s: bool(s.processes) and s.demo is not None)
        assert status.processes == {"door": 41, "nats": 42}
        assert status.demo is not None
        assert status.demo.acts[0].press == "A"
        before = board.revision()
        file.write_text(json.dumps({"door": 43, "nats": 42}))
        await until(board, lambda s: s.processes["door"] == 43)
        assert board.revision() > before, "a restarted process is news"
        file.write_text("{half")
        await until(board, lambda s: s.processes == {})


async def test_bus_that_is_away_is_said(bus: MemoryBus, monkeypatch: pytest.MonkeyPatch) -> None:
    from tocsin.kernel.errors import Unavailable

    async def away(_name: str) -> Any:
        raise Unavailable("the bus is away")

    monkeypatch.setattr(bus, "info", away)
    board = board_over(bus)
    async with running(board):
        async with asyncio.timeout(10):
            while board.health().state == "working":  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    assert "away" in board.health().words
