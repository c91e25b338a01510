"""Signing in at a real, certified OpenID provider beside the tests, and all that it may get wrong."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import text
from tests.api.house import ORIGIN, House, house
from tests.provider.process import CLIENT_ID, CLIENT_SECRET, ProviderProcess, running_provider

from tocsin.api.services import Services
from tocsin.bus.memory import MemoryBus
from tocsin.identity.oidc import Provider, RoleTable, SingleSignOn
from tocsin.identity.oidc.provider import CALLBACK

pytestmark = pytest.mark.real

START = "/api/v1/session/oidc/start"
ROLES = RoleTable.parse(
    """
    [soc-operators]
    control-room = ["operator"]
    [soc-leads]
    control-room = ["supervisor"]
    it-soc = ["cyber"]
    [elsewhere]
    no-such-room = ["operator"]
    """
)


@pytest.fixture(scope="module")
def idp() -> Iterator[ProviderProcess]:
    with running_provider(ORIGIN + CALLBACK) as running:
        yield running


def configured(issuer: str, **more: Any) -> Provider:
    given = {"name": "City Login", "client_id": CLIENT_ID, "secret": CLIENT_SECRET, "public_url": ORIGIN}
    return Provider(issuer=issuer, roles=ROLES, **{**given, **more})


def attach(door: House, provider: Provider) -> None:
    """Give a door its provider, as the composition root does."""
    services: Services = door.services
    single = SingleSignOn(services.ops, services.identity.sessions, provider)
    object.__setattr__(services, "sign_on", single)


@pytest.fixture
async def door(folder: Path, bus: MemoryBus, idp: ProviderProcess) -> AsyncIterator[House]:
    async with house(folder, bus) as made:
        await made.services.identity.organisations.add("it-soc", "City IT", by="test")
        attach(made, configured(idp.issuer))
        idp.order("spoil", how=None)
        idp.account("s-ann", preferred_username="ann", groups=["soc-operators", "staff"])
        yield made


async def sent_back(idp: ProviderProcess, browser: httpx.AsyncClient, sub: str, to: str = "/") -> str:
    """From the button to the address with which the provider sends the browser back."""
    begun = await browser.get(START, params={"to": to})
    assert begun.status_code == 303, begun.text
    return await idp.log_in(begun.headers["location"], sub)


async def sign_in(
    idp: ProviderProcess, browser: httpx.AsyncClient, sub: str, to: str = "/"
) -> httpx.Response:
    return await browser.get(await sent_back(idp, browser, sub, to))


async def who(browser: httpx.AsyncClient) -> dict[str, Any]:
    answer = await browser.get("/api/v1/session")
    assert answer.status_code == 200, answer.text
    user: dict[str, Any] = answer.json()["user"]
    return user


def counted(door: House) -> dict[str, int]:
    tables = ("people", "sessions", "provider_accounts", "memberships")
    return {
        t: door.services.ops.read_now(
            lambda c, t=t: c.execute(text(f"SELECT count(*) FROM {t}")).scalar_one()
        )
        for t in tables
    }


async def test_from_the_button_to_the_picture(door: House, idp: ProviderProcess) -> None:
    async with door.client() as browser:
        ways = (await browser.get("/api/v1/sign-in")).json()
        assert ways == {"provider": {"name": "City Login", "start": START}, "languages": []}
        begun = await browser.get(START)
        asked = {k: v[0] for k, v in parse_qs(urlsplit(begun.headers["location"]).query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert asked["redirect_uri"] == ORIGIN + CALLBACK
        assert len(asked["nonce"]) == len(asked["state"]) == 64
        cookie = begun.headers["set-cookie"]
        assert all(
            word in cookie
            for word in ("HttpOnly", "SameSite=lax", "Path=/api/v1/session/oidc", "Max-Age=600")
        )
        assert asked["state"] not in cookie
        done = await sign_in(idp, browser, "s-ann", "/incident/INC-014")
        assert (done.status_code, done.headers["location"]) == (303, "/incident/INC-014")
        given = done.headers.get_list("set-cookie")
        assert any("tocsin_session=" in c and "SameSite=strict" in c and "HttpOnly" in c for c in given)
        user = await who(browser)
        assert (user["name"], user["roles"], user["organisation"]) == ("ann", ["operator"], "control-room")
        assert (await browser.get("/api/v1/alerts")).status_code == 200
        factor = (await browser.get("/api/v1/session/second-factor")).json()
        assert factor == {"since": None, "recovery_codes": 0, "available": False}
    grants = await door.services.identity.organisations.grants("ann")
    assert [(g.act, g.role, g.by) for g in grants] == [("granted", "operator", "provider:127.0.0.1")]


async def test_roles_follow_the_claims_and_what_others_gave_stays(door: House, idp: ProviderProcess) -> None:
    rooms = door.services.identity.organisations
    async with door.client() as first, door.client() as second:
        await sign_in(idp, first, "s-ann")
        await rooms.grant("ann", "it-soc", "analyst", by="operator")
        idp.account("s-ann", preferred_username="ann renamed", groups=["soc-leads"])
        await sign_in(idp, second, "s-ann")
        user = await who(second)
        assert user["name"] == "ann", "the subject tells people apart, not the name"
        held = {(m.organisation, m.role) for m in await rooms.memberships("ann")}
        assert held == {("control-room", "supervisor"), ("it-soc", "cyber"), ("it-soc", "analyst")}
        assert (await who(first))["roles"] == ["supervisor"], "open sessions follow at once"
    acts = [(g.act, g.organisation, g.role, g.by) for g in await rooms.grants("ann")]
    assert acts == [
        ("granted", "control-room", "operator", "provider:127.0.0.1"),
        ("granted", "it-soc", "analyst", "operator"),
        ("granted", "control-room", "supervisor", "provider:127.0.0.1"),
        ("granted", "it-soc", "cyber", "provider:127.0.0.1"),
        ("revoked", "control-room", "operator", "provider:127.0.0.1"),
    ]


@pytest.mark.parametrize("groups", [[], ["staff"], ["elsewhere"], "not a list", {"a": 1}, None])
async def test_who_gets_no_role_gets_no_account(door: House, idp: ProviderProcess, groups: Any) -> None:
    before = counted(door)
    idp.account("s-bob", preferred_username="bob", groups=groups)
    async with door.client() as browser:
        answer = await sign_in(idp, browser, "s-bob")
        assert answer.status_code == 403
        assert "City Login gives you no role here" in answer.json()["detail"]
        assert (await browser.get("/api/v1/session")).status_code == 401
    assert counted(door) == before


async def test_whose_last_role_went_is_out_everywhere(door: House, idp: ProviderProcess) -> None:
    async with door.client() as open_screen, door.client() as browser:
        await sign_in(idp, open_screen, "s-ann")
        idp.account("s-ann", preferred_username="ann", groups=["staff"])
        assert (await sign_in(idp, browser, "s-ann")).status_code == 403
        door.services.identity.sessions.forget()
        assert (await open_screen.get("/api/v1/session")).status_code == 401
    assert await door.services.identity.organisations.memberships("ann") == []


async def test_a_local_account_is_never_taken_over(door: House, idp: ProviderProcess) -> None:
    people = door.services.identity.people
    before = await door.services.identity.organisations.memberships("operator")
    idp.account("s-evil", preferred_username="Operator", groups=["soc-operators"])
    async with door.client() as browser:
        await sign_in(idp, browser, "s-evil")
        assert (await who(browser))["name"] == "Operator@127.0.0.1"
    assert await door.services.identity.organisations.memberships("operator") == before
    assert await people.check("operator", door.password) == "operator", "and its password is as it was"
    idp.account("s-evil-2", preferred_username="operator", groups=["soc-operators"])
    async with door.client() as browser:
        answer = await sign_in(idp, browser, "s-evil-2")
        assert answer.status_code == 409
        assert "never put together by name" in answer.json()["cure"]


async def test_who_signs_in_there_has_no_password_here(door: House, idp: ProviderProcess) -> None:
    async with door.client() as browser:
        await sign_in(idp, browser, "s-ann")
    async with door.client() as stranger:
        for word in ("x", " ", "any", "ann"):
            answer = await stranger.post("/api/v1/session", json={"user": "ann", "password": word})
            assert answer.status_code == 401


async def test_who_is_shut_out_stays_out(door: House, idp: ProviderProcess) -> None:
    async with door.client() as open_screen, door.client() as browser:
        await sign_in(idp, open_screen, "s-ann")
        await asyncio.to_thread(door.services.identity.people.disable_now, "ann", by="test")
        door.services.identity.sessions.forget()
        assert (await open_screen.get("/api/v1/session")).status_code == 401, (
            "a revoked person's session ends"
        )
        answer = await sign_in(idp, browser, "s-ann")
        assert answer.status_code == 403
        assert "shut out" in answer.json()["detail"]


async def test_rotated_keys_are_found(door: House, idp: ProviderProcess) -> None:
    async with door.client() as browser:
        await sign_in(idp, browser, "s-ann")
    for kid in ("second", "second"):  # the same name for another key, too: keys are asked anew
        idp.order("rotate", kid=kid)
        async with door.client() as browser:
            assert (await sign_in(idp, browser, "s-ann")).status_code == 303
            assert (await who(browser))["name"] == "ann"


#: what is wrong with it, and the word that the refusal must have for it
SPOILT: dict[str, tuple[dict[str, Any], str]] = {
    "wrong audience": ({"aud": "another client"}, "(aud)"),
    "ours among others, for another party": ({"aud": [CLIENT_ID, "another"], "azp": "another"}, "(azp)"),
    "several audiences and no party": ({"aud": [CLIENT_ID, "another"]}, "(azp)"),
    "wrong issuer": ({"iss": "https://login.evil.example"}, "(iss)"),
    "expired": ({"exp": int(time.time()) - 120}, "(exp)"),
    "never expires": ({"exp": None}, "(exp)"),
    "from the future": ({"iat": int(time.time()) + 3600, "exp": int(time.time()) + 7200}, "(iat)"),
    "tampered nonce": ({"nonce": "0" * 64}, "(nonce)"),
    "no nonce": ({"nonce": None}, "(nonce)"),
    "another access token": ({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, "(at_hash)"),
    "nobody": ({"sub": ""}, "(sub)"),
    "a number for a name": ({"sub": 7}, "(sub)"),
    "signed by another key": ({"forge": True}, "fits none of its keys"),
    "not signed": ({"alg": "none"}, "(unsupported_algorithm)"),
    "signed with the public key as a secret": ({"alg": "HS256"}, "(unsupported_algorithm)"),
}


@pytest.mark.parametrize("how", SPOILT)
async def test_a_falsified_token_opens_nothing(door: House, idp: ProviderProcess, how: str) -> None:
    before = counted(door)
    falsified, why = SPOILT[how]
    idp.order("spoil", how=falsified)
    async with door.client() as browser:
        answer = await sign_in(idp, browser, "s-ann")
        assert answer.status_code == 401, answer.text
        assert "City Login" in answer.json()["detail"]
        assert why in answer.json()["detail"]
        assert "tocsin_session" not in browser.cookies
        assert (await browser.get("/api/v1/session")).status_code == 401
    assert counted(door) == before


async def test_an_answer_is_good_once_and_in_its_own_browser(door: House, idp: ProviderProcess) -> None:
    async with door.client() as mine, door.client() as victim, door.client() as other:
        answer = await sent_back(idp, mine, "s-ann")
        # login CSRF: somebody is made to open the address with which another came back
        assert (await victim.get(answer)).status_code == 401
        await other.get(START)
        assert (await other.get(answer)).status_code == 401
        assert "tocsin_session" not in victim.cookies
        assert "tocsin_session" not in other.cookies
        assert (await mine.get(answer)).status_code == 303
        kept = dict(mine.cookies)
        assert "tocsin_sign_in" not in kept
        # replayed, with the cookie brought back
        assert (await mine.get(answer)).status_code == 401


async def test_state_code_and_issuer_must_be_those_of_this_answer(door: House, idp: ProviderProcess) -> None:
    for name, value in (
        ("state", "0" * 64),
        ("code", "0" * 43),
        ("iss", "https://login.evil.example"),
        ("iss", None),
    ):
        async with door.client() as browser:
            answer = urlsplit(await sent_back(idp, browser, "s-ann"))
            asked = {k: v[0] for k, v in parse_qs(answer.query).items()}
            sent = (
                {**asked, name: value} if value is not None else {k: v for k, v in asked.items() if k != name}
            )
            assert (await browser.get(CALLBACK, params=sent)).status_code == 401, (name, value)
            assert "tocsin_session" not in browser.cookies


async def test_a_sign_in_that_took_too_long(door: House, idp: ProviderProcess) -> None:
    async with door.client() as browser:
        answer = await sent_back(idp, browser, "s-ann")
        door.services.ops.write_now(lambda c: c.execute(text("UPDATE provider_sign_ins SET expires_at = 1")))
        assert (await browser.get(answer)).status_code == 401


async def test_whoever_turns_back_at_the_provider(door: House, idp: ProviderProcess) -> None:
    async with door.client() as browser:
        begun = await browser.get(START)
        answer = await idp.log_in(begun.headers["location"], "s-ann", refuse=True)
        refusal = await browser.get(answer, headers={"Accept": "text/html,*/*"})
        assert (refusal.status_code, refusal.headers["location"]) == (303, "/?sign-in=forbidden")


@pytest.mark.parametrize(
    "to",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/%0d%0aSet-Cookie:x=1\r\nSet-Cookie: y=2",
        "/incident\n//evil.example",
        "evil.example",
        "/api/v1/session/oidc/start",
        "/?next=//evil.example",
        "/@evil.example",
        "",
    ],
)
async def test_no_other_site_is_ever_reached(door: House, idp: ProviderProcess, to: str) -> None:
    async with door.client() as browser:
        done = await sign_in(idp, browser, "s-ann", to)
        assert (done.status_code, done.headers["location"]) == (303, "/")


async def test_another_sites_page_begins_nothing(door: House) -> None:
    async with door.client() as browser:
        answer = await browser.get(START, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers


async def test_a_session_stolen_before_signing_out_is_worth_nothing_after(
    door: House, idp: ProviderProcess
) -> None:
    async with door.client() as browser, door.client() as thief:
        await sign_in(idp, browser, "s-ann")
        thief.cookies.set("tocsin_session", browser.cookies["tocsin_session"])
        csrf = (await browser.get("/api/v1/session")).json()["csrf"]
        assert (await thief.get("/api/v1/alerts")).status_code == 200
        assert (await browser.delete("/api/v1/session", headers={"X-CSRF-Token": csrf})).status_code == 204
        for path in ("/api/v1/session", "/api/v1/alerts", "/api/v1/live"):
            assert (await thief.get(path)).status_code == 401


async def test_refusals_are_on_record(door: House, idp: ProviderProcess) -> None:
    idp.order("spoil", how={"aud": "another client"})
    async with door.client() as browser:
        await sign_in(idp, browser, "s-ann")
    kept = door.services.ops.read_now(
        lambda c: c.execute(text("SELECT body FROM audit WHERE action = 'session.open'")).scalars().all()
    )
    assert len(kept) == 1
    assert b'"refused"' in kept[0]
    assert b"127.0.0.1" in kept[0]
    assert b"aud" in kept[0]


async def test_provider_down_is_said_and_stops_nobody_else(folder: Path, bus: MemoryBus) -> None:
    with running_provider(ORIGIN + CALLBACK) as short_lived:
        issuer = short_lived.issuer
    async with house(folder, bus) as door:
        attach(door, configured(issuer))
        async with door.client() as browser:
            answer = await browser.get(START)
            assert answer.status_code == 503
            assert "City Login (127.0.0.1) does not work now: it cannot be reached" in answer.json()["detail"]
            seen = await browser.get(START, headers={"Accept": "text/html"})
            assert (seen.status_code, seen.headers["location"]) == (303, "/?sign-in=unavailable")
        async with door.signed_in() as operator:
            assert (await operator.get("/api/v1/alerts")).status_code == 200


async def test_provider_that_goes_between_the_two_steps(folder: Path, bus: MemoryBus) -> None:
    async with house(folder, bus) as door, AsyncExitStack() as stack:
        with running_provider(ORIGIN + CALLBACK) as idp:
            attach(door, configured(idp.issuer))
            idp.account("s-ann", preferred_username="ann", groups=["soc-operators"])
            browser = await stack.enter_async_context(door.client())
            answer = await sent_back(idp, browser, "s-ann")
        assert (await browser.get(answer)).status_code == 503


async def drips(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A provider that answers letter by letter, so that no single read ever waits for long."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n")
    try:
        for _ in range(600):
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.05)
    except ConnectionError:
        pass
    finally:
        writer.close()


async def test_a_provider_that_never_ends_its_answer_is_left(door: House) -> None:
    async with await asyncio.start_server(drips, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        attach(door, configured(f"http://127.0.0.1:{port}", patience_s=0.5))
        begun = time.monotonic()
        async with door.client() as browser:
            answer, other = await asyncio.gather(browser.get(START), browser.get("/healthz"))
        assert answer.status_code == 503
        assert "no answer within 0.5 s" in answer.json()["detail"]
        assert time.monotonic() - begun < 5
        assert other.status_code in (200, 503), "nobody else waits for it"
