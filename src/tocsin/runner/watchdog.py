"""Ends the process when a tool's call does not come back, and says at the next start which tool it was.

Two eyes: a thread of ours, and ``faulthandler``'s timer, which also fires while C code holds the interpreter.
Who is being called stands in a mapped file, so that it is known after any kind of death. Nobody is blamed for
a death from outside (kill -9): the trace file is empty then.
"""

from __future__ import annotations

import faulthandler
import mmap
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

EXIT_CODE = 70
_NAME_BYTES = 64


class Watchdog:
    """``call(tool)`` ... ``done()`` around each call. ``limit_s``: wall seconds that a call may take.

    ``native``: also arm faulthandler (process-wide; only in a process of the runner's own).
    """

    def __init__(
        self,
        folder: Path,
        limit_s: float,
        *,
        native: bool = False,
        end: Callable[[int], object] = os._exit,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._limit_s, self._native, self._end = limit_s, native, end
        self._trace_path, self._mark_path = folder / "hang.txt", folder / "called"
        self.suspect, self.trace = self._read_last()
        self._due: float | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def _read_last(self) -> tuple[str | None, str]:
        """The tool that the last process died in, and the trace; None when nobody is to blame."""
        try:
            trace = self._trace_path.read_text(errors="replace").strip()
            name = self._mark_path.read_bytes().rstrip(b"\0").decode(errors="replace")
        except OSError:
            return None, ""
        return (name, trace) if trace and name else (None, "")

    def start(self) -> None:
        """Before the first call; what the last process left has been read by then."""
        self._trace = self._trace_path.open("w")
        self._mark_path.write_bytes(b"\0" * _NAME_BYTES)
        with self._mark_path.open("r+b") as file:
            self._mark = mmap.mmap(file.fileno(), _NAME_BYTES)
        self._thread.start()
        if self._native:
            faulthandler.enable(self._trace)
        self.beat()

    def beat(self, patience: float = 1.0) -> None:
        """The event loop is alive; call it about every second."""
        if self._native:
            later_s = 1.5 * patience * self._limit_s + 2.0
            faulthandler.dump_traceback_later(later_s, exit=True, file=self._trace)

    def call(self, tool: str, *, patience: float = 1.0) -> None:
        """``tool`` is being called; it may take ``patience`` times the limit."""
        if patience > 1.0:
            self.beat(patience)
        name = tool.encode()[:_NAME_BYTES]
        self._mark[: len(name) + 1] = name + b"\0" if len(name) < _NAME_BYTES else name
        self._due = time.monotonic() + patience * self._limit_s

    def done(self) -> None:
        self._due = None
        self._mark[0] = 0

    def stop(self) -> None:
        """After the last call."""
        if self._native:
            faulthandler.cancel_dump_traceback_later()
            faulthandler.disable()
        self._stop.set()
        self._thread.join(2.0)
        self._trace.close()
        self._mark.close()

    def _watch(self) -> None:
        while not self._stop.wait(min(1.0, self._limit_s / 5)):
            due = self._due
            if due is not None and time.monotonic() > due:
                self._trace.write(f"a call did not come back within {self._limit_s:g} s\n")
                self._trace.flush()
                faulthandler.dump_traceback(self._trace)
                self._trace.flush()
                os.fsync(self._trace.fileno())
                self._end(EXIT_CODE)
                return
