"""Run every suite and print each one's closing line; fail if one fails or ran nothing.

Usage: ``python scripts/suites.py [suite ...]``. The recorded days and the suite of the whole system run
beside the other servers, which wait more than they work; their output is shown when they are done.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

# a machine that forbids bytecode would compile every test and its product anew for each suite and worker
ENV = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
PYTEST = [str(BIN / "pytest"), "--durations=3", "--durations-min=5"]
SUITES: dict[str, list[str]] = {
    # many small tests share the cores; what starts servers runs one after another
    "unit": [*PYTEST, "-n", "2", "-m", "not real and not e2e and not data"],
    "recorded days": [*PYTEST, "-m", "data"],
    "system": [*PYTEST, "-m", "real", "tests/system"],
    "servers": [*PYTEST, "-m", "real and not e2e and not data", "--ignore=tests/system"],
    "console": [sys.executable, str(ROOT / "scripts" / "build_console.py"), "--test"],
    "browser": [*PYTEST, "-n", "2", "--dist", "loadfile", "-m", "e2e", "console/e2e"],
}


_ENDS = ("passed", "failed", "skipped")
#: run in the background of those after them
BESIDE = ("recorded days", "system")


@dataclass(frozen=True)
class Result:
    good: bool
    closing: str
    seconds: float
    #: of CPU, by it and by whatever it started and waited for
    cpu_s: float
    #: of those in the background
    output: list[str]


def run(name: str) -> Result:
    begun, aside, lines = time.monotonic(), name in BESIDE, []
    with tempfile.TemporaryFile("w+") as kept:
        process = subprocess.Popen(
            SUITES[name],
            cwd=ROOT,
            env=ENV,
            stdout=kept if aside else subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for line in process.stdout or ():
            print(line, end="", flush=True)
            lines.append(line)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        kept.seek(0)
        lines += kept.readlines()
    said = [line.strip() for line in lines if line.strip()] or ["printed nothing"]
    closing = next((w for w in reversed(said) if any(x in w for x in _ENDS)), said[-1])
    # pytest ends with 5 when it ran no test: for us that is a failure
    good, cpu_s = process.returncode == 0, used.ru_utime + used.ru_stime
    return Result(good, closing, time.monotonic() - begun, cpu_s, lines if aside else [])


def main() -> None:
    names = sys.argv[1:] or list(SUITES)
    if unknown := [name for name in names if name not in SUITES]:
        sys.exit(f"no suite {unknown[0]!r}; there are: {', '.join(SUITES)}")
    results = {}
    with ThreadPoolExecutor(len(BESIDE)) as aside:
        behind: dict[str, Future[Result]] = {}
        for name in names:
            if name in BESIDE:
                behind[name] = aside.submit(run, name)
                continue
            print(f"\n== {name}", flush=True)
            results[name] = run(name)
        for name, later in behind.items():
            results[name] = later.result()
            print(f"\n== {name}\n{''.join(results[name].output)}", flush=True)
    print("\n== closing lines")
    for name, one in results.items():
        word, took = "ok    " if one.good else "FAILED", f"{one.seconds:6.1f} s, CPU {one.cpu_s:6.1f} s"
        print(f"{word} {name:14} {took}  {one.closing.strip('= ')}")
    sys.exit(0 if all(one.good for one in results.values()) else 1)


if __name__ == "__main__":
    main()
