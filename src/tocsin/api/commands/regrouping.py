"""Merge, un-merge, split, link. Alerts change their incident in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tocsin.alerts import service as alerts
from tocsin.api.commands.reach import require_reach
from tocsin.api.commands.unit import decide
from tocsin.api.services import Services
from tocsin.db import Connection
from tocsin.identity.policy import Relation, Subject
from tocsin.incidents import regrouping
from tocsin.incidents.regrouping import Moved
from tocsin.kernel.decisions import Incident


async def merge(
    ask: Services, caller: Subject, survivor: str, others: Sequence[str], reason: str, version: int | None
) -> Incident:
    def command(conn: Connection, by: str, at: datetime) -> Incident:
        moved = regrouping.merge(conn, survivor, others, reason, by, at, version)
        return _follow(conn, moved, by, at).incident

    return await decide(
        ask,
        caller,
        command,
        action="incident.merge",
        kind="incident",
        object_id=survivor,
        needs=Relation.OWNS,
        also=[("incident", other) for other in others],
        reason=reason,
        detail={"merged": " ".join(others)},
    )


async def unmerge(ask: Services, caller: Subject, merged: str, reason: str, version: int | None) -> Moved:
    def command(conn: Connection, by: str, at: datetime) -> Moved:
        moved = regrouping.unmerge(conn, merged, reason, by, at, version)
        require_reach(conn, caller, "incident", moved.other.id, Relation.OWNS)
        return _follow(conn, moved, by, at)

    return await decide(
        ask,
        caller,
        command,
        action="incident.unmerge",
        kind="incident",
        object_id=merged,
        needs=Relation.OWNS,
        reason=reason,
    )


async def split(
    ask: Services,
    caller: Subject,
    incident: str,
    title: str,
    leaving: Sequence[str],
    reason: str,
    version: int | None,
) -> Moved:
    def command(conn: Connection, by: str, at: datetime) -> Moved:
        found = [alerts.get(conn, alert) for alert in leaving]
        moved = regrouping.split(conn, incident, title, found, reason, by, at, version)
        return _follow(conn, moved, by, at)

    return await decide(
        ask,
        caller,
        command,
        action="incident.split",
        kind="incident",
        object_id=incident,
        needs=Relation.OWNS,
        reason=reason,
        detail={"alerts": " ".join(leaving)},
    )


async def link(
    ask: Services, caller: Subject, incident: str, other: str, words: str, version: int | None
) -> Incident:
    return await decide(
        ask,
        caller,
        lambda conn, by, at: regrouping.link(conn, incident, other, words, by, at, version),
        action="incident.link",
        kind="incident",
        object_id=incident,
        also=[("incident", other)],
        reason=words,
        detail={"other": other},
    )


async def unlink(ask: Services, caller: Subject, incident: str, other: str, version: int | None) -> Incident:
    return await decide(
        ask,
        caller,
        lambda conn, by, at: regrouping.unlink(conn, incident, other, by, at, version),
        action="incident.unlink",
        kind="incident",
        object_id=incident,
        also=[("incident", other)],
        detail={"other": other},
    )


def _follow(conn: Connection, moved: Moved, by: str, at: datetime) -> Moved:
    for alert, left, joined in moved.moves:
        alerts.leave(conn, alert, left, by, at)
        alerts.join(conn, alert, joined, by, at)
    return moved
