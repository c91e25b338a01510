"""Alerts that nobody acknowledges: remembered as they come, brought to somebody when their time is up.

What is remembered is committed with the position of the stream that said it, so that any number of restarts
tells each level once.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
from msgspec.structs import replace

from tocsin.bus.codec import decode, encode
from tocsin.db import Connection
from tocsin.kernel.decisions import AlertEvent
from tocsin.kernel.ids import content_id
from tocsin.notify.delivery import directory, ledger, planning, repository
from tocsin.notify.delivery.directory import Recipient
from tocsin.notify.delivery.escalation import EscalationRule, Escalations
from tocsin.notify.delivery.model import Notice, Reach, Standing, Stands
from tocsin.notify.delivery.notices import alert_notice, unanswered, waits
from tocsin.notify.delivery.planning import Terms

#: of one transaction, which others wait for
_AT_ONCE = 20
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)


class Watched(msgspec.Struct, frozen=True):
    """``step``: the next one of ``rule``; ``since``: when the alert began to wait."""

    rule: str
    step: int
    since: datetime
    notice: Notice


def hear(conn: Connection, event: AlertEvent, rules: Escalations) -> None:
    """Remember an alert that waits, forget one that does not."""
    alert = event.alert
    rule = rules.of(alert) if waits(alert) else None
    if rule is None:
        repository.unwatch(conn, alert.id)
        return
    doc = repository.watched(conn, alert.id)
    before = None if doc is None else decode(doc, Watched)
    if before is not None and before.notice.version >= alert.version:
        return
    step = before.step if before is not None and before.rule == rule.id else 0
    since = event.at if before is None else before.since
    _keep(conn, rule, Watched(rule.id, step, since, alert_notice(alert, event.act, event.at)))


def tick(conn: Connection, rules: Escalations, stands: Stands, now: datetime, terms: Terms) -> int:
    """Tell whoever is due now; how many levels were told."""
    told = 0
    for alert, doc in repository.due_watches(conn, now, _AT_ONCE):
        watched = decode(doc, Watched)
        rule, standing = rules.called(watched.rule), stands(conn, "alert", alert)
        if rule is None or standing is None or standing.over or standing.answered:
            repository.unwatch(conn, alert)
            continue
        told += _escalate(conn, rule, watched, standing, now, terms)
    return told


def _escalate(
    conn: Connection, rule: EscalationRule, watched: Watched, standing: Standing, now: datetime, terms: Terms
) -> int:
    """The steps that are due; where nobody can be told, the next one at once."""
    notice = replace(watched.notice, reach=tuple(Reach(sharing, 0) for sharing in standing.reach))
    told, reached = 0, True
    step = watched.step
    while step < len(rule.steps) and (_due(rule, watched, step) <= now or not reached):
        reached = _tell(conn, unanswered(notice, step, rule.steps[step].to, now), now, terms)
        step, told = step + 1, told + 1
    _keep(conn, rule, replace(watched, step=step))
    return told


def _due(rule: EscalationRule, watched: Watched, step: int) -> datetime:
    return watched.since + timedelta(minutes=rule.steps[step].after_min)


def _tell(conn: Connection, notice: Notice, now: datetime, terms: Terms) -> bool:
    """False, and a line in the ledger, where no person can be told."""
    planning.plan(conn, [notice], now, terms)
    if any(to.channel != "webhook" for to in directory.load(conn, terms.channels).recipients(notice)):
        return True
    key = content_id("nobody", notice.topic, notice.severity)
    if not repository.known(conn, [key]):
        room = notice.reach[0].sharing.room
        nobody = Recipient("email", "", "", room)
        made = planning.delivery(repository.next_number(conn), key, nobody, notice, now)
        where = f"in {room}" if room else "in any control room"
        words = f"nobody with the role {notice.roles[0]} {where} has a way to be told"
        repository.save(conn, [ledger.given_up(made, now, words)])
    return False


def _keep(conn: Connection, rule: EscalationRule, watched: Watched) -> None:
    due = _due(rule, watched, watched.step) if watched.step < len(rule.steps) else _NEVER
    repository.watch(conn, watched.notice.object, due, encode(watched))
