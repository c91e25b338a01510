"""A city of several rooms, in-process: organisations, people with roles in them, tokens."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from httpx import AsyncClient
from tests.api.house import House

from tocsin.api.guard import COOKIE, CSRF_HEADER
from tocsin.identity.sessions import csrf_of

ROOMS = {"police": False, "it": False, "fire": False, "hospital": True}


async def furnish(door: House) -> None:
    """Organisations; ``hospital`` is a partner."""
    for room, partner in ROOMS.items():
        await door.services.identity.organisations.add(room, room.title(), by="test", partner=partner)


@contextlib.asynccontextmanager
async def at_seat(door: House, room: str, *roles: str) -> AsyncIterator[AsyncClient]:
    """A new person with these roles in ``room``, signed in there."""
    identity = door.services.identity
    name = f"{room}-{'-'.join(roles)}".replace(" ", "-").lower()
    identity.people.add_now(name, room, roles[0], by="test")
    for role in roles[1:]:
        await identity.organisations.grant(name, room, role, by="test")
    secret, _ = await identity.sessions.open(name, address="127.0.0.1", agent="test", organisation=room)
    async with door.client(cookies={COOKIE: secret}, headers={CSRF_HEADER: csrf_of(secret)}) as client:
        yield client


async def program(door: House, room: str, *scopes: str) -> dict[str, str]:
    tokens = door.services.identity.tokens
    secret, _ = await tokens.create("test", scopes, by="test", organisation=room)
    return {"Authorization": f"Bearer {secret}"}


async def share(
    client: AsyncClient, thing: str, level: str, *rooms: str, reason: str = "test"
) -> dict[str, Any]:
    kind = "alerts" if thing.startswith("AL-") else "incidents"
    given = {"level": level, "rooms": rooms, "reason": reason}
    answer = await client.post(f"/api/v1/{kind}/{thing}/share", json=given)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())
