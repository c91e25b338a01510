"""Cookies that this door gives: the session's, and the short one of a sign-in under way at a provider."""

from __future__ import annotations

from starlette.responses import Response

from tocsin.api.guard import COOKIE
from tocsin.identity.oidc.flow import LIFE
from tocsin.identity.sessions import Session

#: state, nonce and verifier in one secret. Lax: it must come along when the provider sends people back
UNDER_WAY = "tocsin_sign_in"
UNDER_WAY_PATH = "/api/v1/session/oidc"


def give_session(response: Response, session: Session, secret: str, *, secure: bool) -> None:
    """No other site's page can make a browser send it, not even by a link."""
    response.set_cookie(
        COOKIE,
        secret,
        max_age=int((session.expires_at - session.created_at).total_seconds()),
        httponly=True,
        samesite="strict",
        secure=secure,
        path="/",
    )


def give_under_way(response: Response, secret: str, *, secure: bool) -> None:
    response.set_cookie(
        UNDER_WAY,
        secret,
        max_age=int(LIFE.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=secure,
        path=UNDER_WAY_PATH,
    )


def end_under_way(response: Response) -> None:
    response.delete_cookie(UNDER_WAY, path=UNDER_WAY_PATH, httponly=True, samesite="lax")
