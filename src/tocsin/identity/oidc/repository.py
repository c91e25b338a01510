"""Tables of accounts at a provider and of sign-ins under way there, and their statements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, RowMapping, String, Table, delete, func, select

from tocsin.db.metadata import ops
from tocsin.identity.repository import people

#: which person a subject of a provider is; a person has one, and keeps it
provider_accounts = Table(
    "provider_accounts",
    ops,
    Column("issuer", String, primary_key=True),
    Column("subject", String, primary_key=True),
    Column("person", String, nullable=False, unique=True),
    Column("created_at", BigInteger, nullable=False),
)

#: begun in some browser and not back yet; taken once
provider_sign_ins = Table(
    "provider_sign_ins",
    ops,
    Column("digest", String, primary_key=True),
    Column("go_to", String, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)


def person_of(conn: Connection, issuer: str, subject: str) -> str | None:
    mine = (provider_accounts.c.issuer == issuer) & (provider_accounts.c.subject == subject)
    found = conn.execute(select(provider_accounts.c.person).where(mine)).scalar_one_or_none()
    return None if found is None else str(found)


def bind(conn: Connection, row: Mapping[str, Any]) -> None:
    conn.execute(provider_accounts.insert(), row)


def name_taken(conn: Connection, name: str) -> bool:
    """By anybody whose name reads the same, whatever the case of its letters."""
    same = func.lower(people.c.name) == name.lower()
    return conn.execute(select(people.c.name).where(same)).first() is not None


def add_sign_in(conn: Connection, row: Mapping[str, Any], now: int) -> None:
    """Those that never came back are swept on the way."""
    conn.execute(delete(provider_sign_ins).where(provider_sign_ins.c.expires_at <= now))
    conn.execute(provider_sign_ins.insert(), row)


def take_sign_in(conn: Connection, digest: str) -> RowMapping | None:
    """Once: whoever comes second finds none."""
    mine = provider_sign_ins.c.digest == digest
    found = conn.execute(select(provider_sign_ins).where(mine)).mappings().one_or_none()
    conn.execute(delete(provider_sign_ins).where(mine))
    return found
