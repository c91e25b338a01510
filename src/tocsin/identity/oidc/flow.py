"""One sign-in at the provider, from the button to the open session.

The browser gets one secret in a cookie; state, nonce and PKCE verifier are digests of it. So an answer is
good only in the browser that asked (no login CSRF, no code from elsewhere), once, and for ten minutes.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from datetime import timedelta

import httpx
import structlog

from tocsin.db import Connection, Database
from tocsin.db.times import micros
from tocsin.identity.oidc import repository
from tocsin.identity.oidc.accounts import Accounts
from tocsin.identity.oidc.client import ProviderClient
from tocsin.identity.oidc.id_token import refused
from tocsin.identity.oidc.provider import Provider
from tocsin.identity.recording import record
from tocsin.identity.secrets import digest, new_secret
from tocsin.identity.sessions import Session, Sessions
from tocsin.kernel.clock import Clock, WallClock
from tocsin.kernel.errors import Forbidden, TocsinError, Unauthenticated
from tocsin.kernel.text import clean

_log = structlog.get_logger(__name__)
#: how long a person may take at the provider
LIFE = timedelta(minutes=10)
#: a place inside the console: one slash first, and nothing that a browser reads as another host
_PLACE = re.compile(r"/(?![/\\])[A-Za-z0-9._~%:/-]{0,299}")


@dataclass(frozen=True, slots=True)
class Begun:
    """``url``: where the browser goes; ``secret``: for its cookie, and for no one else."""

    url: str
    secret: str


@dataclass(frozen=True, slots=True)
class Finished:
    """``go_to``: a path of this installation."""

    secret: str
    session: Session
    go_to: str


class SingleSignOn:
    """``transport`` is given only by tests."""

    def __init__(
        self,
        db: Database,
        sessions: Sessions,
        provider: Provider,
        *,
        clock: Clock | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.provider = provider
        self._db = db
        self._sessions = sessions
        self._clock = clock or WallClock()
        self._client = ProviderClient(provider, self._clock, transport)
        self._accounts = Accounts(db, self._clock, provider)

    async def begin(self, go_to: str | None = None) -> Begun:
        """Raises ``Unavailable`` naming the provider. ``go_to`` that is no place here becomes ``/``."""
        secret, now = new_secret(), self._clock.now()
        url = await self._client.authorization_url(
            state=_state(secret), nonce=_nonce(secret), verifier=_verifier(secret)
        )
        row = {"digest": _flow(secret), "go_to": place(go_to), "expires_at": micros(now + LIFE)}
        await self._db.write(lambda conn: repository.add_sign_in(conn, row, micros(now)))
        return Begun(url, secret)

    async def finish(
        self,
        secret: str | None,
        *,
        state: str,
        code: str,
        error: str = "",
        issuer: str | None = None,
        address: str,
        agent: str,
    ) -> Finished:
        """``secret``: of the browser's cookie; the others as the provider sent them back.

        Raises ``Unauthenticated``, ``Forbidden``, ``Conflict``, ``Unavailable``. A refusal goes on record.
        """
        if not secret or not hmac.compare_digest(_state(secret).encode(), state.encode()):
            raise self._stale()
        key, now = _flow(secret), micros(self._clock.now())
        row = await self._db.write(lambda conn: repository.take_sign_in(conn, key))
        if row is None or row["expires_at"] <= now:
            raise self._stale()
        try:
            person = await self._person(secret, code, error, issuer)
        except TocsinError as refusal:
            await self._refused(refusal, address)
            raise
        self._sessions.forget()
        opened, session = await self._sessions.open(person, address=address, agent=agent)
        _log.info("signed_in", person=person, address=address, provider=self.provider.host)
        return Finished(opened, session, row["go_to"])

    async def _person(self, secret: str, code: str, error: str, issuer: str | None) -> str:
        if error == "access_denied":
            raise Forbidden(
                f"{self.provider.title} did not let you through",
                field="provider",
                value=self.provider.host,
                cure="choose another account there, or ask its administrator",
            )
        if error or not code:
            raise refused(self.provider, f"it answered {clean(error, 80) or 'nothing'}")
        claims = await self._client.claims(
            code, nonce=_nonce(secret), verifier=_verifier(secret), issuer=issuer
        )
        return await self._accounts.admit(claims)

    async def _refused(self, refusal: TocsinError, address: str) -> None:
        detail = {"address": address, "provider": self.provider.host, "why": clean(refusal.message, 200)}

        def note(conn: Connection) -> None:
            record(conn, "", "session.open", kind="provider", outcome="refused", detail=detail)

        _log.warning("sign_in_at_provider_refused", **detail)
        await self._db.write(note)

    def _stale(self) -> Unauthenticated:
        return Unauthenticated(
            "this sign-in was not begun in this browser, was finished before, or took too long",
            field="state",
            cure="begin again at the sign-in page",
        )


def place(go_to: str | None) -> str:
    """``go_to`` if it is a path inside the console, else ``/``: nobody is sent to another site from here."""
    if go_to is None or not _PLACE.fullmatch(go_to) or go_to.startswith("/api/"):
        return "/"
    return go_to


def _state(secret: str) -> str:
    return digest(secret, "oidc state")


def _nonce(secret: str) -> str:
    return digest(secret, "oidc nonce")


def _verifier(secret: str) -> str:
    """64 of the letters that RFC 7636, section 4.1 allows."""
    return digest(secret, "oidc verifier")


def _flow(secret: str) -> str:
    return digest(secret, "oidc flow")
