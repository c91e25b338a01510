"""Incidents: asking, and deciding. Alerts that join or leave do so in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tocsin.alerts import service as alerts
from tocsin.api.commands.reach import open_incident, room_of
from tocsin.api.commands.unit import decide
from tocsin.api.cursor import pack, unpack
from tocsin.api.schemas import Page
from tocsin.api.services import Services
from tocsin.db import Connection
from tocsin.identity import policy
from tocsin.identity.policy import Relation, Subject
from tocsin.incidents import service
from tocsin.incidents.seen import seen_by
from tocsin.kernel.decisions import Alert, Incident


async def find(
    ask: Services, caller: Subject, *, state: str, limit: int, after: str | None
) -> Page[Incident]:
    mark = unpack(after, str)[0] if after else None
    items, following = await ask.ops.read(
        lambda conn: service.find(conn, seat=caller.seat, state=state, limit=limit, after=mark)
    )
    return Page([seen_by(caller.seat, i) for i in items], pack(following) if following else None)


async def get(ask: Services, caller: Subject, incident: str) -> Incident:
    return await ask.ops.read(lambda conn: open_incident(conn, caller, incident))


async def open_(ask: Services, caller: Subject, title: str, members: Sequence[str]) -> Incident:
    """A new incident of these alerts."""

    def command(conn: Connection, by: str, at: datetime) -> Incident:
        opened = service.open_(conn, title, _get(conn, members), by, at, room_of(caller))
        for alert in opened.alerts:
            alerts.join(conn, alert, opened.id, by, at)
        return opened

    return await decide(
        ask,
        caller,
        command,
        action="incident.open",
        kind="incident",
        detail={"alerts": " ".join(members)},
        also=[("alert", alert) for alert in members],
    )


async def add_alerts(
    ask: Services, caller: Subject, incident: str, members: Sequence[str], version: int | None
) -> Incident:
    def command(conn: Connection, by: str, at: datetime) -> Incident:
        changed = service.add_alerts(conn, incident, _get(conn, members), by, at, version)
        for alert in dict.fromkeys(members):
            alerts.join(conn, alert, incident, by, at)
        return changed

    return await decide(
        ask,
        caller,
        command,
        action="incident.add_alert",
        kind="incident",
        object_id=incident,
        also=[("alert", alert) for alert in members],
        detail={"alerts": " ".join(members)},
    )


async def remove_alert(
    ask: Services, caller: Subject, incident: str, alert: str, version: int | None
) -> Incident:
    def command(conn: Connection, by: str, at: datetime) -> Incident:
        changed = service.remove_alert(conn, incident, alert, by, at, version)
        alerts.leave(conn, alert, incident, by, at)
        return changed

    return await decide(
        ask,
        caller,
        command,
        action="incident.remove_alert",
        kind="incident",
        object_id=incident,
        detail={"alerts": alert},
    )


async def note(ask: Services, caller: Subject, incident: str, words: str, version: int | None) -> Incident:
    return await decide(
        ask,
        caller,
        lambda conn, by, at: service.note(conn, incident, words, by, at, version),
        action="incident.note",
        kind="incident",
        object_id=incident,
    )


async def close(
    ask: Services, caller: Subject, incident: str, outcome: str, words: str, version: int | None
) -> Incident:
    """Its alerts are closed with it: an open one would go on taking new episodes for a matter that ended.

    Those that this room does not work on stay with the room that does.
    """

    def command(conn: Connection, by: str, at: datetime) -> Incident:
        closed = service.close(conn, incident, outcome, words, by, at, version)
        for alert in closed.alerts:
            if policy.relation(caller.seat, alerts.get(conn, alert).sharing) >= Relation.WORKS:
                alerts.conclude(conn, alert, by, at, words, real=outcome != "false alarm")
        return closed

    return await decide(
        ask,
        caller,
        command,
        action="incident.close",
        kind="incident",
        object_id=incident,
        needs=Relation.OWNS,
        reason=words,
        detail={"outcome": outcome},
    )


async def reopen(ask: Services, caller: Subject, incident: str, reason: str, version: int | None) -> Incident:
    return await decide(
        ask,
        caller,
        lambda conn, by, at: service.reopen(conn, incident, reason, by, at, version),
        action="incident.reopen",
        kind="incident",
        object_id=incident,
        needs=Relation.OWNS,
        reason=reason,
    )


def _get(conn: Connection, members: Sequence[str]) -> list[Alert]:
    return [alerts.get(conn, alert) for alert in members]
