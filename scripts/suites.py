"""Run every suite and print each one's closing line; fail if one fails or ran nothing.

Usage: ``python scripts/suites.py [suite ...]``. The recorded days and the suite of the whole system run
beside the other servers, which wait more than they work; their output is shown when they are done.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

PYTEST = [str(BIN / "pytest"), "--durations=3", "--durations-min=5"]
SUITES: dict[str, list[str]] = {
    # many small tests share the cores; what starts servers runs one after another
    "unit": [*PYTEST, "-n", "2", "-m", "not real and not e2e and not data"],
    "recorded days": [*PYTEST, "-m", "data"],
    "system": [*PYTEST, "-m", "real", "tests/system"],
    "servers": [*PYTEST, "-m", "real and not e2e and not data", "--ignore=tests/system"],
    "console": [sys.executable, str(ROOT / "scripts" / "build_console.py"), "--test"],
    "browser": [*PYTEST, "-m", "e2e", "console/e2e"],
}


_ENDS = ("passed", "failed", "skipped")
#: run in the background of those after them
BESIDE = ("recorded days", "system")


def run(name: str) -> tuple[bool, str, float, list[str]]:
    """Whether it went well, its closing line, seconds, and (of those in the background) its output."""
    begun, aside, lines = time.monotonic(), name in BESIDE, []
    with tempfile.TemporaryFile("w+") as kept:
        process = subprocess.Popen(
            SUITES[name],
            cwd=ROOT,
            stdout=kept if aside else subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for line in process.stdout or ():
            print(line, end="", flush=True)
            lines.append(line)
        process.wait()
        kept.seek(0)
        lines += kept.readlines()
    said = [line.strip() for line in lines if line.strip()] or ["printed nothing"]
    closing = next((w for w in reversed(said) if any(x in w for x in _ENDS)), said[-1])
    # pytest ends with 5 when it ran no test: for us that is a failure
    return process.returncode == 0, closing, time.monotonic() - begun, lines if aside else []


def main() -> None:
    names = sys.argv[1:] or list(SUITES)
    if unknown := [name for name in names if name not in SUITES]:
        sys.exit(f"no suite {unknown[0]!r}; there are: {', '.join(SUITES)}")
    results = {}
    with ThreadPoolExecutor(len(BESIDE)) as aside:
        behind: dict[str, Future[tuple[bool, str, float, list[str]]]] = {}
        for name in names:
            if name in BESIDE:
                behind[name] = aside.submit(run, name)
                continue
            print(f"\n== {name}", flush=True)
            results[name] = run(name)
        for name, one in behind.items():
            results[name] = one.result()
            print(f"\n== {name}\n{''.join(results[name][3])}", flush=True)
    print("\n== closing lines")
    for name, (good, closing, took, _) in results.items():
        print(f"{'ok    ' if good else 'FAILED'} {name:14} {took:6.1f} s  {closing.strip('= ')}")
    sys.exit(0 if all(good for good, *_ in results.values()) else 1)


if __name__ == "__main__":
    main()
