"""Rows of the field: answers by key, so that each takes effect once; consents, with the last position each.

There is one position to a consent and no track. Rows that go are overwritten, not only freed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Float,
    Index,
    String,
    Table,
    and_,
    delete,
    func,
    insert,
    select,
    update,
)

from tocsin.db.dialect import overwrite_freed, upsert
from tocsin.db.metadata import ops
from tocsin.db.times import micros, moment

field_answers = Table(
    "field_answers",
    ops,
    Column("person", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("digest", String, nullable=False),
    #: what came of it, where that has a name of its own (``EV-0007``)
    Column("made", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_field_answers_at", "at"),
)
field_consents = Table(
    "field_consents",
    ops,
    Column("incident", BigInteger, primary_key=True, autoincrement=False),
    Column("task", String, primary_key=True),
    Column("person", String, primary_key=True),
    Column("room", String, nullable=False),
    Column("given_at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("at", BigInteger),
    Column("lon", Float),
    Column("lat", Float),
    Column("accuracy_m", Float),
    Index("ix_field_consents_until", "until"),
)


@dataclass(frozen=True, slots=True)
class Known:
    """An answer that came before under the same key."""

    digest: str
    made: str


@dataclass(frozen=True, slots=True)
class Position:
    """WGS 84 degrees; ``accuracy_m``: radius of 68 % as the phone states it; ``at``: received."""

    lon: float
    lat: float
    accuracy_m: float
    at: datetime


@dataclass(frozen=True, slots=True)
class Consent:
    """``room`` may see where ``person`` is while on this task, and no other room."""

    incident: int
    task: str
    person: str
    room: str
    given_at: datetime
    until: datetime
    position: Position | None = None


# --- answers ---------------------------------------------------------------------------------------------


def known(conn: Connection, person: str, key: str) -> Known | None:
    t = field_answers.c
    found = conn.execute(select(t.digest, t.made).where(t.person == person, t.key == key)).one_or_none()
    return None if found is None else Known(*found)


def remember(conn: Connection, person: str, key: str, digest: str, made: str, at: datetime) -> None:
    conn.execute(
        insert(field_answers),
        {"person": person, "key": key, "digest": digest, "made": made, "at": micros(at)},
    )


def answers_before(conn: Connection, before: datetime) -> int:
    old = field_answers.c.at < micros(before)
    return int(conn.execute(select(func.count()).select_from(field_answers).where(old)).scalar_one())


def drop_answers(conn: Connection, before: datetime) -> int:
    return conn.execute(delete(field_answers).where(field_answers.c.at < micros(before))).rowcount


# --- consents --------------------------------------------------------------------------------------------


def put(conn: Connection, consent: Consent) -> None:
    """Without a position: a consent given anew starts from nothing."""
    columns = ("room", "given_at", "until", "at", "lon", "lat", "accuracy_m")
    conn.execute(
        upsert(conn, field_consents, ["incident", "task", "person"], columns),
        {
            "incident": consent.incident,
            "task": consent.task,
            "person": consent.person,
            "room": consent.room,
            "given_at": micros(consent.given_at),
            "until": micros(consent.until),
            "at": None,
            "lon": None,
            "lat": None,
            "accuracy_m": None,
        },
    )


def one(conn: Connection, incident: int, task: str, person: str, now: datetime) -> Consent | None:
    """The consent that stands at ``now``."""
    which = and_(_is(incident, task, person), field_consents.c.until > micros(now))
    found = conn.execute(select(field_consents).where(which)).mappings().one_or_none()
    return None if found is None else _consent(found)


def of(conn: Connection, incident: int, now: datetime) -> Sequence[Consent]:
    t = field_consents.c
    query = select(field_consents).where(t.incident == incident, t.until > micros(now))
    return [_consent(row) for row in conn.execute(query.order_by(t.task, t.person)).mappings()]


def of_person(conn: Connection, person: str, now: datetime) -> Sequence[Consent]:
    t = field_consents.c
    query = select(field_consents).where(t.person == person, t.until > micros(now))
    return [_consent(row) for row in conn.execute(query).mappings()]


def place(conn: Connection, consent: Consent, at: Position) -> None:
    which = _is(consent.incident, consent.task, consent.person)
    overwrite_freed(conn)
    conn.execute(
        update(field_consents)
        .where(which)
        .values(at=micros(at.at), lon=at.lon, lat=at.lat, accuracy_m=at.accuracy_m)
    )


def drop(conn: Connection, incident: int, task: str, person: str) -> bool:
    """True where there was one."""
    overwrite_freed(conn)
    return conn.execute(delete(field_consents).where(_is(incident, task, person))).rowcount > 0


def keep(conn: Connection, incident: int, holds: Callable[[str, str, str], bool]) -> None:
    """Drop those of an incident for which ``holds(task, person, room)`` is no longer so."""
    t = field_consents.c
    for row in conn.execute(select(t.task, t.person, t.room).where(t.incident == incident)).all():
        if not holds(*row):
            drop(conn, incident, row.task, row.person)


def over(conn: Connection, now: datetime) -> int:
    """How many consents are past their time."""
    past = field_consents.c.until <= micros(now)
    return int(conn.execute(select(func.count()).select_from(field_consents).where(past)).scalar_one())


def drop_over(conn: Connection, now: datetime) -> int:
    overwrite_freed(conn)
    return conn.execute(delete(field_consents).where(field_consents.c.until <= micros(now))).rowcount


def _is(incident: int, task: str, person: str) -> Any:
    t = field_consents.c
    return and_(t.incident == incident, t.task == task, t.person == person)


def _consent(row: Any) -> Consent:
    at = None
    if row["at"] is not None:
        at = Position(row["lon"], row["lat"], row["accuracy_m"], moment(row["at"]))
    return Consent(
        incident=row["incident"],
        task=row["task"],
        person=row["person"],
        room=row["room"],
        given_at=moment(row["given_at"]),
        until=moment(row["until"]),
        position=at,
    )
