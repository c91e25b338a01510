"""Finding alerts and incidents by words. What a seat may not see is not found, nor counted."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from tocsin.alerts import service as alerts
from tocsin.alerts.episodes import alert_id
from tocsin.api.services import Services
from tocsin.db import Connection, search
from tocsin.identity import policy
from tocsin.identity.policy import Relation, Subject
from tocsin.incidents import service as incidents
from tocsin.incidents.machine import incident_id
from tocsin.kernel.events import Severity


class Found(msgspec.Struct, frozen=True):
    """``title``: an incident's title, an alert's headline. ``at``: when it last changed."""

    kind: Literal["alert", "incident"]
    id: str
    title: str
    state: str
    severity: Severity
    at: datetime


class FoundList(msgspec.Struct, frozen=True):
    """What is called by its id comes first, then what changed last. ``more``: there is more than this."""

    items: list[Found]
    more: bool


async def find(ask: Services, caller: Subject, query: str, limit: int) -> FoundList:
    """Every word of ``query`` must stand in it, or begin a word of it."""
    return await ask.ops.read(lambda conn: _find(conn, caller, query, limit))


def _find(conn: Connection, caller: Subject, query: str, limit: int) -> FoundList:
    marks = search.eyes(caller.seat.organisation, partner=caller.seat.partner)
    found = []
    for number in search.find(conn, "incident", query, marks, limit + 1):
        incident = incidents.get(conn, incident_id(number))
        if policy.relation(caller.seat, incident.sharing) >= Relation.SEES:
            found.append(
                Found(
                    "incident",
                    incident.id,
                    incident.title,
                    incident.state,
                    incident.severity,
                    incident.updated_at,
                )
            )
    for number in search.find(conn, "alert", query, marks, limit + 1):
        alert = alerts.get(conn, alert_id(number))
        if policy.relation(caller.seat, alert.sharing) >= Relation.SEES:
            found.append(
                Found("alert", alert.id, alert.headline, alert.state.value, alert.severity, alert.updated_at)
            )
    called = query.strip().casefold()
    found.sort(key=lambda item: (item.id.casefold() == called, item.at), reverse=True)
    return FoundList(found[:limit], len(found) > limit)
