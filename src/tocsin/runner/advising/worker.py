"""An advisor's process: ``python -m tocsin.runner.advising.worker``; frames of ``wire`` on its pipes.

The advisor computes on the main thread; another listens, so that a stop is known at the next ``progress``.
Whoever does not ask in time is killed by the host: nothing here needs putting away.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
import time
import traceback
from dataclasses import fields
from pathlib import Path
from typing import BinaryIO

from tocsin.kernel.errors import TocsinError
from tocsin.kernel.events import Advice
from tocsin.observe.lifeline import tie_to_parent
from tocsin.runner.advising.wire import (
    Begin,
    Done,
    FromChild,
    Going,
    Job,
    Ready,
    Refusal,
    Stop,
    framed,
    read_to_child,
)
from tocsin.sdk.consult import Given, consult, named
from tocsin.sdk.discover import ToolFolder, load_advisor, read_folder
from tocsin.sdk.manifest import Manifest
from tocsin.sdk.params import make_params
from tocsin.sdk.tool import Advisor, Cancelled, OutOfTime

#: seconds between two words of progress
_TELL_S = 0.1


class _Desk:
    """One job at a time; ``hear`` runs on its own thread."""

    def __init__(self, coming: BinaryIO, going: BinaryIO) -> None:
        self._coming, self._going = coming, going
        self.jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self._stopped: Stop | None = None

    def begin(self) -> Begin:
        first = read_to_child(self._coming)
        if not isinstance(first, Begin):
            os._exit(1)
        return first

    def hear(self) -> None:
        while (message := read_to_child(self._coming)) is not None:
            if isinstance(message, Job):
                self.jobs.put(message)
            elif isinstance(message, Stop):
                self._stopped = message
        os._exit(0)  # the host is gone, or wants no more

    def stopped(self, name: str) -> Stop | None:
        stop = self._stopped
        return stop if stop is not None and stop.name == name else None

    def tell(self, message: FromChild) -> None:
        self._going.write(framed(message))
        self._going.flush()


class _Told:
    """``Progress`` of one job."""

    def __init__(self, desk: _Desk, job: Job, manifest: Manifest) -> None:
        self._desk, self._name, self._job, self._manifest = desk, job.name, job, manifest
        self._at, self._share, self._shown = float("-inf"), 0.0, False
        self.best: Advice | None = None

    def __call__(self, share: float, words: str, best: Advice | None = None) -> None:
        if best is not None:
            self.best, self._shown = self._cut_short(best), False
        stop = self._desk.stopped(self._name)
        if stop is not None:
            raise OutOfTime if stop.why == "time" else Cancelled
        self._share = max(self._share, min(1.0, share)) if share == share else self._share
        now = time.monotonic()
        if now - self._at >= _TELL_S:
            self._at = now
            self._desk.tell(Going(self._name, self._share, words[:300], None if self._shown else self.best))
            self._shown = True

    def _cut_short(self, best: Advice) -> Advice:
        job = self._job
        return named(best, self._manifest, job.request, job.surroundings.now, job.name, complete=False)


def _answer(advisor: Advisor, folder: ToolFolder, desk: _Desk, job: Job) -> Done:
    began, manifest = time.monotonic(), folder.manifest
    context, told = Given(job.surroundings, manifest.types), _Told(desk, job, manifest)

    def done(advice: Advice | None = None, refusal: Refusal | None = None, defect: str | None = None) -> Done:
        return Done(job.name, advice, refusal, defect, context.footing, time.monotonic() - began)

    try:
        return done(consult(advisor, manifest, job.request, context, told, job.name))
    except OutOfTime:
        return done(told.best)
    except Cancelled:
        return done()
    except TocsinError as error:
        return done(refusal=Refusal.of(error))
    except Exception as error:  # noqa: BLE001 - a stranger's code may raise anything
        sys.stderr.write(traceback.format_exc(limit=-8))
        return done(defect=f"{type(error).__name__}: {error}"[:500])


def main() -> None:
    tie_to_parent()
    going = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no frame
    desk = _Desk(sys.stdin.buffer, going)
    begin = desk.begin()
    inside = None if begin.package.startswith("tocsin_tools_") else begin.package.rpartition(".")[0]
    folder = read_folder(Path(begin.folder), inside)
    try:
        loaded = load_advisor(folder)
        known = {field.name for field in fields(loaded.params_class)}
        given = {name: value for name, value in begin.given.items() if name in known}
        advisor = loaded.make(make_params(loaded.params_class, given, where=begin.where))
    except Exception as error:  # noqa: BLE001 - said once, then this process is of no use
        sys.stderr.write(traceback.format_exc(limit=-8))
        desk.tell(Done("", defect=f"cannot start: {type(error).__name__}: {error}"[:500]))
        return
    desk.tell(Ready())
    threading.Thread(target=desk.hear, name="hear", daemon=True).start()
    while True:
        desk.tell(_answer(advisor, folder, desk, desk.jobs.get()))


if __name__ == "__main__":
    main()
