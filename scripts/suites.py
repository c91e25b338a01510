"""Run every suite and print each one's closing line; fail if one fails or ran nothing.

Usage: ``python scripts/suites.py [suite ...]``. What starts servers or a browser waits more than it works:
those suites run in lanes beside each other, and what each printed is shown when it is done.
"""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
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


#: the unit tests take both cores; after them the lanes beside each other, each one suite after the other
LANES = (("browser",), ("recorded days", "servers"), ("system", "console"))
_ENDS = ("passed", "failed", "skipped")


@dataclass(frozen=True)
class Result:
    good: bool
    closing: str
    took_s: float


def run(name: str, *, beside: bool) -> Result:
    """``beside``: others run too, so what it prints is shown as one piece at its end."""
    begun = time.monotonic()
    print(f"\n== {name}{' begins' if beside else ''}", flush=True)
    process = subprocess.Popen(
        SUITES[name], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    lines = []
    for line in process.stdout or ():
        lines.append(line)
        if not beside:
            print(line, end="", flush=True)
    process.wait()
    if beside:
        print(f"\n== {name}\n{''.join(lines)}", flush=True)
    said = [line.strip() for line in lines if line.strip()] or ["printed nothing"]
    closing = next((w for w in reversed(said) if any(x in w for x in _ENDS)), said[-1])
    # pytest ends with 5 when it ran no test: for us that is a failure
    return Result(process.returncode == 0, closing.strip("= "), time.monotonic() - begun)


def main() -> None:
    names = sys.argv[1:] or list(SUITES)
    if unknown := [name for name in names if name not in SUITES]:
        sys.exit(f"no suite {unknown[0]!r}; there are: {', '.join(SUITES)}")
    in_lanes = [name for lane in LANES for name in lane if name in names]
    results = {name: run(name, beside=False) for name in names if name not in in_lanes}

    def follow(lane: tuple[str, ...]) -> None:
        for name in lane:
            if name in names:
                results[name] = run(name, beside=len(in_lanes) > 1)

    with ThreadPoolExecutor(len(LANES)) as beside:
        list(beside.map(follow, LANES))
    print("\n== closing lines")
    for name in names:
        result = results[name]
        print(f"{'ok    ' if result.good else 'FAILED'} {name:14} {result.took_s:6.1f} s  {result.closing}")
    sys.exit(0 if all(results[name].good for name in names) else 1)


if __name__ == "__main__":
    main()
