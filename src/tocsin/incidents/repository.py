"""Rows of incidents: the view, the events (only ever added to), and which alerts belong where."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    delete,
    func,
    select,
)

from tocsin.bus.codec import decode, encode
from tocsin.db import outbox, reach, search
from tocsin.db.dialect import upsert
from tocsin.db.metadata import ops
from tocsin.db.times import micros
from tocsin.identity.policy import Seat
from tocsin.incidents.field.ending import forget_ended
from tocsin.kernel.decisions import Incident, IncidentEvent
from tocsin.kernel.errors import Invalid, NotFound
from tocsin.kernel.events import SEVERITIES, Severity

_ID = re.compile(r"^INC-(\d{3,18})\Z")
MOST = 500

incidents = Table(
    "incidents",
    ops,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    *reach.columns(),
    Column("doc", LargeBinary, nullable=False),
    Index("ix_incidents_queue", "state", "number"),
    Index("ix_incidents_updated", "state", "updated_at", "number"),
)
incident_events = Table(
    "incident_events",
    ops,
    Column("incident", BigInteger, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("act", String, nullable=False),
    Column("actor", String, nullable=False),
    Column("doc", LargeBinary, nullable=False),
    Index("ix_incident_events_at", "incident", "at", "version"),
)
#: what is known here of an incident's alerts; ``version`` is the alert's own, so that repeats change nothing
incident_alerts = Table(
    "incident_alerts",
    ops,
    Column("incident", BigInteger, primary_key=True, autoincrement=False),
    Column("alert", String, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("active", Boolean, nullable=False),
    Index("ix_incident_alerts_alert", "alert"),
)


@dataclass(frozen=True, slots=True)
class Member:
    """An alert of an incident, as last heard."""

    incident: int
    alert: str
    version: int
    severity: Severity
    active: bool


def number_of(incident: str) -> int:
    """The number in ``INC-014``. Raises ``NotFound``."""
    found = _ID.match(incident)
    if not found:
        raise NotFound(
            f"there is no incident {incident[:40]!r}", field="id", value=incident, cure="as in INC-001"
        )
    return int(found[1])


def next_number(conn: Connection) -> int:
    return int(conn.execute(select(func.coalesce(func.max(incidents.c.number), 0))).scalar_one()) + 1


def one(conn: Connection, incident: str) -> Incident:
    """Raises ``NotFound``."""
    doc = conn.execute(select(incidents.c.doc).where(incidents.c.number == number_of(incident))).scalar()
    if doc is None:
        raise NotFound(
            f"there is no incident {incident}",
            field="id",
            value=incident,
            cure="look at the list of incidents",
        )
    return decode(doc, Incident)


def save(conn: Connection, event: IncidentEvent) -> None:
    """Write the view, add the event, promise to publish it. One transaction with the caller's."""
    incident = event.incident
    number = number_of(incident.id)
    columns = ("version", "state", "severity", "updated_at", *reach.NAMES, "doc")
    conn.execute(
        upsert(conn, incidents, ["number"], columns),
        {
            "number": number,
            "version": incident.version,
            "state": incident.state,
            "severity": SEVERITIES.index(incident.severity),
            "updated_at": micros(incident.updated_at),
            **dict(zip(reach.NAMES, reach.values(incident.sharing), strict=True)),
            "doc": encode(incident),
        },
    )
    search.put(conn, "incident", [searchable(incident)])
    forget_ended(conn, number, incident)
    # An event keeps its own line of the log alone; together the events are the whole log.
    own = msgspec.structs.replace(incident, log=incident.log[-1:])
    conn.execute(
        incident_events.insert(),
        {
            "incident": number,
            "version": incident.version,
            "at": micros(event.at),
            "act": event.act,
            "actor": event.by,
            "doc": encode(msgspec.structs.replace(event, incident=own)),
        },
    )
    outbox.add(conn, f"incident.{incident.id}", encode(event))


