"""Alarm figures of a room, and a tool's record: counts over alerts, incidents and seats."""

from __future__ import annotations

from tocsin.alerts.figures import AlarmFigures, figures
from tocsin.alerts.figures.report import Period
from tocsin.alerts.record import ToolRecord, record
from tocsin.alerts.rules import read_rules
from tocsin.api.services import Services
from tocsin.db import Connection
from tocsin.identity.policy import Seat, Subject
from tocsin.incidents.outcomes.repository import false_alarms
from tocsin.kernel.errors import NotFound

_RULES = read_rules()


async def of_room(ask: Services, caller: Subject, room: str | None, period: Period) -> AlarmFigures:
    """The caller's own room where none is named. Of another room: the figures, not what raised them.

    Raises ``NotFound`` for a room that there is none of.
    """
    where = room or caller.seat.organisation
    organisation = next(
        (known for known in await ask.identity.organisations.all() if known.id == where), None
    )
    if organisation is None:
        raise NotFound("no such room", field="room", value=where, cure="GET /api/v1/organisations lists them")
    seats = await ask.identity.sessions.sitting(where)
    seat, now = Seat(where, organisation.partner), ask.clock.now()
    return await ask.ops.read(
        lambda conn: figures(
            conn,
            _RULES,
            now,
            room=where,
            seat=seat,
            period=period,
            seats=seats,
            with_sources=where == caller.seat.organisation,
        )
    )


async def of_tool(ask: Services, tool: str) -> ToolRecord:
    """Raises ``NotFound`` for a tool that neither runs here nor has ever raised an alert."""
    now = ask.clock.now()

    def read(conn: Connection) -> ToolRecord:
        return record(conn, tool, now, lambda incidents: false_alarms(conn, incidents))

    found = await ask.ops.read(read)
    if not found.kinds and tool not in {known.id for known in ask.board.tools()}:
        raise NotFound("no such tool", field="id", value=tool, cure="GET /api/v1/tools lists them")
    return found
