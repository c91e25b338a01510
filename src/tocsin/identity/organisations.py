"""Organisations: the control rooms of a city, and the roles that people have in each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from tocsin.db import Connection, Database
from tocsin.db.times import micros, moment
from tocsin.identity import policy, repository
from tocsin.identity.recording import record
from tocsin.kernel.clock import Clock
from tocsin.kernel.errors import Conflict, Invalid, NotFound
from tocsin.kernel.text import clean

#: made with the first account; a city with one room needs no other
FIRST_ROOM, FIRST_TITLE = "control-room", "Control room"
_ID = re.compile(r"[a-z][a-z0-9-]{0,39}")
_TITLE_CHARS = 100
_ACTIONS = {"granted": "role.grant", "revoked": "role.revoke"}


@dataclass(frozen=True, slots=True)
class Organisation:
    """``removed_at``: since when it gives nobody anything; its name stays in the record."""

    id: str
    title: str
    #: of the city, yet not a control room: a hospital, a transit operator
    partner: bool
    created_by: str
    created_at: datetime
    removed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Membership:
    """A role that a person has now in an organisation that stands."""

    person: str
    organisation: str
    role: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Grant:
    """One line of the record; ``act`` is granted or revoked."""

    person: str
    organisation: str
    role: str
    act: str
    by: str
    at: datetime


class Organisations:
    """``clock`` is the wall, in every realm."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def all(self) -> list[Organisation]:
        """Those that stand, by id."""
        return [_organisation(row) for row in await self._db.read(repository.standing_organisations)]

    def all_now(self) -> list[Organisation]:
        """As ``all``, for commands: blocks the caller."""
        return [_organisation(row) for row in self._db.read_now(repository.standing_organisations)]

    async def add(self, organisation: str, title: str, *, by: str, partner: bool = False) -> Organisation:
        """Raises ``Invalid``, ``Conflict`` (the id is or was in use: the record would mix two rooms up)."""
        said = check_organisation(organisation, title)
        made = Organisation(organisation, said, partner, by, self._clock.now(), None)

        def save(conn: Connection) -> None:
            if repository.organisation(conn, organisation) is not None:
                raise Conflict(
                    "there is or was such an organisation",
                    field="id",
                    value=organisation,
                    cure="another id",
                )
            repository.add_organisation(
                conn,
                {
                    "id": made.id,
                    "title": made.title,
                    "partner": partner,
                    "created_by": by,
                    "created_at": micros(made.created_at),
                },
            )
            record(conn, by, "organisation.create", kind="organisation", object_id=organisation)

        await self._db.write(save)
        return made

    async def rename(self, organisation: str, title: str, *, by: str) -> None:
        """Another title; the id stays. Raises ``NotFound``, ``Invalid``."""
        said = clean(title, _TITLE_CHARS)
        if not said:
            raise Invalid("an organisation has a title", field="title", value=title, cure="say what it is")

        def save(conn: Connection) -> None:
            require_standing(conn, organisation)
            repository.rename_organisation(conn, organisation, said)
            detail = {"title": said}
            record(
                conn, by, "organisation.rename", kind="organisation", object_id=organisation, detail=detail
            )

        await self._db.write(save)

    async def remove(self, organisation: str, *, by: str) -> None:
        """``remove`` in a transaction of its own."""
        at = micros(self._clock.now())
        await self._db.write(lambda conn: remove(conn, organisation, by, at))

    async def grant(self, person: str, organisation: str, role: str, *, by: str) -> None:
        """Harmless when the person has it. Raises ``Invalid`` (no such role), ``NotFound``."""
        check_role(role)
        at = micros(self._clock.now())
        await self._db.write(lambda conn: grant(conn, person, organisation, role, by, at))

    async def revoke(self, person: str, organisation: str, role: str, *, by: str) -> bool:
        """False where the person does not have it. Raises ``Conflict`` for the last administrator."""
        at = micros(self._clock.now())

        def save(conn: Connection) -> bool:
            key = (person, organisation, role)
            _keep_an_administrator(conn, lambda m: (m["person"], m["organisation"], m["role"]) != key)
            if not repository.drop_membership(conn, *key):
                return False
            _note(conn, *key, "revoked", by, at)
            return True

        return await self._db.write(save)

    async def memberships(self, person: str | None = None) -> list[Membership]:
        """Of one person or of all, by person, organisation and role."""
        rows = await self._db.read(lambda conn: repository.memberships_of(conn, person))
        return [Membership(r["person"], r["organisation"], r["role"], moment(r["since"])) for r in rows]

    async def grants(self, person: str) -> list[Grant]:
        """The whole record of one person, oldest first."""
        rows = await self._db.read(lambda conn: repository.grants_of(conn, person))
        return [
            Grant(r["person"], r["organisation"], r["role"], r["act"], r["by"], moment(r["at"])) for r in rows
        ]


