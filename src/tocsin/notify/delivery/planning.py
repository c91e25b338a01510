"""From notices to deliveries, in the transaction of what they tell of: each planned once, floods gathered.

Dampening: more than ``burst`` messages for one address within ``window`` are held and go as one digest when
the window ends; within a minute if one of them is critical. Systems are not dampened.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec.structs import replace

from tocsin.db import Connection
from tocsin.kernel.events import SEVERITIES
from tocsin.kernel.ids import content_id
from tocsin.notify.delivery import directory, repository
from tocsin.notify.delivery.directory import Recipient
from tocsin.notify.delivery.model import Delivery, LedgerNote, Notice
from tocsin.notify.delivery.quiet import quiet_until

_CRITICAL_WITHIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Pace:
    """``burst`` messages an address within ``window``; what is more waits for a digest."""

    burst: int = 5
    window: timedelta = timedelta(minutes=10)


def plan(conn: Connection, notices: Iterable[Notice], now: datetime, pace: Pace) -> int:
    """Plan what nobody was told yet; how many deliveries that made. Planning it again makes none."""
    wanted = list(notices)
    if not wanted:
        return 0
    known = directory.load(conn)
    return sum(_plan(conn, notice, known.recipients(notice), now, pace) for notice in wanted)


def _plan(
    conn: Connection, notice: Notice, recipients: Iterable[Recipient], now: datetime, pace: Pace
) -> int:
    told, rank, made = repository.told(conn, notice.topic), SEVERITIES.index(notice.severity), 0
    for to in recipients:
        if told.get((to.channel, to.name, to.target), -1) >= rank:
            continue
        key = content_id(notice.topic, notice.version, notice.severity, to.channel, to.name, to.target)
        if repository.known(conn, [key]):
            continue
        save(conn, delivery(repository.next_number(conn), key, to, notice, now), pace, now)
        made += 1
    return made


def delivery(number: int, key: str, to: Recipient, notice: Notice, now: datetime) -> Delivery:
    """To go at once, or when the quiet hours of who gets it end."""
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
        language=wants.language if wants else "en",
        notes=(LedgerNote(now, "planned", words),),
    )


def save(conn: Connection, one: Delivery, pace: Pace, now: datetime) -> None:
    """As it is, or held for a digest where its address has had enough."""
    if one.channel != "webhook":
        had = repository.recent(conn, one.recipient, one.channel, one.target, now - pace.window)
        if had >= pace.burst:
            _hold(conn, one, pace, now)
            return
    repository.save(conn, [one])


def _hold(conn: Connection, one: Delivery, pace: Pace, now: datetime) -> None:
    digest = repository.open_digest(conn, one.recipient, one.channel, one.target)
    critical = one.notice.severity == "critical"
    within = _CRITICAL_WITHIN if critical else pace.window
    due = max(now + within, one.due_at)
    if digest is None:
        digest, one = _begin(one, due, now), replace(one, number=one.number + 1)
    elif due < digest.due_at:
        digest = replace(digest, due_at=due, wanted_at=due)
    notes = (*one.notes, LedgerNote(now, "held", "many at once: in a digest"))
    repository.save(conn, [digest, replace(one, state="held", digest=digest.number, notes=notes)])


def _begin(first: Delivery, due: datetime, now: datetime) -> Delivery:
    """The digest that ``first`` and those after it wait for; it takes its number."""
    notice = Notice("digest", "", "", "", "", 1, first.notice.severity, "", now)
    notes = (LedgerNote(now, "planned", "digest"),)
    key = content_id("digest", first.key)
    return replace(first, key=key, notice=notice, due_at=due, wanted_at=due, notes=notes)
