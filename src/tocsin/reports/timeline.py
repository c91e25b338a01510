"""Who did what when: the events of alerts and the log of an incident as one list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from tocsin.kernel.decisions import AlertAct, Incident, IncidentAct
from tocsin.kernel.steps import AlertStep
from tocsin.kernel.text import clean
from tocsin.reports.voice import Voice

#: what a person decided on an alert
DECIDED: frozenset[AlertAct] = frozenset(
    {"confirmed", "rejected", "reopened", "shelved", "unshelved", "unacknowledged", "closed"}
)
#: what a person decided on an incident
RESOLVED: frozenset[IncidentAct] = frozenset(
    {
        "closed", "reopened", "procedure started", "task answered", "task skipped", "task undone", "merged",
        "unmerged", "split", "linked", "unlinked", "severity set", "detection set", "shared", "offered",
        "taken", "declined", "task shared", "alert removed",
    }
)  # fmt: skip
#: an incident's log tells of these in its own words
_TOLD_ELSEWHERE: frozenset[AlertAct] = frozenset({"updated", "joined", "left"})
_WORDS = 500


class Line(NamedTuple):
    """``decision``: a person decided, and ``words`` says what and why."""

    at: datetime
    who: str
    what: str
    words: str
    decision: bool


def lines(say: Voice, incident: Incident, steps: Sequence[AlertStep]) -> list[Line]:
    """Oldest first; of one moment the alerts first."""
    of_alerts = [_of_step(say, step) for step in steps if step.act not in _TOLD_ELSEWHERE]
    of_incident = [
        Line(entry.at, entry.by, say.of("acts", entry.act), clean(entry.words, _WORDS), entry.act in RESOLVED)
        for entry in incident.log
    ]
    return sorted([*of_alerts, *of_incident], key=lambda line: line.at)


def _of_step(say: Voice, step: AlertStep) -> Line:
    told = [clean(step.alert.headline, 120)]
    if step.act == "raised":
        told.append(say.of("severity", step.alert.severity))
    if step.reason:
        told.append(clean(step.reason, _WORDS))
    return Line(
        step.at, step.by, f"{step.alert.id} {say.of('acts', step.act)}", ": ".join(told), step.act in DECIDED
    )
