"""What events of alerts, incidents and access requests are worth telling. Pure: event in, notices out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from tocsin.identity.policy import Relation
from tocsin.kernel.access import AccessRequest
from tocsin.kernel.decisions import Alert, AlertEvent, AlertState, Incident, IncidentEvent, Task, TaskState
from tocsin.kernel.decisions import sharing_of as task_sharing
from tocsin.kernel.sharing import Level, Sharing
from tocsin.kernel.text import clean
from tocsin.notify.delivery.model import Notice, Reach

HEADLINE_CHARS = 140
_RUNNING = (TaskState.OPEN, TaskState.IN_PROGRESS)
#: after these an alert may call somebody who was not told yet
_ALERT_CALLS = frozenset(
    {"raised", "updated", "returned", "released", "unshelved", "reopened", "shared", "offered", "taken"}
)
_INCIDENT_CALLS = frozenset(
    {
        "opened",
        "reopened",
        "alert added",
        "changed",
        "severity set",
        "merged",
        "unmerged",
        "split",
        "shared",
        "offered",
        "taken",
    }
)


def of_alert(event: AlertEvent) -> Iterator[Notice]:
    """An alert that calls for a response: open, and set aside by nobody and nothing."""
    alert = event.alert
    if event.act in _ALERT_CALLS and calls(alert):
        yield alert_notice(alert, event.act, event.at)


def calls(alert: Alert) -> bool:
    """Open, not shelved, not suppressed, not out of service."""
    aside = alert.suppressed or alert.shelved or alert.out_of_service
    return alert.state not in (AlertState.REJECTED, AlertState.CLOSED) and aside is None


def waits(alert: Alert) -> bool:
    """It calls, and nobody has acknowledged it."""
    return alert.state is AlertState.NEW and calls(alert)


def alert_notice(alert: Alert, act: str, at: datetime) -> Notice:
    return Notice(
        kind="alert",
        act=act,
        topic=f"alert/{alert.id}",
        object_kind="alert",
        object=alert.id,
        version=alert.version,
        severity=alert.severity,
        headline=clean(alert.headline, HEADLINE_CHARS),
        at=at,
        reach=(Reach(alert.sharing, Relation.SEES),),
    )


def unanswered(alert: Notice, step: int, role: str, at: datetime) -> Notice:
    """The alert's notice again, for a role in the room that owns it."""
    return Notice(
        kind="escalation",
        act="unacknowledged",
        topic=f"escalation/{alert.object}/{step}",
        object_kind="alert",
        object=alert.object,
        version=alert.version,
        severity=alert.severity,
        headline=alert.headline,
        at=at,
        reach=tuple(Reach(reach.sharing, Relation.OWNS) for reach in alert.reach),
        roles=(role,),
    )


def of_incident(event: IncidentEvent) -> Iterator[Notice]:
    """The incident itself; its tasks that are to be done, overdue, escalated."""
    incident = event.incident
    if incident.state != "open":
        return
    if event.act in _INCIDENT_CALLS:
        yield _about(incident, "incident", event.act, f"incident/{incident.id}", incident.title, event.at)
    for task in incident.tasks:
        if task.state in _RUNNING:
            yield from _of_task(incident, task, event.at)


def _of_task(incident: Incident, task: Task, at: datetime) -> Iterator[Notice]:
    begun = "" if task.opened_at is None else f"@{task.opened_at.timestamp():.6f}"
    name = f"{incident.id}/{task.id}{begun}"
    yield _about(incident, "task", "assigned", f"task/{name}", task.title, at, task=task, role=task.role)
    for escalation in task.escalations:
        topic = f"escalation/{name}/{escalation.to}"
        yield _about(incident, "escalation", "overdue", topic, task.title, at, task=task, role=escalation.to)
    if task.escalations:
        yield _about(
            incident, "task", "overdue", f"overdue/{name}", task.title, at, task=task, role=task.role
        )


def _about(
    incident: Incident,
    kind: str,
    act: str,
    topic: str,
    headline: str,
    at: datetime,
    *,
    task: Task | None = None,
    role: str = "",
) -> Notice:
    reach = [Reach(incident.sharing, Relation.SEES)]
    if task is not None:
        reach.append(Reach(task_sharing(incident, task), Relation.WORKS))
    return Notice(
        kind=kind,  # type: ignore[arg-type]
        act=act,
        topic=topic,
        object_kind="incident" if task is None else "task",
        object=incident.id if task is None else f"{incident.id}/{task.id}",
        version=incident.version,
        severity=incident.severity,
        headline=clean(headline, HEADLINE_CHARS),
        at=at,
        reach=tuple(reach),
        roles=(role,) if role else (),
    )


#: who answers a request for access, in the room that owns the thing
_ANSWERS = ("operator", "supervisor", "decision maker")


def of_request(request: AccessRequest) -> Iterator[Notice]:
    """To the owner while it is open; to the one who asked once it is decided. The object is named only."""
    asked = request.state == "open"
    yield Notice(
        kind="access",
        act="asked" if asked else request.state,
        topic=f"access/{request.id}/{request.state}",
        object_kind="request",
        object=request.id,
        version=request.version,
        severity="low",
        headline=clean(request.object, HEADLINE_CHARS),
        at=request.at if request.decided is None else request.decided.at,
        reach=(Reach(Sharing(request.owner if asked else request.room, Level.OWN), Relation.OWNS),),
        roles=_ANSWERS if asked else (),
        person=None if asked else request.by,
    )
