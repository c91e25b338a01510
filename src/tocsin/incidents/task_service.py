"""What people do with an incident's procedures and tasks: each act is one event, stored and published.

Every function takes the connection of its caller's transaction. ``version``: of the incident, as the caller
saw it; one that has moved on since is a ``Conflict``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tocsin.db import Connection
from tocsin.incidents import escalation, repository, tasks
from tocsin.incidents.procedures.model import Procedure
from tocsin.incidents.service import get, revise
from tocsin.kernel.decisions import Incident, IncidentEvent

BY = "incidents"


def start(
    conn: Connection,
    incident: str,
    procedure: Procedure,
    by: str,
    at: datetime,
    version: int | None = None,
) -> Incident:
    """Raises ``NotFound``, ``Invalid`` (too many tasks), ``Conflict`` (closed, followed already, version)."""
    return revise(conn, incident, version, lambda i: tasks.start(i, procedure, by, at))


def act(
    conn: Connection, incident: str, version: int | None, move: Callable[[Incident], IncidentEvent]
) -> Incident:
    """One of the acts of ``incidents.tasks``. Raises what it raises, and ``Conflict`` for the version."""
    return revise(conn, incident, version, move)


def escalate(conn: Connection, incident: str, now: datetime) -> list[IncidentEvent]:
    """What is overdue, told once a level: what was told stands in the incident. Raises ``NotFound``."""
    made = escalation.escalate(get(conn, incident), now, BY)
    for event in made:
        repository.save(conn, event)
    return made
