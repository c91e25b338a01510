"""The stage that notifies: reads the journal of changes, finds for whom each is, and sees it delivered.

Its position in the journal and the ledgers of all subscriptions are committed together; whoever is killed
between sending and writing that down sends once more (docs/adr/0015).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random, SystemRandom

import msgspec
import structlog

from tocsin.context.journal import repository as journal
from tocsin.context.journal.repository import Kept
from tocsin.db import Connection, Database, positions
from tocsin.kernel.clock import Clock
from tocsin.kernel.errors import Invalid, TocsinError
from tocsin.kernel.ports import Health
from tocsin.ngsi.model.kinds import Entity
from tocsin.ngsi.problems import BadRequestData
from tocsin.ngsi.query import Links, Query
from tocsin.ngsi.store.reader import Reader
from tocsin.ngsi.subscriptions import repository, tidying
from tocsin.ngsi.subscriptions.books import CHANGES, CONSUMER, Books
from tocsin.ngsi.subscriptions.changes import Moved, moved
from tocsin.ngsi.subscriptions.channels import Outcome
from tocsin.ngsi.subscriptions.lane import Lane, Scanned
from tocsin.ngsi.subscriptions.matching import Matcher, Rule
from tocsin.ngsi.subscriptions.model import Ledger, Subscription
from tocsin.ngsi.subscriptions.periodic import Periodic
from tocsin.ngsi.subscriptions.rights import Rights
from tocsin.ngsi.subscriptions.sending import Sending

log = structlog.get_logger(__name__)

_BATCH = 500
#: how long until the journal is looked at again: other processes write there too
_BUSY_S, _POLL_S, _QUIET_S = 0.02, 0.05, 0.5
_TIDY_S = 30.0
#: after a start, lanes that are at most so many changes behind are caught up by one look for all
_TOGETHER = 20_000


@dataclass(slots=True)
class _Look:
    """What one transaction saw."""

    version: int
    revisions: dict[str, int] | None = None
    changed: list[Subscription] = field(default_factory=list)
    ledgers: dict[str, Ledger] = field(default_factory=dict)
    found: list[Moved] = field(default_factory=list)
    reached: int = 0
    full: bool = False


class Subscriptions:
    """``keep``, ``keep_changes``: how much of the journal stays; ``patience``: a subscription that fails for
    longer is said aloud.
    """

    def __init__(
        self,
        db: Database,
        clock: Clock,
        sending: Sending,
        rights: Rights,
        *,
        keep: timedelta = timedelta(hours=24),
        keep_changes: int = 250_000,
        patience: timedelta = timedelta(minutes=10),
        chance: Random | None = None,
    ) -> None:
        self.name = "subscriptions"
        self._db, self._clock, self._sending, self._reader = db, clock, sending, Reader(db)
        self._rights = rights
        self._keep, self._keep_changes, self._patience = keep, keep_changes, patience
        self._chance = chance or SystemRandom()
        self._woken = asyncio.Event()
        db.after_commit(self._woken.set)
        self._forget()

    def _forget(self) -> None:
        self._matched = 0
        self._books = Books(self._db)
        self._started = False
        self._version = -1
        self._revisions: dict[str, int] = {}
        self._matcher = Matcher()
        self._lanes: dict[str, Lane] = {}
        self._periodic: dict[str, Periodic] = {}
        #: found expired, to be closed if that has not been done
        self._expired: dict[str, Subscription] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._fault: str | None = None
        self._untidy: str | None = None

    @property
    def matched(self) -> int:
        return self._matched

    async def run(self) -> None:
        self._forget()
        await self._rights.try_to_enforce()
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                group.create_task(self._follow())
                group.create_task(self._books.keep(lambda: self._matched))
                group.create_task(self._rights.keep())
                group.create_task(self._tidy_on())
        except BaseExceptionGroup as faults:
            raise faults.exceptions[0] from None
        finally:
            with suppress(TocsinError):
                await self._books.save(self._matched)
            await self._sending.close()

    def health(self) -> Health:
        ledgers = [one for _, one in self._books.ledgers]
        ill = self._books.failing(self._clock.now(), self._patience)
        more = [f"{len(ill) - 2} more"] if len(ill) > 2 else []
        first = (
            self._fault
            or self._books.fault
            or self._rights.fault
            or self._untidy
            or "; ".join(ill[:2] + more)
        )
        return Health(
            name=self.name,
            state="degraded" if first else "working",
            words=first or "tells subscribers what changed",
            figures={
                "subscriptions": float(len(ledgers)),
                "waiting": float(sum(one.waiting for one in ledgers)),
                "failing": float(sum(one.failures > 0 for one in ledgers)),
                "sent": float(sum(one.sent for one in ledgers)),
            },
        )

    # -- reading the journal

    async def _follow(self) -> None:
        while True:
            self._woken.clear()
            full = busy = False
            try:
                look = await self._db.read(self._look)
                self._take(look)
                full, busy, self._fault = look.full, bool(look.found), None
            except TocsinError as error:
                self._fault = str(error)
                log.warning("subscriptions_wait", reason=str(error))
            if full:
                await asyncio.sleep(0)
                continue
            # Not wait_for: before Python 3.12 it can swallow a cancellation that meets the wake-up.
            with suppress(TimeoutError):
                idle_s = _POLL_S if len(self._matcher) else _QUIET_S
                async with asyncio.timeout(_BUSY_S if busy else idle_s):
                    await self._woken.wait()

    def _look(self, conn: Connection) -> _Look:
        """Both as one transaction sees them: who subscribed before a change hears of it."""
        look = _Look(repository.version(conn), reached=self._matched)
        if look.version != self._version:
            look.revisions = repository.revisions(conn)
            fresh = [key for key, n in look.revisions.items() if self._revisions.get(key) != n]
            look.changed = repository.several(conn, fresh)
            look.ledgers = repository.ledgers(conn, fresh)
        if not self._started:
            look.reached = positions.load(conn, CONSUMER, CHANGES)
            return look
        rows = journal.after(conn, self._matched, _BATCH)
        look.found = _read(rows)
        look.reached = rows[-1][0] if rows else self._matched
        look.full = len(rows) == _BATCH
        if not look.full:  # what had been seen before a start may have been let go since
            look.reached = max(look.reached, self._books.saved)
        return look

    def _take(self, look: _Look) -> None:
        if not self._started:
            self._books.saved = look.reached
            recent = [
                one.cursor
                for one in look.ledgers.values()
                if one.waiting and one.cursor >= look.reached - _TOGETHER
            ]
            self._matched = min([look.reached, *recent])
        if look.revisions is not None:
            self._subscribed(look, starting=not self._started)
        if not self._started:
            self._started = True
            self._woken.set()
            return
        now = self._clock.now()
        for one in look.found:
            try:
                keys = self._matcher.matching(one, now)
            except Exception:  # one change that cannot be asked must not end all notifications
                log.exception("change_refused", seq=one.seq, entity=one.id)
                continue
            for key in keys:
                self._lanes[key].offer(one)
                self._start(key)
        self._matched = look.reached

    def _subscribed(self, look: _Look, *, starting: bool) -> None:
        """Bring lanes in step with the subscriptions as they are now."""
        assert look.revisions is not None
        for key in self._revisions.keys() - look.revisions.keys():
            self._part(key)
            self._books.drop(key)
        now = self._clock.now()
        for one in look.changed:
            self._part(one.id)
            ledger = self._books.of(one, look.ledgers.get(one.id), self._matched)
            self._join(one, ledger, now, starting=starting, saved=look.reached)
        self._revisions, self._version = look.revisions, look.version

    def _part(self, key: str) -> None:
        """Stop whatever is under way."""
        if (task := self._tasks.pop(key, None)) is not None:
            task.cancel()
        self._matcher.drop(key)
        self._lanes.pop(key, None)
        self._periodic.pop(key, None)

    def _join(self, one: Subscription, ledger: Ledger, now: datetime, *, starting: bool, saved: int) -> None:
        told_anew = ledger.restarts < one.restarts
        if told_anew:
            ledger.restarts, ledger.cursor = one.restarts, one.restart
            ledger.waiting = int(one.restart < self._matched)
            ledger.failures, ledger.failing_since = 0, None
        if told_anew or not starting:
            ledger.next_try = None
        if one.status(now) != "active":
            ledger.next_try, ledger.waiting = None, 0
            ledger.last_error = one.stopped or ledger.last_error
            if one.status(now) == "expired":
                self._expired[one.id] = one
            return
        try:
            rule = Rule(one)
        except BadRequestData as error:
            ledger.last_error = str(error)  # by a version that knew more, or less
            log.error("subscription_refused", subscription=one.id, reason=str(error))
            return
        if one.interval_s is not None:
            self._periodic[one.id] = Periodic(rule, ledger, self._clock, self._chance)
            self._start(one.id)
            return
        lane = self._lanes[one.id] = Lane(rule, ledger, self, self._clock, self._chance)
        self._matcher.put(rule)
        if not ledger.waiting:
            # all up to what was written down is done with
            lane.skip = max(ledger.cursor, saved if starting else self._matched)
        elif starting and ledger.cursor >= saved - _TOGETHER and not told_anew:
            ledger.waiting = 0  # found again by the look that catches all up
        else:
            lane.skip = self._matched
            lane.behind()
        self._start(one.id)

    def _start(self, key: str) -> None:
        if key in self._tasks:
            return
        if (periodic := self._periodic.get(key)) is not None:
            run = periodic.run(self._find, self._deliver_found, lambda: self._books.touch(key))
        elif (lane := self._lanes[key]).ledger.waiting:
            run = lane.run()
        else:
            return
        task = self._tasks[key] = self._group.create_task(run)
        task.add_done_callback(lambda done: self._over(key, done))

    def _over(self, key: str, done: asyncio.Task[None]) -> None:
        if self._tasks.get(key) is done:
            del self._tasks[key]
            if key in self._lanes and not done.cancelled() and done.exception() is None:
                self._start(key)  # something came while it ended

    # -- what lanes ask for

    async def scan(self, rule: Rule, after: int, until: int, most: int) -> Scanned:
        def look(conn: Connection) -> Scanned:
            found: list[Moved] = []
            here, size = after, min(most, _BATCH)
            begins = journal.first(conn)
            while here < until:
                rows = journal.after(conn, here, size, types=rule.types, entities=rule.ids)
                for one in _read([row for row in rows if row[0] <= until]):
                    if rule.matches(one):
                        found.append(one)
                        if len(found) == most:
                            return Scanned(found, one.seq, begins)
                if len(rows) < size:
                    break
                here, size = rows[-1][0], _BATCH
            return Scanned(found, until, begins)

        return await self._db.read(look)

    async def deliver(self, rule: Rule, data: Sequence[Moved], *, suspect: bool) -> Outcome:
        key = (data[0].seq, data[-1].seq)
        return await self._sending.deliver(rule, data, key, self._reader.get, suspect=suspect)

    def touched(self, lane: Lane) -> None:
        self._books.touch(lane.rule.subscription.id)

    def settled(self) -> None:
        self._books.hurry()

    async def _deliver_found(self, rule: Rule, entities: list[Entity], due: object, suspect: bool) -> Outcome:
        return await self._sending.deliver(rule, entities, due, self._reader.get, suspect=suspect)

    async def _find(self, rule: Rule, most: int) -> list[Entity]:
        found: dict[str, Entity] = {}
        for query in rule.queries:
            page = await self._reader.find(partial(_itself, query), offset=0, limit=most, count=False)
            found.update((one["id"], one) for one in page.entities)
        return list(found.values())[:most]

    # -- tidying

    async def _tidy_on(self) -> None:
        while True:
            await asyncio.sleep(_TIDY_S)
            try:
                await self.tidy()
                self._untidy = None
            except TocsinError as error:
                self._untidy = f"old changes are not let go of: {error}"
                log.warning("subscriptions_untidy", reason=str(error))

    async def tidy(self) -> None:
        """Let go of old changes, say who lost some by it, and close what has expired."""
        self._sending.sweep()
        now, lanes = self._clock.now(), list(self._lanes.values())
        keep, most = self._keep, self._keep_changes
        await tidying.trim(self._db, lanes, now, keep=keep, most=most, head=self._matched)
        rules = [one.rule for one in lanes] + [one.rule for one in self._periodic.values()]
        found = dict(self._expired)
        await tidying.close_expired(self._db, [*found.values(), *(rule.subscription for rule in rules)], now)
        for key, one in found.items():
            if self._expired.get(key) is one:
                del self._expired[key]


def _itself(query: Query, _links: Links) -> Query:
    return query


def _read(rows: Sequence[Kept]) -> list[Moved]:
    """Changes; one whose bytes nobody can have written is left out, said aloud."""
    found = []
    for row in rows:
        try:
            found.append(moved(row))
        except (Invalid, msgspec.DecodeError) as error:
            log.error("change_refused", seq=row[0], entity=row[2], reason=str(error))
    return found
