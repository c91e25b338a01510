"""What every report bears: where it is from, of which moment, and that it is not to be left lying about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from tocsin.kernel.clock import EPOCH
from tocsin.kernel.decisions import Alert, Task, TaskState
from tocsin.kernel.events import SEVERITIES
from tocsin.reports.facts import Frame
from tocsin.reports.map import Pin
from tocsin.reports.wording import Times

#: a log longer than this is cut, and the report says so; the record holds all of it
MOST_ROWS = 6000


def head(frame: Frame, times: Times) -> tuple[tuple[str, str], ...]:
    return (
        ("City", frame.city or "not named"),
        ("Data as of", times.said(frame.at)),
        ("All times", times.label(frame.at)),
        ("Seen by", f"{frame.room or 'no room'}: what is closed to this room is not in here"),
    )


def foot(frame: Frame, times: Times) -> str:
    return (
        f"Made {times.at(frame.made_at)} by {frame.by} for {frame.room or 'no room'}, from data as of "
        f"{times.at(frame.at)} ({times.label(frame.at)}). "
        "Holds names and words of people: reading it is on record."
    )


def realm(frame: Frame) -> str:
    return "" if frame.realm == "live" else f"NOT THE REAL CITY: {frame.realm}"


def ranked(alerts: Iterable[Alert]) -> list[Alert]:
    """Gravest first, then oldest."""
    return sorted(alerts, key=lambda a: (-SEVERITIES.index(a.severity), a.raised_at, a.id))


def pins(alerts: Sequence[Alert]) -> list[Pin]:
    """A pin for each alert that has a place, numbered as in ``alerts``."""
    return [
        Pin(number, a.place.lon, a.place.lat, a.place.radius_m, a.severity)
        for number, a in enumerate(alerts, start=1)
        if a.place is not None
    ]


def due(tasks: Iterable[Task]) -> list[Task]:
    """Steps that wait for somebody, the most pressing first."""
    waiting = (t for t in tasks if t.state in (TaskState.OPEN, TaskState.IN_PROGRESS))
    return sorted(waiting, key=lambda t: (t.due_at is None, t.due_at or t.opened_at or EPOCH, t.id))


def pressing(task: Task, now: datetime, times: Times) -> str:
    """When it must be done, and whether that is over."""
    if task.due_at is None:
        return "no time limit"
    return f"{'LATE, was due' if task.due_at < now else 'due'} {times.at(task.due_at)}"
