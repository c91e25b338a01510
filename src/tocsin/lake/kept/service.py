"""Keeping an analysis. Every function takes its caller's transaction.

A result is the room's: who may ask the lake there may put it away again.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace

from tocsin.db import Connection
from tocsin.identity.policy import Subject
from tocsin.kernel.errors import Conflict, Invalid, NotFound
from tocsin.kernel.ids import random_id
from tocsin.kernel.text import clean
from tocsin.lake.analysis.records import Kind
from tocsin.lake.kept import repository
from tocsin.lake.kept.records import (
    LEAST_EVERY_S,
    MOST_EVERY_S,
    MOST_OF_ROOM,
    MOST_SCHEDULED,
    NAME_CHARS,
    Asked,
    Kept,
)

#: entity types of the results
TYPES: dict[Kind, str] = {
    "aggregate": "SeriesAggregate",
    "fill": "SeriesAggregate",
    "baseline": "Baseline",
    "forecast": "Forecast",
    "relation": "SeriesRelation",
}


def listed(conn: Connection, subject: Subject) -> list[Kept]:
    return repository.listed(conn, subject.seat.organisation, subject.name)


def drafted(subject: Subject, name: str, asked: Asked, every_s: int | None, at: datetime) -> Kept:
    """One that is not stored yet. Raises ``Invalid``."""
    wanted = clean(name, NAME_CHARS + 1)
    if not wanted or len(wanted) > NAME_CHARS:
        raise Invalid(
            "no name for a result",
            field="name",
            value=wanted,
            cure=f"1 to {NAME_CHARS} characters on one line",
        )
    if every_s is not None and not LEAST_EVERY_S <= every_s <= MOST_EVERY_S:
        raise Invalid(
            "no interval", field="every_s", value=every_s, cure=f"{LEAST_EVERY_S} to {MOST_EVERY_S} seconds"
        )
    made = random_id()
    return Kept(
        id=made,
        name=wanted,
        owner=subject.name,
        room=subject.seat.organisation,
        asked=asked,
        entity=f"urn:ngsi-ld:{TYPES[asked.kind]}:{made}",
        every_s=every_s,
        next_at=None,
        made_at=at,
        tried_at=None,
        done_at=None,
    )


def require_room(conn: Connection, kept: Kept) -> None:
    """Raises ``Conflict`` where there are enough already."""
    if repository.count(conn, kept.room) >= MOST_OF_ROOM:
        raise Conflict(
            "enough results are kept",
            field="name",
            value=kept.name,
            cure=f"put one away; {MOST_OF_ROOM} a room",
        )
    if kept.every_s is not None and repository.scheduled(conn) >= MOST_SCHEDULED:
        raise Conflict(
            "enough results are made anew on schedule",
            field="every_s",
            value=kept.every_s,
            cure=f"keep it without a schedule; {MOST_SCHEDULED} in the city",
        )


def keep(conn: Connection, kept: Kept, at: datetime) -> Kept:
    """Raises ``Conflict``."""
    require_room(conn, kept)
    # due at once: whoever stops before the entity is written leaves that to the schedule
    waiting = replace(kept, next_at=at)
    repository.add(conn, waiting)
    return waiting


def after(kept: Kept, at: datetime, trouble: str = "") -> Kept:
    """As it stands once it was tried."""
    following = at + timedelta(seconds=kept.every_s) if kept.every_s is not None else None
    done = kept.done_at if trouble else at
    return replace(kept, tried_at=at, done_at=done, next_at=following, trouble=trouble[:300])


def own(conn: Connection, subject: Subject, kept_id: str) -> Kept:
    """Raises ``NotFound``, also for another room's."""
    kept = repository.found(conn, kept_id)
    here = subject.seat.organisation
    if kept is None or kept.room != here or not (here or kept.owner == subject.name):
        raise NotFound("your room keeps no such result", field="id", value=kept_id, cure="see the list")
    return kept
