"""A stolen session, another site's page, a person who is shut out while a screen is open."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic

import pytest
from tests.api.door import Screen, running
from tests.api.house import ORIGIN, House
from tests.api.rooms import at_seat, furnish
from tests.api.test_live_endpoint import opened

from tocsin.api.app import skeleton
from tocsin.api.guard import COOKIE, CSRF_HEADER
from tocsin.api.openapi import contracts
from tocsin.identity.sessions import csrf_of

#: how long a screen may show the city to somebody who was shut out
AT_MOST_S = 3.0


async def stolen(door: House, cookie: str) -> list[int]:
    """What a thief gets with a copy of the cookie: a read, the stream, a decision with the right token."""
    async with door.client(cookies={COOKIE: cookie}, headers={CSRF_HEADER: csrf_of(cookie)}) as thief:
        return [
            (await thief.get("/api/v1/alerts")).status_code,
            (await thief.get("/api/v1/session")).status_code,
            (await thief.get("/api/v1/live")).status_code,
            (await thief.post("/api/v1/incidents", json={"title": "x", "alerts": []})).status_code,
        ]


async def test_a_cookie_is_worth_nothing_after_signing_out(door: House) -> None:
    async with door.signed_in() as client:
        cookie = client.cookies[COOKIE]
        assert (await client.delete("/api/v1/session")).status_code == 204
    assert await stolen(door, cookie) == [401, 401, 401, 401]


async def test_a_cookie_is_worth_nothing_after_it_was_revoked_elsewhere(door: House) -> None:
    async with door.signed_in() as one, door.signed_in() as other:
        cookie = one.cookies[COOKIE]
        listed = (await other.get("/api/v1/sessions")).json()["items"]
        (theirs,) = [s["id"] for s in listed if not s["current"]]
        assert (await other.delete(f"/api/v1/sessions/{theirs}")).status_code == 204
        assert await stolen(door, cookie) == [401, 401, 401, 401]
        assert (await other.get("/api/v1/alerts")).status_code == 200


async def test_a_cookie_is_worth_nothing_after_a_new_password(door: House) -> None:
    async with door.signed_in() as client:
        cookie = client.cookies[COOKIE]
        await asyncio.to_thread(door.services.identity.people.set_password_now, "operator")
        door.services.identity.sessions.forget()
    assert await stolen(door, cookie) == [401, 401, 401, 401]


async def test_a_cookie_lends_a_token_nothing(door: House) -> None:
    """A program's call with somebody's cookie in it stays the program's."""
    async with door.signed_in() as client:
        cookie = client.cookies[COOKIE]
    headers = await door.token("read")
    async with door.client(
        cookies={COOKIE: cookie}, headers={**headers, CSRF_HEADER: csrf_of(cookie)}
    ) as both:
        assert (await both.get("/api/v1/alerts")).status_code == 200
        assert (await both.get("/api/v1/session")).status_code == 403
        assert (await both.get("/api/v1/people")).status_code == 403
        assert (await both.post("/api/v1/incidents", json={"title": "x", "alerts": []})).status_code == 403
        assert (await both.delete("/api/v1/session")).status_code == 403


FORGED: dict[str, Callable[[str], dict[str, str]]] = {
    "no token": lambda _: {},
    "an empty token": lambda _: {CSRF_HEADER: ""},
    "another session's token": lambda _: {CSRF_HEADER: csrf_of("of another session")},
    "the cookie itself": lambda cookie: {CSRF_HEADER: cookie},
    "another origin": lambda c: {CSRF_HEADER: csrf_of(c), "Origin": "https://evil.example"},
    "another port": lambda c: {CSRF_HEADER: csrf_of(c), "Origin": "http://127.0.0.1:9999"},
    "no origin to speak of": lambda c: {CSRF_HEADER: csrf_of(c), "Origin": "null"},
    "another site": lambda c: {CSRF_HEADER: csrf_of(c), "Sec-Fetch-Site": "cross-site"},
    "a neighbour site": lambda c: {CSRF_HEADER: csrf_of(c), "Sec-Fetch-Site": "same-site"},
}


@pytest.mark.parametrize("how", FORGED)
async def test_no_mutation_from_another_page(door: House, how: str) -> None:
    """Every endpoint that changes anything, called by the cookie of an administrator and operator."""
    changes = [c for c in contracts(skeleton()) if c.method != "GET" and c.name != "sign_in"]
    assert len(changes) > 30
    async with door.signed_in() as client:
        cookie = client.cookies[COOKIE]
    async with door.client(cookies={COOKIE: cookie}, headers=FORGED[how](cookie)) as forged:
        for contract in changes:
            path = contract.path.replace("{verb}", "acknowledge").replace("{", "").replace("}", "")
            answer = await forged.request(contract.method, path, content=b"{}")
            assert answer.status_code == 403, (contract.name, answer.text)
        assert (await forged.get("/api/v1/session")).status_code == 200, "the session itself is good"
    async with door.client(
        cookies={COOKIE: cookie}, headers={CSRF_HEADER: csrf_of(cookie), "Origin": ORIGIN}
    ) as honest:
        answer = await honest.post("/api/v1/incidents", json={"title": "", "alerts": []})
        assert answer.status_code == 422, "one's own page gets through to the rules"


async def _disable(door: House) -> None:
    await asyncio.to_thread(door.services.identity.people.disable_now, "it-operator", by="test")


async def _revoke(door: House) -> None:
    await door.services.identity.organisations.revoke("it-operator", "it", "operator", by="test")


async def _remove(door: House) -> None:
    await door.services.identity.organisations.remove("it", by="test")


@pytest.mark.parametrize("shut_out", [_disable, _revoke, _remove])
async def test_the_open_screen_of_who_is_shut_out_ends(
    door: House, shut_out: Callable[[House], Awaitable[None]]
) -> None:
    await furnish(door)
    async with (
        running(door.services.live, door.services.board),
        at_seat(door, "it", "operator") as client,
        opened(door, {"Cookie": f"{COOKIE}={client.cookies[COOKIE]}"}) as stream,
    ):
        assert (await stream.started)["status"] == 200
        await Screen(stream.frames()).next("snapshot")
        await shut_out(door)
        began = monotonic()
        async with asyncio.timeout(20):
            while await stream.parts.get() is not None:
                pass
        assert monotonic() - began <= AT_MOST_S
        assert (await client.get("/api/v1/alerts")).status_code in (401, 403)
