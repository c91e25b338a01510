"""What the status wall says of a tool: one struct, announced by the runner and answered by the API."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

from tocsin.sdk.panels import Panel

ToolState = Literal["working", "degraded", "silent", "out of service"]


class ToolStatus(msgspec.Struct, frozen=True):
    """``lag_s``: event time between the newest envelope of the log and the newest one this tool has taken.

    ``observe_p95_ms``: over the last thousand envelopes, of the tool's own work. ``findings``: told since the
    tool's first start on this log. ``entities``: of which it holds a newest reading.
    """

    id: str
    title: str
    claim: str
    version: str
    capability: str
    state: ToolState
    words: str
    lag_s: float = 0.0
    lag_items: int = 0
    observe_p95_ms: float = 0.0
    budget_ms: float = 0.0
    findings: int = 0
    last_finding_at: datetime | None = None
    entities: int = 0
    restarts: int = 0
    advises_a_person: bool = False
    personal_data: str = "none"
    params: dict[str, dict[str, Any]] = {}
    panels: tuple[Panel, ...] = ()
    guide_md: str = ""
    #: the question that it answers; empty: it does not advise
    answers: str = ""
