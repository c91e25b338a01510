"""Maintenance windows: asking for them, planning, changing and ending one."""

from __future__ import annotations

from datetime import datetime

from tocsin.alerts.maintenance import service
from tocsin.api.commands.unit import decide
from tocsin.api.cursor import pack, unpack
from tocsin.api.schemas import Page
from tocsin.api.services import Services
from tocsin.db import Connection
from tocsin.identity import policy
from tocsin.identity.policy import Relation, Subject
from tocsin.kernel.clock import iso
from tocsin.kernel.errors import Forbidden
from tocsin.kernel.maintenance import MaintenanceAlert, MaintenanceScope, MaintenanceWindow


async def find(ask: Services, *, state: str, limit: int, after: str | None) -> Page[MaintenanceWindow]:
    mark = unpack(after, str)[0] if after else None
    items, following = await ask.ops.read(
        lambda conn: service.find(conn, state=state, limit=limit, after=mark)
    )
    return Page(list(items), pack(following) if following else None)


async def get(ask: Services, window: str) -> MaintenanceWindow:
    return await ask.ops.read(lambda conn: service.get(conn, window))


async def alerts_of(ask: Services, caller: Subject, window: str) -> Page[MaintenanceAlert]:
    """Those that are open to the caller's room."""
    found = await ask.ops.read(lambda conn: service.alerts_of(conn, window))
    return Page(
        [held for held in found if policy.relation(caller.seat, held.alert.sharing) >= Relation.SEES], None
    )


async def plan(
    ask: Services,
    caller: Subject,
    scope: MaintenanceScope,
    start: datetime | None,
    end: datetime,
    reason: str,
) -> MaintenanceWindow:
    """It sets aside what the caller's control room works on. Raises ``Forbidden`` for a partner."""
    if caller.seat.partner:
        raise Forbidden(
            "maintenance is planned by control rooms",
            field="organisation",
            value=caller.seat.organisation,
            cure="ask the room that owns the alerts",
        )
    return await decide(
        ask,
        caller,
        lambda conn, by, at: service.plan(conn, scope, start, end, reason, by, at, caller.seat.organisation),
        action="maintenance.plan",
        kind="maintenance",
        reason=reason,
        detail={"end": iso(end), "scope": _words(scope)},
    )


async def change(
    ask: Services,
    caller: Subject,
    window: str,
    reason: str,
    *,
    start: datetime | None,
    end: datetime | None,
    version: int | None,
) -> MaintenanceWindow:
    def command(conn: Connection, by: str, at: datetime) -> MaintenanceWindow:
        return service.change(conn, window, by, at, reason, end=end, start=start, version=version)

    return await decide(
        ask,
        caller,
        command,
        action="maintenance.change",
        kind="maintenance",
        object_id=window,
        reason=reason,
        detail={name: iso(moment) for name, moment in (("start", start), ("end", end)) if moment},
    )


async def finish(
    ask: Services, caller: Subject, window: str, reason: str | None, version: int | None
) -> MaintenanceWindow:
    return await decide(
        ask,
        caller,
        lambda conn, by, at: service.finish(conn, window, by, at, reason, version),
        action="maintenance.end",
        kind="maintenance",
        object_id=window,
        reason=reason,
    )


def _words(scope: MaintenanceScope) -> str:
    said = [scope.tool or "", scope.kind or "", *scope.entities[:20]]
    if scope.area is not None:
        said.append(f"{scope.area.radius_m:.0f} m around {scope.area.lat:.5f} {scope.area.lon:.5f}")
    return ", ".join(part for part in said if part)
