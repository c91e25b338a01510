"""Open sessions: who is signed in, where, since when, and their end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tocsin.db import Connection, Database
from tocsin.db.times import micros, moment
from tocsin.identity import policy, repository
from tocsin.identity.cache import Cache
from tocsin.identity.organisations import FIRST_ROOM
from tocsin.identity.recording import record
from tocsin.identity.secrets import digest, new_secret
from tocsin.identity.touch import Touch
from tocsin.kernel.clock import Clock
from tocsin.kernel.errors import NotFound, Unauthenticated
from tocsin.kernel.ids import random_id

#: how far ``last_used_at`` may lag behind, so that reading does not mean writing
_TOUCH = timedelta(minutes=1)
_AGENT_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Session:
    """``expires_at`` is absolute; a session also ends when it goes unused for the idle time."""

    id: str
    person: str
    #: the control room that the person sits in, and their roles there
    organisation: str
    roles: tuple[str, ...]
    #: that organisation is a partner, not a control room
    partner: bool
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    address: str
    agent: str

    def subject(self) -> policy.Subject:
        return policy.person(self.person, self.roles, policy.Seat(self.organisation, self.partner))


def csrf_of(secret: str) -> str:
    """The CSRF token of a session: only who can read the cookie's holder's page knows it. Stored nowhere."""
    return digest(secret, "tocsin csrf")


class Sessions:
    """``idle`` and ``longest`` bound a session's life; ``clock`` is the wall, in every realm."""

    def __init__(self, db: Database, clock: Clock, *, idle: timedelta, longest: timedelta) -> None:
        self._db = db
        self._clock = clock
        self._idle = idle
        self._longest = longest
        self._cache: Cache[Session] = Cache(ttl_s=1.0)
        self._touch = Touch(db)

    async def open(
        self, person: str, *, address: str, agent: str, organisation: str | None = None
    ) -> tuple[str, Session]:
        """A new session and its secret, which is told this once. Stale ones are swept on the way.

        At a seat in ``organisation``, or in the first one (by id) that gives the person a role.
        Raises ``NotFound`` where the person has no role there.
        """
        secret, now = new_secret(), self._clock.now()

        def save(conn: Connection) -> Session:
            where = organisation or _first_seat(conn, person)
            session = Session(
                id=random_id(),
                person=person,
                organisation=where,
                roles=_roles(conn, person, where)
                if organisation
                else repository.roles_in(conn, person, where),
                partner=repository.is_partner(conn, where),
                created_at=now,
                last_used_at=now,
                expires_at=now + self._longest,
                address=address,
                agent=agent[:_AGENT_LENGTH],
            )
            repository.drop_stale_sessions(conn, micros(now), micros(now - self._idle))
            repository.add_session(conn, _row(session, digest(secret, "tocsin session")))
            detail = {"address": address}
            record(
                conn, session.subject(), "session.open", kind="session", object_id=session.id, detail=detail
            )
            return session

        return secret, await self._db.write(save)

    async def sit(self, secret: str, organisation: str) -> Session:
        """Move to a seat in another organisation. Raises ``NotFound`` where the person has no role there."""
        key = digest(secret, "tocsin session")

        def save(conn: Connection) -> Session:
            row = repository.session(conn, key)
            if row is None:
                raise Unauthenticated("this session has ended", cure="sign in again")
            _roles(conn, row["person"], organisation)
            repository.seat_session(conn, row["id"], organisation)
            session = _load(conn, {**row, "organisation": organisation})
            record(conn, session.subject(), "session.sit", kind="session", object_id=session.id)
            return session

        session = await self._db.write(save)
        self._cache.drop(key)
        return session

    async def sitting(self, organisation: str) -> int:
        """How many people have an open session there: seats that are taken, never who."""
        now = self._clock.now()
        return await self._db.read(
            lambda conn: repository.people_sitting(conn, organisation, micros(now), micros(now - self._idle))
        )

    def forget(self) -> None:
        """Roles have changed: ask the rows again, in this process at once."""
        self._cache.clear()

    async def find(self, secret: str) -> Session | None:
        """The living session of a secret; marks it as used (within a minute's accuracy)."""
        key, now = digest(secret, "tocsin session"), self._clock.now()
        session = self._cache.get(key)
        if session is None:
            session = await self._db.read(lambda conn: _find(conn, key))
            if session is None:
                return None
        if not self._alive(session, now):
            self._cache.drop(key)
            return None
        if now - session.last_used_at >= _TOUCH:
            found = session.id
            await self._touch.note(lambda conn: repository.touch_session(conn, found, micros(now)))
            session = await self._db.read(lambda conn: _find(conn, key))
            if session is None:
                return None
        self._cache.put(key, session)
        return session

    async def of(self, person: str) -> list[Session]:
        """A person's living sessions, newest first."""
        now = self._clock.now()
        sessions = await self._db.read(
            lambda conn: [_load(conn, row) for row in repository.sessions_of(conn, person)]
        )
        return [session for session in sessions if self._alive(session, now)]

    def everybody(self, conn: Connection) -> list[Session]:
        """All living sessions, last used first; in the caller's transaction."""
        now = self._clock.now()
        sessions = [_load(conn, row) for row in repository.all_sessions(conn)]
        return [session for session in sessions if self._alive(session, now)]

    async def revoke(self, person: str, session_id: str, *, by: str | None = None) -> bool:
        """End one session of a person, at once in this process; False where there is none such.

        ``by``: who does it, if not the person.
        """

        def drop(conn: Connection) -> str | None:
            dropped = repository.drop_session(conn, person, session_id)
            if dropped is not None:
                whose = {} if by in (None, person) else {"person": person}
                record(
                    conn, by or person, "session.close", kind="session", object_id=session_id, detail=whose
                )
            return dropped

        found = await self._db.write(drop)
        if found is not None:
            self._cache.drop(found)
        return found is not None

    async def revoke_all(self, person: str) -> None:

        def drop(conn: Connection) -> None:
            repository.drop_sessions_of(conn, person)
            record(conn, person, "session.close", kind="person", object_id=person)

        await self._db.write(drop)
        self._cache.clear()

    def _alive(self, session: Session, now: datetime) -> bool:
        return now < session.expires_at and now - session.last_used_at < self._idle


