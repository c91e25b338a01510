"""What people may do with an alert, and what it is after. Pure: an alert in, an event or a refusal out.

States as in OPC UA Part 9 (acknowledged, confirmed, shelved, suppressed lie across active / inactive) and
ISA-18.2: ``new -> acknowledged -> confirmed | rejected -> closed``. A refusal says what stands in the way.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec

from tocsin.kernel.clock import iso
from tocsin.kernel.decisions import Alert, AlertAct, AlertEvent, AlertState, Mark, Shelf
from tocsin.kernel.errors import Conflict, Invalid
from tocsin.kernel.sharing import Sharing
from tocsin.kernel.text import clean

#: nothing is put aside for longer in one go: a shelf that is forgotten is a blind eye
LONGEST_SHELF = timedelta(days=7)
REASON_CHARS = 1000

NEW, ACKNOWLEDGED, CONFIRMED, REJECTED, CLOSED = AlertState


def step(
    alert: Alert, act: AlertAct, by: str, at: datetime, reason: str | None = None, **changed: Any
) -> AlertEvent:
    """The event that takes ``alert`` one version on. Its time never lies before the last one's."""
    at = max(at, alert.updated_at)
    after = msgspec.structs.replace(alert, version=alert.version + 1, updated_at=at, **changed)
    return AlertEvent(act=act, by=by, at=at, alert=after, reason=reason)


def acknowledge(alert: Alert, by: str, at: datetime) -> AlertEvent:
    """Somebody has seen it and takes it on."""
    _need(alert, NEW, act="acknowledged")
    return step(alert, "acknowledged", by, at, state=ACKNOWLEDGED, acknowledged=Mark(by, at), suppressed=None)


def unacknowledge(alert: Alert, by: str, at: datetime) -> AlertEvent:
    """Undo of ``acknowledge``."""
    _need(alert, ACKNOWLEDGED, act="taken back")
    return step(alert, "unacknowledged", by, at, state=NEW, acknowledged=None)


def confirm(alert: Alert, by: str, at: datetime, reason: str | None = None) -> AlertEvent:
    """It is real. Counts as seen; taken from the shelf if it lay there."""
    _need(alert, NEW, ACKNOWLEDGED, act="confirmed")
    reason = _said(reason)
    mark = Mark(by, at, reason)
    return step(
        alert,
        "confirmed",
        by,
        at,
        reason,
        state=CONFIRMED,
        confirmed=mark,
        acknowledged=alert.acknowledged or Mark(by, at),
        shelved=None,
        suppressed=None,
    )


def reject(alert: Alert, by: str, at: datetime, reason: str | None) -> AlertEvent:
    """It is not real; ``reason`` is needed, it grades the tool."""
    _need(alert, NEW, ACKNOWLEDGED, act="rejected")
    why = _needed(reason, "say why it is not real, in a few words")
    return step(
        alert,
        "rejected",
        by,
        at,
        why,
        state=REJECTED,
        rejected=Mark(by, at, why),
        acknowledged=alert.acknowledged or Mark(by, at),
        shelved=None,
        suppressed=None,
    )


def reopen(alert: Alert, by: str, at: datetime, reason: str | None = None) -> AlertEvent:
    """Undo of ``confirm``, ``reject`` and ``close``: in hand again."""
    _need(alert, CONFIRMED, REJECTED, CLOSED, act="opened again")
    return step(
        alert,
        "reopened",
        by,
        at,
        _said(reason),
        state=ACKNOWLEDGED if alert.acknowledged else NEW,
        confirmed=None,
        rejected=None,
        closed=None,
    )


def shelve(alert: Alert, by: str, at: datetime, reason: str | None, until: datetime | None) -> AlertEvent:
    """Put aside until a stated time; it comes back by itself."""
    _need(alert, NEW, ACKNOWLEDGED, CONFIRMED, REJECTED, act="put aside")
    if alert.shelved is not None:
        raise Conflict(
            f"{alert.id} is already put aside by {alert.shelved.by} until {iso(alert.shelved.until)}",
            field="state",
            cure="take it from the shelf first",
        )
    why = _needed(reason, "say why it can wait")
    if until is None or until.tzinfo is None:
        raise Invalid(
            "until when is missing or has no time zone",
            field="until",
            value=until,
            cure="give a time with a zone",
        )
    if not at < until <= at + LONGEST_SHELF:
        raise Invalid(
            "the time to come back must lie ahead, 7 days at most",
            field="until",
            value=iso(until),
            cure=f"give a time between {iso(at)} and {iso(at + LONGEST_SHELF)}",
        )
    return step(alert, "shelved", by, at, why, shelved=Shelf(by, at, until, why))


def unshelve(alert: Alert, by: str, at: datetime) -> AlertEvent:
    """Somebody takes it back before its time."""
    if alert.shelved is None:
        raise Conflict(f"{alert.id} is not put aside", field="state", value=alert.state, cure="look again")
    return step(alert, "unshelved", by, at, shelved=None)


def close(alert: Alert, by: str, at: datetime, reason: str | None = None) -> AlertEvent:
    """Done with. Needs a decision before, and a reason while what raised it still goes on."""
    _need(alert, ACKNOWLEDGED, CONFIRMED, REJECTED, act="closed")
    why = _needed(reason, "it still goes on: say why it can be closed") if alert.active else _said(reason)
    return step(
        alert, "closed", by, at, why, state=CLOSED, closed=Mark(by, at, why), shelved=None, suppressed=None
    )


def join(alert: Alert, incident: str, by: str, at: datetime) -> AlertEvent:
    """Make it part of an incident. One alert, one incident."""
    if alert.incident is not None:
        raise Conflict(
            f"{alert.id} is already part of {alert.incident}",
            field="incident",
            value=incident,
            cure=f"take it out of {alert.incident} first",
        )
    return step(alert, "joined", by, at, incident, incident=incident)


def leave(alert: Alert, incident: str, by: str, at: datetime) -> AlertEvent:
    """Undo of ``join``."""
    if alert.incident != incident:
        raise Conflict(
            f"{alert.id} is not part of {incident}", field="incident", value=incident, cure="look again"
        )
    return step(alert, "left", by, at, incident, incident=None)


def set_sharing(
    alert: Alert, act: AlertAct, sharing: Sharing, by: str, at: datetime, reason: str
) -> AlertEvent:
    """Open to other rooms than before, or another room's. ``act``: shared, offered, taken, declined."""
    return step(alert, act, by, at, reason, sharing=sharing)


def _need(alert: Alert, *states: AlertState, act: str) -> None:
    if alert.state in states:
        return
    mark = {
        ACKNOWLEDGED: alert.acknowledged,
        CONFIRMED: alert.confirmed,
        REJECTED: alert.rejected,
        CLOSED: alert.closed,
    }.get(alert.state)
    who = f" by {mark.by} at {iso(mark.at)}" if mark else ""
    raise Conflict(
        f"{alert.id} is {alert.state.value}{who} and cannot be {act}",
        field="state",
        value=alert.state.value,
        cure=f"only what is {' or '.join(s.value for s in states)} can be {act}; look again",
    )


def _said(reason: str | None) -> str | None:
    return clean(reason, REASON_CHARS) or None if reason is not None else None


def _needed(reason: str | None, cure: str) -> str:
    said = _said(reason)
    if said is None:
        raise Invalid("a reason is needed", field="reason", value=reason, cure=cure)
    return said
