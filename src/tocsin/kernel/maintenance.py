"""Maintenance windows: what is worked on, when, why, by whom. Its alerts are out of service meanwhile."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from tocsin.kernel.decisions import Alert, Mark
from tocsin.kernel.events import Place


class MaintenanceScope(msgspec.Struct, frozen=True):
    """Which alerts: all that is given must hold, and something must be given.

    ``kind``: ``*`` stands for anything (``crowd.*``). ``entities``: one is the leading one of the alert.
    ``area``: its place lies within ``radius_m`` of that point; an alert without a place never does.
    """

    tool: str | None = None
    kind: str | None = None
    entities: tuple[str, ...] = ()
    area: Place | None = None


class MaintenanceChange(msgspec.Struct, frozen=True):
    by: str
    at: datetime
    words: str


class MaintenanceWindow(msgspec.Struct, frozen=True):
    """``state`` only goes forward, whatever the clock does: a window that is over never runs again.

    ``ended``: a person ended it before its time. ``id`` is said on the radio (``MW-0007``).
    """

    id: str
    version: int
    state: Literal["planned", "running", "over"]
    scope: MaintenanceScope
    start: datetime
    end: datetime
    reason: str
    by: str
    planned_at: datetime
    ended: Mark | None = None
    changes: tuple[MaintenanceChange, ...] = ()
    #: who planned it: it sets aside what this room works on, and nothing else; empty: the house
    room: str = ""


class MaintenanceAlert(msgspec.Struct, frozen=True):
    """An alert of a window. ``out of service`` now; ``returned`` to the queue as still active; ``ended``
    meanwhile; ``decided``: a person confirmed, rejected or closed it during the window; ``moved``: another
    window holds it now.
    """

    alert: Alert
    how: Literal["out of service", "returned", "ended", "decided", "moved"]
