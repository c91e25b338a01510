"""An incident as one room sees it: tasks that are closed to it, and the lines that name them, left out.

A task's own distribution narrows the incident's and never widens it (as MISP's attributes to their event).
"""

from __future__ import annotations

from msgspec.structs import replace

from tocsin.identity import policy
from tocsin.identity.policy import Relation, Seat
from tocsin.kernel.decisions import Incident, Task
from tocsin.kernel.sharing import Sharing


def sharing_of(incident: Incident, task: Task) -> Sharing:
    """A task belongs to the room that owns its incident, whoever shared it first."""
    if task.sharing is None:
        return incident.sharing
    return replace(task.sharing, room=incident.sharing.room, offer=None)


def task_relation(seat: Seat, incident: Incident, task: Task) -> Relation:
    if policy.relation(seat, incident.sharing) is Relation.NONE:
        return Relation.NONE
    return policy.relation(seat, sharing_of(incident, task))


def seen_by(seat: Seat, incident: Incident) -> Incident:
    """What a room that sees the incident may see of it."""
    return without(incident, [t for t in incident.tasks if task_relation(seat, incident, t) is Relation.NONE])


def without(incident: Incident, tasks: list[Task]) -> Incident:
    """The incident as if these tasks were not there."""
    if not tasks:
        return incident
    hidden = {task.id for task in tasks}
    return replace(
        incident,
        tasks=tuple(task for task in incident.tasks if task.id not in hidden),
        log=tuple(line for line in incident.log if not hidden.intersection(line.tasks)),
    )
