"""A control room sends a task to the field: to whom, where, with which picture. Pure."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from tocsin.incidents.machine import require_open, step
from tocsin.kernel.decisions import Incident, IncidentEvent, Sent, Task, TaskState
from tocsin.kernel.errors import Conflict
from tocsin.kernel.events import Place

_SENDS = frozenset({TaskState.WAITING, TaskState.OPEN, TaskState.IN_PROGRESS})


def send(
    incident: Incident,
    task: Task,
    to: str | None,
    place: Place | None,
    picture: str | None,
    by: str,
    at: datetime,
) -> IncidentEvent:
    """``to`` None: to all who hold its role. Somebody else's progress is taken back with it.

    Raises ``Conflict`` for a task that has ended.
    """
    require_open(incident)
    if task.state not in _SENDS:
        raise Conflict(
            f"{task.title} is {task.state.value}", field="task", value=task.state, cure="look again"
        )
    at = max(at, incident.updated_at)
    after = replace(task, sent=Sent(by, at, to, picture), place=place or task.place)
    words = f"{task.title}: to {to or f'all with the role {task.role}'}"
    if picture is not None:
        words += f", with {picture}"
    if task.started is not None and to not in (None, task.started.by) and task.state is TaskState.IN_PROGRESS:
        words += f"; {task.started.by} is off it"
        after = replace(after, state=TaskState.OPEN, started=None)
    tasks = tuple(after if one.id == task.id else one for one in incident.tasks)
    return step(incident, "task sent", by, at, words, [task.id], tasks=tasks)
