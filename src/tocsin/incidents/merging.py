"""Incidents that turn out to be one, or two. Pure: incidents in, events or a refusal out.

**The rule of un-merge.** What an incident was before its merge it is again: its title, owner, log, severity
set by hand, and its alerts, so far as they are still in the survivor. What happened after the merge stays
with the survivor: its log, alerts that joined it since; and what left it since (removed, split off) stays
where it went. Neither may be left without an alert.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from tocsin.incidents.machine import (
    MOST_ALERTS,
    WORDS_CHARS,
    begin,
    gravest,
    require_open,
    step,
)
from tocsin.kernel.decisions import Alert, Incident, IncidentEvent
from tocsin.kernel.errors import Conflict, Invalid, NotFound
from tocsin.kernel.events import Severity
from tocsin.kernel.text import clean


def merge(
    survivor: Incident, others: Sequence[Incident], reason: str, by: str, at: datetime
) -> list[IncidentEvent]:
    """``others`` go up in ``survivor``: their events first, then one of the survivor for each.

    A merged one is closed, keeps its own alerts and log for the day it is un-merged, and names the survivor.
    Raises ``Invalid``, ``Conflict``.
    """
    said = _reason(reason)
    require_open(survivor)
    ids = [other.id for other in others]
    if not ids or len(set(ids)) != len(ids) or survivor.id in ids:
        raise Invalid(
            "name each of the others once",
            field="incidents",
            value=", ".join(ids),
            cure=f"one or more, {survivor.id} not among them",
        )
    for other in others:
        require_open(other)
    total = len(survivor.alerts) + sum(len(other.alerts) for other in others)
    if total > MOST_ALERTS:
        raise Invalid(
            f"an incident holds {MOST_ALERTS} alerts at most",
            field="incidents",
            value=total,
            cure="link them instead",
        )
    events = []
    for other in others:
        words = f"into {survivor.id}: {said}"
        events.append(step(other, "merged", by, at, words, state="closed", merged_into=survivor.id))
    for other in others:
        event = step(
            survivor,
            "merged",
            by,
            at,
            f"{other.id} ({other.title}) came in with {', '.join(other.alerts)}: {said}",
            alerts=(*survivor.alerts, *other.alerts),
            severity=gravest((survivor.severity, other.severity)),
            place=survivor.place or other.place,
            merged=(*survivor.merged, other.id),
        )
        survivor = event.incident
        events.append(event)
    return events


def unmerge(
    survivor: Incident,
    merged: Incident,
    severities: Mapping[str, Severity],
    reason: str,
    by: str,
    at: datetime,
) -> tuple[IncidentEvent, IncidentEvent]:
    """(the restored one's, the survivor's) event. ``severities``: of all alerts of the survivor.

    Raises ``Invalid``, ``Conflict`` where there is nothing to give back, or nothing would stay.
    """
    said = _reason(reason)
    if merged.merged_into != survivor.id:
        raise Conflict(f"{merged.id} is not merged", field="state", value=merged.state, cure="look again")
    require_open(survivor)
    back = tuple(alert for alert in merged.alerts if alert in survivor.alerts)
    stay = tuple(alert for alert in survivor.alerts if alert not in back)
    if not back:
        raise Conflict(
            f"none of the alerts of {merged.id} is in {survivor.id} any more",
            field="alerts",
            value=", ".join(merged.alerts),
            cure="open an incident of them instead",
        )
    if not stay:
        raise Conflict(
            f"nothing would stay in {survivor.id}: its own alerts have left it",
            field="alerts",
            value=", ".join(back),
            cure=f"add an alert to {survivor.id} first, or go on with it",
        )
    restored = step(
        merged,
        "unmerged",
        by,
        at,
        f"out of {survivor.id}: {said}",
        state="open",
        merged_into=None,
        alerts=back,
        severity=gravest(severities[a] for a in back if a in severities),
    )
    left = step(
        survivor,
        "unmerged",
        by,
        at,
        f"{merged.id} left with {', '.join(back)}: {said}",
        alerts=stay,
        severity=gravest(severities[a] for a in stay if a in severities),
        merged=tuple(i for i in survivor.merged if i != merged.id),
    )
    return restored, left


def split(
    incident: Incident,
    number: int,
    title: str,
    leaving: Sequence[Alert],
    severities: Mapping[str, Severity],
    reason: str,
    by: str,
    at: datetime,
) -> tuple[IncidentEvent, IncidentEvent, IncidentEvent]:
    """``leaving`` alerts go into a new incident, linked with the old: two events of the new, one of the old.

    ``severities``: of all alerts of the old. Raises ``Invalid``, ``NotFound``, ``Conflict``.
    """
    said = _reason(reason)
    require_open(incident)
    ids = [alert.id for alert in leaving]
    for alert in ids:
        if alert not in incident.alerts:
            raise NotFound(
                f"{alert} is not part of {incident.id}", field="alerts", value=alert, cure="look again"
            )
    stay = tuple(alert for alert in incident.alerts if alert not in ids)
    if not stay:
        raise Invalid(
            "at least one alert must stay",
            field="alerts",
            value=", ".join(ids),
            cure=f"leave one in {incident.id}",
        )
    opened = begin(number, title, leaving, by, at)
    made = step(
        opened.incident,
        "split",
        by,
        at,
        f"off {incident.id}: {said}",
        links=(incident.id,),
        sharing=incident.sharing,  # whoever could see them together can see them apart
    )
    old = step(
        incident,
        "split",
        by,
        at,
        f"{', '.join(ids)} into {made.incident.id}: {said}",
        alerts=stay,
        severity=gravest(severities[a] for a in stay if a in severities),
        links=_with(incident.links, made.incident.id),
    )
    return opened, made, old


def link(a: Incident, b: Incident, words: str, by: str, at: datetime) -> tuple[IncidentEvent, IncidentEvent]:
    """Related, each with its own owner and end; also where ended. Raises ``Invalid``, ``Conflict``."""
    if a.id == b.id:
        raise Invalid(
            "an incident is not related to itself", field="incident", value=b.id, cure="name another"
        )
    if b.id in a.links:
        raise Conflict(f"{a.id} and {b.id} are linked", field="incident", value=b.id, cure="look again")
    said = clean(words, WORDS_CHARS)
    why = f": {said}" if said else ""
    return (
        step(a, "linked", by, at, f"with {b.id}{why}", links=_with(a.links, b.id)),
        step(b, "linked", by, at, f"with {a.id}{why}", links=_with(b.links, a.id)),
    )


def unlink(a: Incident, b: Incident, by: str, at: datetime) -> tuple[IncidentEvent, IncidentEvent]:
    """Undo of ``link``. Raises ``Conflict``."""
    if b.id not in a.links:
        raise Conflict(f"{a.id} and {b.id} are not linked", field="incident", value=b.id, cure="look again")
    return (
        step(a, "unlinked", by, at, f"from {b.id}", links=tuple(i for i in a.links if i != b.id)),
        step(b, "unlinked", by, at, f"from {a.id}", links=tuple(i for i in b.links if i != a.id)),
    )


def _with(links: Iterable[str], more: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*links, more)))


def _reason(reason: str) -> str:
    said = clean(reason, WORDS_CHARS)
    if not said:
        raise Invalid("a reason is needed", field="reason", value=reason, cure="say why, for the record")
    return said
