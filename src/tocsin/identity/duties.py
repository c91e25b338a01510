"""Whose task it is. A procedure names a role for each step, and the role answers for it.

A task is done by people who hold its role at the seat they sit in, or by a supervisor there (who ticks for
the responder on the radio), in a room that works on the incident. A program holds no role. Pure.
"""

from __future__ import annotations

from tocsin.identity.policy import Relation, Subject, require_reach
from tocsin.kernel.decisions import Incident, Task, sharing_of
from tocsin.kernel.errors import Forbidden

#: may stand in for every other role
STANDS_IN = "supervisor"


def holds_duty(subject: Subject, task: Task) -> bool:
    """By role alone; what the room is to the incident is asked apart."""
    return subject.person is not None and (task.role in subject.roles or STANDS_IN in subject.roles)


def require_duty(subject: Subject, incident: Incident, task: str) -> None:
    """May this person move this task on? An unknown task passes: that it is unknown is told elsewhere.

    Raises ``Forbidden`` naming the role, or the incident where the room does not work on it.
    """
    for found in incident.tasks:
        if found.id == task:
            require_reach(subject.seat, sharing_of(incident, found), Relation.WORKS, incident.id)
            if not holds_duty(subject, found):
                either = " or ".join(dict.fromkeys((found.role, STANDS_IN)))
                raise Forbidden(
                    f"{found.title} is for the role {found.role}",
                    field="role",
                    value=found.role,
                    cure=f"somebody of your room with the role {either}",
                )
