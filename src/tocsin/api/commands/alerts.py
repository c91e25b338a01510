"""Alerts: asking for them, and deciding about one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tocsin.alerts import service
from tocsin.api.commands.reach import open_alert
from tocsin.api.commands.unit import decide
from tocsin.api.cursor import pack, unpack
from tocsin.api.schemas import Page
from tocsin.api.services import Services
from tocsin.db import Connection
from tocsin.identity.policy import Subject
from tocsin.kernel.decisions import Alert, AlertEvent
from tocsin.kernel.events import Severity


async def find(
    ask: Services,
    caller: Subject,
    *,
    state: str,
    severity: Severity | None,
    at: datetime | None,
    limit: int,
    after: str | None,
) -> Page[Alert]:
    mark = unpack(after, str)[0] if after else None
    items, following = await ask.ops.read(
        lambda conn: service.find(
            conn,
            seat=caller.seat,
            state=state,
            severity=severity,
            limit=limit,
            after=mark,
            at=at,
        )
    )
    return Page(list(items), pack(following) if following else None)


async def get(ask: Services, caller: Subject, alert: str) -> Alert:
    return await ask.ops.read(lambda conn: open_alert(conn, caller, alert))


async def load(ask: Services, caller: Subject) -> service.AlarmLoad:
    now = ask.clock.now()
    return await ask.ops.read(lambda conn: service.load(conn, caller.seat, now))


async def events(
    ask: Services, caller: Subject, alert: str, *, limit: int, after: str | None
) -> Page[AlertEvent]:
    mark = unpack(after, str)[0] if after else None

    def read(conn: Connection) -> tuple[Sequence[AlertEvent], str | None]:
        open_alert(conn, caller, alert)
        return service.events(conn, alert, limit=limit, after=mark)

    items, following = await ask.ops.read(read)
    return Page(list(items), pack(following) if following else None)


async def act(
    ask: Services,
    caller: Subject,
    alert: str,
    action: str,
    *,
    version: int | None,
    reason: str | None,
    until: datetime | None,
) -> Alert:
    return await decide(
        ask,
        caller,
        lambda conn, by, at: service.act(
            conn, alert, action, by=by, at=at, version=version, reason=reason, until=until
        ),
        action=f"alert.{action}",
        kind="alert",
        object_id=alert,
        reason=reason,
    )
