"""What a detector's findings do to an alert. Pure: an alert and a finding in, what it is after out.

A change is *loud* (an event: started, ended, graver) or quiet: the view moves on and the next tick tells of
it, so that a tool which speaks a thousand times a second is one event a second.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from tocsin.alerts.machine import ACKNOWLEDGED, CLOSED, NEW, REJECTED, step
from tocsin.alerts.rules import Habits, Verdict, rank
from tocsin.kernel.decisions import Alert, AlertAct, AlertEvent
from tocsin.kernel.events import Finding
from tocsin.kernel.ids import content_id
from tocsin.kernel.sharing import OPEN_TO_ALL, Sharing

#: who acts where no person does
STAGE = "alerts"
#: events of one alert that nobody must see at once are at least this far apart
QUIET = timedelta(seconds=1)
_MOST_OPEN = 64


class Memory(msgspec.Struct, frozen=True):
    """What the stage remembers of an alert beside its view: findings not ended, newest starts."""

    open: tuple[str, ...]
    starts: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """``event`` None: quiet; ``alert`` is the view after either."""

    alert: Alert
    memory: Memory
    event: AlertEvent | None


def dedup_key(finding: Finding) -> str:
    """Episodes with the same key are the same trouble: kind, leading entity, attribute. Who joins it differs.

    A finding of no entity has nothing in common with another: it is its own key.
    """
    if not finding.entities:
        return content_id("finding", finding.id)
    return content_id("trouble", finding.kind, finding.attribute, finding.entities[0])


def alert_id(number: int) -> str:
    return f"AL-{number:04d}"


def begin(
    number: int, finding: Finding, verdict: Verdict, now: datetime, sharing: Sharing = OPEN_TO_ALL
) -> Change:
    """A new alert."""
    alert = Alert(
        id=alert_id(number),
        version=1,
        state=NEW,
        severity=verdict.severity,
        severity_rule=verdict.rule,
        category=verdict.category,
        urgency=verdict.urgency,
        certainty=verdict.certainty,
        headline=finding.headline,
        words=finding.words,
        kind=finding.kind,
        tool=finding.tool,
        tool_version=finding.tool_version,
        entities=finding.entities,
        place=finding.place,
        onset=finding.onset,
        raised_at=now,
        updated_at=now,
        active=True,
        ended_at=None,
        occurrences=1,
        finding=finding,
        sharing=sharing,
    )
    return Change(
        alert,
        Memory((finding.id,), (finding.onset,)),
        AlertEvent("raised", STAGE, now, alert, verdict.rule.words),
    )


def takes(alert: Alert, finding: Finding, habits: Habits) -> bool:
    """Whether a new episode of the same trouble belongs to this alert.

    Never to one that people closed or rejected, nor to one that ended longer ago than the rejoin time.
    """
    if alert.state in (CLOSED, REJECTED):
        return False
    return alert.active or (alert.ended_at is not None and finding.onset - alert.ended_at <= habits.rejoin)


def again(
    alert: Alert, memory: Memory, finding: Finding, verdict: Verdict, now: datetime, habits: Habits
) -> Change:
    """A new episode of the same trouble."""
    starts = (*memory.starts, finding.onset)[-habits.flap_starts :]
    flapping = alert.flapping or _flaps(starts, habits)
    after = Memory((*memory.open, finding.id)[-_MOST_OPEN:], starts)
    changed = _told(alert, finding, verdict)
    changed |= {
        "active": True,
        "ended_at": None,
        "occurrences": alert.occurrences + 1,
        "flapping": flapping,
    }
    if not alert.active and not flapping and alert.state is ACKNOWLEDGED:
        changed |= _news()  # it had gone and is back: whoever acknowledged it has not seen this
    hushed = flapping and alert.flapping and not _graver(alert, verdict)
    return _change(
        alert,
        after,
        changed,
        now,
        act="updated",
        reason=f"started again, {alert.occurrences + 1} times so far" + (", flapping" if flapping else ""),
        loud=not hushed,
    )


def goes_on(alert: Alert, memory: Memory, finding: Finding, verdict: Verdict, now: datetime) -> Change:
    """The same episode, seen anew."""
    changed = _told(alert, finding, verdict)
    graver = _graver(alert, verdict)
    reason = f"from {alert.severity} to {verdict.severity}" if alert.severity != verdict.severity else None
    return _change(alert, memory, changed, now, act="updated", reason=reason, loud=graver)


def ends(alert: Alert, memory: Memory, finding: Finding, now: datetime) -> Change:
    """The episode is over; the alert too, unless another of its episodes goes on."""
    left = tuple(f for f in memory.open if f != finding.id)
    after = msgspec.structs.replace(memory, open=left)
    if left or not alert.active:
        return _change(alert, after, {}, now, act="updated", reason=None, loud=False)
    changed = {"active": False, "ended_at": finding.observed_at, "finding": finding}
    if finding.id != alert.finding.id and finding.observed_at < alert.finding.observed_at:
        del changed["finding"]
    return _change(alert, after, changed, now, act="ended", reason=None, loud=not alert.flapping)


def settles(alert: Alert, memory: Memory, now: datetime, habits: Habits) -> AlertEvent | None:
    """The end of flapping, when there was no new start for the whole window."""
    if not alert.flapping or now - memory.starts[-1] < habits.flap_window:
        return None
    return step(alert, "updated", STAGE, now, "no longer flapping", flapping=False)


def _flaps(starts: tuple[datetime, ...], habits: Habits) -> bool:
    return len(starts) >= habits.flap_starts and starts[-1] - starts[0] <= habits.flap_window


def _graver(alert: Alert, verdict: Verdict) -> bool:
    return rank(verdict.severity) > rank(alert.severity)


def _news() -> dict[str, Any]:
    return {"state": NEW, "acknowledged": None, "rejected": None}


def _told(alert: Alert, finding: Finding, verdict: Verdict) -> dict[str, Any]:
    """The fields that follow the detector. Graver than what people decided on makes it new again."""
    changed: dict[str, Any] = {
        "severity": verdict.severity,
        "severity_rule": verdict.rule,
        "category": verdict.category,
        "urgency": verdict.urgency,
        "certainty": verdict.certainty,
        "headline": finding.headline,
        "words": finding.words,
        "tool_version": finding.tool_version,
        "place": finding.place,
        "finding": finding,
    }
    if _graver(alert, verdict) and alert.state in (ACKNOWLEDGED, REJECTED):
        changed |= _news()
    return changed


def _change(
    alert: Alert,
    memory: Memory,
    changed: dict[str, Any],
    now: datetime,
    *,
    act: AlertAct,
    reason: str | None,
    loud: bool,
) -> Change:
    if not loud and act == "updated" and not changed:
        return Change(alert, memory, None)
    if loud or now - alert.updated_at >= QUIET:
        event = step(alert, act, STAGE, now, reason, **changed)
        return Change(event.alert, memory, event)
    return Change(msgspec.structs.replace(alert, **changed), memory, None)
