"""Run every suite and print each one's closing line; fail if one fails or ran nothing.

Usage: ``python scripts/suites.py [suite ...]``. Two lanes start cities and wait more than they work, the
first computes when it is through with them; the third computes only, and takes what time they leave. A
suite's output is shown when it is done.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

# a machine that forbids bytecode would compile every test and its product anew for each suite and worker
ENV = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
PYTEST = [str(BIN / "pytest"), "--durations=3", "--durations-min=5"]
SUITES: dict[str, list[str]] = {
    # many small tests share the cores; what starts servers runs one after another. Who gives way takes longer
    "unit": [*PYTEST, "-n", "2", "--timeout=600", "-m", "not real and not e2e and not data"],
    "recorded days": [*PYTEST, "-m", "data"],
    "system": [*PYTEST, "-m", "real", "tests/system"],
    "servers": [*PYTEST, "-m", "real and not e2e and not data", "--ignore=tests/system"],
    "console": [sys.executable, str(ROOT / "scripts" / "build_console.py"), "--test"],
    "browser": [*PYTEST, "-n", "2", "--dist", "loadfile", "-m", "e2e", "console/e2e"],
}
#: suites of one lane run one after another, lanes side by side; how far each gives way to the others (nice)
LANES = {("browser", "console", "recorded days"): 0, ("system", "servers"): 0, ("unit",): 10}

_ENDS = ("passed", "failed", "skipped")


@dataclass(frozen=True)
class Result:
    good: bool
    closing: str
    seconds: float
    #: of CPU, by it and by whatever it started and waited for
    cpu_s: float
    output: str


def run(name: str, nice: int) -> Result:
    begun = time.monotonic()
    with tempfile.TemporaryFile("w+") as kept:
        command = ["nice", "-n", str(nice), *SUITES[name]]
        process = subprocess.Popen(command, cwd=ROOT, env=ENV, stdout=kept, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        kept.seek(0)
        output = kept.read()
    said = [line.strip() for line in output.splitlines() if line.strip()] or ["printed nothing"]
    closing = next((w for w in reversed(said) if any(x in w for x in _ENDS)), said[-1])
    # pytest ends with 5 when it ran no test: for us that is a failure
    good, cpu_s = process.returncode == 0, used.ru_utime + used.ru_stime
    return Result(good, closing, time.monotonic() - begun, cpu_s, output)


def main() -> None:
    names = sys.argv[1:] or list(SUITES)
    if unknown := [name for name in names if name not in SUITES]:
        sys.exit(f"no suite {unknown[0]!r}; there are: {', '.join(SUITES)}")
    results: dict[str, Result] = {}
    printing = Lock()

    def along(lane: tuple[str, ...], nice: int) -> None:
        for name in lane:
            if name in names:
                results[name] = run(name, nice)
                with printing:
                    print(f"\n== {name}\n{results[name].output}", flush=True)

    with ThreadPoolExecutor(len(LANES)) as lanes:
        for running in [lanes.submit(along, lane, nice) for lane, nice in LANES.items()]:
            running.result()
    print("\n== closing lines")
    for name in names:
        one = results[name]
        word, took = "ok    " if one.good else "FAILED", f"{one.seconds:6.1f} s, CPU {one.cpu_s:6.1f} s"
        print(f"{word} {name:14} {took}  {one.closing.strip('= ')}")
    sys.exit(0 if all(one.good for one in results.values()) else 1)


if __name__ == "__main__":
    main()
