"""For whoever administers: everybody's open sessions, and the end of an organisation."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query
from starlette.requests import Request

from tocsin.api.commands.closing import Remains, close_room, remains
from tocsin.api.commands.consult import consult
from tocsin.api.endpoint import Ask, Caller, Endpoints
from tocsin.api.guard import session_of
from tocsin.api.routes.organisations import Id, Name, changed
from tocsin.api.schemas import Page
from tocsin.api.schemas_offices import OpenSession, OrganisationClosed, OrganisationRemains
from tocsin.db import Connection
from tocsin.identity.organisations import require_standing
from tocsin.identity.policy import Permission
from tocsin.kernel.errors import Forbidden, NotFound

endpoints = Endpoints("organisations")


@endpoints.get("/people/sessions", Permission.ADMINISTER)
async def list_all_sessions(
    request: Request,
    ask: Ask,
    caller: Caller,
    reason: Annotated[str, Query(max_length=500, description="why you look, for the record")] = "",
) -> Page[OpenSession]:
    """Who is signed in, where and since when, last used first. The look is recorded."""
    mine = _own(request)
    found = await consult(
        ask,
        caller,
        Permission.ADMINISTER,
        ask.identity.sessions.everybody,
        action="session.read",
        kind="session",
        purpose="administration",
        reason=reason,
    )
    return Page(
        [
            OpenSession(
                id=one.id,
                person=one.person,
                organisation=one.organisation,
                roles=list(one.roles),
                created_at=one.created_at,
                last_used_at=one.last_used_at,
                expires_at=one.expires_at,
                address=one.address,
                agent=one.agent,
                current=one.id == mine,
            )
            for one in found
        ]
    )


@endpoints.delete("/people/{name}/sessions/{id}", Permission.ADMINISTER)
async def end_session(
    ask: Ask, caller: Caller, name: Name, session_id: Annotated[str, Path(alias="id", max_length=64)]
) -> None:
    """Sign somebody out at one seat; the screen there ends within three seconds."""
    if not await ask.identity.sessions.revoke(name, session_id, by=caller.name):
        raise NotFound("no such session", field="id", value=session_id, cure="look at the list again")


@endpoints.get("/organisations/{id}/remains", Permission.ADMINISTER)
async def get_organisation_remains(ask: Ask, organisation: Id) -> OrganisationRemains:
    """What would have to be taken over, and who would lose their seat, if this organisation ended."""

    def look(conn: Connection) -> Remains:
        require_standing(conn, organisation)
        return remains(conn, organisation)

    left = await ask.ops.read(look)
    held = await ask.identity.organisations.memberships()
    elsewhere = {m.person for m in held if m.organisation != organisation}
    return OrganisationRemains(
        incidents=list(left.incidents),
        alerts=list(left.alerts),
        people=sorted({m.person for m in held if m.organisation == organisation} - elsewhere),
        tokens=[t.name for t in await ask.identity.tokens.all() if t.organisation == organisation],
    )


@endpoints.delete("/organisations/{id}", Permission.ADMINISTER)
async def remove_organisation(
    ask: Ask,
    caller: Caller,
    organisation: Id,
    successor: Annotated[
        str | None, Query(max_length=40, description="the control room that takes over what is open there")
    ] = None,
) -> OrganisationClosed:
    """From now on it gives nobody anything; what its people did stays in the record. Refused while something
    is open there and no successor is named."""
    at = ask.clock.now()
    left = await ask.ops.write(lambda conn: close_room(conn, caller, organisation, successor or None, at))
    changed(ask)
    ask.identity.tokens.forget()
    return OrganisationClosed(successor or None, list(left.incidents), list(left.alerts))


def _own(request: Request) -> str | None:
    try:
        return session_of(request)[0].id
    except Forbidden:
        return None
