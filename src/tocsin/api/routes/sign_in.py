"""Ways to sign in, and the two steps of the one that leads over the city's OpenID provider."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tocsin.api import problems
from tocsin.api.cookies import UNDER_WAY, end_under_way, give_session, give_under_way
from tocsin.api.endpoint import PREFIX, Ask, Endpoints
from tocsin.api.guard import address_of
from tocsin.api.schemas_sign_in import ProviderWay, WaysIn
from tocsin.api.services import Services
from tocsin.identity.oidc import SingleSignOn
from tocsin.identity.policy import Permission
from tocsin.kernel.errors import Forbidden, NotFound, TocsinError

endpoints = Endpoints("sign in")

_START = "/session/oidc/start"
_Answered = Annotated[str, Query(max_length=4000)]


@endpoints.get("/sign-in", Permission.PUBLIC)
async def get_ways_in(ask: Ask) -> WaysIn:
    """How one may sign in here."""
    if ask.sign_on is None:
        return WaysIn(None, ask.languages)
    return WaysIn(ProviderWay(ask.sign_on.provider.title, PREFIX + _START), ask.languages)


@endpoints.get(_START, Permission.PUBLIC, status=303)
async def start_at_provider(
    request: Request, ask: Ask, to: Annotated[str | None, Query(max_length=300)] = None
) -> Annotated[Response, None]:
    """Send the browser to the provider; it comes back to the page ``to`` of the console, signed in."""
    try:
        ask.sign_ins.take(address_of(request))
        sign_on = _sign_on(ask)
        if request.headers.get("sec-fetch-site") in ("cross-site", "same-site"):
            raise Forbidden(
                "this sign-in was begun by another site's page",
                field="Sec-Fetch-Site",
                cure="open the sign-in page of this installation",
            )
        begun = await sign_on.begin(to)
    except TocsinError as error:
        return _refusal(request, error)
    response = RedirectResponse(begun.url, 303)
    give_under_way(response, begun.secret, secure=_secure(sign_on))
    return response


@endpoints.get("/session/oidc/callback", Permission.PUBLIC, status=303)
async def finish_at_provider(
    request: Request,
    ask: Ask,
    state: _Answered = "",
    code: _Answered = "",
    error: _Answered = "",
    iss: _Answered | None = None,
) -> Annotated[Response, None]:
    """Where the provider sends the browser back: sets the cookie ``tocsin_session``."""
    try:
        ask.sign_ins.take(address_of(request))
        sign_on = _sign_on(ask)
        done = await sign_on.finish(
            request.cookies.get(UNDER_WAY),
            state=state,
            code=code,
            error=error,
            issuer=iss,
            address=address_of(request),
            agent=request.headers.get("user-agent", ""),
        )
    except TocsinError as refusal:
        response = _refusal(request, refusal)
        end_under_way(response)
        return response
    response = RedirectResponse(done.go_to, 303)
    give_session(response, done.session, done.secret, secure=_secure(sign_on))
    end_under_way(response)
    return response


def _sign_on(ask: Services) -> SingleSignOn:
    if ask.sign_on is None:
        raise NotFound(
            "no OpenID provider is set up here",
            field="identity.oidc_issuer",
            cure="see docs/howto/sign-in.md",
        )
    return ask.sign_on


def _secure(sign_on: SingleSignOn) -> bool:
    """By the address that browsers use; a proxy before this door speaks plain HTTP to it."""
    return sign_on.provider.public_url.startswith("https:")


def _refusal(request: Request, error: TocsinError) -> Response:
    """To a person, the sign-in page with the kind of refusal, which it puts into words; else a problem."""
    if "text/html" in request.headers.get("accept", ""):
        return RedirectResponse("/?" + urlencode({"sign-in": error.kind}), 303)
    return problems.of_error(error)
