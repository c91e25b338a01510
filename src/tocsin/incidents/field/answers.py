"""What a responder answers to a task. Pure: incident in, event out, or None where it stands as said already.

An answer may be hours old when it comes: pressed without a network, kept on the phone. It changes nothing
that somebody has decided meanwhile (``Conflict``), and the log says when it was pressed.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import msgspec
from msgspec.structs import replace

from tocsin.incidents import tasks
from tocsin.incidents.machine import WORDS_CHARS, require_open, step
from tocsin.kernel.decisions import Incident, IncidentEvent, LogEntry, Mark, Task, TaskState
from tocsin.kernel.errors import Conflict, Invalid
from tocsin.kernel.text import clean

Act = Literal["on my way", "done", "cannot", "tick", "untick", "decide"]
#: younger ones are on time: nobody wonders at a minute
_LATE = timedelta(minutes=1)


class Answer(msgspec.Struct, frozen=True):
    """``item``: line of the checklist, from 0 (tick, untick). ``answer``: to the task's question (decide)."""

    act: Act
    said_at: datetime
    reason: str | None = None
    item: int | None = None
    answer: str | None = None


def answered(incident: Incident, task: Task, given: Answer, by: str, at: datetime) -> IncidentEvent | None:
    """Raises ``Conflict``, ``Invalid``."""
    event = _move(incident, task, given, by, at)
    if event is None or at - given.said_at <= _LATE:
        return event
    line = event.incident.log[-1]
    told = f"{line.words}; pressed {given.said_at:%d %b %H:%M:%S} UTC, came later"
    late: LogEntry = replace(line, words=clean(told, WORDS_CHARS))
    after = replace(event.incident, log=(*event.incident.log[:-1], late))
    return replace(event, incident=after)


def _move(incident: Incident, task: Task, given: Answer, by: str, at: datetime) -> IncidentEvent | None:
    match given.act:
        case "on my way":
            own = task.started is not None and task.started.by == by
            if task.state is TaskState.IN_PROGRESS and own and incident.state == "open":
                return None
            return tasks.begin(incident, task.id, by, at)
        case "done":
            return tasks.done(incident, task.id, given.reason, by, at)
        case "cannot":
            return cannot(incident, task, given.reason, by, at)
        case "decide":
            if given.answer is None:
                raise Invalid("which answer?", field="answer", cure="name one that the question gives")
            return tasks.answer(incident, task.id, given.answer, given.reason, by, at)
    if given.item is None:
        raise Invalid("which line?", field="item", cure="count the checklist from 0")
    return _tick(incident, task, given.item, given.act == "tick", by, at)


def _tick(incident: Incident, task: Task, item: int, on: bool, by: str, at: datetime) -> IncidentEvent | None:
    lines = task.checklist
    standing = 0 <= item < len(lines) and (lines[item].ticked is not None) == on
    if standing and incident.state == "open" and task.state in (TaskState.OPEN, TaskState.IN_PROGRESS):
        return None  # two people tick the same line: both are right
    return tasks.tick(incident, task.id, item, on, by, at)


def cannot(incident: Incident, task: Task, reason: str | None, by: str, at: datetime) -> IncidentEvent:
    """It cannot be done by this person: it is open again, and the room reads why. Raises as ``tasks.done``.

    Nothing that follows opens, as it would after a task that is skipped: that is the room's to decide.
    """
    require_open(incident)
    said = clean(reason or "", WORDS_CHARS)
    if not said:
        raise Invalid("a reason is needed", field="reason", value=reason, cure="say why you cannot")
    if task.state not in (TaskState.OPEN, TaskState.IN_PROGRESS):
        who = f" by {task.ended.by}" if task.ended else ""
        raise Conflict(
            f"{task.title} is {task.state.value}{who}", field="task", value=task.state, cure="nothing to do"
        )
    if task.started is not None and task.started.by != by:
        raise Conflict(
            f"{task.title} is in progress by {task.started.by}",
            field="task",
            value=task.state,
            cure="ask your control room",
        )
    at = max(at, incident.updated_at)
    freed = replace(task, state=TaskState.OPEN, started=None, cannot=Mark(by, at, said))
    after = tuple(freed if one.id == task.id else one for one in incident.tasks)
    return step(incident, "task cannot", by, at, f"{task.title}: {said}", [task.id], tasks=after)
