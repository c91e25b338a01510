"""Counts behind a tool's record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import case, func, select

from tocsin.alerts.arrivals.repository import alert_arrivals
from tocsin.db import Connection
from tocsin.db.times import micros


class Count(NamedTuple):
    """``month``: index of the period's start; ``verdict``: 1 confirmed, -1 rejected, 0 neither."""

    kind: str
    month: int
    verdict: int
    incident: str | None
    many: int


def counts(conn: Connection, tool: str, months: Sequence[datetime], end: datetime) -> list[Count]:
    """Alerts of ``tool`` raised from ``months[0]`` to ``end``; ``months`` are starts, oldest first."""
    t = alert_arrivals.c
    later = [(t.raised_at >= micros(start), index) for index, start in reversed(list(enumerate(months)))]
    month = case(*later, else_=0).label("month")
    query = (
        select(t.kind, month, t.verdict, t.incident, func.count())
        .where(t.tool == tool, t.raised_at >= micros(months[0]), t.raised_at <= micros(end))
        .group_by(t.kind, month, t.verdict, t.incident)
    )
    return [
        Count(kind, int(index), int(verdict), incident, int(count))
        for kind, index, verdict, incident, count in conn.execute(query)
    ]
