"""Tables of people, organisations, sessions, tokens, devices and failed sign-ins, and their statements."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    RowMapping,
    String,
    Table,
    delete,
    func,
    select,
    update,
)

from tocsin.db.dialect import upsert
from tocsin.db.metadata import ops

# Times are whole microseconds since 1970 (db/times.py); lists of words are joined by one blank.

people = Table(
    "people",
    ops,
    Column("name", String, primary_key=True),
    Column("password", String, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("disabled_at", BigInteger),
    Column("language", String),
)

organisations = Table(
    "organisations",
    ops,
    Column("id", String, primary_key=True),
    Column("title", String, nullable=False),
    Column("partner", Boolean, nullable=False),
    Column("created_by", String, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("removed_at", BigInteger),
)

#: the record, append-only; ``memberships`` is what it comes to now
grants = Table(
    "grants",
    ops,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("person", String, nullable=False),
    Column("organisation", String, nullable=False),
    Column("role", String, nullable=False),
    Column("act", String, nullable=False),
    Column("by", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("grants_person", "person", "seq"),
)

memberships = Table(
    "memberships",
    ops,
    Column("person", String, primary_key=True),
    Column("organisation", String, primary_key=True),
    Column("role", String, primary_key=True),
    Column("since", BigInteger, nullable=False),
    Index("memberships_organisation", "organisation"),
)

sessions = Table(
    "sessions",
    ops,
    Column("id", String, primary_key=True),
    Column("digest", String, nullable=False, unique=True),
    Column("person", String, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("last_used_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("address", String, nullable=False),
    Column("agent", String, nullable=False),
    Column("organisation", String, nullable=False),
    Index("sessions_person", "person"),
)

tokens = Table(
    "tokens",
    ops,
    Column("id", String, primary_key=True),
    Column("digest", String, nullable=False, unique=True),
    Column("name", String, nullable=False),
    Column("scopes", String, nullable=False),
    Column("organisation", String, nullable=False),
    Column("created_by", String, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("last_used_at", BigInteger),
)

devices = Table(
    "devices",
    ops,
    Column("id", String, primary_key=True),
    Column("title", String, nullable=False),
    Column("created_by", String, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

failed_sign_ins = Table(
    "failed_sign_ins",
    ops,
    Column("account", String, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    Column("locked_until", BigInteger, nullable=False),
)

Row = RowMapping
Values = Mapping[str, Any]
Choice = Callable[[Row], bool]


def _one(conn: Connection, table: Table, column: str, value: str) -> Row | None:
    return conn.execute(select(table).where(table.c[column] == value)).mappings().one_or_none()


def _replace(conn: Connection, table: Table, key: str, row: Values) -> None:
    conn.execute(upsert(conn, table, [key], [name for name in row if name != key]), row)


# people


def person(conn: Connection, name: str) -> Row | None:
    return _one(conn, people, "name", name)


def count_people(conn: Connection) -> int:
    return int(conn.execute(select(func.count()).select_from(people)).scalar_one())


def save_person(conn: Connection, row: Values) -> None:
    _replace(conn, people, "name", row)


def all_people(conn: Connection) -> Sequence[Row]:
    return conn.execute(select(people).order_by(people.c.name)).mappings().all()


# organisations and roles


def organisation(conn: Connection, organisation_id: str) -> Row | None:
    return _one(conn, organisations, "id", organisation_id)


def is_partner(conn: Connection, organisation_id: str) -> bool:
    """One of the city that is not a control room; one that is gone counts as nobody's room."""
    row = _one(conn, organisations, "id", organisation_id)
    return row is not None and bool(row["partner"])


def standing_organisations(conn: Connection) -> Sequence[Row]:
    statement = select(organisations).where(organisations.c.removed_at.is_(None))
    return conn.execute(statement.order_by(organisations.c.id)).mappings().all()


def standing_ids(conn: Connection) -> frozenset[str]:
    return frozenset(row["id"] for row in standing_organisations(conn))


