"""What people do with alerts, and what they ask.

Every function takes the connection of its caller's transaction, so that a command over alerts and incidents
is one transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tocsin.alerts import machine, repository
from tocsin.alerts.asking import events, find, since
from tocsin.alerts.load import AlarmLoad, load
from tocsin.db import Connection
from tocsin.kernel.decisions import Alert, AlertAct, AlertEvent, AlertState
from tocsin.kernel.errors import Conflict, Invalid
from tocsin.kernel.sharing import Sharing

__all__ = [
    "ACTIONS",
    "AlarmLoad",
    "acknowledge",
    "act",
    "close",
    "conclude",
    "confirm",
    "events",
    "find",
    "get",
    "join",
    "leave",
    "load",
    "reject",
    "reopen",
    "reshare",
    "shelve",
    "unacknowledge",
    "unshelve",
]

#: what somebody did that another, who has not seen it, must look at first
_DECISIONS: frozenset[AlertAct] = frozenset(
    (
        "acknowledged",
        "unacknowledged",
        "confirmed",
        "rejected",
        "reopened",
        "shelved",
        "unshelved",
        "closed",
        "shared",
        "taken",
    )
)


def get(conn: Connection, alert: str) -> Alert:
    """Raises ``NotFound``."""
    return repository.one(conn, alert).alert


def acknowledge(conn: Connection, alert: str, by: str, at: datetime, version: int | None = None) -> Alert:
    """All actions raise ``NotFound``, ``Invalid`` (reason, until) and ``Conflict`` (state, version)."""
    return _do(conn, alert, version, lambda a: machine.acknowledge(a, by, at))


def unacknowledge(conn: Connection, alert: str, by: str, at: datetime, version: int | None = None) -> Alert:
    return _do(conn, alert, version, lambda a: machine.unacknowledge(a, by, at))


def confirm(
    conn: Connection, alert: str, by: str, at: datetime, version: int | None = None, reason: str | None = None
) -> Alert:
    return _do(conn, alert, version, lambda a: machine.confirm(a, by, at, reason))


def reject(
    conn: Connection, alert: str, by: str, at: datetime, version: int | None = None, reason: str | None = None
) -> Alert:
    return _do(conn, alert, version, lambda a: machine.reject(a, by, at, reason))


def reopen(
    conn: Connection, alert: str, by: str, at: datetime, version: int | None = None, reason: str | None = None
) -> Alert:
    return _do(conn, alert, version, lambda a: machine.reopen(a, by, at, reason))


def shelve(
    conn: Connection,
    alert: str,
    by: str,
    at: datetime,
    version: int | None = None,
    reason: str | None = None,
    until: datetime | None = None,
) -> Alert:
    return _do(conn, alert, version, lambda a: machine.shelve(a, by, at, reason, until))


def unshelve(conn: Connection, alert: str, by: str, at: datetime, version: int | None = None) -> Alert:
    return _do(conn, alert, version, lambda a: machine.unshelve(a, by, at))


def close(
    conn: Connection, alert: str, by: str, at: datetime, version: int | None = None, reason: str | None = None
) -> Alert:
    return _do(conn, alert, version, lambda a: machine.close(a, by, at, reason))


def join(conn: Connection, alert: str, incident: str, by: str, at: datetime) -> Alert:
    """Make the alert part of an incident; the caller adds it to the incident in the same transaction."""
    return _do(conn, alert, None, lambda a: machine.join(a, incident, by, at))


def leave(conn: Connection, alert: str, incident: str, by: str, at: datetime) -> Alert:
    """Undo of ``join``."""
    return _do(conn, alert, None, lambda a: machine.leave(a, incident, by, at))


def conclude(conn: Connection, alert: str, by: str, at: datetime, reason: str, *, real: bool = True) -> Alert:
    """Close it with whatever decision is still missing: acknowledged, or rejected where not ``real``.

    For the end of an incident, together with its alerts: left open, they would take in what comes later.
    A closed one stays as it is.
    """
    row = repository.one(conn, alert)
    events, now = [], row.alert
    if now.state is AlertState.CLOSED:
        return now
    if not real and now.state in (AlertState.NEW, AlertState.ACKNOWLEDGED):
        events.append(machine.reject(now, by, at, reason))
    elif now.state is AlertState.NEW:
        events.append(machine.acknowledge(now, by, at))
    events.append(machine.close(events[-1].alert if events else now, by, at, reason))
    row.alert, row.pending = events[-1].alert, None
    repository.save(conn, [row], events)
    return row.alert


def reshare(
    conn: Connection,
    alert: str,
    version: int | None,
    act: AlertAct,
    change: Callable[[Sharing], Sharing],
    by: str,
    at: datetime,
    reason: str,
) -> Alert:
    """``change`` its sharing (``identity.sharing``). Raises what that raises, ``NotFound``, ``Conflict``."""
    return _do(
        conn,
        alert,
        version,
        lambda a: machine.set_sharing(a, act, change(a.sharing), by, at, reason),
    )


ACTIONS = ("acknowledge", "unacknowledge", "confirm", "reject", "reopen", "shelve", "unshelve", "close")


def act(
    conn: Connection,
    alert: str,
    action: str,
    *,
    by: str,
    at: datetime,
    version: int | None = None,
    reason: str | None = None,
    until: datetime | None = None,
) -> Alert:
    """One of ``ACTIONS`` by its name. Raises ``Invalid`` for another."""
    match action:
        case "acknowledge":
            return acknowledge(conn, alert, by, at, version)
        case "unacknowledge":
            return unacknowledge(conn, alert, by, at, version)
        case "confirm":
            return confirm(conn, alert, by, at, version, reason)
        case "reject":
            return reject(conn, alert, by, at, version, reason)
        case "reopen":
            return reopen(conn, alert, by, at, version, reason)
        case "shelve":
            return shelve(conn, alert, by, at, version, reason, until)
        case "unshelve":
            return unshelve(conn, alert, by, at, version)
        case "close":
            return close(conn, alert, by, at, version, reason)
        case _:
            raise Invalid(
                "no such action", field="action", value=action, cure=f"use one of {', '.join(ACTIONS)}"
            )


def _do(conn: Connection, alert: str, version: int | None, move: Callable[[Alert], AlertEvent]) -> Alert:
    row = repository.one(conn, alert)
    if version is not None and version != row.alert.version:
        _check(conn, row.alert, version)
    event = move(row.alert)
    row.alert, row.pending = event.alert, None
    repository.save(conn, [row], [event])
    return event.alert


def _check(conn: Connection, now: Alert, seen: int) -> None:
    """Refuse when somebody decided, or it became graver or milder, since the caller's version.

    An alert that goes on gets a version a second from its detector: those alone are no reason to refuse.
    """
    past = since(conn, now.id, seen) if seen < now.version else []
    if not past or past[0].alert.version != seen:
        raise Conflict(
            f"{now.id} has no version {seen}",
            field="version",
            value=seen,
            cure=f"look again: it is {now.version}",
        )
    for event in past[1:]:
        if event.act in _DECISIONS:
            raise Conflict(
                f"{now.id} was {event.act} by {event.by} since you looked",
                field="version",
                value=seen,
                cure="look again, then decide",
            )
    if past[0].alert.severity != now.severity or past[0].alert.state != now.state:
        raise Conflict(
            f"{now.id} went from {past[0].alert.severity} to {now.severity} since you looked",
            field="version",
            value=seen,
            cure="look again, then decide",
        )