def check_organisation(organisation: str, title: str) -> str:
    """The title as it is kept. Raises ``Invalid`` for the id or the title."""
    if not _ID.fullmatch(organisation):
        raise Invalid(
            "not an id for an organisation",
            field="id",
            value=organisation,
            cure="up to 40 of a-z 0-9 -, a letter first, for example police",
        )
    said = clean(title, _TITLE_CHARS)
    if not said:
        raise Invalid("an organisation has a title", field="title", value=title, cure="say what it is")
    return said


def grant(conn: Connection, person: str, organisation: str, role: str, by: str, at: int) -> None:
    """Within the caller's transaction; ``at`` in microseconds. Raises ``NotFound``."""
    require_standing(conn, organisation)
    if repository.person(conn, person) is None:
        raise NotFound("there is no such account", field="person", value=person, cure="tocsin user list")
    if repository.put_membership(conn, person, organisation, role, at):
        _note(conn, person, organisation, role, "granted", by, at)


def withdraw(conn: Connection, person: str, organisation: str, role: str, by: str, at: int) -> bool:
    """Within the caller's transaction; False where the person does not have it. The last administrator may go
    this way: where roles come from elsewhere they end there too (``tocsin role grant`` brings one back)."""
    if not repository.drop_membership(conn, person, organisation, role):
        return False
    _note(conn, person, organisation, role, "revoked", by, at)
    return True


def remove(
    conn: Connection,
    organisation: str,
    by: str,
    at: int,
    detail: Mapping[str, object] = MappingProxyType({}),
) -> None:
    """From now on it gives nobody anything: its roles are revoked, its tokens end. Within the caller's
    transaction; ``at`` in microseconds; ``detail`` goes into the record.

    What it owns is the caller's affair (``api.commands.closing``). Raises ``NotFound``, ``Conflict`` (last
    administrator).
    """
    require_standing(conn, organisation)
    _keep_an_administrator(conn, lambda m: m["organisation"] != organisation)
    for row in repository.memberships_in(conn, organisation):
        _note(conn, row["person"], organisation, row["role"], "revoked", by, at)
        repository.drop_membership(conn, row["person"], organisation, row["role"])
    for token in repository.drop_tokens_of(conn, organisation):
        why = {"organisation": organisation}
        record(conn, by, "token.revoke", kind="token", object_id=token, detail=why)
    repository.remove_organisation(conn, organisation, at)
    record(conn, by, "organisation.remove", kind="organisation", object_id=organisation, detail=detail)


def is_partner(conn: Connection, organisation: str) -> bool:
    return repository.is_partner(conn, organisation)


def check_role(role: str) -> None:
    """Raises ``Invalid``."""
    if role not in policy.ROLES:
        raise Invalid("no such role", field="role", value=role, cure=f"one of {', '.join(policy.ROLES)}")


def keep_an_administrator_without(conn: Connection, person: str) -> None:
    """Raises ``Conflict`` if nobody else could let people in."""
    _keep_an_administrator(conn, lambda m: m["person"] != person)


def _keep_an_administrator(conn: Connection, stays: repository.Choice) -> None:
    """Raises ``Conflict`` if there are administrators now and none of those who stay is one."""
    now = repository.administrators(conn)
    if now and not any(stays(m) for m in now):
        raise Conflict(
            "nobody would be left who can let people in",
            field="role",
            value="administrator",
            cure="make somebody else an administrator first",
        )


def require_standing(conn: Connection, organisation: str) -> None:
    """Raises ``NotFound`` for one that is not or no longer there."""
    row = repository.organisation(conn, organisation)
    if row is None or row["removed_at"] is not None:
        raise NotFound(
            "no such organisation", field="organisation", value=organisation, cure="tocsin org list"
        )


def _note(conn: Connection, person: str, organisation: str, role: str, act: str, by: str, at: int) -> None:
    repository.add_grant(
        conn,
        {"person": person, "organisation": organisation, "role": role, "act": act, "by": by, "at": at},
    )
    detail = {"organisation": organisation, "role": role}
    record(conn, by, _ACTIONS[act], kind="person", object_id=person, detail=detail)


def _organisation(row: repository.Row) -> Organisation:
    return Organisation(
        row["id"],
        row["title"],
        bool(row["partner"]),
        row["created_by"],
        moment(row["created_at"]),
        None if row["removed_at"] is None else moment(row["removed_at"]),
    )