def partners(conn: Connection) -> frozenset[str]:
    return frozenset(row["id"] for row in standing_organisations(conn) if row["partner"])


def add_organisation(conn: Connection, row: Values) -> None:
    conn.execute(organisations.insert(), row)


def rename_organisation(conn: Connection, organisation_id: str, title: str) -> None:
    conn.execute(update(organisations).where(organisations.c.id == organisation_id).values(title=title))


def remove_organisation(conn: Connection, organisation_id: str, at: int) -> None:
    mine = organisations.c.id == organisation_id
    conn.execute(update(organisations).where(mine).values(removed_at=at))


def _membership(person_name: str, organisation_id: str, role: str) -> Any:
    return (
        (memberships.c.person == person_name)
        & (memberships.c.organisation == organisation_id)
        & (memberships.c.role == role)
    )


def put_membership(conn: Connection, person_name: str, organisation_id: str, role: str, at: int) -> bool:
    """False where it was there."""
    if conn.execute(select(memberships).where(_membership(person_name, organisation_id, role))).first():
        return False
    row = {"person": person_name, "organisation": organisation_id, "role": role, "since": at}
    conn.execute(memberships.insert(), row)
    return True


def drop_membership(conn: Connection, person_name: str, organisation_id: str, role: str) -> bool:
    mine = _membership(person_name, organisation_id, role)
    return conn.execute(delete(memberships).where(mine)).rowcount > 0


def memberships_of(conn: Connection, person_name: str | None) -> Sequence[Row]:
    order = (memberships.c.person, memberships.c.organisation, memberships.c.role)
    statement = select(memberships).order_by(*order)
    if person_name is not None:
        statement = statement.where(memberships.c.person == person_name)
    return conn.execute(statement).mappings().all()


def memberships_in(conn: Connection, organisation_id: str) -> Sequence[Row]:
    mine = memberships.c.organisation == organisation_id
    return conn.execute(select(memberships).where(mine)).mappings().all()


def administrators(conn: Connection) -> Sequence[Row]:
    """Memberships that let somebody in who may sign in."""
    statement = (
        select(memberships)
        .join(people, people.c.name == memberships.c.person)
        .where(memberships.c.role == "administrator", people.c.disabled_at.is_(None))
    )
    return conn.execute(statement).mappings().all()


def roles_in(conn: Connection, person_name: str, organisation_id: str) -> tuple[str, ...]:
    mine = (memberships.c.person == person_name) & (memberships.c.organisation == organisation_id)
    found = conn.execute(select(memberships.c.role).where(mine).order_by(memberships.c.role))
    return tuple(found.scalars())


def add_grant(conn: Connection, row: Values) -> None:
    conn.execute(grants.insert(), row)


def grants_of(conn: Connection, person_name: str) -> Sequence[Row]:
    statement = select(grants).where(grants.c.person == person_name).order_by(grants.c.seq)
    return conn.execute(statement).mappings().all()


# sessions


def add_session(conn: Connection, row: Values) -> None:
    conn.execute(sessions.insert(), row)


def session(conn: Connection, digest: str) -> Row | None:
    """None where the person is gone or disabled."""
    statement = (
        select(sessions)
        .join(people, people.c.name == sessions.c.person)
        .where(sessions.c.digest == digest, people.c.disabled_at.is_(None))
    )
    return conn.execute(statement).mappings().one_or_none()


def sessions_of(conn: Connection, person_name: str) -> Sequence[Row]:
    mine = sessions.c.person == person_name
    return conn.execute(select(sessions).where(mine).order_by(sessions.c.created_at.desc())).mappings().all()


def all_sessions(conn: Connection) -> Sequence[Row]:
    """Of people who may sign in, last used first."""
    statement = (
        select(sessions)
        .join(people, people.c.name == sessions.c.person)
        .where(people.c.disabled_at.is_(None))
        .order_by(sessions.c.last_used_at.desc(), sessions.c.id)
    )
    return conn.execute(statement).mappings().all()


