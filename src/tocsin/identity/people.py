"""People with an account in this installation."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.db import Connection, Database
from tocsin.db.times import micros
from tocsin.identity import repository
from tocsin.identity.passwords import Passwords
from tocsin.identity.recording import record
from tocsin.identity.secrets import new_password
from tocsin.kernel.clock import Clock
from tocsin.kernel.errors import Conflict

FIRST = "operator"
FIRST_ROLES = ("operator", "administrator")


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    roles: tuple[str, ...]


class People:
    def __init__(self, db: Database, clock: Clock, passwords: Passwords) -> None:
        self._db = db
        self._clock = clock
        self._passwords = passwords

    def first_account(self) -> tuple[str, str] | None:
        """At the first start of an installation: makes the account ``operator``, answers (name, password).

        None where there are people already: the password is told this once. Blocks the caller.
        """
        if self._db.read_now(repository.count_people):
            return None
        password = new_password()
        hashed = self._passwords.hash(password)

        def save(conn: Connection) -> bool:
            if repository.count_people(conn):
                return False
            repository.save_person(conn, self._row(FIRST, hashed, FIRST_ROLES))
            record(conn, "first start", "person.create", kind="person", object_id=FIRST)
            return True

        return (FIRST, password) if self._db.write_now(save) else None

    def set_password_now(self, name: str, password: str, *, by: str = "command line") -> None:
        """A new password for somebody, who is signed out everywhere. Blocks the caller.

        Raises ``Conflict`` where there is no such account, ``Invalid`` for a password too short.
        """
        hashed = self._passwords.hash(password)

        def save(conn: Connection) -> None:
            row = repository.person(conn, name)
            if row is None:
                raise Conflict("there is no such account", field="user", value=name)
            repository.save_person(conn, {**row, "password": hashed})
            repository.drop_sessions_of(conn, name)
            record(conn, by, "person.password", kind="person", object_id=name)

        self._db.write_now(save)

    async def check(self, name: str, password: str) -> Person | None:
        """The person whose name and password these are; takes as long where there is none."""
        row = await self._db.read(lambda conn: repository.person(conn, name))
        stored = row["password"] if row is not None and row["disabled_at"] is None else None
        if not await self._passwords.fits(password, stored) or row is None:
            return None
        return Person(row["name"], tuple(row["roles"].split()))

    def _row(self, name: str, hashed: str, roles: tuple[str, ...]) -> dict[str, object]:
        return {
            "name": name,
            "password": hashed,
            "roles": " ".join(roles),
            "created_at": micros(self._clock.now()),
            "disabled_at": None,
        }