def searchable(i: Incident) -> search.Doc:
    """What an incident is found by: its title and what people wrote, not what the log says by itself.

    Nor the words of its tasks: those may be open to fewer than the incident.
    """
    number = number_of(i.id)
    place = i.place.name if i.place and i.place.name else ""
    notes = (entry.words for entry in i.log if entry.act == "noted")
    ended = i.disposition.words if i.disposition else ""
    texts = (i.id, str(number), i.title, i.kind, i.owner, place, ended, *i.alerts, *notes)
    return number, texts, i.sharing


def find(
    conn: Connection,
    *,
    seat: Seat | None,
    state: str = "open",
    limit: int = 100,
    after: str | None = None,
) -> tuple[Sequence[Incident], str | None]:
    """Incidents (``open``, ``closed``, ``all``), newest first, and ``after`` for more. Raises ``Invalid``.

    ``seat``: those open to it; None: all, for the house itself.
    """
    if state not in ("open", "closed", "all"):
        raise Invalid("no such state", field="state", value=state, cure="use open, closed or all")
    if not 1 <= limit <= MOST:
        raise Invalid("limit is out of bounds", field="limit", value=limit, cure=f"ask for 1 to {MOST}")
    query = select(incidents.c.doc)
    if state != "all":
        query = query.where(incidents.c.state == state)
    if seat is not None:
        query = query.where(reach.open_to(incidents, seat.organisation, partner=seat.partner))
    if after is not None:
        query = query.where(incidents.c.number < number_of(after))
    found = conn.execute(query.order_by(incidents.c.number.desc()).limit(limit + 1)).scalars().all()
    items = [decode(doc, Incident) for doc in found[:limit]]
    return items, items[-1].id if len(found) > limit else None


def events(
    conn: Connection, incident: str, *, limit: int = 100, after: str | None = None
) -> tuple[Sequence[IncidentEvent], str | None]:
    """Events of one incident, oldest first, each with its own line of the log. Raises ``NotFound``."""
    one(conn, incident)
    if not 1 <= limit <= MOST:
        raise Invalid("limit is out of bounds", field="limit", value=limit, cure=f"ask for 1 to {MOST}")
    if after is not None and not (after.isdigit() and len(after) < 12):
        raise Invalid(
            "not a page of this list", field="after", value=after, cure="use 'next' of the last page"
        )
    t = incident_events.c
    query = select(t.doc).where(t.incident == number_of(incident), t.version > int(after or 0))
    found = conn.execute(query.order_by(t.version).limit(limit + 1)).scalars().all()
    items = [decode(doc, IncidentEvent) for doc in found[:limit]]
    return items, str(items[-1].incident.version) if len(found) > limit else None


# --- members ---------------------------------------------------------------------------------------------


def members(conn: Connection, incident: str) -> list[Member]:
    return _members(conn, incident_alerts.c.incident == number_of(incident))


def memberships(conn: Connection, alerts: Iterable[str]) -> list[Member]:
    """Where these alerts belong."""
    return _members(conn, incident_alerts.c.alert.in_(list(alerts)))


def _members(conn: Connection, which: ColumnElement[bool]) -> list[Member]:
    t = incident_alerts.c
    found = conn.execute(
        select(t.incident, t.alert, t.version, t.severity, t.active)
        .where(which)
        .order_by(t.incident, t.alert)
    )
    return [Member(int(i), a, int(v), SEVERITIES[s], bool(on)) for i, a, v, s, on in found]


def put_member(conn: Connection, member: Member) -> None:
    columns = ("version", "severity", "active")
    conn.execute(
        upsert(conn, incident_alerts, ["incident", "alert"], columns),
        {
            "incident": member.incident,
            "alert": member.alert,
            "version": member.version,
            "severity": SEVERITIES.index(member.severity),
            "active": member.active,
        },
    )


def drop_member(conn: Connection, incident: str, alert: str) -> None:
    t = incident_alerts.c
    conn.execute(delete(incident_alerts).where(t.incident == number_of(incident), t.alert == alert))
