"""The second factor through the door: own account, sign-in, an administrator's reset."""

from __future__ import annotations

from datetime import UTC, datetime

import pyotp
from tests.api.house import House

ROOT = "/api/v1/session/second-factor"


def code(secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(datetime.now(UTC), counter_offset=steps)


async def test_on_sign_in_and_off(door: House) -> None:
    async with door.signed_in() as person:
        assert (await person.get(ROOT)).json() == {"since": None, "recovery_codes": 0, "available": True}
        assert (await person.post(ROOT, json={"password": "wrong"})).status_code == 401
        begun = await person.post(ROOT, json={"password": door.password})
        assert begun.status_code == 201
        secret = begun.json()["secret"]
        assert begun.json()["uri"].startswith("otpauth://totp/Tocsin:operator?secret=")
        assert begun.headers["cache-control"] == "no-store"
        # the clock may step between two codes: the one before it is taken, too
        confirmed = await person.post(ROOT + "/confirm", json={"code": code(secret, -1)})
        assert confirmed.status_code == 200, confirmed.text
        assert len(set(confirmed.json()["codes"])) == 8
        standing = (await person.get(ROOT)).json()
        assert standing["recovery_codes"] == 8
        assert standing["since"] is not None
        async with door.client() as later:
            words = {"user": "operator", "password": door.password}
            asked = await later.post("/api/v1/session", json=words)
            assert asked.status_code == 401
            assert asked.json()["type"] == "urn:tocsin:problem:code-needed"
            assert asked.json()["field"] == "code"
            assert "set-cookie" not in asked.headers
            used = await later.post("/api/v1/session", json={**words, "code": code(secret, -1)})
            assert used.status_code == 401, "the code that confirmed is used up"
            assert used.json()["type"] == "urn:tocsin:problem:unauthenticated"
            now = code(secret)
            assert (await later.post("/api/v1/session", json={**words, "code": now})).status_code == 200
            again = await later.post("/api/v1/session", json={**words, "code": now})
            assert again.status_code == 401, "a code is good once"
        words = {"password": door.password, "code": confirmed.json()["codes"][0]}
        assert (await person.post(ROOT + "/off", json={**words, "password": "wrong"})).status_code == 401
        assert (await person.post(ROOT + "/off", json=words)).status_code == 204
        assert (await person.get(ROOT)).json()["since"] is None


async def test_another_sites_page_turns_nothing_off(door: House) -> None:
    async with door.signed_in() as person:
        del person.headers["X-CSRF-Token"]
        for path in (ROOT, ROOT + "/confirm", ROOT + "/off"):
            answer = await person.post(path, json={"password": door.password, "code": "123456"})
            assert answer.status_code == 403, path


async def test_a_token_has_no_second_factor(door: House) -> None:
    async with door.program("read", "act") as program:
        assert (await program.get(ROOT)).status_code == 403
        assert (await program.post(ROOT, json={"password": door.password})).status_code == 403


async def test_an_administrator_resets_it(door: House) -> None:
    factor = door.services.identity.second_factor
    made = door.services.identity.people.add_now("ann", "control-room", "operator", by="test")
    begun = await factor.begin("ann")
    await factor.confirm("ann", code(begun.secret))
    async with door.signed_in() as administrator, door.client() as ann:
        words = {"user": "ann", "password": made}
        assert (await ann.post("/api/v1/session", json=words)).status_code == 401
        assert (await administrator.delete("/api/v1/people/nobody/second-factor")).status_code == 404
        assert (await administrator.delete("/api/v1/people/ann/second-factor")).status_code == 204
        assert (await administrator.delete("/api/v1/people/ann/second-factor")).status_code == 409
        assert (await ann.post("/api/v1/session", json=words)).status_code == 200
        assert (await ann.delete("/api/v1/people/operator/second-factor")).status_code == 403


async def test_without_a_provider_there_is_one_way_in(door: House) -> None:
    async with door.client() as browser:
        assert (await browser.get("/api/v1/sign-in")).json() == {"provider": None, "languages": []}
        for path in ("start", "callback"):
            assert (await browser.get(f"/api/v1/session/oidc/{path}")).status_code == 404


async def test_the_door_to_the_provider_is_not_a_lever(door: House) -> None:
    """Every start writes a row and asks the provider: one address has twenty, then waits."""
    async with door.client() as browser:
        answers = [(await browser.get("/api/v1/session/oidc/start")).status_code for _ in range(21)]
    assert answers[:20] == [404] * 20
    assert answers[20] == 429
