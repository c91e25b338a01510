"""Open incidents as they stood at an earlier moment, log and all: from the events, only ever added to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import func, or_, select

from tocsin.bus.codec import decode
from tocsin.db import Connection
from tocsin.db.times import micros
from tocsin.incidents.repository import incident_events, incidents, number_of
from tocsin.kernel.decisions import Incident, IncidentEvent, LogEntry
from tocsin.kernel.sharing import OPEN_TO_ALL, Sharing

_CHUNK = 500


class _Logged(msgspec.Struct, frozen=True):
    log: tuple[LogEntry, ...]


class _Line(msgspec.Struct, frozen=True):
    """The one part of an event that the log is made of; the rest is passed over unread."""

    incident: _Logged


class _Shared(msgspec.Struct, frozen=True):
    sharing: Sharing = OPEN_TO_ALL


def standing(conn: Connection, at: datetime) -> list[Incident]:
    """Incidents that were open at ``at``, as they were, with their whole log up to then, in order of number.

    An event holds its own line of the log alone, so that the lines of all up to then are put together.
    """
    us, t, e = micros(at), incidents.c, incident_events.c
    # a closed one that nothing happened to since was closed then too
    candidates = select(t.number).where(or_(t.state == "open", t.updated_at > us))
    newest = (
        select(e.incident, func.max(e.version))
        .where(e.incident.in_(candidates), e.at <= us)
        .group_by(e.incident)
        .order_by(e.incident)
    )
    found: list[Incident] = []
    for number, version in conn.execute(newest).all():
        docs = conn.execute(
            select(e.doc).where(e.incident == number, e.version <= version).order_by(e.version)
        )
        found += _rebuilt(docs.scalars().all())
    return found


def _rebuilt(docs: Sequence[bytes]) -> list[Incident]:
    """The incident after the last of these events, which are all of its events from the first; none where
    it was closed then.
    """
    incident = decode(docs[-1], IncidentEvent).incident
    if incident.state != "open":
        return []
    lines = {line.seq: line for doc in docs for line in decode(doc, _Line).incident.log}
    return [msgspec.structs.replace(incident, log=tuple(lines[seq] for seq in sorted(lines)))]


def sharing_now(conn: Connection, ids: Iterable[str]) -> dict[str, Sharing]:
    """To whom these incidents are open today."""
    numbers = {number_of(incident): incident for incident in ids}
    wanted, found = list(numbers), dict[str, Sharing]()
    for start in range(0, len(wanted), _CHUNK):
        some = select(incidents.c.number, incidents.c.doc).where(
            incidents.c.number.in_(wanted[start : start + _CHUNK])
        )
        found.update({numbers[number]: decode(doc, _Shared).sharing for number, doc in conn.execute(some)})
    return found
