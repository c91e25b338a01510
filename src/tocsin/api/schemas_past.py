"""What looking back answers."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tocsin.kernel.decisions import Alert, Incident
from tocsin.kernel.state import EntityState


class PastPicture(msgspec.Struct, frozen=True):
    """The picture as it was at ``now``, as far as the caller's room was allowed to see it then.

    The same lists as in the event ``snapshot`` of the live stream; charts' points are left out of alerts
    (``/history`` has the readings). An entity is in it if it had reported in the ``staleness_s`` before.
    """

    entities: list[EntityState]
    alerts: list[Alert]
    incidents: list[Incident]
    now: datetime
    staleness_s: float
    #: when the first reading that is still stored was taken in; null where nothing is stored
    first: datetime | None
    #: why there is nothing of a kind, in a sentence; empty where there is something
    why: str
    #: nothing that happened up to then can still arrive: asked again, the answer is the same
    final: bool
    #: ids of alerts and incidents shown here that are closed to the caller's room today
    closed_since: list[str]
