"""What people decide on: alerts and incidents, as they stand, and the events that brought them there."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal

import msgspec

from tocsin.kernel.events import Finding, Place, Severity
from tocsin.kernel.sharing import OPEN_TO_ALL, Sharing


class AlertState(StrEnum):
    """``new -> acknowledged -> confirmed | rejected -> closed``. Shelved and suppressed lie across it."""

    NEW = "new"
    ACKNOWLEDGED = "acknowledged"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    CLOSED = "closed"


class Rule(msgspec.Struct, frozen=True):
    """The readable rule that decided; ``words`` is the rule itself in a sentence."""

    id: str
    words: str


class Mark(msgspec.Struct, frozen=True):
    """Somebody did something: who, when, and why where a reason is asked for."""

    by: str
    at: datetime
    reason: str | None = None


class Shelf(msgspec.Struct, frozen=True):
    """Put aside by a person until a stated time; comes back by itself.

    ``once`` (one-shot): until what raised it ends, and no later than ``until``.
    """

    by: str
    at: datetime
    until: datetime
    reason: str
    once: bool = False


class Suppression(msgspec.Struct, frozen=True):
    """Held back by a rule (flood, flapping, a newer finding of the same thing), never silently."""

    rule: Rule
    at: datetime


class OutOfService(msgspec.Struct, frozen=True):
    """Set aside while what it watches is worked on: the window, who planned it, why, until when."""

    window: str
    by: str
    at: datetime
    until: datetime
    reason: str


class Alert(msgspec.Struct, frozen=True):
    """A finding made actionable, in CAP 1.2 terms, as it stands now.

    ``id`` is the number people say on the radio (``AL-0387``). ``version`` counts its events. ``active``: the
    finding has not ended. ``occurrences``: how often it started again while still open (dedup, flapping).
    """

    id: str
    version: int
    state: AlertState
    severity: Severity
    severity_rule: Rule
    category: Literal[
        "Geo",
        "Met",
        "Safety",
        "Security",
        "Rescue",
        "Fire",
        "Health",
        "Env",
        "Transport",
        "Infra",
        "CBRNE",
        "Other",
    ]
    urgency: Literal["Immediate", "Expected", "Future", "Past", "Unknown"]
    certainty: Literal["Observed", "Likely", "Possible", "Unlikely", "Unknown"]
    headline: str
    words: str
    kind: str
    tool: str
    tool_version: str
    entities: tuple[str, ...]
    place: Place | None
    onset: datetime
    raised_at: datetime
    updated_at: datetime
    active: bool
    ended_at: datetime | None
    occurrences: int
    #: the newest version of what the detector said; the whole *why*
    finding: Finding
    flapping: bool = False
    acknowledged: Mark | None = None
    confirmed: Mark | None = None
    rejected: Mark | None = None
    closed: Mark | None = None
    shelved: Shelf | None = None
    suppressed: Suppression | None = None
    incident: str | None = None
    sharing: Sharing = OPEN_TO_ALL
    out_of_service: OutOfService | None = None


AlertAct = Literal[
    "raised",
    "updated",
    "ended",
    "returned",
    "out of service",
    "acknowledged",
    "unacknowledged",
    "confirmed",
    "rejected",
    "reopened",
    "shelved",
    "unshelved",
    "suppressed",
    "released",
    "closed",
    "joined",
    "left",
    "shared",
    "offered",
    "taken",
    "declined",
]


class AlertEvent(msgspec.Struct, frozen=True):
    """One step in an alert's life; ``alert`` is how it stood after. ``by`` is a person or a stage's name.

    ``was``: how it was shared before, where that changed.
    """

    act: AlertAct
    by: str
    at: datetime
    alert: Alert
    reason: str | None = None
    was: Sharing | None = None


IncidentAct = Literal[
    "opened",
    "alert added",
    "alert removed",
    "noted",
    "closed",
    "reopened",
    "changed",
    "procedure started",
    "task started",
    "task ticked",
    "task unticked",
    "task answered",
    "task done",
    "task skipped",
    "task undone",
    "task escalated",
    "merged",
    "unmerged",
    "split",
    "linked",
    "unlinked",
    "severity set",
    "detection set",
    "shared",
    "offered",
    "taken",
    "declined",
    "task shared",
    "task sent",
    "task cannot",
    "advice asked",
    "advice given",
    "advice failed",
    "advice withdrawn",
    "advice accepted",
    "advice declined",
]


class LogEntry(msgspec.Struct, frozen=True):
    """A line of an incident's log. ``tasks``: those that it names; who may not see them gets no line."""

    seq: int
    act: IncidentAct
    by: str
    at: datetime
    words: str
    tasks: tuple[str, ...] = ()


class Disposition(msgspec.Struct, frozen=True):
    """How an incident ended, for the record and for grading the tools."""

    outcome: Literal["handled", "false alarm", "no action needed", "handed over", "exercise"]
    words: str
    by: str
    at: datetime


TaskRole = Literal[
    "operator",
    "supervisor",
    "analyst",
    "cyber",
    "planner",
    "CBRN",
    "decision maker",
    "ethics officer",
    "field responder",
]


