"""The stage that tells subscribers of registrations (clause 5.11.7)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random, SystemRandom

import structlog

from tocsin.db import Connection, Database
from tocsin.kernel.clock import Clock
from tocsin.kernel.errors import TocsinError
from tocsin.kernel.ports import Health
from tocsin.lake.rows import micros
from tocsin.ngsi.jsonld.terms import Terms
from tocsin.ngsi.problems import BadRequestData
from tocsin.ngsi.registrations import repository
from tocsin.ngsi.registrations.match import Sought
from tocsin.ngsi.registrations.news import News, Registration, keep, news, notification, sought
from tocsin.ngsi.subscriptions import repository as subscriptions
from tocsin.ngsi.subscriptions.channels import Outcome
from tocsin.ngsi.subscriptions.lane import note_failure
from tocsin.ngsi.subscriptions.model import Ledger, Subscription, packed
from tocsin.ngsi.subscriptions.sending import Sending
from tocsin.notify.delivery import backoff
from tocsin.notify.delivery.channels import Failed

log = structlog.get_logger(__name__)

_POLL_S, _QUIET_S, _RETRY_S = 0.1, 0.5, 1.0
_TIDY_S = 30.0


@dataclass(slots=True)
class _Standing:
    """``stale``: something changed since it was told last."""

    one: Subscription
    wanted: Sought
    ledger: Ledger
    stale: bool = True

    def due(self, now: datetime) -> bool:
        if self.one.status(now) != "active":
            return False
        if self.ledger.next_try is not None and now < self.ledger.next_try:
            return False
        pause, last = self.one.body.get("throttling"), self.ledger.last_success
        if pause is not None and last is not None and now < last + timedelta(seconds=pause):
            return False
        return self.stale or self.one.interval_s is not None


@dataclass(slots=True)
class _Look:
    """What one transaction saw. ``found`` None: no subscription has changed."""

    version: int
    moved: int
    found: list[Subscription] | None = None
    ledgers: dict[str, Ledger] = field(default_factory=dict)
    end: int | None = None


class SourceSubscriptions:
    """``patience``: a subscription that fails for longer is said aloud."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        sending: Sending,
        *,
        patience: timedelta = timedelta(minutes=10),
        chance: Random | None = None,
    ) -> None:
        self.name = "source_subscriptions"
        self._db, self._clock, self._sending = db, clock, sending
        self._patience, self._chance = patience, chance or SystemRandom()
        self._forget()

    def _forget(self) -> None:
        self._version = self._moved = -1
        #: when the next registration expires, microseconds
        self._end: int | None = None
        self._known: dict[str, _Standing] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._fault: str | None = None
        self._swept = self._clock.now()

    async def run(self) -> None:
        self._forget()
        try:
            async with asyncio.TaskGroup() as group:
                while True:
                    try:
                        self._take(await self._db.read(self._look))
                        self._fault = None
                    except TocsinError as error:
                        self._fault = str(error)
                        log.warning("source_subscriptions_wait", reason=str(error))
                    self._start(group)
                    await asyncio.sleep(_POLL_S if self._known else _QUIET_S)
        except BaseExceptionGroup as faults:
            raise faults.exceptions[0] from None
        finally:
            await self._sending.close()

    def health(self) -> Health:
        ledgers = {key: each.ledger for key, each in self._known.items()}
        late = self._clock.now() - self._patience
        ill = [
            f"{key} fails since {one.failing_since:%Y-%m-%d %H:%M} UTC ({one.last_error})"
            for key, one in ledgers.items()
            if one.failing_since is not None and one.failing_since < late
        ]
        words = self._fault or "; ".join(ill[:2])
        return Health(
            name=self.name,
            state="degraded" if words else "working",
            words=words or "tells subscribers which context sources there are",
            figures={
                "subscriptions": float(len(ledgers)),
                "failing": float(sum(one.failures > 0 for one in ledgers.values())),
                "sent": float(sum(one.sent for one in ledgers.values())),
            },
        )

    def _look(self, conn: Connection) -> _Look:
        look = _Look(subscriptions.version(conn), repository.version(conn))
        if look.version != self._version:
            look.found, _ = subscriptions.page(conn, "registrations")
            look.ledgers = subscriptions.ledgers(conn, [one.id for one in look.found])
        if self._known or look.found:
            look.end = repository.next_end(conn, micros(self._clock.now()))
        return look

    def _take(self, look: _Look) -> None:
        if look.found is not None:
            self._subscribed(look.found, look.ledgers)
        if look.moved != self._moved or look.end != self._end:
            for each in self._known.values():
                each.stale = True
        self._version, self._moved, self._end = look.version, look.moved, look.end

    def _subscribed(self, found: Sequence[Subscription], ledgers: dict[str, Ledger]) -> None:
        before, self._known = self._known, {}
        for one in found:
            old = before.get(one.id)
            if old is not None and old.one.modified_at == one.modified_at:
                self._known[one.id] = old
                continue
            made_anew = old is None or old.one.created_at != one.created_at
            ledger = (ledgers.get(one.id) if made_anew else old and old.ledger) or Ledger(0)
            ledger.next_try = None
            try:
                self._known[one.id] = _Standing(one, sought(one), ledger)
            except BadRequestData as error:
                log.error("subscription_refused", subscription=one.id, reason=str(error))
        for key, old in before.items():
            if self._known.get(key) is not old and (task := self._tasks.pop(key, None)) is not None:
                task.cancel()

    def _start(self, group: asyncio.TaskGroup) -> None:
        now = self._clock.now()
        if (now - self._swept).total_seconds() > _TIDY_S:
            self._sending.sweep()
            self._swept = now
        for key in [key for key, task in self._tasks.items() if task.done()]:
            del self._tasks[key]
        for key, each in self._known.items():
            if key not in self._tasks and each.due(now):
                self._tasks[key] = group.create_task(self._tell(each))

    async def _tell(self, each: _Standing) -> None:
        each.stale, one, ledger = False, each.one, each.ledger
        try:
            now = self._clock.now()
            found = await self._db.read(lambda conn: news(conn, one, each.wanted, now))
            for said in found:
                outcome = await self._send(one, said, suspect=ledger.failures > 0)
                self._settle(each, outcome, len(said.registrations))
                done = not isinstance(outcome, Failed)
                await self._db.write(partial(_keep, each=each, said=said, done=done))
                if not done:
                    return
            if one.interval_s is not None:
                ledger.next_try = now + timedelta(seconds=one.interval_s)
        except TocsinError as error:
            log.warning("subscription_waits", subscription=one.id, reason=str(error))
            each.stale, ledger.next_try = True, self._clock.now() + timedelta(seconds=_RETRY_S)

    async def _send(self, one: Subscription, said: News, *, suspect: bool) -> Outcome:
        def make(
            data: Sequence[Registration],
            terms: Terms,
            key: object,  # noqa: ARG001
            context: object,
        ) -> dict[str, object]:
            return notification(one, said.reason, data, terms, context, self._clock.now())

        return await self._sending.tell(one, said.registrations, make, said.reason, suspect=suspect)

    def _settle(self, each: _Standing, outcome: Outcome, count: int) -> None:
        ledger, now = each.ledger, self._clock.now()
        if isinstance(outcome, Failed):
            note_failure(ledger, outcome, now)
            cooldown = timedelta(milliseconds=each.one.endpoint.get("cooldown", 0))
            pause = max(backoff.wait(ledger.failures, self._chance), cooldown, outcome.after or timedelta())
            each.stale, ledger.next_try = True, now + pause
            return
        ledger.retried += ledger.failures > 0
        ledger.sent += 1
        ledger.changes += count
        ledger.last_notification = ledger.last_success = now
        ledger.failures, ledger.failing_since, ledger.next_try = 0, None, None


def _keep(conn: Connection, *, each: _Standing, said: News, done: bool) -> None:
    """Its ledger, and, if it was ``done``, what it was told, in one."""
    subscriptions.save_ledgers(conn, [(each.one.id, packed(each.ledger))])
    if done:
        keep(conn, each.one, said)
