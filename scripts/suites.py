"""Run every suite and print each one's closing line; fail if one fails or ran nothing.

Usage: ``python scripts/suites.py [suite ...]``.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

PYTEST = [str(BIN / "pytest"), "--durations=3", "--durations-min=5"]
SUITES: dict[str, list[str]] = {
    # many small tests share the cores; what starts servers runs one after another
    "unit": [*PYTEST, "-n", "2", "-m", "not real and not e2e and not data"],
    "servers": [*PYTEST, "-m", "real and not e2e and not data"],
    "recorded days": [*PYTEST, "-m", "data"],
    "console": [sys.executable, str(ROOT / "scripts" / "build_console.py"), "--test"],
    "browser": [*PYTEST, "-m", "e2e", "console/e2e"],
}


def run(name: str) -> tuple[bool, str]:
    print(f"\n== {name}", flush=True)
    lines: list[str] = []
    with subprocess.Popen(
        SUITES[name], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            if line.strip():
                lines.append(line.strip())
    closing = next(
        (line for line in reversed(lines) if "passed" in line or "failed" in line or "skipped" in line),
        lines[-1] if lines else "printed nothing",
    )
    # pytest ends with 5 when it ran no test: for us that is a failure, except where the data is absent
    return process.returncode == 0, closing


def main() -> None:
    names = sys.argv[1:] or list(SUITES)
    if unknown := [name for name in names if name not in SUITES]:
        sys.exit(f"no suite {unknown[0]!r}; there are: {', '.join(SUITES)}")
    results = []
    for name in names:
        start = time.monotonic()
        good, closing = run(name)
        results.append((name, good, closing, time.monotonic() - start))
    print("\n== closing lines")
    for name, good, closing, took in results:
        print(f"{'ok    ' if good else 'FAILED'} {name:14} {took:6.1f} s  {closing.strip('= ')}")
    sys.exit(0 if all(good for _, good, _, _ in results) else 1)


if __name__ == "__main__":
    main()