def _row(session: Session, key: str) -> dict[str, Any]:
    return {
        "id": session.id,
        "digest": key,
        "person": session.person,
        "created_at": micros(session.created_at),
        "last_used_at": micros(session.last_used_at),
        "expires_at": micros(session.expires_at),
        "address": session.address,
        "agent": session.agent,
        "organisation": session.organisation,
    }


def _first_seat(conn: Connection, person: str) -> str:
    held = repository.memberships_of(conn, person)
    return str(held[0]["organisation"]) if held else FIRST_ROOM


def _roles(conn: Connection, person: str, organisation: str) -> tuple[str, ...]:
    roles = repository.roles_in(conn, person, organisation)
    if not roles:
        raise NotFound(
            "you have no role in this organisation",
            field="organisation",
            value=organisation,
            cure="ask an administrator for one",
        )
    return roles


def _find(conn: Connection, key: str) -> Session | None:
    row = repository.session(conn, key)
    return None if row is None else _load(conn, row)


def _load(conn: Connection, row: repository.Row | repository.Values) -> Session:
    return Session(
        id=row["id"],
        person=row["person"],
        organisation=row["organisation"],
        roles=repository.roles_in(conn, row["person"], row["organisation"]),
        partner=repository.is_partner(conn, row["organisation"]),
        created_at=moment(row["created_at"]),
        last_used_at=moment(row["last_used_at"]),
        expires_at=moment(row["expires_at"]),
        address=row["address"],
        agent=row["agent"],
    )
