"""Merge, un-merge, split, link: service functions over the caller's transaction.

Alerts that change their incident are answered, so that the caller lets them ``leave`` and ``join`` in the
same transaction: the two stages do not know each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tocsin.db import Connection
from tocsin.incidents import merging, repository
from tocsin.incidents.correlation.service import separate
from tocsin.incidents.repository import Member
from tocsin.incidents.service import enlist, get, seen
from tocsin.kernel.decisions import Alert, Incident
from tocsin.kernel.errors import Conflict
from tocsin.kernel.events import Severity


@dataclass(frozen=True, slots=True)
class Moved:
    """What an act led to. ``moves``: (alert, incident that it left, incident that it is in now)."""

    incident: Incident
    other: Incident
    moves: tuple[tuple[str, str, str], ...]


def merge(
    conn: Connection,
    survivor: str,
    others: Sequence[str],
    reason: str,
    by: str,
    at: datetime,
    version: int | None = None,
) -> Moved:
    """Raises ``NotFound``, ``Invalid``, ``Conflict`` (closed, merged, version)."""
    into = seen(conn, survivor, version)
    merged = [get(conn, other) for other in others]
    events = merging.merge(into, merged, reason, by, at)
    for event in events:
        repository.save(conn, event)
    moves = []
    for other in merged:
        for member in repository.members(conn, other.id):
            _move(conn, member, other.id, into.id)
            moves.append((member.alert, other.id, into.id))
    return Moved(events[-1].incident, events[0].incident, tuple(moves))


def unmerge(
    conn: Connection, merged: str, reason: str, by: str, at: datetime, version: int | None = None
) -> Moved:
    """``incident`` is the restored one, ``other`` the survivor; see the rule in ``merging``.

    Raises ``NotFound``, ``Invalid``, ``Conflict``.
    """
    before = seen(conn, merged, version)
    if before.merged_into is None:
        raise Conflict(f"{merged} is not merged", field="state", value=before.state, cure="look again")
    survivor = get(conn, before.merged_into)
    members = {m.alert: m for m in repository.members(conn, survivor.id)}
    restored, left = merging.unmerge(survivor, before, _severities(members), reason, by, at)
    for event in (restored, left):
        repository.save(conn, event)
    back = restored.incident.alerts
    for alert in back:
        _move(conn, members[alert], survivor.id, merged)
    separate(conn, back, left.incident.alerts, by, at)
    return Moved(restored.incident, left.incident, tuple((a, survivor.id, merged) for a in back))


def split(
    conn: Connection,
    incident: str,
    title: str,
    leaving: Sequence[Alert],
    reason: str,
    by: str,
    at: datetime,
    version: int | None = None,
) -> Moved:
    """``incident`` is the new one, ``other`` the old. Raises ``NotFound``, ``Invalid``, ``Conflict``.

    Those that left are never proposed together with those that stayed.
    """
    before = seen(conn, incident, version)
    members = {m.alert: m for m in repository.members(conn, incident)}
    number = repository.next_number(conn)
    severities = _severities(members)
    opened, made, old = merging.split(before, number, title, leaving, severities, reason, by, at)
    for event in (opened, made, old):
        repository.save(conn, event)
    for alert in leaving:
        repository.drop_member(conn, incident, alert.id)
    enlist(conn, made.incident, leaving)
    separate(conn, made.incident.alerts, old.incident.alerts, by, at)
    moves = tuple((a, incident, made.incident.id) for a in made.incident.alerts)
    return Moved(made.incident, old.incident, moves)


def link(
    conn: Connection, incident: str, other: str, words: str, by: str, at: datetime, version: int | None = None
) -> Incident:
    """Raises ``NotFound``, ``Invalid``, ``Conflict``."""
    events = merging.link(seen(conn, incident, version), get(conn, other), words, by, at)
    for event in events:
        repository.save(conn, event)
    return events[0].incident


def unlink(
    conn: Connection, incident: str, other: str, by: str, at: datetime, version: int | None = None
) -> Incident:
    """Raises ``NotFound``, ``Conflict``."""
    events = merging.unlink(seen(conn, incident, version), get(conn, other), by, at)
    for event in events:
        repository.save(conn, event)
    return events[0].incident


def _severities(members: dict[str, Member]) -> dict[str, Severity]:
    return {alert: member.severity for alert, member in members.items()}


def _move(conn: Connection, member: Member, left: str, joined: str) -> None:
    repository.drop_member(conn, left, member.alert)
    number = repository.number_of(joined)
    repository.put_member(conn, Member(number, member.alert, member.version, member.severity, member.active))
