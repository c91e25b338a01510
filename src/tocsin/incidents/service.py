"""What people do with incidents, and what they ask.

Every function takes the connection of its caller's transaction. Whoever adds or removes an alert here calls
``join`` or ``leave`` of the alerts in the same transaction: the two stages do not know each other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from tocsin.db import Connection
from tocsin.incidents import machine, repository
from tocsin.incidents.correlation.service import separate
from tocsin.incidents.repository import Member, events, find
from tocsin.kernel.decisions import Alert, Incident, IncidentEvent
from tocsin.kernel.errors import Conflict

__all__ = [
    "add_alerts",
    "close",
    "events",
    "find",
    "get",
    "note",
    "open_",
    "remove_alert",
    "reopen",
]


def get(conn: Connection, incident: str) -> Incident:
    """Raises ``NotFound``."""
    return repository.one(conn, incident)


def open_(
    conn: Connection, title: str, alerts: Sequence[Alert], by: str, at: datetime, room: str = ""
) -> Incident:
    """A new incident of one or more alerts, owned by ``room``. Raises ``Invalid``."""
    event = machine.begin(repository.next_number(conn), title, alerts, by, at, room)
    repository.save(conn, event)
    enlist(conn, event.incident, alerts)
    return event.incident


def add_alerts(
    conn: Connection,
    incident: str,
    alerts: Sequence[Alert],
    by: str,
    at: datetime,
    version: int | None = None,
) -> Incident:
    """Raises ``NotFound``, ``Invalid``, ``Conflict`` (closed, already in it, version)."""
    before = seen(conn, incident, version)
    added = machine.add(before, alerts, by, at)
    for event in added:
        repository.save(conn, event)
    enlist(conn, before, alerts)
    return added[-1].incident


def remove_alert(
    conn: Connection, incident: str, alert: str, by: str, at: datetime, version: int | None = None
) -> Incident:
    """Taken out, it is never proposed together with the others again.

    Raises ``NotFound``, ``Conflict`` (closed, the last one, version).
    """
    before = seen(conn, incident, version)
    left = [m.severity for m in repository.members(conn, incident) if m.alert != alert]
    event = machine.remove(before, alert, left, by, at)
    repository.drop_member(conn, incident, alert)
    repository.save(conn, event)
    separate(conn, [alert], event.incident.alerts, by, at)
    return event.incident


def note(
    conn: Connection, incident: str, words: str, by: str, at: datetime, version: int | None = None
) -> Incident:
    """Raises ``NotFound``, ``Invalid``."""
    return revise(conn, incident, version, lambda i: machine.note(i, words, by, at))


def close(
    conn: Connection,
    incident: str,
    outcome: str,
    words: str,
    by: str,
    at: datetime,
    version: int | None = None,
) -> Incident:
    """Raises ``NotFound``, ``Invalid``, ``Conflict``."""
    return revise(conn, incident, version, lambda i: machine.close(i, outcome, words, by, at))


def reopen(
    conn: Connection, incident: str, reason: str | None, by: str, at: datetime, version: int | None = None
) -> Incident:
    """Raises ``NotFound``, ``Invalid``, ``Conflict``."""
    return revise(conn, incident, version, lambda i: machine.reopen(i, reason, by, at))


def revise(
    conn: Connection, incident: str, version: int | None, move: Callable[[Incident], IncidentEvent]
) -> Incident:
    """One step of one incident, stored. Raises what ``move`` raises, ``NotFound``, ``Conflict``."""
    event = move(seen(conn, incident, version))
    repository.save(conn, event)
    return event.incident


def seen(conn: Connection, incident: str, version: int | None) -> Incident:
    """The incident; ``Conflict`` if it has moved on since the caller's version."""
    found = repository.one(conn, incident)
    if version is not None and version != found.version:
        last = found.log[-1]
        raise Conflict(
            f"{incident} has moved on since you looked: {last.act} by {last.by}",
            field="version",
            value=version,
            cure="look again, then decide",
        )
    return found


def enlist(conn: Connection, incident: Incident, alerts: Sequence[Alert]) -> None:
    for alert in alerts:
        repository.put_member(
            conn,
            Member(repository.number_of(incident.id), alert.id, alert.version, alert.severity, alert.active),
        )
