"""People with an account in this installation."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tocsin.db import Connection, Database
from tocsin.db.times import micros, moment
from tocsin.identity import repository
from tocsin.identity.organisations import (
    FIRST_ROOM,
    FIRST_TITLE,
    check_role,
    grant,
    keep_an_administrator_without,
)
from tocsin.identity.passwords import Passwords
from tocsin.identity.recording import record
from tocsin.identity.secrets import new_password
from tocsin.kernel.clock import Clock
from tocsin.kernel.errors import Conflict, Invalid, NotFound

FIRST = "operator"
FIRST_ROLES = ("operator", "administrator")
#: who granted what the first account has
_FIRST_START = "first start"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")


def check_name(name: str) -> None:
    """Raises ``Invalid`` for what nobody can sign in with."""
    if not _NAME.fullmatch(name):
        raise Invalid(
            "not a name to sign in with",
            field="name",
            value=name,
            cure="up to 64 letters, digits and . _ @ -, a letter or digit first",
        )


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    created_at: datetime
    disabled_at: datetime | None


class People:
    def __init__(self, db: Database, clock: Clock, passwords: Passwords) -> None:
        self._db = db
        self._clock = clock
        self._passwords = passwords

    def first_account(self, name: str = FIRST) -> tuple[str, str] | None:
        """At the first start of an installation: makes this account in the first control room, answers (name,
        password). None where there are people: the password is told this once. Blocks.

        Raises ``Invalid`` for the name.
        """
        check_name(name)
        if self._db.read_now(repository.count_people):
            return None
        password = new_password()
        row = self._row(name, self._passwords.hash(password))
        at = row["created_at"]

        def save(conn: Connection) -> bool:
            if repository.count_people(conn):
                return False
            repository.save_person(conn, row)
            if repository.organisation(conn, FIRST_ROOM) is None:
                room = {"id": FIRST_ROOM, "title": FIRST_TITLE, "created_by": "tocsin", "created_at": at}
                repository.add_organisation(conn, room)
            record(conn, _FIRST_START, "person.create", kind="person", object_id=name)
            for role in FIRST_ROLES:
                grant(conn, name, FIRST_ROOM, role, _FIRST_START, at)
            return True

        return (name, password) if self._db.write_now(save) else None

    def eldest(self) -> str | None:
        """Whose account was made first; None where nobody has one. Blocks."""
        rows = self._db.read_now(repository.all_people)
        return min(rows, key=lambda row: row["created_at"])["name"] if rows else None

    def add_now(self, name: str, organisation: str, role: str, *, by: str) -> str:
        """A new account with one role; answers its password, told this once. Blocks the caller.

        Raises ``Invalid`` (name, role), ``Conflict`` (there is such an account), ``NotFound`` (organisation).
        """
        check_name(name)
        check_role(role)
        password = new_password()
        row = self._row(name, self._passwords.hash(password))

        def save(conn: Connection) -> None:
            if repository.person(conn, name) is not None:
                raise Conflict("there is such an account", field="name", value=name, cure="another name")
            repository.save_person(conn, row)
            record(conn, by, "person.create", kind="person", object_id=name)
            grant(conn, name, organisation, role, by, row["created_at"])

        self._db.write_now(save)
        return password

    async def all(self) -> list[Person]:
        """By name, those who are shut out too."""
        return [_person(row) for row in await self._db.read(repository.all_people)]

    def set_password_now(self, name: str, password: str | None = None, *, by: str = "command line") -> str:
        """A new password (a generated one where none is given) for somebody, who is signed out everywhere.
        Blocks the caller.

        Raises ``NotFound`` where there is no such account, ``Invalid`` for a password too short.
        """
        password = password or new_password()
        hashed = self._passwords.hash(password)

        def change(conn: Connection, row: repository.Row) -> None:
            repository.save_person(conn, {**row, "password": hashed})
            record(conn, by, "person.password", kind="person", object_id=name)

        self._db.write_now(lambda conn: _changed(conn, name, change))
        return password

    def disable_now(self, name: str, *, by: str = "command line") -> None:
        """Shut somebody out, now and everywhere. Raises ``NotFound``, ``Conflict`` (last administrator)."""
        at = micros(self._clock.now())

        def change(conn: Connection, row: repository.Row) -> None:
            keep_an_administrator_without(conn, name)
            repository.save_person(conn, {**row, "disabled_at": row["disabled_at"] or at})
            record(conn, by, "person.disable", kind="person", object_id=name)

        self._db.write_now(lambda conn: _changed(conn, name, change))

    def enable_now(self, name: str, *, by: str = "command line") -> None:
        """Let somebody in again, with the roles they had. Raises ``NotFound``."""

        def change(conn: Connection, row: repository.Row) -> None:
            repository.save_person(conn, {**row, "disabled_at": None})
            record(conn, by, "person.enable", kind="person", object_id=name)

        self._db.write_now(lambda conn: _changed(conn, name, change))

    async def shut_out(self, name: str) -> bool:
        """Whether this account is disabled, or not there any more."""
        row = await self._db.read(lambda conn: repository.person(conn, name))
        return row is None or row["disabled_at"] is not None

    async def check(self, name: str, password: str) -> str | None:
        """The name if these fit; takes as long where there is no such account."""
        row = await self._db.read(lambda conn: repository.person(conn, name))
        stored = row["password"] if row is not None and row["disabled_at"] is None else None
        return name if await self._passwords.fits(password, stored) else None

    async def has_password(self, name: str) -> bool:
        """False for somebody who signs in at a provider."""
        row = await self._db.read(lambda conn: repository.person(conn, name))
        return row is not None and bool(row["password"])

    def _row(self, name: str, hashed: str) -> dict[str, Any]:
        return {
            "name": name,
            "password": hashed,
            "created_at": micros(self._clock.now()),
            "disabled_at": None,
        }


def _changed(conn: Connection, name: str, change: Callable[[Connection, repository.Row], None]) -> None:
    row = repository.person(conn, name)
    if row is None:
        raise NotFound("there is no such account", field="user", value=name, cure="tocsin user list")
    change(conn, row)
    repository.drop_sessions_of(conn, name)


def _person(row: repository.Row) -> Person:
    disabled = row["disabled_at"]
    return Person(row["name"], moment(row["created_at"]), None if disabled is None else moment(disabled))
