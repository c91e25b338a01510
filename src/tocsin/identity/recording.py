"""What people and programs do, as entries of the record: the one place where a subject becomes its words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tocsin.audit import service
from tocsin.audit.record import Outcome, entry
from tocsin.db import Connection
from tocsin.identity.policy import Subject
from tocsin.kernel.clock import WallClock

_NOTHING: Mapping[str, object] = MappingProxyType({})
#: the record's times are the wall's, also in a realm that follows the clock of its files
_WALL = WallClock()


def record(
    conn: Connection,
    by: Subject | str,
    action: str,
    *,
    kind: str = "",
    object_id: str = "",
    purpose: str = "",
    reason: str | None = None,
    outcome: Outcome = "done",
    detail: Mapping[str, object] = _NOTHING,
) -> None:
    """Say in the caller's transaction that ``by`` did this. ``by``: who passed the guard, or a plain name.

    ``action`` is a dotted name (``alert.confirm``); ``kind`` and ``object_id`` name what it was done to.
    """
    organisation, capacity = "", ""
    if isinstance(by, Subject):
        organisation = by.organisation or ""
        capacity = f"token:{by.token}" if by.token else ", ".join(by.roles)
    service.record(
        conn,
        entry(
            action,
            at=_WALL.now(),
            person=by.name if isinstance(by, Subject) else by,
            organisation=organisation,
            capacity=capacity,
            object_kind=kind,
            object_id=object_id,
            purpose=purpose,
            reason=reason,
            outcome=outcome,
            detail=detail,
        ),
    )
