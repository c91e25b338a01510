"""Taking the next message of a lane, and writing down what came of it. Within the caller's transaction."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

import msgspec
from msgspec.structs import replace

from tocsin.db import Connection
from tocsin.identity.sealing import Seal
from tocsin.kernel.errors import Misconfigured
from tocsin.kernel.events import SEVERITIES
from tocsin.notify.delivery import admission, backoff, directory, ledger, repository
from tocsin.notify.delivery.channels import Address, Failed, Outcome, Sent
from tocsin.notify.delivery.directory import Directory
from tocsin.notify.delivery.directory import repository as addresses
from tocsin.notify.delivery.model import Delivery, Lane, Stands

#: a receiver that answers with an error so often to one message gets the next one: it may be the message
MOST_TRIES = 12


class Taken(msgspec.Struct, frozen=True):
    """``to`` holds an address: it is not kept."""

    delivery: Delivery
    to: Address


@dataclass(frozen=True, slots=True)
class Desk:
    """``give_up``: how long after its time a message is still worth sending."""

    stands: Stands
    seal: Seal
    give_up: timedelta
    chance: Random

    def take(self, conn: Connection, lane: str, now: datetime) -> Taken | None:
        """The next message of the lane, marked as being sent. What must not go any more is put away first."""
        known: Directory | None = None
        while (one := repository.next_due(conn, lane, now)) is not None:
            known = known or directory.load(conn)
            if now - one.wanted_at > self.give_up:
                words = f"not taken within {self.give_up.total_seconds() / 3600:g} h"
                repository.save(conn, [ledger.given_up(one, now, words)])
                continue
            reason = admission.objection(conn, one, known, self.stands)
            if reason is None and one.notice.kind == "digest" and not one.counts:
                one = self._gather(conn, one, known, now)
                reason = None if one.counts else admission.CLOSED
            try:
                to = None if reason else admission.address(conn, one, self.seal, now)
            except Misconfigured as error:
                self.mark(conn, one, Failed(error.message, whole=True), now)
                return None
            if to is None:
                repository.save(conn, [ledger.withdrawn(one, now, reason or "the address was taken away")])
                continue
            one = ledger.sending(one, now)
            repository.save(conn, [one])
            return Taken(one, to)
        return None

    def refuse(self, conn: Connection, lane: str, now: datetime, words: str) -> int:
        """Give up all of a lane that is due; how many that were."""
        count = 0
        while (one := repository.next_due(conn, lane, now)) is not None:
            repository.save(conn, [ledger.given_up(one, now, words)])
            count += 1
        return count

    def _gather(self, conn: Connection, digest: Delivery, known: Directory, now: datetime) -> Delivery:
        """What still may be told is counted into the digest, which says the same from now on."""
        counts: Counter[str] = Counter()
        for one in repository.held(conn, digest.number):
            reason = admission.objection(conn, one, known, self.stands)
            if reason is None:
                counts[one.notice.severity] += 1
                repository.save(conn, [ledger.gathered(one, now)])
            else:
                repository.save(conn, [ledger.withdrawn(one, now, reason)])
        grave = tuple((s, counts[s]) for s in reversed(SEVERITIES) if counts[s])
        if not grave:
            return digest
        return replace(digest, counts=grave, notice=replace(digest.notice, severity=grave[0][0]))

    def mark(self, conn: Connection, one: Delivery, outcome: Outcome, now: datetime) -> bool:
        """Whether the lane may go on with its next message."""
        lane = repository.lane(conn, one.lane)
        if isinstance(outcome, Sent):
            repository.save(conn, [ledger.sent(one, now, outcome.words)])
            repository.save_lane(conn, Lane(one.lane, sent_at=now))
            return True
        if outcome.gone:
            self._close(conn, one, outcome, now)
            return False
        if outcome.final or (outcome.answered and one.tries >= MOST_TRIES):
            repository.save(conn, [ledger.given_up(one, now, outcome.words)])
        else:
            pause = backoff.wait(max(1, one.tries), self.chance)
            due = one.due_at if outcome.whole else now + pause
            repository.save(conn, [ledger.failed(one, now, due, outcome.words)])
        if outcome.whole:
            failures = lane.failures + 1
            pause = max(outcome.after or timedelta(), backoff.wait(failures, self.chance))
            since = lane.since or now
            repository.save_lane(
                conn, Lane(one.lane, failures, since, now + pause, outcome.words, lane.sent_at)
            )
        elif lane.since is not None:
            repository.save_lane(conn, Lane(one.lane, sent_at=lane.sent_at))
        return not outcome.whole

    def _close(self, conn: Connection, one: Delivery, outcome: Failed, now: datetime) -> None:
        """The address is gone: nothing that waits for it goes, and nothing more is planned."""
        given_up = [ledger.given_up(other, now, outcome.words) for other in (one, *_others(conn, one))]
        repository.save(conn, given_up)
        repository.drop_lane(conn, one.lane)
        if one.channel == "push":
            addresses.drop_browser(conn, one.target)
        hook = addresses.webhook(conn, one.target) if one.channel == "webhook" else None
        if hook is not None:
            addresses.save_webhook(conn, replace(hook, off=outcome.words))


def _others(conn: Connection, one: Delivery) -> list[Delivery]:
    return [other for other in repository.waiting_on(conn, one.lane) if other.number != one.number]
