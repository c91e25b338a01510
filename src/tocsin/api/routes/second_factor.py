"""One's own second factor; taking it from somebody who lost it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path
from starlette.requests import Request

from tocsin.api.endpoint import Ask, Caller, Endpoints, body
from tocsin.api.guard import address_of, session_of
from tocsin.api.schemas_sign_in import ConfirmCode, ProveBoth, ProvePassword, SecondFactorItem
from tocsin.identity.policy import Permission
from tocsin.identity.second_factor import Enrolment, Recovery

endpoints = Endpoints("second factor")


@endpoints.get("/session/second-factor", Permission.SELF)
async def get_second_factor(request: Request, ask: Ask) -> SecondFactorItem:
    """Whether one's own is on, and how many recovery codes are left."""
    mine, _secret = session_of(request)
    standing = await ask.identity.second_factor.standing(mine.person)
    available = await ask.identity.people.has_password(mine.person)
    return SecondFactorItem(standing.since, standing.recovery_codes, available)


@endpoints.post("/session/second-factor", Permission.SELF, status=201)
async def begin_second_factor(
    request: Request, ask: Ask, given: Annotated[ProvePassword, body(ProvePassword)]
) -> Enrolment:
    """A new secret for an authenticator app, shown this once; it counts once it is confirmed."""
    mine, _secret = session_of(request)
    await ask.identity.require_password(mine.person, given.password, address=address_of(request))
    return await ask.identity.second_factor.begin(mine.person)


@endpoints.post("/session/second-factor/confirm", Permission.SELF)
async def confirm_second_factor(
    request: Request, ask: Ask, given: Annotated[ConfirmCode, body(ConfirmCode)]
) -> Recovery:
    """Turn it on with a first code; answers eight one-use recovery codes, shown this once."""
    mine, _secret = session_of(request)
    return await ask.identity.second_factor.confirm(mine.person, given.code)


@endpoints.post("/session/second-factor/off", Permission.SELF)
async def end_second_factor(request: Request, ask: Ask, given: Annotated[ProveBoth, body(ProveBoth)]) -> None:
    """Turn one's own off."""
    mine, _secret = session_of(request)
    await ask.identity.end_second_factor(mine.person, given.password, given.code, address=address_of(request))


@endpoints.delete("/people/{name}/second-factor", Permission.ADMINISTER)
async def reset_second_factor(ask: Ask, caller: Caller, name: Annotated[str, Path(max_length=64)]) -> None:
    """Take it from somebody who lost app and codes; they are signed out everywhere."""
    await ask.identity.second_factor.reset(name, by=caller.name)
    ask.identity.sessions.forget()
