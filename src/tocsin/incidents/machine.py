"""What people may do with an incident, and what it is after. Pure: incident in, event or refusal out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, get_args, get_type_hints

import msgspec

from tocsin.kernel.decisions import Alert, Disposition, Incident, IncidentAct, IncidentEvent, LogEntry
from tocsin.kernel.errors import Conflict, Invalid, NotFound
from tocsin.kernel.events import SEVERITIES, Place, Severity
from tocsin.kernel.sharing import Sharing, narrowest
from tocsin.kernel.text import clean

TITLE_CHARS, WORDS_CHARS = 200, 2000
#: an incident with more has become a list that nobody reads
MOST_ALERTS = 200
OUTCOMES: tuple[str, ...] = get_args(get_type_hints(Disposition)["outcome"])


def incident_id(number: int) -> str:
    return f"INC-{number:03d}"


def begin(
    number: int, title: str, alerts: Sequence[Alert], by: str, at: datetime, room: str = ""
) -> IncidentEvent:
    """A new incident of one or more alerts, owned by ``room`` and as open as the least open of them."""
    said = clean(title, TITLE_CHARS)
    if not said:
        raise Invalid("a title is needed", field="title", value=title, cure="say what it is in a few words")
    ids = distinct(alerts)
    words = f"{said}, from {', '.join(ids)}"
    incident = Incident(
        id=incident_id(number),
        version=1,
        state="open",
        kind="incident",
        title=said,
        severity=gravest(a.severity for a in alerts),
        owner=by,
        alerts=ids,
        place=place_of(alerts),
        opened_at=at,
        updated_at=at,
        log=(LogEntry(1, "opened", by, at, clean(words, WORDS_CHARS)),),
        detected_at=min(alert.raised_at for alert in alerts),
        sharing=narrowest(tuple(alert.sharing for alert in alerts), room),
    )
    return IncidentEvent("opened", by, at, incident)


def add(incident: Incident, alerts: Sequence[Alert], by: str, at: datetime) -> list[IncidentEvent]:
    """One event an alert. A closed incident takes in nothing: reopen it, or open another."""
    require_open(incident)
    ids = distinct(alerts)
    held = [i for i in ids if i in incident.alerts]
    if held:
        raise Conflict(
            f"{held[0]} is already part of {incident.id}", field="alerts", value=held[0], cure="look again"
        )
    if len(incident.alerts) + len(ids) > MOST_ALERTS:
        raise Invalid(
            f"an incident holds {MOST_ALERTS} alerts at most",
            field="alerts",
            value=len(incident.alerts) + len(ids),
            cure="open another incident",
        )
    events = []
    for alert in alerts:
        event = step(
            incident,
            "alert added",
            by,
            at,
            alert.id,  # its headline is told by the alert itself, to whom it is open
            alerts=(*incident.alerts, alert.id),
            severity=gravest((incident.severity, alert.severity)),
            place=incident.place or alert.place,
        )
        incident = event.incident
        events.append(event)
    return events


def remove(incident: Incident, alert: str, left: Iterable[Severity], by: str, at: datetime) -> IncidentEvent:
    """Undo of ``add``; ``left``: severities of the alerts that stay. An incident keeps at least one."""
    require_open(incident)
    if alert not in incident.alerts:
        raise NotFound(f"{alert} is not part of {incident.id}", field="alert", value=alert, cure="look again")
    if len(incident.alerts) == 1:
        raise Conflict(
            f"{alert} is the last alert of {incident.id}",
            field="alert",
            value=alert,
            cure="close the incident instead",
        )
    kept = tuple(a for a in incident.alerts if a != alert)
    return step(incident, "alert removed", by, at, alert, alerts=kept, severity=gravest(left))


def note(incident: Incident, words: str, by: str, at: datetime) -> IncidentEvent:
    """A line in the log; also allowed after the end, for what becomes known later."""
    said = clean(words, WORDS_CHARS)
    if not said:
        raise Invalid("a note needs words", field="words", value=words, cure="write what is to be kept")
    return step(incident, "noted", by, at, said)


def close(incident: Incident, outcome: str, words: str, by: str, at: datetime) -> IncidentEvent:
    """How it ended, for the record."""
    require_open(incident)
    if outcome not in OUTCOMES:
        raise Invalid(
            "no such outcome", field="outcome", value=outcome, cure=f"use one of {', '.join(OUTCOMES)}"
        )
    said = clean(words, WORDS_CHARS)
    if not said:
        raise Invalid("a disposition needs words", field="words", value=words, cure="say how it ended")
    disposition = Disposition(outcome, said, by, at)  # type: ignore[arg-type]
    return step(incident, "closed", by, at, f"{outcome}: {said}", state="closed", disposition=disposition)


def reopen(incident: Incident, reason: str | None, by: str, at: datetime) -> IncidentEvent:
    """Undo of ``close``; what was said then stays in the log."""
    if incident.state == "open":
        raise Conflict(f"{incident.id} is open", field="state", value="open", cure="look again")
    if incident.merged_into is not None:
        raise _merged(incident)
    said = clean(reason or "", WORDS_CHARS)
    if not said:
        raise Invalid("a reason is needed", field="reason", value=reason, cure="say why it is opened again")
    return step(incident, "reopened", by, at, said, state="open", disposition=None)


def changed(incident: Incident, words: str, severity: Severity, by: str, at: datetime) -> IncidentEvent:
    """Something became of one of its alerts."""
    return step(incident, "changed", by, at, words, severity=severity)


def set_sharing(
    incident: Incident, act: IncidentAct, sharing: Sharing, words: str, by: str, at: datetime
) -> IncidentEvent:
    """Open to other rooms than before, or another room's; also after its end, for who must learn of it."""
    return step(incident, act, by, at, words, sharing=sharing)


