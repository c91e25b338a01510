"""Events of alerts without what made them heavy: who did what to which alert when, for timelines."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tocsin.kernel.decisions import AlertAct, AlertState
from tocsin.kernel.events import Severity
from tocsin.kernel.sharing import OPEN_TO_ALL, Sharing


class AlertThen(msgspec.Struct, frozen=True):
    """The part of an alert that a line of a timeline needs; read out of its event."""

    id: str
    state: AlertState
    severity: Severity
    headline: str
    raised_at: datetime
    sharing: Sharing = OPEN_TO_ALL


class AlertStep(msgspec.Struct, frozen=True):
    """An event of an alert without its finding."""

    act: AlertAct
    by: str
    at: datetime
    alert: AlertThen
    reason: str | None = None
