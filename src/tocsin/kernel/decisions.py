"""What people decide on: alerts and incidents, as they stand, and the events that brought them there."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal

import msgspec

from tocsin.kernel.events import Finding, Place, Severity


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
    """Put aside by a person until a stated time; comes back by itself."""

    by: str
    at: datetime
    until: datetime
    reason: str


class Suppression(msgspec.Struct, frozen=True):
    """Held back by a rule (flood, flapping, a newer finding of the same thing), never silently."""

    rule: Rule
    at: datetime


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


AlertAct = Literal[
    "raised",
    "updated",
    "ended",
    "returned",
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
]


class AlertEvent(msgspec.Struct, frozen=True):
    """One step in an alert's life; ``alert`` is how it stood after. ``by`` is a person or a stage's name."""

    act: AlertAct
    by: str
    at: datetime
    alert: Alert
    reason: str | None = None


IncidentAct = Literal[
    "opened",
    "alert added",
    "alert removed",
    "noted",
    "closed",
    "reopened",
    "changed",
    "merged",
    "unmerged",
    "split",
    "linked",
    "unlinked",
    "severity set",
    "detection set",
]


class LogEntry(msgspec.Struct, frozen=True):
    """A line of an incident's log."""

    seq: int
    act: IncidentAct
    by: str
    at: datetime
    words: str


class Disposition(msgspec.Struct, frozen=True):
    """How an incident ended, for the record and for grading the tools."""

    outcome: Literal["handled", "false alarm", "no action needed", "handed over", "exercise"]
    words: str
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


class IncidentEvent(msgspec.Struct, frozen=True):
    act: IncidentAct
    by: str
    at: datetime
    incident: Incident
