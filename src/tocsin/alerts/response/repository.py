"""Time to acknowledge, from the events of alerts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from tocsin.alerts.repository import alert_events, alerts
from tocsin.db import Connection, reach
from tocsin.db.times import micros
from tocsin.identity.policy import Seat
from tocsin.kernel.figures import Spread, spread

_SEEN = ("acknowledged", "confirmed", "rejected")
HOW = (
    "alerts raised in the period: from being raised to the first time that a person acknowledged, confirmed "
    "or rejected it; those that nobody has answered yet wait"
)


def acknowledged(conn: Connection, seat: Seat, start: datetime, end: datetime) -> Spread:
    """Over alerts raised in [start, end) that are open to ``seat`` now."""
    t, e = alerts.c, alert_events.c
    answer = select(func.min(e.at)).where(e.alert == t.number, e.act.in_(_SEEN)).scalar_subquery()
    mine = reach.open_to(alerts, seat.organisation, partner=seat.partner)
    rows = conn.execute(
        select(t.raised_at, answer).where(t.raised_at >= micros(start), t.raised_at < micros(end), mine)
    ).all()
    times = [(answered - raised) / 1e6 for raised, answered in rows if answered is not None]
    return spread(times, len(rows) - len(times), HOW)