def gravest(severities: Iterable[Severity]) -> Severity:
    """The highest of these; low for none."""
    return max(severities, key=SEVERITIES.index, default="low")


def step(
    incident: Incident,
    act: IncidentAct,
    by: str,
    at: datetime,
    words: str,
    about: Iterable[str] = (),
    **fields: Any,
) -> IncidentEvent:
    """The event that takes ``incident`` one version on, with a line of its log.

    ``about``: ids of the tasks that ``words`` name. A severity that a person set stays, whatever its alerts
    do, until a person gives it back.
    """
    at = max(at, incident.updated_at)
    if incident.severity_set is not None and act != "severity set":
        fields.pop("severity", None)
    entry = LogEntry(incident.log[-1].seq + 1, act, by, at, clean(words, WORDS_CHARS), tuple(about))
    after = msgspec.structs.replace(
        incident, version=incident.version + 1, updated_at=at, log=(*incident.log, entry), **fields
    )
    return IncidentEvent(act, by, at, after)


def require_open(incident: Incident) -> None:
    """Raises ``Conflict`` for one that is closed or merged."""
    if incident.merged_into is not None:
        raise _merged(incident)
    if incident.state == "closed":
        how = incident.disposition
        raise Conflict(
            f"{incident.id} is closed" + (f" by {how.by} ({how.outcome})" if how else ""),
            field="state",
            value="closed",
            cure="reopen it, or open another incident",
        )


def _merged(incident: Incident) -> Conflict:
    return Conflict(
        f"{incident.id} is merged into {incident.merged_into}",
        field="state",
        value="merged",
        cure=f"act on {incident.merged_into}, or un-merge {incident.id} first",
    )


def distinct(alerts: Sequence[Alert]) -> tuple[str, ...]:
    ids = tuple(dict.fromkeys(alert.id for alert in alerts))
    if not ids:
        raise Invalid("at least one alert is needed", field="alerts", value="none", cure="name an alert")
    if len(ids) != len(alerts) or len(ids) > MOST_ALERTS:
        raise Invalid(
            f"alerts must be named once, {MOST_ALERTS} at most",
            field="alerts",
            value=len(alerts),
            cure="mend the list",
        )
    return ids


def place_of(alerts: Sequence[Alert]) -> Place | None:
    """Where the gravest of them that has a place is."""
    placed = [alert for alert in alerts if alert.place is not None]
    placed.sort(key=lambda a: SEVERITIES.index(a.severity), reverse=True)
    return placed[0].place if placed else None
