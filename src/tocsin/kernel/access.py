"""Requests for access: a room asks for what exists and is closed to it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from tocsin.kernel.decisions import Mark

AccessKind = Literal["alert", "incident", "task"]
#: below ``incident.``: a request is about what rooms own
REQUEST_SUBJECT = "incident.request."


class AccessRequest(msgspec.Struct, frozen=True):
    """``room`` asks ``owner`` for ``object`` (``AL-0387``, ``INC-001``, ``INC-001/crowd-surge.stewards``).

    Nothing of what is in the object: who may not see it, must not learn it by asking.
    """

    id: str
    version: int
    state: Literal["open", "granted", "refused"]
    kind: AccessKind
    object: str
    owner: str
    room: str
    by: str
    at: datetime
    reason: str
    decided: Mark | None = None