def seat_session(conn: Connection, session_id: str, organisation_id: str) -> None:
    mine = sessions.c.id == session_id
    conn.execute(update(sessions).where(mine).values(organisation=organisation_id))


def touch_session(conn: Connection, session_id: str, at: int) -> None:
    conn.execute(update(sessions).where(sessions.c.id == session_id).values(last_used_at=at))


def drop_session(conn: Connection, person_name: str, session_id: str) -> str | None:
    """Answers the digest of the one dropped."""
    mine = (sessions.c.id == session_id) & (sessions.c.person == person_name)
    found = conn.execute(select(sessions.c.digest).where(mine)).scalar_one_or_none()
    conn.execute(delete(sessions).where(mine))
    return None if found is None else str(found)


def drop_sessions_of(conn: Connection, person_name: str) -> None:
    conn.execute(delete(sessions).where(sessions.c.person == person_name))


def drop_stale_sessions(conn: Connection, now: int, unused_since: int) -> None:
    stale = (sessions.c.expires_at <= now) | (sessions.c.last_used_at <= unused_since)
    conn.execute(delete(sessions).where(stale))


def people_sitting(conn: Connection, organisation_id: str, now: int, unused_since: int) -> int:
    """How many people have a living session there; two screens of one person are one."""
    t = sessions.c
    mine = (t.organisation == organisation_id) & (t.expires_at > now) & (t.last_used_at > unused_since)
    return int(conn.execute(select(func.count(t.person.distinct())).where(mine)).scalar_one())


# tokens


def add_token(conn: Connection, row: Values) -> None:
    conn.execute(tokens.insert(), row)


def token(conn: Connection, digest: str) -> Row | None:
    return _one(conn, tokens, "digest", digest)


def all_tokens(conn: Connection) -> Sequence[Row]:
    return conn.execute(select(tokens).order_by(tokens.c.created_at.desc(), tokens.c.id)).mappings().all()


def touch_token(conn: Connection, token_id: str, at: int) -> None:
    conn.execute(update(tokens).where(tokens.c.id == token_id).values(last_used_at=at))


def drop_token(conn: Connection, token_id: str) -> str | None:
    """Answers the digest of the one dropped."""
    found = conn.execute(select(tokens.c.digest).where(tokens.c.id == token_id)).scalar_one_or_none()
    conn.execute(delete(tokens).where(tokens.c.id == token_id))
    return None if found is None else str(found)


def drop_tokens_of(conn: Connection, organisation_id: str) -> Sequence[str]:
    """Answers the ids of those dropped."""
    mine = tokens.c.organisation == organisation_id
    found = conn.execute(select(tokens.c.id).where(mine).order_by(tokens.c.id)).scalars().all()
    conn.execute(delete(tokens).where(mine))
    return found


# devices


def device(conn: Connection, device_id: str) -> Row | None:
    return _one(conn, devices, "id", device_id)


def add_device(conn: Connection, row: Values) -> None:
    conn.execute(devices.insert(), row)


def all_devices(conn: Connection) -> Sequence[Row]:
    return conn.execute(select(devices).order_by(devices.c.id)).mappings().all()


def drop_device(conn: Connection, device_id: str) -> bool:
    return conn.execute(delete(devices).where(devices.c.id == device_id)).rowcount > 0


# failed sign-ins


def failures(conn: Connection, account: str) -> Row | None:
    return _one(conn, failed_sign_ins, "account", account)


def save_failures(conn: Connection, row: Values) -> None:
    _replace(conn, failed_sign_ins, "account", row)


def forget_failures(conn: Connection, account: str) -> None:
    conn.execute(delete(failed_sign_ins).where(failed_sign_ins.c.account == account))


def forget_failures_before(conn: Connection, at: int) -> None:
    conn.execute(delete(failed_sign_ins).where(failed_sign_ins.c.last_at < at))
