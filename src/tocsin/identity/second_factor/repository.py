"""Tables of second factors and recovery codes, and their statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
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

second_factors = Table(
    "second_factors",
    ops,
    Column("person", String, primary_key=True),
    Column("secret", String, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("confirmed_at", BigInteger),
    Column("last_step", BigInteger, nullable=False),
)

recovery_codes = Table(
    "recovery_codes",
    ops,
    Column("person", String, primary_key=True),
    Column("digest", String, primary_key=True),
    Column("used_at", BigInteger),
)


def factor(conn: Connection, person: str) -> RowMapping | None:
    mine = second_factors.c.person == person
    return conn.execute(select(second_factors).where(mine)).mappings().one_or_none()


def save_factor(conn: Connection, row: Mapping[str, Any]) -> None:
    conn.execute(upsert(conn, second_factors, ["person"], [n for n in row if n != "person"]), row)


def advance(conn: Connection, person: str, step: int) -> None:
    """Codes of ``step`` and before are used up."""
    mine = second_factors.c.person == person
    conn.execute(update(second_factors).where(mine).values(last_step=step))


def drop_factor(conn: Connection, person: str) -> bool:
    """False where there was none. The recovery codes go with it."""
    conn.execute(delete(recovery_codes).where(recovery_codes.c.person == person))
    return conn.execute(delete(second_factors).where(second_factors.c.person == person)).rowcount > 0


def replace_recovery(conn: Connection, person: str, digests: Iterable[str]) -> None:
    conn.execute(delete(recovery_codes).where(recovery_codes.c.person == person))
    conn.execute(recovery_codes.insert(), [{"person": person, "digest": d, "used_at": None} for d in digests])


def use_recovery(conn: Connection, person: str, digest: str, at: int) -> bool:
    """False for one that is unknown or used."""
    mine = (recovery_codes.c.person == person) & (recovery_codes.c.digest == digest)
    unused = update(recovery_codes).where(mine, recovery_codes.c.used_at.is_(None))
    return conn.execute(unused.values(used_at=at)).rowcount > 0


def unused_recovery(conn: Connection, person: str) -> int:
    mine = (recovery_codes.c.person == person) & recovery_codes.c.used_at.is_(None)
    return int(conn.execute(select(func.count()).select_from(recovery_codes).where(mine)).scalar_one())


def people_with_factor(conn: Connection) -> list[str]:
    """Names of those whose second factor counts."""
    confirmed = select(second_factors.c.person).where(second_factors.c.confirmed_at.is_not(None))
    return [str(name) for name in conn.execute(confirmed.order_by(second_factors.c.person)).scalars()]
