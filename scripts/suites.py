"""Run every suite and print each one's closing line; fail if one fails or ran nothing.

Usage: ``python scripts/suites.py [suite ...]``. The recorded days ask for one core and no promptness: they
run beside the suites that start servers, and their output is shown when they are done.
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
    "servers": [*PYTEST, "-m", "real and not e2e and not data"],
    "console": [sys.executable, str(ROOT / "scripts" / "build_console.py"), "--test"],
    "browser": [*PYTEST, "-m", "e2e", "console/e2e"],
}


_ENDS = ("passed", "failed", "skipped")
#: runs in the background of those after it
BESIDE = "recorded days"


def run(name: str) -> tuple[bool, str, float, list[str]]:
    """Whether it went well, its closing line, seconds, and (of the one in the background) its output."""
    begun, aside, lines = time.monotonic(), name == BESIDE, []
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
    with ThreadPoolExecutor(1) as aside:
        behind: Future[tuple[bool, str, float, list[str]]] | None = None
        for name in names:
            if name == BESIDE:
                behind = aside.submit(run, name)
                continue
            print(f"\n== {name}", flush=True)
            results[name] = run(name)
        if behind is not None:
            results[BESIDE] = behind.result()
            print(f"\n== {BESIDE}\n{''.join(results[BESIDE][3])}", flush=True)
    print("\n== closing lines")
    for name, (good, closing, took, _) in results.items():
        print(f"{'ok    ' if good else 'FAILED'} {name:14} {took:6.1f} s  {closing.strip('= ')}")
    sys.exit(0 if all(good for good, *_ in results.values()) else 1)


if __name__ == "__main__":
    main()
