"""A detector that is timed and watched: what the feeder calls in place of the tool's own."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice

from tocsin.kernel.events import Finding, Observation
from tocsin.runner.watchdog import Watchdog
from tocsin.sdk.tool import Detector, State

#: With fewer calls than this the slowest twentieth is one or two first calls after a start.
ENOUGH = 100
#: An answer longer than this is endless; the feeder looks at far fewer.
MOST = 250_000


def _whole(said: Iterable[Finding]) -> Sequence[Finding]:
    """The answer as a list, so that an author's generator runs under the watchdog's eye."""
    return said if isinstance(said, list | tuple) else list(islice(said, MOST))


class Timed:
    """Passes everything through; keeps the time of the last thousand calls, ms.

    CPU time of this thread, so that a busy machine is not held against the tool; a call with more than 100
    readings (history, a restart) counts per 100.
    """

    def __init__(self, inner: Detector, tool: str, watchdog: Watchdog) -> None:
        self._inner, self._tool, self._watchdog = inner, tool, watchdog
        self._spent_ms: deque[float] = deque(maxlen=1000)

    def observe(self, observations: Sequence[Observation]) -> Sequence[Finding]:
        start = time.thread_time()
        self._watchdog.call(self._tool)
        try:
            return _whole(self._inner.observe(observations))
        finally:
            self._watchdog.done()
            hundreds = max(1.0, len(observations) / 100)
            self._spent_ms.append(1000 * (time.thread_time() - start) / hundreds)

    def tick(self, event_time: datetime) -> Sequence[Finding]:
        start = time.thread_time()
        self._watchdog.call(self._tool)
        try:
            return _whole(self._inner.tick(event_time))
        finally:
            self._watchdog.done()
            self._spent_ms.append(1000 * (time.thread_time() - start))

    def snapshot(self) -> State:
        self._watchdog.call(self._tool)
        try:
            return self._inner.snapshot()
        finally:
            self._watchdog.done()

    def restore(self, state: State) -> None:
        self._watchdog.call(self._tool)
        try:
            self._inner.restore(state)
        finally:
            self._watchdog.done()

    def over(self, budget_ms: float) -> bool:
        """Whether the slowest twentieth of enough calls is over the budget."""
        return len(self._spent_ms) >= ENOUGH and self.p95_ms > budget_ms

    @property
    def p95_ms(self) -> float:
        spent = sorted(self._spent_ms)
        return spent[int(0.95 * (len(spent) - 1))] if spent else 0.0
