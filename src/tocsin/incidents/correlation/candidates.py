"""What correlation knows of alerts, incidents, and of what people decided before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from tocsin.kernel.decisions import Alert, AlertState, Rule
from tocsin.kernel.events import Place, Severity
from tocsin.kernel.proposals import Pairing

_IN_HAND = (AlertState.NEW, AlertState.ACKNOWLEDGED, AlertState.CONFIRMED)


class Candidate(msgspec.Struct, frozen=True):
    """An alert, as far as correlation looks. ``open``: somebody may still have to act on it.

    ``entities`` hold no empty ones: nothing is ever the same as nothing.
    """

    id: str
    kind: str
    tool: str
    category: str
    severity: Severity
    onset: datetime
    headline: str
    open: bool = True
    entities: tuple[str, ...] = ()
    place: Place | None = None


def candidate(alert: Alert) -> Candidate:
    """What is rejected, closed, put aside or held back is not proposed: somebody said that it can wait."""
    return Candidate(
        id=alert.id,
        kind=alert.kind,
        tool=alert.tool,
        category=alert.category,
        severity=alert.severity,
        onset=alert.onset,
        headline=alert.headline,
        open=alert.state in _IN_HAND
        and alert.shelved is None
        and alert.suppressed is None
        and alert.out_of_service is None,
        entities=tuple(sorted({e.strip() for e in alert.entities} - {""})),
        place=alert.place,
    )


@dataclass(frozen=True, slots=True)
class Held:
    """An incident and what is known here of its alerts, whether they have ended or not."""

    id: str
    open: bool
    alerts: tuple[Candidate, ...]
    #: of all its alerts, also of those that are not known here
    size: int = 0


@dataclass(frozen=True, slots=True)
class Declined:
    """A person said no to these alerts together, or in that incident."""

    alerts: frozenset[str]
    incident: str | None = None


@dataclass(frozen=True, slots=True)
class Apart:
    """Who was split from whom: of each alert, the separations it was part of, and on which side."""

    sides: dict[str, dict[int, int]] = field(default_factory=dict)

    def parted(self, a: str, b: str) -> bool:
        mine, theirs = self.sides.get(a), self.sides.get(b)
        if not mine or not theirs:
            return False
        return any(theirs.get(separation, side) != side for separation, side in mine.items())

    def fits(self, alert: str, others: Iterable[str]) -> bool:
        return alert not in self.sides or not any(self.parted(alert, other) for other in others)


@dataclass(frozen=True, slots=True)
class Past:
    """What people decided before."""

    declined: tuple[Declined, ...] = ()
    apart: Apart = field(default_factory=Apart)

    def refused(self, alerts: frozenset[str]) -> bool:
        """Nothing has joined them since a person declined them as a new incident."""
        return any(d.incident is None and alerts <= d.alerts for d in self.declined)

    def refused_in(self, incident: str) -> frozenset[str]:
        """Alerts that a person did not want in this incident."""
        return frozenset().union(*(d.alerts for d in self.declined if d.incident == incident))


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be proposed now: a new incident (``incident`` None), or more alerts for an open one."""

    rule: Rule
    incident: str | None
    alerts: tuple[str, ...]
    reasons: tuple[Pairing, ...]
    title: str
    severity: Severity
