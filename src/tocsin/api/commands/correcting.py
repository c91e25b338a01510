"""Severity and detection time of an incident, and the figures that rest on them."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from tocsin.alerts import response as alerts
from tocsin.api.commands.unit import decide
from tocsin.api.services import Services
from tocsin.db import Connection
from tocsin.identity.policy import Relation, Subject
from tocsin.incidents import correcting
from tocsin.incidents import response as incidents
from tocsin.kernel.clock import EPOCH
from tocsin.kernel.decisions import Incident
from tocsin.kernel.errors import Invalid
from tocsin.kernel.figures import Spread

_USUAL, _LONGEST = timedelta(days=30), timedelta(days=400)


class Response(msgspec.Struct, frozen=True):
    """Times to respond over [start, end); each says how it is counted."""

    start: datetime
    end: datetime
    #: MTTA: alerts, raised to first answer
    acknowledge: Spread
    #: incidents, detected to opened
    take_on: Spread
    #: MTTR: incidents, detected to closed
    resolve: Spread


async def severity(
    ask: Services, caller: Subject, incident: str, given: str | None, reason: str, version: int | None
) -> Incident:
    return await decide(
        ask,
        caller,
        lambda conn, by, at: correcting.correct_severity(conn, incident, given, reason, by, at, version),
        action="incident.severity",
        kind="incident",
        object_id=incident,
        needs=Relation.OWNS,
        reason=reason,
    )


async def detection(
    ask: Services, caller: Subject, incident: str, given: datetime, reason: str, version: int | None
) -> Incident:
    return await decide(
        ask,
        caller,
        lambda conn, by, at: correcting.correct_detection(conn, incident, given, reason, by, at, version),
        action="incident.detection",
        kind="incident",
        object_id=incident,
        needs=Relation.OWNS,
        reason=reason,
    )


async def response(ask: Services, caller: Subject, start: datetime | None, end: datetime | None) -> Response:
    """Of what is open to the caller's room, of the last 30 days where nothing is said. Raises ``Invalid``."""
    until = max(end or ask.clock.now(), EPOCH)
    since = start or max(until - _USUAL, EPOCH)
    if not timedelta(0) < until - since <= _LONGEST:
        raise Invalid(
            "the period is empty or too long",
            field="start",
            value=since,
            cure="start before end, 400 days at most",
        )

    def read(conn: Connection) -> Response:
        return Response(
            since,
            until,
            alerts.acknowledged(conn, caller.seat, since, until),
            incidents.taken_on(conn, caller.seat, since, until),
            incidents.ended(conn, caller.seat, since, until),
        )

    return await ask.ops.read(read)
