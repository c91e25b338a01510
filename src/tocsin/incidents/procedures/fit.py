"""Which procedures fit an incident, best first, with the reason in words. Deterministic: no learned score."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

import msgspec

from tocsin.incidents.procedures.model import Procedure, Trigger
from tocsin.kernel.decisions import Alert, Incident
from tocsin.kernel.events import SEVERITIES

#: what a match weighs: the exact kind says more than a pattern, a pattern more than a category
_KIND, _PATTERN, _CATEGORY = 3, 2, 1


class Fit(msgspec.Struct, frozen=True):
    """A procedure that fits; ``words`` says why."""

    procedure: Procedure
    words: str


def fitting(procedures: Iterable[Procedure], incident: Incident, alerts: Sequence[Alert]) -> list[Fit]:
    """Those that the incident's alerts call for and that it does not follow yet, the closest match first.

    Equal ones: the one whose alert is graver, the one for fewer categories, the one that asks for graver
    incidents, then by id.
    """
    begun = {procedure.id for procedure in incident.procedures}
    ranked = []
    for procedure in procedures:
        trigger = procedure.trigger
        if procedure.id in begun or _grade(incident.severity) < _grade(trigger.severity):
            continue
        matches = [
            (weight, _grade(a.severity), a, why) for a in alerts for weight, why in _matches(trigger, a)
        ]
        if matches:
            weight, grade, alert, why = max(matches, key=lambda m: m[:2])
            bound = f", in an incident that is {incident.severity}" if trigger.severity != "low" else ""
            broad = len(trigger.categories) if weight == _CATEGORY else 0
            rank = (-weight, -grade, broad, -_grade(trigger.severity), procedure.id)
            ranked.append((rank, Fit(procedure, f"because {alert.id} is {why}{bound}")))
    return [fit for _, fit in sorted(ranked, key=lambda one: one[0])]


def _matches(trigger: Trigger, alert: Alert) -> Iterable[tuple[int, str]]:
    for kind in trigger.kinds:
        if kind == alert.kind:
            yield _KIND, alert.kind
        elif fnmatchcase(alert.kind, kind):
            yield _PATTERN, f"{alert.kind} ({kind})"
    if alert.category in trigger.categories:
        yield _CATEGORY, f"of category {alert.category}"


def _grade(severity: str) -> int:
    return [*SEVERITIES].index(severity)  # type: ignore[arg-type]
