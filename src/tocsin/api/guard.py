"""The door's guard: who is calling, may they, and did their own page send this."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from starlette.requests import HTTPConnection, Request

from tocsin.identity import policy
from tocsin.identity.policy import Permission, Subject
from tocsin.identity.sessions import Session, csrf_of
from tocsin.kernel.errors import Forbidden, Unauthenticated

if TYPE_CHECKING:
    from tocsin.api.services import Services

COOKIE = "tocsin_session"
CSRF_HEADER = "x-csrf-token"
_READS = frozenset({"GET", "HEAD", "OPTIONS"})


def services_of(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


def caller_of(request: Request) -> Subject:
    """Who passed the guard on this request."""
    caller: Subject = request.state.caller
    return caller


def asker_of(request: Request) -> Subject:
    """Who asks, let in or not; a stranger where nobody was identified."""
    asker: Subject = getattr(request.state, "asker", policy.STRANGER)
    return asker


def session_of(request: Request) -> tuple[Session, str]:
    """The cookie session of this request and its secret. Raises ``Forbidden`` for a token's call."""
    session: Session | None = getattr(request.state, "session", None)
    if session is None:
        raise Forbidden("only a person who signed in has a session", cure="sign in with name and password")
    return session, request.cookies[COOKIE]


def address_of(connection: HTTPConnection) -> str:
    return connection.client.host if connection.client else ""


def admit(needs: Permission) -> Callable[[Request], Awaitable[None]]:
    """The dependency that every endpoint has: identifies the caller and asks the policy."""

    async def guard(request: Request) -> None:
        await admitted(request, services_of(request), needs)

    return guard


async def admitted(request: Request, services: Services, needs: Permission) -> Subject:
    """The caller, allowed. Raises ``Unauthenticated`` or ``Forbidden``. For plain routes; others declare."""
    caller = await _identify(request, services)
    request.state.asker = caller
    policy.require(caller, needs)
    if request.method not in _READS:
        _same_origin(request, by_cookie=caller.person is not None)
    if caller.person is not None and request.method not in _READS and needs is not Permission.PUBLIC:
        _own_page(request)
    request.state.caller = caller
    return caller


async def _identify(request: Request, services: Services) -> Subject:
    """A bearer token wins over a cookie; a token that is sent and wrong is refused, not ignored."""
    header = request.headers.get("authorization")
    if header is not None:
        scheme, _, secret = header.partition(" ")
        if scheme.lower() == "bearer":
            token = await services.identity.tokens.find(secret.strip())
            if token is not None:
                return token.subject()
        raise Unauthenticated(
            "this bearer token is not known here",
            field="Authorization",
            cure="send `Authorization: Bearer <token>` with a token that was not revoked",
        )
    if cookie := request.cookies.get(COOKIE):
        session = await services.identity.sessions.find(cookie)
        if session is not None:
            request.state.session = session
            return session.subject()
    return policy.STRANGER


def _own_page(request: Request) -> None:
    sent = request.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(sent.encode(), csrf_of(request.cookies[COOKIE]).encode()):
        raise Forbidden(
            "the CSRF token is missing or of another session",
            field="X-CSRF-Token",
            cure="send `csrf` of GET /api/v1/session in this header",
        )


def _same_origin(request: Request, *, by_cookie: bool) -> None:
    """A browser says where a mutation comes from; programs say nothing and carry no cookie."""
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site")
    host = request.headers.get("host", "")
    foreign = origin is not None and origin.partition("://")[2] != host
    if foreign or (site is not None and site not in ("same-origin", "none") and by_cookie):
        raise Forbidden(
            "this call comes from another site's page",
            field="Origin",
            value=origin or site,
            cure="use the console of this installation, or a bearer token from a program",
        )
