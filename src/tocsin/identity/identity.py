"""Identity in one piece: people, organisations, sessions, tokens and devices over one database."""

from __future__ import annotations

from datetime import timedelta

import structlog

from tocsin.db import Database
from tocsin.identity.devices import Devices
from tocsin.identity.lockout import Lockout
from tocsin.identity.organisations import Organisations
from tocsin.identity.passwords import Passwords
from tocsin.identity.people import People
from tocsin.identity.refusals import Refusals
from tocsin.identity.sessions import Session, Sessions
from tocsin.identity.tokens import Tokens
from tocsin.kernel.clock import Clock, WallClock
from tocsin.kernel.errors import Unauthenticated

_log = structlog.get_logger(__name__)


class Identity:
    """``idle`` and ``longest`` bound a session's life. Times are the wall's, in every realm."""

    def __init__(
        self,
        db: Database,
        *,
        idle: timedelta = timedelta(hours=12),
        longest: timedelta = timedelta(hours=24),
        clock: Clock | None = None,
        passwords: Passwords | None = None,
    ) -> None:
        wall = clock or WallClock()
        self.organisations = Organisations(db, wall)
        self.people = People(db, wall, passwords or Passwords())
        self.sessions = Sessions(db, wall, idle=idle, longest=longest)
        self.tokens = Tokens(db, wall)
        self.devices = Devices(db, wall)
        self.lockout = Lockout(db, wall)
        self.refusals = Refusals(db, wall)

    async def sign_in(
        self, user: str, password: str, *, address: str, agent: str, organisation: str | None = None
    ) -> tuple[str, Session]:
        """A new session and its secret. Raises ``TooMany`` while locked out, ``NotFound`` for an organisation
        in which this person has no role, else ``Unauthenticated``.

        The answer to a wrong name and to a wrong password is the same, word for word and in time.
        """
        await self.lockout.check(user)
        person = await self.people.check(user, password)
        if person is None:
            failures = await self.lockout.failed(user, address=address)
            _log.warning("sign_in_failed", address=address, failures=failures.count)
            raise Unauthenticated(
                "the name or the password is wrong", field="user", cure="try again, or ask an administrator"
            )
        await self.lockout.succeeded(user)
        _log.info("signed_in", person=person, address=address)
        return await self.sessions.open(person, address=address, agent=agent, organisation=organisation)
