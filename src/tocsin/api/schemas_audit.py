"""What the API says of the record."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tocsin.audit.record import Outcome
from tocsin.audit.service import Found


class AuditItem(msgspec.Struct, frozen=True):
    """One row: who (``person`` of ``organisation``, in which ``capacity``) did or read what, when and why."""

    seq: int
    at: datetime
    action: str
    person: str
    organisation: str
    capacity: str
    object_kind: str
    object_id: str
    purpose: str
    reason: str
    outcome: Outcome
    detail: dict[str, str]


def item(found: Found) -> AuditItem:
    return AuditItem(found.seq, **msgspec.structs.asdict(found.entry))
