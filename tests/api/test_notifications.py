"""One's own rules, the ledger and webhooks by HTTP: who may, what is told, what is recorded."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from httpx import AsyncClient
from tests.api.house import House, house
from tests.api.rooms import at_seat, furnish
from tests.notify.delivery.test_push import AUTH, P256DH

from tocsin.audit import service as audit
from tocsin.bus.memory import MemoryBus
from tocsin.db import Connection
from tocsin.identity.policy import Relation
from tocsin.identity.sealing import Seal
from tocsin.kernel.clock import WallClock
from tocsin.kernel.sharing import Level, Sharing
from tocsin.notify.delivery import planning, repository
from tocsin.notify.delivery.desk import NotifyDesk
from tocsin.notify.delivery.ledger import given_up
from tocsin.notify.delivery.model import Lane, Notice, Reach

BASE = "/api/v1/notifications"
HOOK = {"organisation": "police", "title": "CAD", "url": "https://cad.example/in", "kinds": ["alert"]}


@pytest.fixture
async def door(folder: Path, bus: MemoryBus) -> AsyncIterator[House]:
    desk = NotifyDesk(Seal(folder), ("webhook", "email", "push"), "KEY", frozenset({"city.example"}))
    async with house(folder, bus, notify=desk) as made:
        await furnish(made)
        yield made


async def recorded(door: House, action: str) -> int:
    """How often this was done, by the record."""
    found, _ = await door.services.ops.read(lambda conn: audit.find(conn, action=action, limit=50))
    return len(found)


async def test_ones_own_rules_there_and_back(door: House) -> None:
    async with at_seat(door, "police", "operator") as ann:
        first = (await ann.get(BASE)).json()
        assert first["preferences"]["email"] == ""
        assert first["channels"] == ["email", "push"]
        assert first["push_key"] == "KEY"
        wanted = {
            "email": "ann@city.example",
            "rules": [{"kind": "alert", "severity": "critical", "channels": ["email"]}],
            "quiet": {"start": "22:00", "end": "07:00", "zone": "Europe/Oslo", "critical": False},
        }
        answer = await ann.put(BASE, json=wanted)
        assert answer.status_code == 200, answer.text
        assert (await ann.get(BASE)).json()["preferences"] == wanted
    async with at_seat(door, "it", "operator") as bo:
        assert (await bo.get(BASE)).json()["preferences"]["email"] == ""


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"email": "ann@elsewhere.example"}, "email"),
        ({"email": "ann@city.example\r\nBcc: x@y.example"}, "email"),
        ({"email": "Ann <ann@city.example>"}, "email"),
        ({"email": "ann@city.example,bo@city.example"}, "email"),
        ({"quiet": {"start": "22:00", "end": "25:00", "zone": "UTC"}}, "quiet.end"),
        ({"language": "nb"}, None),  # that is the account's
        ({"rules": [{"kind": "alert", "severity": "low", "channels": []}] * 2}, "rules"),
        ({"rules": [{"kind": "gossip", "severity": "low", "channels": []}]}, "rules[0].kind"),
        ({"surprise": 1}, None),
    ],
)
async def test_what_is_refused(door: House, given: dict, field: str | None) -> None:
    async with at_seat(door, "police", "operator") as ann:
        answer = await ann.put(BASE, json=given)
        assert answer.status_code == 422
        assert answer.json()["field"] == field
        assert (await ann.get(BASE)).json()["preferences"]["email"] == ""


async def code(door: House) -> str:
    """What was mailed last."""
    newest = await door.services.ops.read(lambda conn: repository.find(conn, limit=1))
    return newest[0].notice.headline


async def at_address(door: House, client: AsyncClient, email: str = "ann@city.example") -> None:
    """Give an address and confirm it."""
    assert (await client.put(BASE, json={"email": email})).status_code == 200
    answer = await client.post(f"{BASE}/confirm", json={"code": await code(door)})
    assert answer.json()["confirmed"] is True, answer.text
    # a test right after the code would be too many
    await door.services.ops.write(lambda conn: conn.exec_driver_sql("DELETE FROM notify_deliveries"))


async def test_an_address_is_told_nothing_before_its_owner_says_so(door: House) -> None:
    async with at_seat(door, "police", "operator") as ann:
        put = await ann.put(BASE, json={"email": "typo@city.example"})
        said = await ann.get(BASE)
        assert said.json()["confirmed"] is False
        right = await code(door)
        assert len(right) == 6
        assert right not in put.text + said.text
        await message(door, 0)
        assert (await ann.post(f"{BASE}/test", json={"channel": "email"})).status_code == 429
        # the code is that of this address
        await door.services.ops.write(lambda conn: conn.exec_driver_sql("DELETE FROM notify_deliveries"))
        await ann.put(BASE, json={"email": "ann@city.example"})
        assert (await ann.post(f"{BASE}/confirm", json={"code": right})).status_code == 422
        newest = await code(door)
        assert (await ann.post(f"{BASE}/confirm", json={"code": newest})).status_code == 200
        assert (await ann.get(BASE)).json()["confirmed"] is True
        assert (await ann.post(f"{BASE}/confirm", json={"code": newest})).status_code == 409
        # back and forth: what was confirmed stays so, a new one does not
        await ann.put(BASE, json={"email": ""})
        await ann.put(BASE, json={"email": "ann@city.example"})
        assert (await ann.get(BASE)).json()["confirmed"] is True


async def test_five_guesses_at_a_code(door: House) -> None:
    async with at_seat(door, "police", "operator") as ann:
        await ann.put(BASE, json={"email": "ann@city.example"})
        right = await code(door)
        wrong = "000000" if right != "000000" else "111111"
        tries = [(await ann.post(f"{BASE}/confirm", json={"code": wrong})).status_code for _ in range(6)]
        assert tries == [422] * 5 + [409]
        assert (await ann.post(f"{BASE}/confirm", json={"code": right})).status_code == 409
        assert (await ann.get(BASE)).json()["confirmed"] is False


async def test_a_test_message_at_most_every_half_minute(door: House) -> None:
    async with at_seat(door, "police", "operator") as ann:
        assert (await ann.post(f"{BASE}/test", json={"channel": "email"})).status_code == 422
        await at_address(door, ann)
        sent = await ann.post(f"{BASE}/test", json={"channel": "email"})
        assert sent.status_code == 201, sent.text
        assert [item["state"] for item in sent.json()["items"]] == ["planned"]
        again = await ann.post(f"{BASE}/test", json={"channel": "email"})
        assert again.status_code == 429
        assert int(again.headers["retry-after"]) <= 30
        last = (await ann.get(BASE)).json()["last"]
        assert [(item["kind"], item["recipient"]) for item in last] == [("test", "police-operator")]


async def test_browsers(door: House) -> None:
    given = {"endpoint": "https://push.example/1", "p256dh": P256DH, "auth": AUTH}
    async with at_seat(door, "police", "operator") as ann, at_seat(door, "it", "operator") as bo:
        made = await ann.post(f"{BASE}/browsers", json=given, headers={"User-Agent": "Firefox"})
        assert made.status_code == 201, made.text
        assert made.json()["agent"] == "Firefox"
        inner = await ann.post(f"{BASE}/browsers", json={**given, "endpoint": "https://169.254.169.254/"})
        assert inner.status_code == 422
        path = f"{BASE}/browsers/{made.json()['id']}"
        assert (await bo.delete(path)).status_code == 404
        assert len((await ann.get(BASE)).json()["browsers"]) == 1
        assert (await ann.delete(path)).status_code == 204
        assert (await ann.get(BASE)).json()["browsers"] == []
    assert "push.example" not in made.text


async def test_a_program_has_no_rules_of_its_own(door: House) -> None:
    async with door.program("read", "act") as program:
        assert (await program.get(BASE)).status_code == 403
        assert (await program.put(BASE, json={"email": "x@city.example"})).status_code == 403


def tell(conn: Connection, warning: str, headline: str = "h") -> int:
    now = WallClock().now()
    reach = (Reach(Sharing("police", Level.OWN), Relation.SEES),)
    topic = f"warning/{warning}/issued/1"
    notice = Notice("warning", "issued", topic, "warning", warning, 1, "critical", headline, now, reach)
    return planning.plan(conn, [notice], now, planning.Terms())


async def message(door: House, told: int = 1) -> None:
    """A warning told to ann, then given up. ``told``: how many messages that makes."""
    now = WallClock().now()

    def write(conn: Connection) -> None:
        made = tell(conn, "W-1", "A secret headline")
        assert made == told
        if made:
            repository.save(conn, [given_up(repository.get(conn, 1), now, "not taken within 24 h")])

    await door.services.ops.write(write)


async def test_the_ledger_names_things_and_never_says_them(door: House) -> None:
    async with at_seat(door, "police", "operator") as ann:
        await at_address(door, ann)
    await message(door)
    async with door.signed_in() as root:
        answer = await root.get(f"{BASE}/ledger", params={"state": "given up", "reason": "mail is slow"})
        (one,) = answer.json()["items"]
        assert (one["recipient"], one["object"], one["state"]) == ("police-operator", "W-1", "given up")
        assert [note["what"] for note in one["notes"]] == ["planned", "given up"]
        assert "secret" not in answer.text
        assert "ann@" not in answer.text
        assert (await root.get(f"{BASE}/ledger", params={"channel": "push"})).json()["items"] == []
        assert await recorded(door, "notify.read") == 2
        again = await root.post(f"{BASE}/ledger/{one['id']}/again")
        assert again.json()["state"] == "planned"
        assert (await root.post(f"{BASE}/ledger/{one['id']}/again")).status_code == 409
        for nothing in ("99", "x", "-1"):
            assert (await root.post(f"{BASE}/ledger/{nothing}/again")).status_code == 404


async def test_pages_of_the_ledger(door: House) -> None:
    async with at_seat(door, "police", "operator") as ann:
        await at_address(door, ann)
    for number in range(4):
        await door.services.ops.write(lambda conn, number=number: tell(conn, f"W-{number}"))
    async with door.signed_in() as root:
        first = (await root.get(f"{BASE}/ledger", params={"limit": 3})).json()
        rest = (await root.get(f"{BASE}/ledger", params={"limit": 3, "after": first["next"]})).json()
    assert [item["object"] for item in first["items"] + rest["items"]] == ["W-3", "W-2", "W-1", "W-0"]
    assert rest["next"] is None


async def add(root: AsyncClient, **more: object) -> dict:
    answer = await root.post("/api/v1/webhooks", json={**HOOK, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_webhooks_secret_is_shown_once(door: House) -> None:
    async with door.signed_in() as root:
        made = await add(root)
        assert made["secret"].startswith("whsec_")
        listed = await root.get("/api/v1/webhooks")
        assert made["secret"] not in listed.text
        (one,) = listed.json()["items"]
        assert one["former_until"] is None
        changed = (await root.post(f"/api/v1/webhooks/{one['id']}/secret")).json()
        assert changed["secret"] != made["secret"]
        assert changed["webhook"]["former_until"] is not None
        tested = await root.post(f"/api/v1/webhooks/{one['id']}/test")
        assert tested.json()["kind"] == "test"
        assert (await root.delete(f"/api/v1/webhooks/{one['id']}")).status_code == 204
        assert (await root.get("/api/v1/webhooks")).json()["items"] == []
        assert (await root.post(f"/api/v1/webhooks/{one['id']}/on")).status_code == 404
    for action in ("add", "rotate", "test", "remove"):
        assert await recorded(door, f"notify.webhook.{action}") == 1


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"url": "http://cad.example/"}, 422),
        ({"url": "https://127.0.0.1:8480/api/v1/people"}, 422),
        ({"url": "https://[::ffff:7f00:1]/"}, 422),
        ({"kinds": []}, 422),
        ({"kinds": ["gossip"]}, 422),
        ({"organisation": "nowhere"}, 404),
        ({"title": "\u202e"}, 422),
    ],
)
async def test_webhooks_that_are_refused(door: House, given: dict, status: int) -> None:
    async with door.signed_in() as root:
        assert (await root.post("/api/v1/webhooks", json={**HOOK, **given})).status_code == status


async def test_channels_say_since_when_and_how_many_wait(door: House) -> None:
    now = WallClock().now()
    async with door.signed_in() as root:
        hook = (await add(root))["webhook"]

        def ill(conn) -> None:
            repository.save_lane(conn, Lane("email", 3, now, now + timedelta(minutes=1), "refused"))
            repository.save_lane(conn, Lane(f"webhook:{hook['id']}", 1, now, now, "it answered 500"))
            repository.save_lane(conn, Lane("push:b", 1, now, now, "one browser is off"))

        await door.services.ops.write(ill)
        await root.post(f"/api/v1/webhooks/{hook['id']}/test")
        said = (await root.get(f"{BASE}/overview")).json()
    channels = {one["name"]: one for one in said["channels"]}
    assert {name: one["state"] for name, one in channels.items()} == {
        "email": "degraded",
        "push": "working",
        "webhook": "degraded",
    }
    assert channels["webhook"]["waiting"] == 1
    assert channels["webhook"]["failing"][0]["title"] == "CAD"
    assert channels["email"]["failing"][0]["words"] == "refused"
    assert said["day"] == {"planned": 1}


async def test_nobody_else_administers_it(door: House) -> None:
    async with at_seat(door, "police", "supervisor", "operator", "ethics officer") as sue:
        for path in (f"{BASE}/ledger", f"{BASE}/overview", "/api/v1/webhooks"):
            assert (await sue.get(path)).status_code == 403
        assert (await sue.post("/api/v1/webhooks", json=HOOK)).status_code == 403


async def test_a_realm_that_sends_nothing_says_so(folder: Path, bus: MemoryBus) -> None:
    async with house(folder, bus) as made, made.signed_in() as root:
        answer = await root.get(BASE)
        assert answer.status_code == 409
        assert answer.json()["detail"] == "this realm sends no messages"
        assert (await root.post("/api/v1/webhooks", json=HOOK)).status_code == 409
