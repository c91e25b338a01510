"""Overdue tasks: who hears of them, and when. Pure; a readable rule, no score.

A task past its time limit goes to the supervisor; past twice its limit, to the decision maker. Once each.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec.structs import replace

from tocsin.incidents.machine import step
from tocsin.kernel.decisions import Escalation, Incident, IncidentEvent, Task, TaskRole, TaskState

LEVELS: tuple[TaskRole, ...] = ("supervisor", "decision maker")
_RUNNING = frozenset({TaskState.OPEN, TaskState.IN_PROGRESS})


def next_due(incident: Incident) -> datetime | None:
    """When the next escalation of an open incident falls due; None where there is none to come."""
    if incident.state == "closed":
        return None
    moments = [at for task in incident.tasks for at, _ in _to_come(task)]
    return min(moments, default=None)


def escalate(incident: Incident, now: datetime, by: str) -> list[IncidentEvent]:
    """One event for each level that is due, oldest first. None for a closed incident."""
    if incident.state == "closed":
        return []
    found = [(at, task.id, level) for task in incident.tasks for at, level in _to_come(task)]
    events = []
    for _, overdue, level in sorted((one for one in found if one[0] <= now), key=lambda one: one[0]):
        event = _escalated(incident, overdue, level, now, by)
        incident = event.incident
        events.append(event)
    return events


def _to_come(task: Task) -> Iterator[tuple[datetime, TaskRole]]:
    """Levels not yet told, with their moments. Whose own task it is, is not told of it."""
    if task.state not in _RUNNING or task.due_at is None:
        return
    told = {escalation.to for escalation in task.escalations}
    for number, level in enumerate(level for level in LEVELS if level != task.role):
        if level not in told:
            yield task.due_at + timedelta(minutes=number * task.minutes), level


def _escalated(incident: Incident, overdue: str, level: TaskRole, now: datetime, by: str) -> IncidentEvent:
    task = next(task for task in incident.tasks if task.id == overdue)
    limit = task.minutes * (1 + len(task.escalations))
    words = f"to the {level}: {task.title} ({task.role}) is not done after {limit} min"
    told = replace(task, escalations=(*task.escalations, Escalation(level, now)))
    tasks = tuple(told if other is task else other for other in incident.tasks)
    return step(incident, "task escalated", by, now, words, [task.id], tasks=tasks)
