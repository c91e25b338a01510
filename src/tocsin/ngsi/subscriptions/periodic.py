"""Subscriptions with ``timeInterval``: what matches now, every so often, whatever changed (clause 5.8.6)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from random import Random

import structlog

from tocsin.kernel.clock import Clock
from tocsin.kernel.errors import TocsinError
from tocsin.ngsi.model.kinds import Entity
from tocsin.ngsi.subscriptions.channels import Outcome
from tocsin.ngsi.subscriptions.lane import note_failure
from tocsin.ngsi.subscriptions.matching import Rule
from tocsin.ngsi.subscriptions.model import Ledger
from tocsin.notify.delivery import backoff
from tocsin.notify.delivery.channels import Failed

log = structlog.get_logger(__name__)

#: entities in one periodic notification
MOST = 1000
Find = Callable[[Rule, int], Awaitable[list[Entity]]]
Deliver = Callable[[Rule, list[Entity], object, bool], Awaitable[Outcome]]


class Periodic:
    """``ledger.next_try`` is when the next one goes out."""

    def __init__(self, rule: Rule, ledger: Ledger, clock: Clock, chance: Random) -> None:
        interval_s = rule.subscription.interval_s
        assert interval_s is not None
        self.rule, self.ledger = rule, ledger
        self._clock, self._chance = clock, chance
        self._interval = timedelta(seconds=interval_s)
        last = ledger.last_success or rule.subscription.modified_at
        if ledger.next_try is None:
            ledger.next_try = max(last + self._interval, clock.now())

    async def run(self, find: Find, deliver: Deliver, touched: Callable[[], None]) -> None:
        while True:
            ledger = self.ledger
            assert ledger.next_try is not None
            wait_s = (ledger.next_try - self._clock.now()).total_seconds()
            if wait_s > 0:
                await asyncio.sleep(min(wait_s, 60.0))
                continue
            due = ledger.next_try
            try:
                entities = await find(self.rule, MOST)
                outcome = await deliver(self.rule, entities, due, ledger.failures > 0) if entities else None
            except TocsinError as error:
                log.warning("subscription_waits", subscription=self.rule.subscription.id, reason=str(error))
                await asyncio.sleep(1.0)
                continue
            self._settle(outcome, len(entities))
            touched()

    def _settle(self, outcome: Outcome | None, entities: int) -> None:
        ledger, now = self.ledger, self._clock.now()
        if isinstance(outcome, Failed):
            note_failure(ledger, outcome, now)
            ledger.next_try = now + max(self._interval, backoff.wait(ledger.failures, self._chance))
            return
        if outcome is not None:
            ledger.retried += ledger.failures > 0
            ledger.sent += 1
            ledger.changes += entities
            ledger.last_notification = ledger.last_success = now
            ledger.failures, ledger.failing_since = 0, None
        # by the clock, not by when this one came through: no drift, and no burst after a pause
        assert ledger.next_try is not None
        due = ledger.next_try + self._interval
        ledger.next_try = due if due > now else now + self._interval
