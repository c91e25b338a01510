"""From notices to deliveries, in the transaction of what they tell of: each planned once, floods gathered.

Dampening: more than ``burst`` messages for one address within ``window`` are held and go as one digest when
the window ends; within a minute if one of them is critical. Systems are not dampened.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec.structs import replace

from tocsin.db import Connection
from tocsin.kernel.events import SEVERITIES
from tocsin.kernel.ids import content_id
from tocsin.kernel.languages import FALLBACK, Language
from tocsin.notify.delivery import directory, repository
from tocsin.notify.delivery.directory import Recipient
from tocsin.notify.delivery.model import ALL_CHANNELS, Channel, Delivery, LedgerNote, Notice
from tocsin.notify.delivery.quiet import quiet_until

_CRITICAL_WITHIN = timedelta(minutes=1)
#: (recipient, channel, target)
_Address = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Terms:
    """``burst`` messages an address within ``window``; what is more waits for a digest. ``channels``: those
    that are set up here: nothing is planned for others. ``language``: the city's, of who has chosen none.
    """

    burst: int = 5
    window: timedelta = timedelta(minutes=10)
    channels: frozenset[Channel] = ALL_CHANNELS
    language: Language = FALLBACK


def plan(conn: Connection, notices: Iterable[Notice], now: datetime, terms: Terms) -> int:
    """Plan what nobody was told yet; how many deliveries that made. Planning it again makes none."""
    wanted = list(notices)
    if not wanted:
        return 0
    known, sheet = directory.load(conn, terms.channels), _Sheet(conn, now, terms)
    made = sum(sheet.plan(notice, list(known.recipients(notice))) for notice in wanted)
    sheet.write()
    return made


def delivery(
    number: int, key: str, to: Recipient, notice: Notice, now: datetime, otherwise: Language = FALLBACK
) -> Delivery:
    """To go at once, or when the quiet hours of who gets it end. ``otherwise``: for who chose no language."""
    wants, due, words = to.preferences, now, ""
    quiet = None if wants is None else wants.quiet
    if quiet is not None and not (quiet.critical and notice.severity == "critical"):
        until = quiet_until(now, quiet)
        if until is not None:
            due, words = until, "quiet hours"
    return Delivery(
        number=number,
        key=key,
        state="planned",
        channel=to.channel,
        recipient=to.name,
        target=to.target,
        room=to.room,
        notice=notice,
        planned_at=now,
        wanted_at=due,
        due_at=due,
        language=to.language or otherwise,
        notes=(LedgerNote(now, "planned", words),),
    )


class _Sheet:
    """What one transaction plans: read once, written at the end. A flood is thousands, in one lock."""

    def __init__(self, conn: Connection, now: datetime, terms: Terms) -> None:
        self._conn, self._now, self._terms = conn, now, terms
        self._number = repository.next_number(conn)
        self._made: dict[int, Delivery] = {}
        self._told: dict[str, dict[_Address, int]] = {}
        self._recent: dict[_Address, int] = {}
        self._digests: dict[_Address, Delivery | None] = {}

    def plan(self, notice: Notice, recipients: Sequence[Recipient]) -> int:
        rank = SEVERITIES.index(notice.severity)
        told = self._told_of(notice.topic)
        fresh = {
            content_id(notice.topic, notice.version, notice.severity, *_address(to)): to
            for to in recipients
            if told.get(_address(to), -1) < rank
        }
        known = repository.known(self._conn, fresh) if fresh else frozenset()
        for key, to in fresh.items():
            if key not in known:
                told[_address(to)] = rank
                made = delivery(self._next(), key, to, notice, self._now, self._terms.language)
                self._add(made)
        return len(fresh) - len(known)

    def write(self) -> None:
        repository.save(self._conn, self._made.values())

    def _told_of(self, topic: str) -> dict[_Address, int]:
        if topic not in self._told:
            self._told[topic] = repository.told(self._conn, topic)
        return self._told[topic]

    def _next(self) -> int:
        self._number += 1
        return self._number - 1

    def _add(self, one: Delivery) -> None:
        """As it is, or held for a digest where its address has had enough."""
        if one.channel != "webhook":
            address = (one.recipient, one.channel, one.target)
            if address not in self._recent:
                since = self._now - self._terms.window
                self._recent[address] = repository.recent(self._conn, *address, since)
            if self._recent[address] >= self._terms.burst:
                self._hold(one, address)
                return
            self._recent[address] += 1
        self._made[one.number] = one

    def _hold(self, one: Delivery, address: _Address) -> None:
        within = _CRITICAL_WITHIN if one.notice.severity == "critical" else self._terms.window
        due = max(self._now + within, one.due_at)
        if address not in self._digests:
            self._digests[address] = repository.open_digest(self._conn, *address)
        digest = self._digests[address]
        if digest is None:
            digest = self._begin(one, due)
        elif due < digest.due_at:
            digest = replace(digest, due_at=due, wanted_at=due)
        self._digests[address] = self._made[digest.number] = digest
        notes = (*one.notes, LedgerNote(self._now, "held", "many at once: in a digest"))
        self._made[one.number] = replace(one, state="held", digest=digest.number, notes=notes)

    def _begin(self, first: Delivery, due: datetime) -> Delivery:
        """The digest that ``first`` and those after it wait for."""
        notice = Notice("digest", "", "", "", "", 1, first.notice.severity, "", self._now)
        notes = (LedgerNote(self._now, "planned", "digest"),)
        key = content_id("digest", first.key)
        return replace(
            first, number=self._next(), key=key, notice=notice, due_at=due, wanted_at=due, notes=notes
        )


def _address(to: Recipient) -> _Address:
    return to.name, to.channel, to.target