#: ``warning``: where warnings to the public are written
TaskPage = Literal["warning"]


class TaskState(StrEnum):
    """``waiting -> open -> in progress -> done | skipped``, or ``not needed`` after a decision."""

    WAITING = "waiting"
    OPEN = "open"
    IN_PROGRESS = "in progress"
    DONE = "done"
    SKIPPED = "skipped"
    NOT_NEEDED = "not needed"


class TaskItem(msgspec.Struct, frozen=True):
    """A line of a task's checklist."""

    words: str
    ticked: Mark | None = None


class TaskAnswer(msgspec.Struct, frozen=True):
    """One way to answer a decision; ``leads_to``: ids of the tasks that it opens."""

    name: str
    leads_to: tuple[str, ...]


class TaskQuestion(msgspec.Struct, frozen=True):
    """A decision point. Whoever answers opens one branch; tasks of the others become not needed."""

    words: str
    answers: tuple[TaskAnswer, ...]


class AdviceWanted(msgspec.Struct, frozen=True):
    """What a task proposes to ask an advisor: the tool's id and the question in words."""

    tool: str
    request: str


class Escalation(msgspec.Struct, frozen=True):
    """An overdue task was brought to somebody's notice."""

    to: TaskRole
    at: datetime


class Sent(msgspec.Struct, frozen=True):
    """A task was sent to the field. ``to``: one person by name, or None: whoever holds its role.

    ``picture``: the one piece of evidence that goes along (``EV-0007``), shown blurred.
    """

    by: str
    at: datetime
    to: str | None = None
    picture: str | None = None


class Task(msgspec.Struct, frozen=True):
    """A step of a procedure, in one incident, as it stands.

    ``id`` is ``<procedure>.<step>``. ``minutes``: the time limit, counted from ``opened_at``. ``needs``:
    tasks that must have ended before. It holds all that its step said, so that a procedure that is changed
    or taken away later changes nothing in incidents that already follow it.
    """

    id: str
    procedure: str
    title: str
    words: str
    role: TaskRole
    state: TaskState
    minutes: int
    needs: tuple[str, ...] = ()
    checklist: tuple[TaskItem, ...] = ()
    question: TaskQuestion | None = None
    advice: AdviceWanted | None = None
    opened_at: datetime | None = None
    due_at: datetime | None = None
    started: Mark | None = None
    #: done or skipped: by whom, when, and why where a reason was asked for
    ended: Mark | None = None
    answer: str | None = None
    escalations: tuple[Escalation, ...] = ()
    #: None: as its incident
    sharing: Sharing | None = None
    #: where it is to be done; None: where its incident is
    place: Place | None = None
    sent: Sent | None = None
    #: the last who said that it cannot be done, and why; it is open again
    cannot: Mark | None = None
    #: the page of the console that it is done on
    opens: TaskPage | None = None
    #: the consultation that asked what ``advice`` wants (``AD-0001``)
    advised: str | None = None


class ProcedureStarted(msgspec.Struct, frozen=True):
    """Which version of a procedure an incident follows, and who began it."""

    id: str
    version: int
    title: str
    by: str
    at: datetime


class Incident(msgspec.Struct, frozen=True):
    """What people own. ``id`` is said on the radio (``INC-014``)."""

    id: str
    version: int
    state: Literal["open", "closed"]
    kind: Literal["incident", "plan"]
    title: str
    severity: Severity
    owner: str
    alerts: tuple[str, ...]
    place: Place | None
    opened_at: datetime
    updated_at: datetime
    log: tuple[LogEntry, ...]
    disposition: Disposition | None = None
    #: in the order in which they were begun: a surge may become an evacuation
    procedures: tuple[ProcedureStarted, ...] = ()
    tasks: tuple[Task, ...] = ()
    #: the incident that this one was merged into; it is closed without a disposition until it is un-merged
    merged_into: str | None = None
    #: incidents that were merged into this one
    merged: tuple[str, ...] = ()
    #: related ones, each with its own owner and end
    links: tuple[str, ...] = ()
    #: who set the severity by hand, and why; None: it is that of the gravest alert
    severity_set: Mark | None = None
    #: when somebody or something first noticed: the first alert's raising, unless a person knew better
    detected_at: datetime | None = None
    detection_set: Mark | None = None
    sharing: Sharing = OPEN_TO_ALL


class TaskCard(msgspec.Struct, frozen=True):
    """A task that not all who see its incident may see. ``place``: its position among the tasks."""

    incident: str
    place: int
    task: Task
    log: tuple[LogEntry, ...]


def sharing_of(incident: Incident, task: Task) -> Sharing:
    """A task belongs to the room that owns its incident, whoever shared it first."""
    if task.sharing is None:
        return incident.sharing
    return msgspec.structs.replace(task.sharing, room=incident.sharing.room, offer=None)


class IncidentEvent(msgspec.Struct, frozen=True):
    """One step of an incident. ``was``: how it was shared before, where that changed."""

    act: IncidentAct
    by: str
    at: datetime
    incident: Incident
    was: Sharing | None = None
