"""What every report bears: where it is from, of which moment, and that it is not to be left lying about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from tocsin.kernel.clock import EPOCH
from tocsin.kernel.decisions import Alert, Task, TaskState
from tocsin.kernel.events import SEVERITIES
from tocsin.reports.document import Paper
from tocsin.reports.facts import Frame
from tocsin.reports.map import Pin
from tocsin.reports.voice import Voice

#: a log longer than this is cut, and the report says so; the record holds all of it
MOST_ROWS = 6000


def head(frame: Frame, say: Voice) -> tuple[tuple[str, str], ...]:
    room = frame.room or say("no room")
    return (
        (say("City"), frame.city or say("not named")),
        (say("Data as of"), say.said(frame.at)),
        (say("All times"), say.label(frame.at)),
        (say("Seen by"), say("{room}: what is closed to this room is not in here", room=room)),
    )


def foot(frame: Frame, say: Voice) -> str:
    return say(
        "Made {made} by {by} for {room}, from data as of {at} ({zone}). "
        "Holds names and words of people: reading it is on record.",
        made=say.at(frame.made_at),
        by=frame.by,
        room=frame.room or say("no room"),
        at=say.at(frame.at),
        zone=say.label(frame.at),
    )


def realm(frame: Frame, say: Voice) -> str:
    return "" if frame.realm == "live" else say("NOT THE REAL CITY: {realm}", realm=frame.realm)


def paper(say: Voice) -> Paper:
    """What stands on a sheet by itself."""
    return Paper(say("Page"), say("of"), say("Cut to one page: open the incident report for the rest."))


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


def pressing(task: Task, now: datetime, say: Voice) -> str:
    """When it must be done, and whether that is over."""
    if task.due_at is None:
        return say("no time limit")
    due = say.at(task.due_at)
    return say("LATE, was due {at}", at=due) if task.due_at < now else say("due {at}", at=due)
