"""How often a tool has failed lately, kept across restarts of the process, and how long it is held off."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import msgspec

#: Wait before the next start after the first, second, ... failure; after one more it is out of service.
BACKOFF_S = (1.0, 10.0, 60.0)
#: Failures are forgiven once the tool has got past the place where it failed and has run for so long.
FORGIVE_S = 60.0


class _Record(msgspec.Struct):
    count: int
    at: float
    seq: int
    reason: str


class Strikes:
    """``now`` is wall time, seconds; the file is ``<folder>/strikes.json``."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "strikes.json"
        self._restart = folder / "restart"
        folder.mkdir(parents=True, exist_ok=True)
        try:
            self._record = msgspec.json.decode(self._path.read_bytes(), type=_Record)
        except (OSError, msgspec.MsgspecError):
            self._record = _Record(0, 0.0, 0, "")

    @property
    def count(self) -> int:
        return self._record.count

    @property
    def reason(self) -> str:
        return self._record.reason

    @property
    def last_seq(self) -> int:
        """Where in the log it failed last; 0 where that is not known."""
        return self._record.seq

    @property
    def out(self) -> bool:
        """Struck out: only a person brings it back."""
        return self._record.count > len(BACKOFF_S)

    def strike(self, reason: str, seq: int, now: float) -> None:
        """It has failed at ``seq`` of the log."""
        self._record = _Record(self._record.count + 1, now, seq, reason[:2000])
        self._save()

    def hold_s(self, now: float) -> float:
        """Seconds until it may start again; infinite when it is out of service."""
        if self.out:
            return float("inf")
        if self._record.count == 0:
            return 0.0
        # a wall clock that was set back must not hold a tool off for longer than its backoff
        since = max(0.0, now - self._record.at)
        return max(0.0, BACKOFF_S[self._record.count - 1] - since)

    def passed(self, position: int, running_s: float) -> None:
        """Work up to ``position`` is saved, after the tool has run for so long without a break."""
        r = self._record
        if r.count and position > r.seq and running_s >= FORGIVE_S:
            self.clear()

    def clear(self) -> None:
        self._record = _Record(0, 0.0, 0, "")
        self._path.unlink(missing_ok=True)

    def restart_asked(self) -> bool:
        """Whether a person asked for a restart since the last call."""
        try:
            self._restart.unlink()
        except FileNotFoundError:
            return False
        return True

    def _save(self) -> None:
        fresh = self._path.with_suffix(".new")
        with suppress(OSError):  # a full disk: it counts in memory, and must not take the other tools along
            fresh.write_bytes(msgspec.json.encode(self._record))
            fresh.replace(self._path)


def ask_restart(directory: Path, tool: str) -> None:
    """Ask the runner that keeps its files in ``directory`` to start ``tool`` again; heard within a second."""
    folder = directory / tool
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "restart").touch()
