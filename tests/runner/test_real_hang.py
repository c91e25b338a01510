"""A tool that hangs in a real process: it ends with code 70, comes back without it, runs the others."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from plants import TOOL, plant

PROCESS = textwrap.dedent("""
    import asyncio, sys
    from pathlib import Path
    sys.path.insert(0, sys.argv[1])
    from plants import noise, publish, tools
    from tocsin.bus.memory import MemoryBus, MemoryLog
    from tocsin.runner.stage import Runner

    async def main():
        log = MemoryLog()
        await publish(MemoryBus(log), noise())
        home = Path(sys.argv[2])
        runner = Runner(MemoryBus(log), tools(home / "tools"), directory=home / "state", hard_limit_s=0.5)
        task = asyncio.create_task(runner.run())
        while len(log.streams["FINDING"].messages) < 6:
            await asyncio.sleep(0.01)
        for s in runner.health().detail["tools"]:
            print(s.id, "|", s.state, "|", s.words)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(main())
""")


@pytest.mark.real
def test_a_hung_tool_costs_one_restart_and_is_held_off(tmp_path: Path) -> None:
    (tmp_path / "tools").mkdir()
    plant(tmp_path / "tools", "noisy")
    plant(
        tmp_path / "tools", "hanging", ("detector.py", TOOL, "        while True:\n            pass\n" + TOOL)
    )

    def start() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", PROCESS, str(Path(__file__).parent), str(tmp_path)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    assert start().returncode == 70
    again = start()
    assert again.returncode == 0, again.stderr
    words = dict(
        line.split(" | ", 1) for line in again.stdout.splitlines() if " | " in line and "[" not in line
    )
    assert words["hanging"].startswith("degraded")
    assert "did not come back within 0.5 s" in words["hanging"]
    assert words["noisy"].startswith("working")
