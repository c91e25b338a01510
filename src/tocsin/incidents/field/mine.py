"""Whose task it is in the field. Pure.

A task belongs to whom it was sent, by name; sent to nobody by name, to those who hold its role. Either way at
a seat in a room that works on it. A supervisor stands in on the room's screens, not here: a phone shows its
holder's own tasks and no more. A program holds no task.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tocsin.identity.policy import Relation, Subject, require_reach
from tocsin.incidents.seen import task_relation
from tocsin.kernel.decisions import Incident, Task, TaskState, sharing_of
from tocsin.kernel.errors import Forbidden, NotFound

#: what stands on a phone; what ended leaves it
SHOWN = frozenset({TaskState.OPEN, TaskState.IN_PROGRESS})


def is_for(subject: Subject, task: Task) -> bool:
    """By name or role alone; what the room is to it is asked apart."""
    if subject.person is None:
        return False
    to = task.sent.to if task.sent is not None else None
    return subject.person == to if to is not None else task.role in subject.roles


def mine(subject: Subject, incidents: Iterable[Incident]) -> Iterator[tuple[Incident, Task]]:
    """The tasks that wait for this person, in the incidents that are open."""
    for incident in incidents:
        if incident.state != "open":
            continue
        for task in incident.tasks:
            works = task_relation(subject.seat, incident, task) >= Relation.WORKS
            if task.state in SHOWN and works and is_for(subject, task):
                yield incident, task


def require_mine(subject: Subject, incident: Incident, task: str) -> Task:
    """The task, if it is for this person; in whatever state. Raises ``NotFound``, ``Forbidden``."""
    for found in incident.tasks:
        if found.id == task:
            require_reach(subject.seat, incident.sharing, Relation.SEES, incident.id)
            require_reach(subject.seat, sharing_of(incident, found), Relation.WORKS, incident.id)
            if is_for(subject, found):
                return found
            to = found.sent.to if found.sent is not None and found.sent.to else f"the role {found.role}"
            raise Forbidden(
                f"{found.title} is for {to}", field="task", value=task, cure="ask your control room"
            )
    raise NotFound(
        f"{incident.id} has no task {task[:80]!r}", field="task", value=task, cure="read your tasks again"
    )
