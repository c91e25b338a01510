"""An instance of its own for a benchmark: started, watched, ended; and the record of what was measured."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import psutil

RESULTS = Path(__file__).parent / "results"


def lags_of(status: dict[str, Any]) -> dict[str, int]:
    """Messages that each stage still has before it, as last announced; those at the end not."""
    return {
        f"{stage['name']} on {topic}": lag
        for stage in status["stages"]
        for topic, lag in stage["lag"].items()
        if lag
    }


@dataclass
class Instance:
    """A running city. ``ready`` is the line it printed: url, user, password, token, processes."""

    process: subprocess.Popen[str]
    state: Path
    ready: dict[str, Any]
    started_s: float

    @property
    def port(self) -> int:
        return int(urllib.parse.urlsplit(self.ready["url"]).port or 80)

    @property
    def token(self) -> str:
        return str(self.ready["token"])

    def get(self, path: str, **query: object) -> Any:
        """JSON answer of a GET under /api/v1."""
        words = urllib.parse.urlencode({k: v for k, v in query.items() if v is not None})
        request = urllib.request.Request(
            f"{self.ready['url'].rstrip('/')}/api/v1{path}" + (f"?{words}" if words else ""),
            headers={"Authorization": f"Bearer {self.token}"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def pages(self, path: str, **query: object) -> Iterator[Any]:
        """All items of a list, page after page."""
        after: str | None = None
        while True:
            page = self.get(path, after=after, limit=500, **query)
            yield from page["items"]
            after = page["next"]
            if not after:
                return

    def processes(self) -> dict[str, int]:
        return dict(self.get("/status")["processes"])

    def rss_mb(self) -> dict[str, float]:
        """Resident memory of each process, MB; what is shared between them is counted in each."""
        found = {}
        for name, pid in self.processes().items():
            try:
                found[name] = psutil.Process(pid).memory_info().rss / 1e6
            except psutil.NoSuchProcess:
                continue
        return found

    def counts(self, source: str | None = None) -> dict[str, int]:
        return dict(self.get("/history/count", source=source))

    def behind(self) -> int:
        """Messages that the slowest stage or tool still has before it, as last announced."""
        return max(lags_of(self.get("/status")).values(), default=0)

    def settle(self, readings: int, timeout_s: float = 240.0) -> None:
        """Wait until the lake has counted so many and every stage and tool is at its end.

        Announcements come every two seconds, but late from who is busy: so it must be calm for four, in
        which those that work off the streams must have had little to do.
        """
        self.wait("the lake has counted all", lambda: sum(self.counts().values()) >= readings, timeout_s)
        since, worked = monotonic(), self.worked_s()
        lags: dict[str, int] = {}

        def calm() -> bool:
            nonlocal since, worked, lags
            lags = lags_of(self.get("/status"))
            # a live clock ticks, and the lake gathers for two seconds
            at_end = max(lags.values(), default=0) <= 3
            lasted = monotonic() - since
            if at_end and lasted < 4.0:
                return False
            before, worked, since = worked, self.worked_s(), monotonic()
            return at_end and worked - before < 0.3 * lasted

        try:
            self.wait("every stage is at the end of its stream", calm, timeout_s)
        except TimeoutError as never:
            raise TimeoutError(f"{never}; behind: {lags}") from None

    def worked_s(self) -> float:
        """Seconds of CPU that stages and tools have used so far."""
        known = self.processes()
        times = [psutil.Process(known[name]).cpu_times() for name in ("stages", "runner") if name in known]
        return sum(spent.user + spent.system for spent in times)

    def wait(self, what: str, holds: Callable[[], bool], timeout_s: float = 60.0) -> float:
        """Seconds until ``holds``; a service that is just restarting counts as not yet."""
        start = monotonic()
        while monotonic() - start < timeout_s:
            try:
                if holds():
                    return monotonic() - start
            except OSError:
                pass
            sleep(0.1)
        raise TimeoutError(f"{what}: not within {timeout_s:.0f} s")


def _ready_line(process: subprocess.Popen[str], state: Path) -> str:
    assert process.stdout is not None
    try:
        if line := process.stdout.readline():
            return line
        raise SystemExit("the instance did not start")
    except BaseException:  # whoever waited no longer, too: the folder goes, so what it says is said here
        for log in sorted((state / "logs").glob("*")) + sorted((state / "nats").glob("*.log")):
            lines = log.read_text(errors="replace").splitlines()[-15:]
            print(f"-- {log.name}", *lines, sep="\n", file=sys.stderr)
        raise


@contextmanager
def instance(*words: str, command: str = "up", state: Path | None = None) -> Iterator[Instance]:
    """Start ``tocsin <command> --headless`` and end it again, whatever happens.

    On a fresh state folder, removed at the end; or on ``state``, which stays the caller's.
    """
    given, state = state, state or Path(tempfile.mkdtemp(prefix="tocsin-bench-"))
    began = monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "tocsin", command, "--headless", "--port", "0", "--state", str(state), *words],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Instance(process, state, json.loads(_ready_line(process, state)), monotonic() - began)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
        if process.stdout is not None:
            process.stdout.close()
        if given is None and not os.environ.get("TOCSIN_KEEP_STATE"):
            shutil.rmtree(state, ignore_errors=True)


def options(words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=words)
    parser.add_argument("--quick", action="store_true", help="less time, same rates and sizes; not recorded")
    return parser.parse_args()


def percentile(values: Iterable[float], share: float) -> float:
    """Nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def report(name: str, figures: dict[str, Any], *, quick: bool) -> None:
    """Print the figures as the last line; a full run is kept in ``results/`` with machine and date."""
    if not quick:
        cpu = next(
            (
                line.split(":")[1].strip()
                for line in Path("/proc/cpuinfo").read_text().splitlines()
                if line.startswith("model name")
            ),
            platform.processor(),
        )
        RESULTS.mkdir(exist_ok=True)
        record = {
            "command": shlex.join(["python", *sys.orig_argv[1:]]),
            "date": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": f"{cpu}, {os.cpu_count()} cores, Python {platform.python_version()}",
            "figures": figures,
        }
        (RESULTS / f"{name}.json").write_text(json.dumps(record, indent=2) + "\n")
    print(json.dumps(figures))
