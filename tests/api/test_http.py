"""The door's manners: refusals, frame, origin, limits, pages."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest
from tests.api.door import batch, observation, running
from tests.api.house import House, house, point

from tocsin.api.limits import RateLimit
from tocsin.bus.codec import decode
from tocsin.bus.memory import MemoryBus
from tocsin.context.stage import Context
from tocsin.kernel.events import RawBatch
from tocsin.kernel.text import clean
from tocsin.lake.records import QuarantineItem

HOSTILE = "<script>alert(1)</script>\u202e\u0000'\"; DROP TABLE people; --\n\r\u2028" + "x" * 1000
READING = {"id": "SQ-D4", "type": "CrowdFlowObserved", "observedAt": "2026-11-21T16:42:17Z", "peopleCount": 4}


# problems


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/nothing.js", 404),
        ("PATCH", "/api/v1/status", 405),
        ("GET", "/api/v1/entities/urn:none", 404),
        ("GET", "/api/v1/entities?limit=0", 422),
        ("GET", "/api/v1/entities?limit=many", 422),
        ("GET", "/api/v1/entities?bbox=1,2,3", 422),
        ("GET", "/api/v1/entities?min=5", 422),
        ("GET", "/api/v1/entities?after=@@@", 422),
        ("GET", "/api/v1/entities?after=AAAA", 422),
        ("GET", "/api/v1/history?entity=x", 422),
        ("GET", "/api/v1/history?entity=x&attribute=y&start=2026-11-21T16:00:00", 422),
        ("GET", "/api/v1/tools/none", 404),
        ("POST", "/api/v1/tokens", 403),
    ],
)
async def test_every_refusal_is_a_problem(door: House, method: str, path: str, status: int) -> None:
    async with door.program("read", "act") as client:
        answer = await client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    said = answer.json()
    assert said["status"] == status
    assert said["detail"]
    assert said["type"].startswith("urn:tocsin:problem:")
    assert set(said) == {"type", "title", "status", "detail", "field", "value", "cure"}


async def test_a_defect_tells_the_client_nothing(door: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("secret of the house")

    monkeypatch.setattr(door.services.board, "status", broken)
    async with door.program("read") as client:
        answer = await client.get("/api/v1/status")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert "content-security-policy" in answer.headers


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"name": "a", "scopes": ["all"]}', "scopes[0]"),
        (b'{"name": "a"}', None),
        (b'{"name": 5, "scopes": ["read"]}', "name"),
        (b'{"name": "a", "scopes": ["read"], "more": 1}', None),
        (b"{", None),
        (b"\xff", None),
        (b"", None),
        (b"[]", None),
        (b'{"name": "a", "scopes": []}', "scopes"),
    ],
)
async def test_bad_bodies_name_the_field(door: House, body: bytes, field: str | None) -> None:
    async with door.signed_in() as client:
        answer = await client.post("/api/v1/tokens", content=body)
    assert answer.status_code == 422
    assert answer.json()["field"] == field
    assert answer.json()["cure"]


# the frame


@pytest.mark.parametrize("path", ["/", "/api/v1/status", "/api/v1/nothing", "/healthz"])
async def test_frame_is_around_every_answer(door: House, path: str) -> None:
    async with door.client() as client:
        headers = (await client.get(path)).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'self'"
    assert policy["script-src"] == "'self'"
    assert policy["style-src"] == "'self'"
    assert policy["worker-src"] == "'self' blob:"
    assert policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["referrer-policy"] == "no-referrer"
    assert ("no-store" in headers.get("cache-control", "")) is path.startswith("/api/")


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8480", 200),
        ("localhost:1", 200),
        ("[::1]:8480", 200),
        ("LOCALHOST", 200),
        ("evil.example", 421),
        ("127.0.0.1.evil.example:8480", 421),
        ("localhost.evil.example", 421),
        ("evillocalhost", 421),
        ("it.localhost:8480", 200),
        ("", 421),
    ],
)
async def test_only_known_hosts(door: House, host: str, status: int) -> None:
    async with door.client() as client:
        assert (await client.get("/healthz", headers={"host": host})).status_code == status


# sessions


async def test_sign_in_and_out(door: House) -> None:
    async with door.client() as client:
        assert (await client.get("/api/v1/session")).status_code == 401
        signed = await client.post("/api/v1/session", json={"user": "operator", "password": door.password})
        cookie = signed.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert "Secure" not in cookie, "this door speaks http on loopback"
        assert signed.json()["user"]["name"] == "operator"
        again = await client.get("/api/v1/session")
        assert again.json() == signed.json()
        assert len((await client.get("/api/v1/sessions")).json()["items"]) == 1
        client.headers["X-CSRF-Token"] = again.json()["csrf"]
        assert (await client.delete("/api/v1/session")).status_code == 204
        client.cookies.set("tocsin_session", signed.cookies["tocsin_session"])
        assert (await client.get("/api/v1/session")).status_code == 401, (
            "a replayed cookie of an ended session"
        )


async def test_cookie_is_secure_over_https(door: House) -> None:
    async with door.client() as client:
        signed = await client.post(
            "https://127.0.0.1:8480/api/v1/session", json={"user": "operator", "password": door.password}
        )
    assert "Secure" in signed.headers["set-cookie"]


async def test_wrong_password_and_wrong_name_answer_alike(door: House) -> None:
    async with door.client() as client:
        wrong = await client.post("/api/v1/session", json={"user": "operator", "password": "no"})
        nobody = await client.post("/api/v1/session", json={"user": "nobody", "password": "no"})
    assert wrong.status_code == nobody.status_code == 401
    assert wrong.json() == nobody.json()


async def test_account_locks_after_failures(door: House) -> None:
    async with door.client() as client:
        for _ in range(5):
            await client.post("/api/v1/session", json={"user": "operator", "password": "no"})
        locked = await client.post("/api/v1/session", json={"user": "operator", "password": door.password})
    assert locked.status_code == 429
    assert 1 <= int(locked.headers["retry-after"]) <= 5


async def test_address_is_limited(tmp_path: Path, bus: MemoryBus) -> None:
    async with (
        house(tmp_path, bus, sign_ins=RateLimit(per_minute=1, burst=3)) as door,
        door.client() as client,
    ):
        statuses = [
            (await client.post("/api/v1/session", json={"user": f"u{n}", "password": "no"})).status_code
            for n in range(5)
        ]
    assert statuses == [401, 401, 401, 429, 429]


def test_bucket_fills_again() -> None:
    now = 0.0
    limit = RateLimit(per_minute=60, burst=1, clock=lambda: now)
    limit.take("a")
    with pytest.raises(Exception, match="too many"):
        limit.take("a")
    limit.take("b")
    now = 1.0
    limit.take("a")


# CSRF and origin


async def test_mutation_by_cookie_needs_the_token(door: House) -> None:
    async with door.signed_in() as client:
        good = client.headers.pop("X-CSRF-Token")
        body = {"name": "x", "scopes": ["read"]}
        assert (await client.post("/api/v1/tokens", json=body)).status_code == 403
        for bad in (b"", b"x", good[:-1].encode(), good.upper().encode(), b"\xe4"):
            answer = await client.post("/api/v1/tokens", json=body, headers={b"X-CSRF-Token": bad})
            assert answer.status_code == 403
            assert answer.json()["field"] == "X-CSRF-Token"
        answer = await client.post("/api/v1/tokens", json=body, headers={"X-CSRF-Token": good})
        assert answer.status_code == 201
        assert len((await client.get("/api/v1/tokens")).json()["items"]) == 1


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://127.0.0.1:8480"}, 201),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://127.0.0.1:9999"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 201),
    ],
)
async def test_foreign_pages_are_refused(door: House, headers: dict[str, str], status: int) -> None:
    async with door.signed_in() as client:
        answer = await client.post("/api/v1/tokens", json={"name": "x", "scopes": ["read"]}, headers=headers)
    assert answer.status_code == status


async def test_sign_in_from_a_foreign_page_is_refused(door: House) -> None:
    async with door.client() as client:
        answer = await client.post(
            "/api/v1/session",
            json={"user": "operator", "password": door.password},
            headers={"Origin": "http://evil.example"},
        )
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


async def test_a_wrong_token_is_refused_even_beside_a_cookie(door: House) -> None:
    async with door.signed_in() as client:
        answer = await client.get("/api/v1/status", headers={"Authorization": "Bearer wrong"})
        assert answer.status_code == 401
        assert "Bearer" in answer.headers["www-authenticate"]


async def test_tokens_are_shown_once_and_end(door: House) -> None:
    async with door.signed_in() as client:
        made = (await client.post("/api/v1/tokens", json={"name": "wall", "scopes": ["read"]})).json()
        listed = await client.get("/api/v1/tokens")
        assert made["token"] not in listed.text
        with_token = {"Authorization": f"Bearer {made['token']}"}
        async with door.client(headers=with_token) as program:
            assert (await program.get("/api/v1/status")).status_code == 200
            assert (await client.delete(f"/api/v1/tokens/{made['item']['id']}")).status_code == 204
            assert (await program.get("/api/v1/status")).status_code == 401
        assert (await client.delete("/api/v1/tokens/none")).status_code == 404


# bodies


async def test_ingest_stores_before_it_answers(door: House) -> None:
    async with door.program("ingest") as client:
        answer = await client.post("/api/v1/ingest/json", json=[READING, {**READING, "id": "SQ-D3"}])
    assert answer.status_code == 202
    assert answer.json() == {"accepted": 2}
    last = await door.bus.last("RAW", "raw.>")
    assert last is not None
    stored = decode(last.data, RawBatch)
    assert stored.source == "http"
    assert [msgspec.json.decode(item.payload)["id"] for item in stored.items] == ["SQ-D4", "SQ-D3"]


@pytest.mark.parametrize("body", [b"", b"{", b'[{"a":1}', b"\xff\xfe", b"null", b"5"])
async def test_malformed_bodies_are_refused_whole(door: House, body: bytes) -> None:
    async with door.program("ingest") as client:
        answer = await client.post("/api/v1/ingest/json", content=body)
    assert answer.status_code == 422
    assert answer.json()["cure"]
    assert (await door.bus.info("RAW")).last == 0


@pytest.mark.parametrize("stated", [True, False])
async def test_body_beyond_the_limit_is_refused(tmp_path: Path, bus: MemoryBus, stated: bool) -> None:
    async with house(tmp_path, bus, body_limit_bytes=10_000) as door, door.program("ingest") as client:

        async def in_parts() -> object:
            for _ in range(11):
                yield b"x" * 1000

        content = b"x" * 11_000 if stated else in_parts()
        answer = await client.post("/api/v1/ingest/json", content=content)  # type: ignore[arg-type]
        assert answer.status_code == 413
        assert answer.json()["type"] == "urn:tocsin:problem:too-large"
    assert (await bus.info("RAW")).last == 0


async def test_ten_megabytes_are_read_and_no_more(door: House) -> None:
    reading = msgspec.json.encode(READING)
    many = (10 * 1024 * 1024 - 2) // (len(reading) + 1)
    body = b"[" + b",".join([reading] * min(many, 40_000)) + b"]"
    body += b" " * (10 * 1024 * 1024 - len(body))
    async with door.program("ingest") as client:
        answer = await client.post("/api/v1/ingest/json", content=body)
        assert answer.status_code == 202
        assert answer.json() == {"accepted": 40_000}
        assert (await client.post("/api/v1/ingest/json", content=body + b" ")).status_code == 413


async def test_forms_are_small(door: House) -> None:
    async with door.signed_in() as client:
        answer = await client.post("/api/v1/tokens", content=b" " * 600_000)
    assert answer.status_code == 413


# text stays text


async def test_hostile_text_comes_back_as_it_went_in(door: House) -> None:
    door.lake.items.append(
        QuarantineItem(
            "q1", "http", None, "json", HOSTILE, None, None, HOSTILE, 9, point(1).observed_at, "open"
        )
    )
    async with door.program("read") as client:
        answer = await client.get("/api/v1/quarantine")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["items"][0]["payload"] == HOSTILE
    assert answer.json()["items"][0]["reason"] == HOSTILE


async def test_hostile_path_comes_back_as_text_in_a_problem(door: House) -> None:
    async with door.program("read") as client:
        answer = await client.get("/api/v1/entities/<script>alert(1)</script>")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-content-type-options"] == "nosniff"


# pages


async def test_history_pages_lead_back_without_gap_or_repeat(door: House) -> None:
    door.lake.points = [point(n) for n in range(25)]
    seen: list[str] = []
    async with door.program("read") as client:
        query = {"entity": "e", "attribute": "a", "limit": "10"}
        while True:
            page = (await client.get("/api/v1/history", params=query)).json()
            seen = [item["observation"] for item in page["items"]] + seen
            if page["next"] is None:
                break
            query["after"] = page["next"]
    assert seen == [f"o{n:05}" for n in range(25)]


async def test_entities_page_by_page(door: House, bus: MemoryBus) -> None:
    await _fill(door, 25)
    seen: list[str] = []
    async with door.program("read") as client:
        query = {"type": "CrowdFlowObserved", "limit": "10"}
        while True:
            page = (await client.get("/api/v1/entities", params=query)).json()
            seen += [item["id"] for item in page["items"]]
            if page["next"] is None:
                break
            query["after"] = page["next"]
        one = await client.get(f"/api/v1/entities/{seen[0]}")
    assert len(seen) == len(set(seen)) == 25
    assert one.json()["attributes"]["peopleCount"]["value"] == 0


async def _fill(door: House, count: int) -> None:
    stage = Context(door.bus, door.context)
    async with running(stage):
        await door.bus.publish(batch(*(observation(f"C{n:02}", n, n) for n in range(count))))
        async with asyncio.timeout(10):
            while stage.health().position["OBS"] < 1:  # noqa: ASYNC110
                await asyncio.sleep(0.01)


# devices


async def test_devices(door: House) -> None:
    async with door.signed_in() as client:
        made = await client.post("/api/v1/devices", json={"id": "K-05", "title": HOSTILE[:100]})
        assert made.status_code == 201
        assert made.json()["topic"] == "devices/K-05/obs"
        assert made.json()["password"] == door.gate.inside["K-05"]
        assert made.json()["mqtt"] == {"host": "127.0.0.1", "port": 1883}
        assert (await client.post("/api/v1/devices", json={"id": "K-05"})).status_code == 409
        listed = (await client.get("/api/v1/devices")).json()["items"]
        assert [d["title"] for d in listed] == [clean(HOSTILE[:100], 200)]
        for bad in ("a/b", "a.b", "#", "", "x" * 65):
            assert (await client.post("/api/v1/devices", json={"id": bad})).status_code == 422
        assert (await client.delete("/api/v1/devices/K-05")).status_code == 204
        assert door.gate.inside == {}
        assert (await client.delete("/api/v1/devices/K-05")).status_code == 404
        door.gate.broken = True
        assert (await client.post("/api/v1/devices", json={"id": "K-06"})).status_code == 500
        assert (await client.get("/api/v1/devices")).json()["items"] == [], "not let in, not listed"


# quarantine


async def test_quarantine_actions_carry_who(door: House) -> None:
    door.lake.items.append(
        QuarantineItem("q1", "http", None, "json", "r", None, None, "", 0, point(1).observed_at, "open")
    )
    async with door.signed_in() as client:
        assert (await client.post("/api/v1/quarantine/q1/retry")).status_code == 202
        assert (await client.post("/api/v1/quarantine/q1/discard")).status_code == 204
        assert (await client.post("/api/v1/quarantine/q2/retry")).status_code == 404
    assert door.lake.done == [("retry", "q1", "operator"), ("discard", "q1", "operator")]


# for machines


async def test_health_says_what_is_down(door: House) -> None:
    async with door.client() as client:
        assert (await client.get("/healthz")).json() == {"status": "ok", "down": []}
        door.bus.log.down = True
        answer = await client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "down", "down": ["bus"]}


async def test_metrics(door: House) -> None:
    async with door.client() as client:
        answer = await client.get("/metrics")
    assert answer.status_code == 200
    assert 'tocsin_live{figure="clients"} 0.0' in answer.text
