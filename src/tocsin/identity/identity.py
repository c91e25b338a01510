"""Identity in one piece: people, organisations, sessions, tokens and devices over one database."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import structlog

from tocsin.db import Database
from tocsin.identity.devices import Devices
from tocsin.identity.languages import Languages
from tocsin.identity.lockout import Lockout
from tocsin.identity.organisations import Organisations
from tocsin.identity.passwords import Passwords
from tocsin.identity.people import People
from tocsin.identity.refusals import Refusals
from tocsin.identity.sealing import Seal
from tocsin.identity.second_factor import SecondFactor
from tocsin.identity.sessions import Session, Sessions
from tocsin.identity.tokens import Tokens
from tocsin.kernel.clock import Clock, WallClock
from tocsin.kernel.errors import CodeNeeded, Unauthenticated

_log = structlog.get_logger(__name__)


class Identity:
    """``idle`` and ``longest`` bound a session's life. Times are the wall's, in every realm.

    ``state``: the folder whose ``keys`` close what must be read again (secrets of second factors).
    """

    def __init__(
        self,
        db: Database,
        *,
        idle: timedelta = timedelta(hours=12),
        longest: timedelta = timedelta(hours=24),
        clock: Clock | None = None,
        passwords: Passwords | None = None,
        state: Path | None = None,
    ) -> None:
        wall = clock or WallClock()
        self.organisations = Organisations(db, wall)
        self.people = People(db, wall, passwords or Passwords())
        self.sessions = Sessions(db, wall, idle=idle, longest=longest)
        self.tokens = Tokens(db, wall)
        self.devices = Devices(db, wall)
        self.lockout = Lockout(db, wall)
        self.second_factor = SecondFactor(db, wall, Seal(state))
        self.refusals = Refusals(db, wall)
        self.languages = Languages(db)

    async def sign_in(
        self,
        user: str,
        password: str,
        *,
        address: str,
        agent: str,
        organisation: str | None = None,
        code: str | None = None,
    ) -> tuple[str, Session]:
        """A new session and its secret. Raises ``TooMany`` while locked out, ``NotFound`` for an organisation
        in which this person has no role, ``CodeNeeded`` where name and password are right and the second
        factor is on, else ``Unauthenticated``.

        The answer to a wrong name and to a wrong password is the same, word for word and in time. Until the
        code is right too, failures stay counted: the password alone opens nothing and wipes nothing away.
        """
        person = await self._person(user, password, address)
        if (await self.second_factor.standing(person)).since is not None:
            await self._second_step(user, person, code, address)
        await self.lockout.succeeded(user)
        _log.info("signed_in", person=person, address=address)
        return await self.sessions.open(person, address=address, agent=agent, organisation=organisation)

    async def require_password(self, person: str, password: str, *, address: str) -> None:
        """Before somebody signed in changes how they sign in. Raises ``TooMany``, ``Unauthenticated``."""
        await self._person(person, password, address)
        if (await self.second_factor.standing(person)).since is None:
            await self.lockout.succeeded(person)

    async def end_second_factor(self, person: str, password: str, code: str, *, address: str) -> None:
        """Turn one's own off. Raises ``TooMany``, ``Unauthenticated``, ``Conflict`` where it is off."""
        await self._person(person, password, address)
        if (await self.second_factor.standing(person)).since is not None:
            await self._second_step(person, person, code, address)
        await self.lockout.succeeded(person)
        await self.second_factor.end(person)

    async def _second_step(self, user: str, person: str, code: str | None, address: str) -> None:
        if not code:
            raise CodeNeeded(
                "a code is needed too", field="code", cure="send the code of your app, or a recovery code"
            )
        if not await self.second_factor.accepts(person, code):
            failures = await self.lockout.failed(user, address=address)
            _log.warning("second_step_failed", person=person, address=address, failures=failures.count)
            raise Unauthenticated(
                "the code is wrong or was used",
                field="code",
                cure="wait for the next code, or use a recovery code",
            )

    async def _person(self, user: str, password: str, address: str) -> str:
        """Whose name and password these are."""
        await self.lockout.check(user)
        person = await self.people.check(user, password)
        if person is None:
            failures = await self.lockout.failed(user, address=address)
            _log.warning("sign_in_failed", address=address, failures=failures.count)
            raise Unauthenticated(
                "the name or the password is wrong", field="user", cure="try again, or ask an administrator"
            )
        return person
