"""The notifications of one subscription: what waits, in order, and what came of each (docs/adr/0015).

What waits stands in the journal; of that a lane holds a few changes in memory and counts the rest. A lane
that must wait (its receiver fails, throttling) lets go of those too and reads them again when their time
comes: a dead receiver costs a number, not memory.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple, Protocol

import structlog

from tocsin.kernel.clock import Clock
from tocsin.kernel.errors import TocsinError
from tocsin.kernel.text import clean
from tocsin.ngsi.subscriptions.changes import Moved
from tocsin.ngsi.subscriptions.channels import Outcome
from tocsin.ngsi.subscriptions.matching import Rule
from tocsin.ngsi.subscriptions.model import Ledger
from tocsin.notify.delivery import backoff
from tocsin.notify.delivery.channels import Failed

log = structlog.get_logger(__name__)

#: changes held in memory; of different entities in one notification; merged within one throttled one
HELD, TOGETHER, MERGED = 100, 100, 1000
#: read at once for a throttled one
_STRETCH = 2000
#: a receiver that refuses one notification so often gets the next one: it may be the notification
MOST_TRIES = 12
_WORDS = 200
_PARK_S, _RETRY_S = 1.0, 1.0


class Scanned(NamedTuple):
    """Matching changes; how far was looked; where the journal began then (number, time), if it has any."""

    found: list[Moved]
    reached: int
    begins: tuple[int, datetime] | None


class World(Protocol):
    """What a lane needs of the stage."""

    @property
    def matched(self) -> int:
        """Number of the change up to which all lanes have been offered theirs."""
        ...

    async def scan(self, rule: Rule, after: int, until: int, most: int) -> Scanned:
        """Matching changes beyond ``after`` up to ``until``, at most ``most``, as one moment shows them."""
        ...

    async def deliver(self, rule: Rule, data: Sequence[Moved], *, suspect: bool) -> Outcome: ...

    def touched(self, lane: Lane) -> None:
        """Its ledger is to be kept."""
        ...

    def settled(self) -> None:
        """It is known what came of a notification."""
        ...


class Lane:
    """``skip``: changes up to there are done with, whatever is offered."""

    def __init__(self, rule: Rule, ledger: Ledger, world: World, clock: Clock, chance: Random) -> None:
        self.rule, self.ledger = rule, ledger
        self.skip = ledger.cursor
        self._world, self._clock, self._chance = world, clock, chance
        self._queue: deque[Moved] = deque()
        #: matches in the journal that are not in the queue; those offered while it is read; being sent
        self._unqueued = self._newer = self._taken = 0
        #: the queue holds all matches up to here
        self._tail = ledger.cursor
        #: when the last of those was
        self._tail_at: datetime | None = None
        #: number of the last change that was taken
        self._last = ledger.cursor
        self._reading = False
        #: where the journal began when it was last tidied: number, time
        self._begins: tuple[int, datetime] | None = None

    def behind(self) -> None:
        """After a start: something waits beyond the cursor, how much the ledger said."""
        self._unqueued, self._tail = max(1, self.ledger.waiting), self.ledger.cursor

    def offer(self, moved: Moved) -> None:
        """A change that matches, later than all before."""
        if moved.seq <= self.skip:
            return
        if not self.ledger.waiting:
            self.ledger.cursor = max(self.ledger.cursor, moved.seq - 1)
        if self._reading:
            self._newer += 1
        elif self._unqueued or len(self._queue) >= HELD:
            if not self._unqueued:
                self._tail = moved.seq - 1
            self._unqueued += 1
        else:
            self._queue.append(moved)
            self._tail, self._tail_at = moved.seq, moved.at
        self._count()

    def let_go(self, first: int, at: datetime) -> None:
        """The journal begins at ``first`` now, which was at ``at``: what waited before it, and is not held in
        memory, is lost.
        """
        self._begins = (first, at)
        if not self._reading and self._unqueued:
            self._lose()

    def _lose(self) -> None:
        """Write down that changes beyond those in memory were let go, if they were."""
        if self._begins is None or self._tail >= self._begins[0] - 1:
            return
        first, at = self._begins
        ledger = self.ledger
        since = self._tail_at or ledger.last_success or ledger.failing_since or at
        ledger.dropped_from = ledger.dropped_from or min(since, at)
        ledger.dropped_to = at
        self._tail = first - 1
        if not self._taken and not self._queue:  # else they are yet to be delivered
            ledger.cursor = max(ledger.cursor, first - 1)
        self._world.touched(self)

    async def run(self) -> None:
        """Until nothing waits."""
        while self.ledger.waiting:
            wait_s = self._wait_s()
            if wait_s > 0:
                if wait_s > _PARK_S:
                    self._park()
                await asyncio.sleep(min(wait_s, 60.0))
                continue
            try:
                if not self._queue:
                    await self._refill()
                    continue
                batch = await self._take()
                retried = self.ledger.failures > 0
                outcome = await self._world.deliver(self.rule, batch, suspect=retried) if batch else None
            except TocsinError as error:
                log.warning("subscription_waits", subscription=self.rule.subscription.id, reason=str(error))
                self._park()
                await asyncio.sleep(_RETRY_S)
                continue
            self.settle(outcome, len(batch), retried=retried)

    def settle(self, outcome: Outcome | None, entities: int, *, retried: bool) -> None:
        """Write down what came of the changes that were taken; None: there was nothing to tell of them."""
        ledger, now = self.ledger, self._clock.now()
        if isinstance(outcome, Failed):
            self._failed(outcome, now)
        else:
            if outcome is not None:
                ledger.sent += 1
                ledger.changes += self._taken
                ledger.retried += retried
                ledger.coalesced += self._taken - entities
                ledger.last_notification = ledger.last_success = now
                ledger.failures, ledger.failing_since, ledger.next_try = 0, None, None
            self._done()
        self._count()
        self._world.settled()

    def _done(self) -> None:
        self.ledger.cursor = max(self.ledger.cursor, self._last)
        self._taken = 0

    def _failed(self, outcome: Failed, now: datetime) -> None:
        ledger = self.ledger
        note_failure(ledger, outcome, now)
        ledger.next_try = now + self._pause(outcome, ledger.failures)
        if outcome.final and ledger.failures >= MOST_TRIES:
            ledger.given_up += 1
            ledger.failures = 0
            self._done()
        self._park()

    def _pause(self, outcome: Failed, failures: int) -> timedelta:
        cooldown = timedelta(milliseconds=self.rule.subscription.endpoint.get("cooldown", 0))
        return max(backoff.wait(failures, self._chance), cooldown, outcome.after or timedelta())

    def _wait_s(self) -> float:
        ledger = self.ledger
        throttling = self.rule.subscription.body.get("throttling")
        if ledger.next_try is None and throttling is None:
            return 0.0
        now = self._clock.now()
        until = ledger.next_try or now
        if throttling is not None and ledger.last_success is not None:
            until = max(until, ledger.last_success + timedelta(seconds=throttling))
        return (until - now).total_seconds()

    def _park(self) -> None:
        self._unqueued += self._taken + len(self._queue)
        self._taken = 0
        self._queue.clear()
        self._tail, self._tail_at = self.ledger.cursor, None
        self._count()

    async def _refill(self, most: int = HELD) -> None:
        self._reading, self._newer = True, 0
        end = self._world.matched
        try:
            found, reached, begins = await self._world.scan(self.rule, self._tail, end, most)
        finally:
            self._reading = False
            self._unqueued += self._newer
            newer, self._newer = self._newer, 0
        self._begins = begins or (end + 1, self._clock.now())
        self._lose()  # what was let go of before this look, whether or not that was told here yet
        self._queue.extend(found)
        self._tail = reached
        self._tail_at = found[-1].at if found else self._tail_at
        # at the end the count is exact again, whatever was let go or no longer matches
        self._unqueued = newer if reached >= end else max(1, self._unqueued - len(found))
        self._count()
        if not self.ledger.waiting:
            self.ledger.cursor = max(self.ledger.cursor, end)

    async def _take(self) -> list[Moved]:
        """The changes of the next notification: each by itself, or, throttled, the newest of each entity."""
        if "throttling" in self.rule.subscription.body:
            return await self._merged()
        batch: dict[str, Moved] = {}
        while self._queue and len(batch) < TOGETHER and self._queue[0].id not in batch:
            moved = self._queue.popleft()
            batch[moved.id] = moved
            self._last = moved.seq
        self._taken = len(batch)
        return list(batch.values())

    async def _merged(self) -> list[Moved]:
        merged: dict[str, Moved] = {}
        while True:
            while self._queue:
                moved = self._queue.popleft()
                earlier = merged.pop(moved.id, None)
                merged[moved.id] = moved if earlier is None else moved.since(earlier)
                self._taken += 1
                self._last = moved.seq
            if not self._unqueued or len(merged) >= MERGED:
                break
            await self._refill(_STRETCH)
        return [one for one in merged.values() if one.before is not None or one.after is not None]

    def _count(self) -> None:
        self.ledger.waiting = self._taken + len(self._queue) + self._unqueued + self._newer
        self._world.touched(self)


def note_failure(ledger: Ledger, outcome: Failed, now: datetime) -> None:
    """One more in a row."""
    ledger.failed += 1
    ledger.failures += 1
    ledger.last_notification = ledger.last_failure = now
    ledger.last_error = clean(outcome.words, _WORDS)
    ledger.failing_since = ledger.failing_since or now
