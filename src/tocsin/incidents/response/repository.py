"""Times of incidents, from their events; detection as it stands now, a person's correction counted in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from tocsin.bus.codec import decode
from tocsin.db import Connection, reach
from tocsin.db.times import micros
from tocsin.identity.policy import Seat
from tocsin.incidents.repository import incident_events, incidents
from tocsin.kernel.decisions import Incident
from tocsin.kernel.figures import Spread, spread

TAKEN_ON = "incidents opened in the period: from detection to opening; merged ones are not counted"
ENDED = (
    "incidents opened in the period: from detection to the last closing; open ones, also those opened again, "
    "wait; merged ones are not counted"
)


def taken_on(conn: Connection, seat: Seat, start: datetime, end: datetime) -> Spread:
    """Over incidents opened in [start, end) that are open to ``seat`` now."""
    rows = _rows(conn, seat, start, end)
    return spread([(opened - detected) / 1e6 for detected, opened, _ in rows], 0, TAKEN_ON)


def ended(conn: Connection, seat: Seat, start: datetime, end: datetime) -> Spread:
    """Over incidents opened in [start, end) that are open to ``seat`` now."""
    rows = _rows(conn, seat, start, end)
    times = [(closed - detected) / 1e6 for detected, _, closed in rows if closed is not None]
    return spread(times, len(rows) - len(times), ENDED)


def _rows(conn: Connection, seat: Seat, start: datetime, end: datetime) -> list[tuple[int, int, int | None]]:
    """(detected, opened, closed for good) in microseconds since 1970."""
    t, later = incident_events.c, incident_events.alias("later").c
    closing = (
        select(func.max(later.at))
        .where(later.incident == t.incident, later.act == "closed")
        .scalar_subquery()
    )
    found = conn.execute(
        select(incidents.c.doc, t.at, closing)
        .join(incidents, incidents.c.number == t.incident)
        .where(
            t.act == "opened",
            t.at >= micros(start),
            t.at < micros(end),
            reach.open_to(incidents, seat.organisation, partner=seat.partner),
        )
    )
    rows = []
    for doc, opened, closed in found:
        incident = decode(doc, Incident)
        if incident.merged_into is None:
            detected = micros(incident.detected_at) if incident.detected_at else int(opened)
            rows.append((detected, int(opened), int(closed) if incident.state == "closed" else None))
    return rows
