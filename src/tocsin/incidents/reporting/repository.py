"""Incidents up to a moment, from their events: an event holds its own line of the log alone."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import or_, select

from tocsin.bus.codec import decode
from tocsin.db import Connection
from tocsin.db.times import micros
from tocsin.incidents.repository import incident_events, incidents, number_of, one
from tocsin.kernel.clock import iso
from tocsin.kernel.decisions import Incident, IncidentEvent, LogEntry
from tocsin.kernel.errors import NotFound


class _Logged(msgspec.Struct, frozen=True):
    log: tuple[LogEntry, ...]


class _Line(msgspec.Struct, frozen=True):
    """The one part of an event that the log is made of; the rest is passed over unread."""

    incident: _Logged


def as_of(conn: Connection, incident: str, at: datetime) -> Incident:
    """As it stood at ``at``, with its log up to then. Raises ``NotFound``, also where it came later."""
    one(conn, incident)
    found = _then(conn, number_of(incident), at)
    if found is None:
        raise NotFound(
            f"{incident} was not there yet", field="at", value=iso(at), cure="ask for a later moment"
        )
    return found


def touched(conn: Connection, since: datetime, until: datetime) -> list[Incident]:
    """As of ``until``: incidents that were open then, or that something happened to since ``since``."""
    t = incidents.c
    candidates = select(t.number).where(or_(t.state == "open", t.updated_at >= micros(since)))
    found = (
        _then(conn, int(number), until) for number in conn.execute(candidates.order_by(t.number)).scalars()
    )
    return [then for then in found if then and (then.state == "open" or then.updated_at >= since)]


def _then(conn: Connection, number: int, at: datetime) -> Incident | None:
    e = incident_events.c
    query = select(e.doc).where(e.incident == number, e.at <= micros(at)).order_by(e.version)
    docs = conn.execute(query).scalars().all()
    if not docs:
        return None
    newest = decode(docs[-1], IncidentEvent).incident
    lines = {line.seq: line for doc in docs for line in decode(doc, _Line).incident.log}
    return msgspec.structs.replace(newest, log=tuple(lines[seq] for seq in sorted(lines)))
