"""A call that does not come back ends the process and is remembered; a death from outside blames nobody."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from tocsin.runner.strikes import BACKOFF_S, Strikes
from tocsin.runner.timed import ENOUGH, Timed
from tocsin.runner.watchdog import EXIT_CODE, Watchdog


def test_a_hung_call_ends_the_process_and_names_the_tool(tmp_path: Path) -> None:
    ended = threading.Event()
    codes: list[int] = []

    def end(code: int) -> None:
        codes.append(code)
        ended.set()

    dog = Watchdog(tmp_path, 0.05, end=end)
    assert dog.suspect is None
    dog.start()
    dog.call("good")
    dog.done()
    dog.call("hanging")
    assert ended.wait(5)
    dog.stop()
    assert codes == [EXIT_CODE]
    after = Watchdog(tmp_path, 0.05)
    assert after.suspect == "hanging"
    assert "did not come back within 0.05 s" in after.trace
    assert "test_watchdog.py" in after.trace  # the stack says where it hung


def test_calls_that_come_back_end_nothing(tmp_path: Path) -> None:
    codes: list[int] = []
    dog = Watchdog(tmp_path, 0.2, end=codes.append)
    dog.start()
    for _ in range(50_000):
        dog.call("quick")
        dog.done()
    dog.stop()
    assert codes == []
    assert Watchdog(tmp_path, 0.2).suspect is None


HANG = """
    import sys, re, time
    from pathlib import Path
    from tocsin.runner.watchdog import Watchdog
    dog = Watchdog(Path(sys.argv[1]), 0.3, native=True)
    dog.start()
    dog.call("hanging")
    {how}
"""


@pytest.mark.real
@pytest.mark.parametrize(
    ("how", "code"),
    [
        ("while True: pass", EXIT_CODE),
        # a regular expression that never ends holds the interpreter: only the native timer gets through
        ("re.match('(a+)+$', 'a' * 60 + 'b')", 1),
    ],
)
def test_a_real_hang_ends_a_real_process(tmp_path: Path, how: str, code: int) -> None:
    script = textwrap.dedent(HANG).format(how=how)
    run = subprocess.run([sys.executable, "-c", script, str(tmp_path)], timeout=30, check=False)
    assert run.returncode == code
    dog = Watchdog(tmp_path, 1.0)
    assert dog.suspect == "hanging"
    assert dog.trace


@pytest.mark.real
def test_a_kill_from_outside_blames_nobody(tmp_path: Path) -> None:
    script = textwrap.dedent(HANG).format(how="import os; os.kill(os.getpid(), 9)")
    run = subprocess.run([sys.executable, "-c", script, str(tmp_path)], timeout=30, check=False)
    assert run.returncode == -9
    assert Watchdog(tmp_path, 1.0).suspect is None


def test_strikes_hold_off_longer_each_time_then_for_good(tmp_path: Path) -> None:
    now = 1_000.0
    for backoff in BACKOFF_S:
        Strikes(tmp_path).strike("it broke", 7, now)
        again = Strikes(tmp_path)  # as after a restart of the process
        assert again.hold_s(now) == backoff
        assert again.hold_s(now + backoff) == 0
        assert again.hold_s(now - 10_000) == backoff  # the clock was set back
        assert not again.out
    Strikes(tmp_path).strike("it broke", 7, now)
    assert Strikes(tmp_path).out
    assert Strikes(tmp_path).hold_s(now + 1e9) == float("inf")


def test_strikes_are_forgiven_past_the_place_and_after_a_while(tmp_path: Path) -> None:
    strikes = Strikes(tmp_path)
    strikes.strike("it broke", 100, 1_000.0)
    strikes.passed(100, 1e9)
    strikes.passed(500, 59.0)
    assert strikes.count == 1
    strikes.passed(500, 60.0)
    assert strikes.count == 0
    assert Strikes(tmp_path).count == 0


def test_a_strike_counts_on_a_full_disk_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    strikes = Strikes(tmp_path)
    monkeypatch.setattr(Path, "write_bytes", full)
    strikes.strike("it broke", 7, 1_000.0)
    assert strikes.hold_s(1_000.0) == BACKOFF_S[0]


def test_a_few_slow_first_calls_are_not_over_the_budget(tmp_path: Path) -> None:
    class Slow:
        def observe(self, _observations: object) -> list[object]:
            end = time.thread_time() + 0.002
            while time.thread_time() < end:
                pass
            return []

    watchdog = Watchdog(tmp_path, 10.0)
    watchdog.start()
    try:
        timed = Timed(Slow(), "slow", watchdog)
        for _ in range(ENOUGH - 1):
            timed.observe([])
        assert timed.p95_ms >= 2
        assert not timed.over(1.0)
        timed.observe([])
        assert timed.over(1.0)
        assert not timed.over(1000.0)
    finally:
        watchdog.stop()
