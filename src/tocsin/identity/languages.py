"""Which language a person is spoken to in, by their own choice, at every seat."""

from __future__ import annotations

from tocsin.db import Connection, Database
from tocsin.identity import repository
from tocsin.identity.policy import Subject
from tocsin.identity.recording import record
from tocsin.kernel.errors import NotFound
from tocsin.kernel.languages import Language, known


class Languages:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def of(self, person: str) -> Language | None:
        """None for somebody who has chosen none, or is not there."""
        return await self._db.read(lambda conn: chosen(conn, person))

    async def choose(self, by: Subject, language: Language | None) -> None:
        """``by`` chooses for themselves; None goes back to the city's. Raises ``NotFound``."""

        def save(conn: Connection) -> None:
            row = repository.person(conn, by.name)
            if row is None:
                raise NotFound("there is no such account", field="person", value=by.name)
            repository.save_person(conn, {**row, "language": language})
            detail = {"language": language or ""}
            record(conn, by, "person.language", kind="person", object_id=by.name, detail=detail)

        await self._db.write(save)


def chosen(conn: Connection, person: str) -> Language | None:
    """One that was dropped from the product since counts as none."""
    row = repository.person(conn, person)
    return None if row is None else known(row["language"])
