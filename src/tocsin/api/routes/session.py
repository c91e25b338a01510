"""Signing in and out, and one's own sessions."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path
from starlette.requests import Request
from starlette.responses import Response

from tocsin.api.cookies import give_session
from tocsin.api.endpoint import Ask, Endpoints, answer, body
from tocsin.api.guard import COOKIE, address_of, session_of
from tocsin.api.routes.organisations import seats_of
from tocsin.api.schemas import ChooseLanguage, Page, SessionItem, SignedIn, SignIn, TakeSeat, User
from tocsin.api.services import Services
from tocsin.identity.policy import Permission
from tocsin.identity.sessions import Session, csrf_of
from tocsin.kernel.errors import NotFound

endpoints = Endpoints("session")


@endpoints.post("/session", Permission.PUBLIC)
async def sign_in(
    request: Request, ask: Ask, given: Annotated[SignIn, body(SignIn)]
) -> Annotated[Response, SignedIn]:
    """Sign in with name and password: sets the cookie ``tocsin_session``."""
    ask.sign_ins.take(address_of(request))
    secret, session = await ask.identity.sign_in(
        given.user,
        given.password,
        address=address_of(request),
        agent=request.headers.get("user-agent", ""),
        organisation=given.organisation,
        code=given.code,
    )
    response = answer(await _signed_in(ask, session, secret))
    give_session(response, session, secret, secure=request.url.scheme == "https")
    return response


@endpoints.get("/session", Permission.SELF)
async def get_session(request: Request, ask: Ask) -> SignedIn:
    """Who is signed in with this cookie, and the CSRF token for it."""
    session, secret = session_of(request)
    return await _signed_in(ask, session, secret)


@endpoints.put("/session/organisation", Permission.SELF)
async def take_seat(request: Request, ask: Ask, given: Annotated[TakeSeat, body(TakeSeat)]) -> SignedIn:
    """Sit in another control room; the live picture is to be opened anew."""
    _session, secret = session_of(request)
    return await _signed_in(ask, await ask.identity.sessions.sit(secret, given.organisation), secret)


@endpoints.put("/session/language", Permission.SELF)
async def choose_language(
    request: Request, ask: Ask, given: Annotated[ChooseLanguage, body(ChooseLanguage)]
) -> SignedIn:
    """The language one is spoken to in, at every seat."""
    session, secret = session_of(request)
    await ask.identity.languages.choose(session.subject(), given.language)
    return await _signed_in(ask, session, secret)


@endpoints.delete("/session", Permission.SELF)
async def sign_out(request: Request, ask: Ask) -> Annotated[Response, None]:
    """End this session."""
    session, _secret = session_of(request)
    await ask.identity.sessions.revoke(session.person, session.id)
    response = Response(status_code=204)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
    return response


@endpoints.get("/sessions", Permission.SELF)
async def list_sessions(request: Request, ask: Ask) -> Page[SessionItem]:
    """One's own open sessions, newest first."""
    mine, _secret = session_of(request)
    return Page([_item(session, mine) for session in await ask.identity.sessions.of(mine.person)])


@endpoints.delete("/sessions/{id}", Permission.SELF)
async def revoke_session(
    request: Request, ask: Ask, session_id: Annotated[str, Path(alias="id", max_length=64)]
) -> None:
    """End one of one's own sessions, wherever it is open."""
    mine, _secret = session_of(request)
    if not await ask.identity.sessions.revoke(mine.person, session_id):
        raise NotFound("no such session of yours", field="id", value=session_id)


async def _signed_in(ask: Services, session: Session, secret: str) -> SignedIn:
    user = User(
        session.person,
        list(session.roles),
        sorted(session.subject().permissions),
        session.organisation,
        await seats_of(ask, session.person),
        await ask.identity.languages.of(session.person),
    )
    return SignedIn(user, csrf_of(secret), session.expires_at, ask.languages)


def _item(session: Session, mine: Session) -> SessionItem:
    return SessionItem(
        id=session.id,
        created_at=session.created_at,
        last_used_at=session.last_used_at,
        expires_at=session.expires_at,
        address=session.address,
        agent=session.agent,
        current=session.id == mine.id,
    )
