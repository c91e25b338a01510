"""The runner on a log in memory: the same findings after any death, and strangers that fail alone."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tocsin.bus.codec import decode
from tocsin.bus.memory import MemoryBus, MemoryLog
from tocsin.kernel.events import Finding
from tocsin.runner import strikes
from tocsin.runner.stage import Runner
from tocsin.runner.strikes import ask_restart
from tocsin.sdk.checks_case import Case
from tocsin.sdk.status import ToolStatus
from tocsin.sdk.testing import run

sys.path.insert(0, str(Path(__file__).parent))
from plants import TOOL, later, noise, plant, publish, tools


def make(bus: MemoryBus, planted: Path, state: Path, **values: object) -> Runner:
    given = {"snapshot_s": 0.05, "own_process": False, **values}
    return Runner(bus, tools(planted), directory=state, **given)  # type: ignore[arg-type]


@asynccontextmanager
async def running(runner: Runner) -> AsyncIterator[Runner]:
    task = asyncio.create_task(runner.run())
    try:
        yield runner
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - the condition is not ours to signal
            await asyncio.sleep(0.01)


def wall(runner: Runner) -> dict[str, ToolStatus]:
    return {s.id: s for s in runner.health().detail["tools"]}


def done(runner: Runner, log: MemoryLog, tool: str) -> Callable[[], bool]:
    """The tool has read the log to its end."""
    host = next(h for h in runner._hosts if h.id == tool)
    return lambda: host.feeder is not None and host.seq == len(log.streams["OBS"].messages)


def findings(log: MemoryLog) -> list[Finding]:
    return [decode(m.data, Finding) for m in log.streams["FINDING"].messages]


async def test_findings_are_those_of_the_feeder_and_come_once(tmp_path: Path) -> None:
    planted, log = tmp_path / "tools", MemoryLog()
    planted.mkdir()
    folder = plant(planted, "noisy")
    await publish(MemoryBus(log), noise())
    runner = make(MemoryBus(log), planted, tmp_path / "state")
    async with running(runner):
        await until(done(runner, log, "noisy"))
        await until(lambda: len(findings(log)) == 6)
    case = Case(tools(planted).tools[0])
    assert findings(log) == run(case.detector(), case.manifest, noise())
    assert [m.subject for m in log.streams["FINDING"].messages] == ["finding.noisy"] * 6
    assert folder.name == "noisy"


async def test_a_killed_runner_tells_the_same_again_and_nothing_else(tmp_path: Path) -> None:
    planted, log, state = tmp_path / "tools", MemoryLog(), tmp_path / "state"
    planted.mkdir()
    plant(planted, "noisy")
    batches = noise(1800)
    expected = run(Case(tools(planted).tools[0]).detector(), tools(planted).tools[0].manifest, batches)
    for n in range(7):
        await publish(MemoryBus(log), batches[n * len(batches) // 7 : (n + 1) * len(batches) // 7])
        runner = make(MemoryBus(log), planted, state, snapshot_s=0.02 if n % 2 else 1e9)
        async with running(runner):
            await until(done(runner, log, "noisy"))
            if n % 3:  # killed: no snapshot at the stop
                for host in runner._hosts:
                    host._clean = False
    assert {(f.id, f.version): f for f in findings(log)} == {(f.id, f.version): f for f in expected}
    assert len(expected) == 12


async def test_a_tool_that_raises_is_out_of_service_alone_and_can_be_brought_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strikes, "BACKOFF_S", (0.01, 0.02, 0.03))
    planted, log, state = tmp_path / "tools", MemoryLog(), tmp_path / "state"
    planted.mkdir()
    plant(planted, "noisy")
    faulty = plant(
        planted, "faulty", ("detector.py", TOOL, "        raise RuntimeError('no such luck')\n" + TOOL)
    )
    await publish(MemoryBus(log), noise())
    runner = make(MemoryBus(log), planted, state)
    async with running(runner):
        await until(lambda: wall(runner)["faulty"].state == "out of service")
        await until(done(runner, log, "noisy"))
        status = wall(runner)["faulty"]
        assert "no such luck" in status.words
        assert "tocsin tool restart faulty" in status.words
        assert status.restarts == 4
        assert runner.health().state == "degraded"
        assert len(findings(log)) == 6
        ask_restart(state, "faulty")
        await until(lambda: wall(runner)["faulty"].restarts == 8)
    # struck out stays struck out over a restart of the process
    again = make(MemoryBus(log), planted, state)
    async with running(again):
        await until(lambda: wall(again)["faulty"].state == "out of service")
    assert faulty.exists()


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        ("detector.py", "import no_such_library\n", "no_such_library"),
        ("detector.py", "1 / 0\n", "division by zero"),
        ("detector.py", "def broken(:\n", "invalid syntax"),
        ("params.py", "x = 1\n", "no class Params"),
    ],
)
async def test_a_tool_that_crashes_at_import_says_so(
    tmp_path: Path, file: str, text: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strikes, "BACKOFF_S", (0.01, 0.01, 0.01))
    planted, log = tmp_path / "tools", MemoryLog()
    planted.mkdir()
    plant(planted, "noisy")
    (plant(planted, "crashing") / file).write_text(text)
    await publish(MemoryBus(log), noise())
    runner = make(MemoryBus(log), planted, tmp_path / "state")
    async with running(runner):
        await until(lambda: wall(runner)["crashing"].state == "out of service")
        await until(lambda: len(findings(log)) == 6)
        assert words in wall(runner)["crashing"].words
        assert wall(runner)["noisy"].state == "working"


async def test_a_broken_manifest_stands_on_the_wall(tmp_path: Path) -> None:
    planted = tmp_path / "tools"
    planted.mkdir()
    manifest = plant(planted, "odd") / "manifest.toml"
    manifest.write_text(manifest.read_text().replace("claim =", "claims ="))
    status = wall(make(MemoryBus(MemoryLog()), planted, tmp_path / "state"))["odd"]
    assert status.state == "out of service"
    assert "claims" in status.words


async def test_wrong_parameters_name_file_field_and_bounds(tmp_path: Path) -> None:
    planted, params = tmp_path / "tools", tmp_path / "params"
    planted.mkdir()
    params.mkdir()
    plant(planted, "noisy")
    (params / "noisy.toml").write_text("[params]\nlimit_db = 900.0\n")
    runner = make(MemoryBus(MemoryLog()), planted, tmp_path / "state", params=params)
    async with running(runner):
        await until(lambda: wall(runner)["noisy"].state == "out of service")
        words = wall(runner)["noisy"].words
        assert "noisy.toml" in words
        assert "limit_db" in words
        assert "40.0 to 130.0" in words
        (params / "noisy.toml").write_text("[params]\nlimit_db = 95.0\n")
        runner.restart("noisy")
        await until(lambda: bool(wall(runner)["noisy"].params))
        assert wall(runner)["noisy"].params["limit_db"]["value"] == 95.0


FLOOD = (
    "detector.py",
    "        return out\n\n    def _take",
    "        for o in observations:\n"
    "            one = self._finding(o, 99.0, o.observed_at)\n"
    "            out += [msgspec.structs.replace(one, id=f'{o.id}-{n}') for n in range(10_000)]\n"
    "        return out\n\n    def _take",
)


async def test_a_flood_neither_fills_the_bus_nor_blocks_the_others(tmp_path: Path) -> None:
    planted, log = tmp_path / "tools", MemoryLog()
    planted.mkdir()
    plant(planted, "noisy")
    plant(planted, "flooding", FLOOD)
    await publish(MemoryBus(log), noise(300, 1))
    runner = make(MemoryBus(log), planted, tmp_path / "state")
    async with running(runner):
        await until(lambda: len([f for f in findings(log) if f.tool == "noisy"]) == 2)
        await until(done(runner, log, "flooding"), 60)
        flood = [f for f in findings(log) if f.tool == "flooding"]
        assert 500 <= len(flood) <= 5_000
        status = wall(runner)["flooding"]
        assert status.state == "degraded"
        assert "says too much" in status.words
        assert "flooding.high" in status.words


async def test_a_damaged_snapshot_falls_back_to_the_one_before_then_to_the_log(tmp_path: Path) -> None:
    planted, log, state = tmp_path / "tools", MemoryLog(), tmp_path / "state"
    planted.mkdir()
    plant(planted, "noisy")
    batches = noise(900)
    expected = run(Case(tools(planted).tools[0]).detector(), tools(planted).tools[0].manifest, batches)
    for n, damaged in enumerate(((), (), ("snapshot",), ("snapshot", "snapshot.previous"))):
        for name in damaged:
            content = bytearray((state / "noisy" / name).read_bytes())
            content[-10] ^= 1
            (state / "noisy" / name).write_bytes(content)
        await publish(MemoryBus(log), batches[n * len(batches) // 4 : (n + 1) * len(batches) // 4])
        runner = make(MemoryBus(log), planted, state, snapshot_s=1e9)
        async with running(runner):
            await until(done(runner, log, "noisy"))
            words = wall(runner)["noisy"].words
            assert ("cannot be used" in words) == bool(damaged)
            assert ("afresh" in words) == (len(damaged) == 2)
    assert {(f.id, f.version): f for f in findings(log)} == {(f.id, f.version): f for f in expected}


async def test_a_log_made_anew_is_read_from_its_start(tmp_path: Path) -> None:
    planted, state = tmp_path / "tools", tmp_path / "state"
    planted.mkdir()
    plant(planted, "noisy")
    first, second = MemoryLog(), MemoryLog()
    await publish(MemoryBus(first), noise(900))
    runner = make(MemoryBus(first), planted, state)
    async with running(runner):
        await until(done(runner, first, "noisy"))
    await publish(MemoryBus(second), later(noise(600), 3600))
    runner = make(MemoryBus(second), planted, state)
    async with running(runner):
        await until(done(runner, second, "noisy"))
        assert "from its start" in wall(runner)["noisy"].words
    assert len(findings(second)) == 4


async def test_position_is_covered_by_both_snapshots(tmp_path: Path) -> None:
    planted, log = tmp_path / "tools", MemoryLog()
    planted.mkdir()
    plant(planted, "noisy")
    runner = make(MemoryBus(log), planted, tmp_path / "state", snapshot_s=0.01)
    async with running(runner):
        assert runner.health().position == {"OBS": 0}
        await publish(MemoryBus(log), noise(300))
        await until(done(runner, log, "noisy"))
        await publish(MemoryBus(log), later(noise(300), 900))
        await until(done(runner, log, "noisy"))
        await until(lambda: runner.health().position["OBS"] > 0)
        assert runner.health().position["OBS"] < len(log.streams["OBS"].messages)


async def test_a_full_disk_is_said_and_work_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tocsin.runner.snapshots import Snapshots

    def full(self: Snapshots, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Snapshots, "write", full)
    planted, log = tmp_path / "tools", MemoryLog()
    planted.mkdir()
    plant(planted, "noisy")
    await publish(MemoryBus(log), noise())
    runner = make(MemoryBus(log), planted, tmp_path / "state", snapshot_s=0.0)
    async with running(runner):
        await until(lambda: len(findings(log)) == 6)
        await until(lambda: "No space left" in wall(runner)["noisy"].words)
        assert runner.health().position == {"OBS": 0}
