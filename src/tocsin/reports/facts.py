"""What a report is made of: read, and cut to what one room may see, before it comes here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import msgspec

from tocsin.kernel.advice import Consultation
from tocsin.kernel.decisions import Alert, Incident
from tocsin.kernel.events import Advice
from tocsin.kernel.languages import FALLBACK, Language
from tocsin.kernel.maintenance import MaintenanceWindow
from tocsin.kernel.steps import AlertStep
from tocsin.reports.map import Drawn

WarningKind = Literal["warning", "update", "cancellation"]
WarningEnd = Literal["updated", "cancelled", "expired"]


class ExhibitLine(msgspec.Struct, frozen=True):
    """A piece of evidence by its entry: never its content."""

    id: str
    kind: str
    taken_at: datetime
    added_at: datetime
    added_by: str
    state: str
    #: where it is neither erased nor held
    kept_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """Where, for whom and of which moment. ``at``: the data's; ``made_at``: the report's own."""

    city: str
    zone: str
    realm: str
    room: str
    by: str
    at: datetime
    made_at: datetime
    #: the reader's
    language: Language = FALLBACK


@dataclass(frozen=True, slots=True)
class WarningLine:
    """A message that went out to the public. ``ended``: as what, and when."""

    id: str
    kind: WarningKind
    headline: str
    area: str
    sent_at: datetime
    approved_by: str
    expires_at: datetime
    ended: tuple[WarningEnd, datetime] | None = None


@dataclass(frozen=True, slots=True)
class IncidentFacts:
    """``incident`` and ``alerts`` as of the frame's moment; ``withheld``: ids of alerts closed to the room.

    ``exhibits_withheld``: how many pieces of evidence are closed to it.
    """

    incident: Incident
    alerts: Sequence[Alert]
    withheld: Sequence[str]
    steps: Sequence[AlertStep]
    exhibits: Sequence[ExhibitLine] = ()
    exhibits_withheld: int = 0
    map: Drawn | None = None
    #: oldest first
    warnings: Sequence[WarningLine] = ()


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """An answer of the evacuation advisor, and how it stands in its incident now."""

    incident: Incident
    consultation: Consultation
    advice: Advice
    map: Drawn | None = None


@dataclass(frozen=True, slots=True)
class ShiftFacts:
    """``incidents``: open at the end of the shift or touched in it. ``alerts``: open at its end.

    ``tools``: (title, state, words) of those that do not work as the sheet is made, None where nobody could
    say; ``silent``: parts of the house that do not answer.
    """

    since: datetime
    incidents: Sequence[Incident]
    alerts: Sequence[Alert]
    steps: Sequence[AlertStep]
    windows: Sequence[MaintenanceWindow]
    tools: Sequence[tuple[str, str, str]]
    parts: Mapping[str, str]
