"""Whether somebody may still do what they once were let do: asked by what goes on working in their name."""

from __future__ import annotations

from collections.abc import Collection

from tocsin.db import Connection, Database
from tocsin.identity import policy, repository
from tocsin.identity.policy import Permission


class Standing:
    """Asks the rows each time: nothing is remembered that could outlive a right."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def ended(self, names: Collection[str], permission: Permission) -> frozenset[str]:
        """Those of ``names`` (as ``Subject.name``) that have ``permission`` in no organisation any more.

        A token stands for every token of its name, so that one may be replaced by a new one.
        """
        if not names:
            return frozenset()
        return await self._db.read(lambda conn: frozenset(names) - _holding(conn, permission))


def _holding(conn: Connection, permission: Permission) -> set[str]:
    rows = repository.all_tokens(conn)
    made = [policy.token(row["id"], row["name"], row["scopes"].split()) for row in rows]
    able = {row["name"] for row in repository.all_people(conn) if row["disabled_at"] is None}
    there = repository.standing_ids(conn)
    made += [
        policy.person(row["person"], [row["role"]])
        for row in repository.memberships_of(conn, None)
        if row["person"] in able and row["organisation"] in there
    ]
    return {one.name for one in made if policy.allows(one, permission)}
