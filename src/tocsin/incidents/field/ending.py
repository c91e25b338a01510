"""Where a responder is, is forgotten in the transaction in which the task ends, whatever ended it."""

from __future__ import annotations

from tocsin.db import Connection
from tocsin.incidents.field import repository
from tocsin.kernel.decisions import Incident, TaskState, sharing_of


def forget_ended(conn: Connection, number: int, incident: Incident) -> None:
    """Keep the consents of those who are on their tasks in the room to which they consented; drop the rest.

    Called with every version of an incident that is stored: done, skipped, undone, given back, sent to
    somebody else, closed, merged or handed over, the position goes with it.
    """
    tasks = {task.id: task for task in incident.tasks} if incident.state == "open" else {}

    def holds(task_id: str, person: str, room: str) -> bool:
        task = tasks.get(task_id)
        if task is None or task.state is not TaskState.IN_PROGRESS or task.started is None:
            return False
        owner = sharing_of(incident, task).room
        to = task.sent.to if task.sent is not None else None
        return task.started.by == person and to in (None, person) and owner in ("", room)

    repository.keep(conn, number, holds)
