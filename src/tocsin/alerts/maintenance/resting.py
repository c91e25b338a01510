"""What maintenance windows do to alerts: set aside while they run, brought back when they end."""

from __future__ import annotations

from datetime import datetime

from tocsin.alerts import repository
from tocsin.alerts.episodes import STAGE
from tocsin.alerts.machine import step
from tocsin.alerts.maintenance import repository as windows
from tocsin.alerts.maintenance.windows import mark_for, may_rest, passes
from tocsin.alerts.repository import Row
from tocsin.db import Connection
from tocsin.kernel.clock import iso
from tocsin.kernel.decisions import AlertEvent, OutOfService
from tocsin.kernel.maintenance import MaintenanceWindow


def is_due(conn: Connection, now: datetime) -> bool:
    """Whether ``apply`` would change anything. A read."""
    return any(not applied or passes(window, now) for window, applied in windows.unfinished(conn))


def apply(conn: Connection, now: datetime) -> int:
    """Bring windows up to the time and alerts up to the windows. Returns how many alerts moved."""
    moved = [
        (passes(window, now) or window, applied and passes(window, now) is None)
        for window, applied in windows.unfinished(conn)
    ]
    changed = [window for window, done in moved if not done]
    if not changed:
        return 0
    running = [window for window, _ in moved if window.state == "running"]
    numbers = set(repository.out_of_service(conn))
    if any(window.state == "running" for window in changed):
        numbers |= set(repository.in_hand(conn))
    touched, events, notes = list[Row](), list[AlertEvent](), list[tuple[str, int, str]]()
    for row in repository.rows(conn, sorted(numbers)).values():
        event = settle(row, running, now, notes)
        if event is not None:
            row.alert, row.pending = event.alert, None
            touched.append(row)
            events.append(event)
    repository.save(conn, touched, events)
    windows.note(conn, notes)
    for window in changed:
        windows.save(conn, window, applied=True)
    return len(touched)


def settle(
    row: Row, running: list[MaintenanceWindow], now: datetime, notes: list[tuple[str, int, str]]
) -> AlertEvent | None:
    """The event by which this alert follows the windows that run; None where it does already."""
    alert, had = row.alert, row.alert.out_of_service
    has = mark_for(alert, running, now) if may_rest(alert) else None
    if has == had:
        return None
    if has is None:
        assert had is not None
        return _back(row, had, now, notes)
    words = f"{has.window}, planned by {has.by}: {has.reason}"
    if had is not None and had.window == has.window:
        return step(
            alert, "updated", STAGE, now, f"{has.window} now until {iso(has.until)}", out_of_service=has
        )
    if had is not None:
        notes.append((had.window, row.number, "moved"))
    notes.append((has.window, row.number, ""))
    return step(alert, "out of service", STAGE, now, words, out_of_service=has)


def _back(row: Row, had: OutOfService, now: datetime, notes: list[tuple[str, int, str]]) -> AlertEvent:
    active = row.alert.active
    notes.append((had.window, row.number, "returned" if active else "ended"))
    went = (
        "it still goes on"
        if active or row.alert.ended_at is None
        else f"it ended at {iso(row.alert.ended_at)}"
    )
    return step(
        row.alert, "returned", STAGE, now, f"{had.window} is over ({had.reason}); {went}", out_of_service=None
    )
