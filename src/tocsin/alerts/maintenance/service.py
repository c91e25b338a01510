"""What people do with maintenance windows. Every function takes its caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tocsin.alerts import repository as alerts
from tocsin.alerts.maintenance import repository, resting, windows
from tocsin.db import Connection
from tocsin.kernel.errors import Conflict, Invalid
from tocsin.kernel.maintenance import MaintenanceAlert, MaintenanceScope, MaintenanceWindow

MOST = 500
#: windows that are planned or run at one time
MOST_UNFINISHED = 1000
_STATES = {
    "open": ("planned", "running"),
    "planned": ("planned",),
    "running": ("running",),
    "over": ("over",),
    "all": ("planned", "running", "over"),
}


def plan(
    conn: Connection,
    scope: MaintenanceScope,
    start: datetime | None,
    end: datetime,
    reason: str,
    by: str,
    at: datetime,
    room: str = "",
) -> MaintenanceWindow:
    """Plan one; one that begins at once takes effect at once. Raises ``Invalid``, ``Conflict``."""
    if repository.count_unfinished(conn) >= MOST_UNFINISHED:
        raise Conflict(
            f"{MOST_UNFINISHED} windows are planned already",
            field="window",
            cure="end those no longer needed",
        )
    window = windows.plan(repository.next_number(conn), scope, start, end, reason, by, at, room)
    return _keep(conn, window, at)


def change(
    conn: Connection,
    window: str,
    by: str,
    at: datetime,
    reason: str,
    *,
    end: datetime | None = None,
    start: datetime | None = None,
    version: int | None = None,
) -> MaintenanceWindow:
    """Raises ``NotFound``, ``Conflict`` (over, running, version), ``Invalid``."""
    now = _seen(repository.one(conn, window), version)
    return _keep(conn, windows.change(now, by, at, reason, end=end, start=start), at)


def finish(
    conn: Connection, window: str, by: str, at: datetime, reason: str | None, version: int | None = None
) -> MaintenanceWindow:
    """End it; its alerts come back in this transaction. Raises ``NotFound``, ``Conflict``."""
    now = _seen(repository.one(conn, window), version)
    return _keep(conn, windows.finish(now, by, at, reason), at)


def get(conn: Connection, window: str) -> MaintenanceWindow:
    """Raises ``NotFound``."""
    return repository.one(conn, window)


def find(
    conn: Connection, *, state: str = "open", limit: int = 100, after: str | None = None
) -> tuple[Sequence[MaintenanceWindow], str | None]:
    """Newest first, and what to pass as ``after`` for more. Raises ``Invalid``."""
    if state not in _STATES:
        raise Invalid("no such state", field="state", value=state, cure=f"use one of {', '.join(_STATES)}")
    if not 1 <= limit <= MOST:
        raise Invalid("limit is out of bounds", field="limit", value=limit, cure=f"ask for 1 to {MOST}")
    if after is not None and not (after.isdigit() and len(after) < 19):
        raise Invalid(
            "not a page of this list", field="after", value=after, cure="use 'next' of the last page"
        )
    found, more = repository.find(conn, _STATES[state], limit, int(after) if after else None)
    return found, None if more is None else str(more)


def alerts_of(conn: Connection, window: str) -> list[MaintenanceAlert]:
    """What it set aside and what became of each, newest first, the newest 500. Raises ``NotFound``."""
    repository.one(conn, window)
    held = repository.alerts_of(conn, window, MOST)
    rows = alerts.rows(conn, [number for number, _ in held])
    return [
        MaintenanceAlert(row.alert, how or ("out of service" if resting_in(row, window) else "decided"))  # type: ignore[arg-type]
        for number, how in held
        if (row := rows.get(number)) is not None
    ]


def resting_in(row: alerts.Row, window: str) -> bool:
    mark = row.alert.out_of_service
    return mark is not None and mark.window == window


def _keep(conn: Connection, window: MaintenanceWindow, at: datetime) -> MaintenanceWindow:
    repository.save(conn, window, applied=False)
    resting.apply(conn, at)
    return repository.one(conn, window.id)


def _seen(window: MaintenanceWindow, version: int | None) -> MaintenanceWindow:
    if version is not None and version != window.version:
        last = window.changes[-1]
        raise Conflict(
            f"{window.id} was changed by {last.by} since you looked",
            field="version",
            value=version,
            cure="look again, then decide",
        )
    return window
