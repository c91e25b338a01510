"""Warnings at the door: who may, who sees, what the public gets, and that an exercise has no public."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from httpx import ASGITransport, AsyncClient
from lxml import etree
from tests.alerts.conftest import RULES, finding
from tests.api.house import ORIGIN, House, house
from tests.api.rooms import at_seat, furnish, program
from tests.cap.test_signature import verified
from tests.notify.desk import Clock, content, issuer, text

from tocsin.alerts.intake import Intake
from tocsin.api.app import build
from tocsin.app.warning import note_end
from tocsin.audit import service
from tocsin.bus.memory import MemoryBus
from tocsin.cap.reading import read
from tocsin.db import Connection
from tocsin.notify.warnings.watch import Watch

API = "/api/v1"


@contextlib.asynccontextmanager
async def city(folder: Path, bus: MemoryBus, **more: Any) -> AsyncIterator[House]:
    async with house(folder, bus, **{"issuer": issuer(), **more}) as made:
        await furnish(made)
        yield made


@pytest.fixture
async def town(folder: Path, bus: MemoryBus) -> AsyncIterator[House]:
    async with city(folder, bus) as made:
        yield made


def written(**more: Any) -> Any:
    return msgspec.to_builtins(content(**more))


async def call(client: AsyncClient, path: str, given: Any = None, status: int = 200) -> Any:
    answer = await client.post(API + path, json=given or {})
    assert answer.status_code == status, answer.text
    return answer.json()


async def composed(client: AsyncClient, **more: Any) -> Any:
    return await call(client, "/warnings", {"content": written(), **more}, 201)


async def submitted(client: AsyncClient, **more: Any) -> Any:
    made = await composed(client)
    return await call(client, f"/warnings/{made['id']}/submit", more)


async def issued(author: AsyncClient, second: AsyncClient) -> Any:
    made = await submitted(author)
    return await call(second, f"/warnings/{made['id']}/approve", {"version": made["version"]})


def actions(town: House) -> list[tuple[str, str, str]]:
    rows, _ = town.services.ops.read_now(lambda c: service.find(c, limit=200))
    return [
        (row.entry.action, row.entry.person, row.entry.outcome)
        for row in reversed(rows)
        if row.entry.action.startswith("warning.")
    ]


async def test_from_compose_to_feed_by_two_persons(town: House) -> None:
    async with at_seat(town, "police", "operator") as ana, at_seat(town, "police", "supervisor") as bo:
        made = await issued(ana, bo)
        assert (made["state"], made["approved"]["by"]) == ("issued", "police-supervisor")
        async with town.client() as public:
            feed = await public.get("/cap/feed.atom")
            assert feed.headers["content-type"].startswith("application/atom+xml")
            root = etree.fromstring(feed.content)
            links = root.findall("{http://www.w3.org/2005/Atom}entry/{http://www.w3.org/2005/Atom}link")
            assert len(links) == 1
            document = await public.get(links[0].get("href"))
            assert document.headers["content-type"].startswith("application/cap+xml")
            certificate = await public.get("/cap/certificate.pem")
        assert verified(document.content, certificate.content)
        assert read(document.content).identifier == made["identifier"]
        own = await ana.get(f"{API}/warnings/{made['id']}/cap")
        assert own.content == document.content
    assert actions(town) == [
        ("warning.compose", "police-operator", "done"),
        ("warning.submit", "police-operator", "done"),
        ("warning.approve", "police-supervisor", "done"),
    ]


async def test_the_author_never_approves_and_the_attempt_is_recorded(town: House) -> None:
    async with at_seat(town, "police", "supervisor", "decision maker") as ana:
        made = await submitted(ana)
        refused = await call(ana, f"/warnings/{made['id']}/approve", {"version": made["version"]}, 403)
        assert "author never approves" in refused["detail"]
        assert refused["cure"]
    assert actions(town)[-1][0::2] == ("warning.approve", "refused")


async def test_two_approvers_at_once_one_issues_it(town: House) -> None:
    async with (
        at_seat(town, "police", "operator") as ana,
        at_seat(town, "police", "supervisor") as bo,
        at_seat(town, "police", "decision maker") as cy,
    ):
        made = await submitted(ana)
        path, given = f"{API}/warnings/{made['id']}/approve", {"version": made["version"]}
        answers = await asyncio.gather(bo.post(path, json=given), cy.post(path, json=given))
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        page = (await ana.get(f"{API}/warnings-in-force")).json()
        assert len(page["items"]) == 1


async def test_a_supervisor_of_another_room_does_not_approve(town: House) -> None:
    async with (
        at_seat(town, "police", "operator") as ana,
        at_seat(town, "it", "supervisor", "decision maker") as other,
    ):
        made = await submitted(ana)
        await call(other, f"/warnings/{made['id']}/approve", {"version": made["version"]}, 403)
        for path in ("", "/check", "/cap"):
            assert (await other.get(f"{API}/warnings/{made['id']}{path}")).status_code == 403
        assert (await other.get(f"{API}/warnings", params={"state": "all"})).json()["items"] == []


async def test_what_is_in_force_every_room_sees_and_no_more_than_the_public(town: House) -> None:
    async with (
        at_seat(town, "police", "operator") as ana,
        at_seat(town, "police", "supervisor") as bo,
        at_seat(town, "hospital", "operator") as other,
    ):
        made = await issued(ana, bo)
        page = (await other.get(f"{API}/warnings-in-force")).json()
        assert [one["identifier"] for one in page["items"]] == [made["identifier"]]
        assert "police-operator" not in str(page)


async def test_a_named_approver_must_be_able(town: House) -> None:
    async with at_seat(town, "police", "operator") as ana, at_seat(town, "police", "supervisor"):
        desk = (await ana.get(f"{API}/warning-desk")).json()
        assert desk["approvers"] == ["police-supervisor"]
        made = await composed(ana)
        for name in ("nobody", "police-operator"):
            answer = await ana.post(f"{API}/warnings/{made['id']}/submit", json={"approver": name})
            assert answer.status_code in (404, 422)
            assert answer.json()["field"] == "approver"
        done = await call(ana, f"/warnings/{made['id']}/submit", {"approver": "police-supervisor"})
        assert done["approver"] == "police-supervisor"


async def test_a_token_and_a_partner_write_none(town: House) -> None:
    async with town.client(headers=await program(town, "police", "read", "act")) as machine:
        await call(machine, "/warnings", {"content": written()}, 403)
    async with at_seat(town, "hospital", "operator") as partner:
        await call(partner, "/warnings", {"content": written()}, 403)


async def test_what_is_unfit_is_told_before_and_refused_at_submission(town: House) -> None:
    broken = written(texts=(text(headline="Go to {destination}"),))
    async with at_seat(town, "police", "operator") as ana:
        made = await call(ana, "/warnings", {"content": broken}, 201)
        told = (await ana.get(f"{API}/warnings/{made['id']}/check")).json()
        assert [flaw["field"] for flaw in told["flaws"]] == ["texts.headline"]
        assert "{destination}" in told["cap"]
        refused = await call(ana, f"/warnings/{made['id']}/submit", {}, 422)
        assert refused["field"] == "texts.headline"


async def test_an_incident_gives_place_sharing_and_hears_of_it(town: House) -> None:
    def take(conn: Connection) -> None:
        intake = Intake(conn, RULES, town.services.clock.now())
        intake.take([finding("f1")])
        intake.finish()

    town.services.ops.write_now(take)
    async with at_seat(town, "police", "operator") as ana, at_seat(town, "police", "supervisor") as bo:
        opened = await call(ana, "/incidents", {"title": "Surge", "alerts": ["AL-0001"]}, 201)
        desk = (await ana.get(f"{API}/warning-desk", params={"incident": opened["id"]})).json()
        assert [one["id"] for one in desk["templates"] if one["fits"]] == ["leave-the-area"]
        assert desk["templates"][0]["id"] == "leave-the-area"
        made = await composed(ana, incident=opened["id"])
        assert made["sharing"]["level"] == "all rooms"
        done = await call(ana, f"/warnings/{made['id']}/submit")
        await call(bo, f"/warnings/{made['id']}/approve", {"version": done["version"]})
        log = (await ana.get(f"{API}/incidents/{opened['id']}")).json()["log"]
        assert any(made["id"] in entry["words"] for entry in log)
        found = (await ana.get(f"{API}/warnings", params={"incident": opened["id"]})).json()
        assert [one["id"] for one in found["items"]] == [made["id"]]
        for sheet in ("report", "brief"):
            told = (await ana.get(f"{API}/incidents/{opened['id']}/{sheet}")).text
            assert made["content"]["texts"][0]["headline"] in told
            assert made["id"] in told
        sent = (await ana.get(f"{API}/warnings/{made['id']}")).json()
        late = Clock(msgspec.convert(sent["expires_at"], datetime))
        await Watch(town.services.ops, late, ended=note_end).tick()
        log = (await ana.get(f"{API}/incidents/{opened['id']}")).json()["log"]
        assert log[-1]["words"] == f"Public warning {made['id']} has expired"


async def test_update_and_cancel_through_the_door(town: House) -> None:
    async with at_seat(town, "police", "operator") as ana, at_seat(town, "police", "supervisor") as bo:
        first = await issued(ana, bo)
        update = await call(ana, f"/warnings/{first['id']}/update", {"content": written(lasts_min=30)}, 201)
        done = await call(ana, f"/warnings/{update['id']}/submit")
        await call(bo, f"/warnings/{update['id']}/approve", {"version": done["version"]})
        cancel = await call(ana, f"/warnings/{update['id']}/cancel", {}, 201)
        assert len(cancel["references"]) == 2
        gone = await call(ana, f"/warnings/{first['id']}/cancel", {}, 409)
        assert gone["cure"]


# --- the public ------------------------------------------------------------------------------------------


async def test_public_answers_are_cached_and_know_no_cookie(town: House) -> None:
    async with at_seat(town, "police", "operator") as ana, at_seat(town, "police", "supervisor") as bo:
        made = await issued(ana, bo)
        for path in ("/cap/feed.atom", f"/cap/{made['identifier']}.xml", "/cap/certificate.pem"):
            answer = await bo.get(path)  # a cookie is sent, and nothing is said of it
            assert answer.status_code == 200
            assert answer.headers["cache-control"].startswith("public")
            assert "set-cookie" not in answer.headers
            assert "cookie" not in answer.headers.get("vary", "").lower()
            again = await bo.get(path, headers={"If-None-Match": answer.headers["etag"]})
            assert (again.status_code, again.content) == (304, b"")


async def test_the_public_sees_no_draft_and_no_guess(town: House) -> None:
    async with at_seat(town, "police", "operator") as ana, town.client() as public:
        made = await submitted(ana)
        assert made["id"] not in (await public.get("/cap/feed.atom")).text
        for name in (made["id"], "None", "..", "%2e%2e", "'", "x" * 300):
            assert (await public.get(f"/cap/{name}.xml")).status_code == 404


async def test_too_many_calls_of_one_address_are_put_off(town: House) -> None:
    async with town.client() as public:
        answers = [(await public.get("/cap/certificate.pem")).status_code for _ in range(400)]
    assert answers[0] == 200
    assert answers[-1] == 429


async def test_an_exercise_is_never_public(folder: Path, bus: MemoryBus) -> None:
    async with (
        city(folder, bus, realm="exercise:one", issuer=issuer(live=False)) as town,
        at_seat(town, "police", "operator") as ana,
        at_seat(town, "police", "supervisor") as bo,
        town.client() as public,
    ):
        assert (await ana.get(f"{API}/warning-desk")).json()["exercise"] is True
        made = await issued(ana, bo)
        assert made["status"] == "Exercise"
        own = await ana.get(f"{API}/warnings/{made['id']}/cap")
        assert read(own.content).status == "Exercise"
        for path in ("/cap/feed.atom", f"/cap/{made['identifier']}.xml"):
            assert (await public.get(path)).status_code == 404
        # the same table opened by the live realm
        live = build(replace(town.services, realm="live", issuer=issuer()))
        transport = ASGITransport(live, raise_app_exceptions=False)
        async with AsyncClient(transport=transport, base_url=ORIGIN) as anyone:
            feed = await anyone.get("/cap/feed.atom")
            assert feed.status_code == 200
            assert made["identifier"] not in feed.text
            assert (await anyone.get(f"/cap/{made['identifier']}.xml")).status_code == 404


async def test_without_a_key_the_door_stands_and_says_why(folder: Path, bus: MemoryBus) -> None:
    async with city(folder, bus, issuer=None) as town, at_seat(town, "police", "operator") as ana:
        refused = await call(ana, "/warnings", {"content": written()}, 503)
        assert refused["field"] == "key"
        assert (await ana.get(f"{API}/warnings")).status_code == 200
        assert (await ana.get("/cap/feed.atom")).status_code == 200, "what was issued stays"


@pytest.mark.parametrize(
    "more",
    [
        {"urgency": "Now"},
        {"category": "Weather"},
        {"lasts_min": "long"},
        {"area": {"name": "a", "polygon": [[1, 2]]}},
    ],
)
async def test_a_body_that_is_none_is_refused_by_field(town: House, more: dict[str, Any]) -> None:
    async with at_seat(town, "police", "operator") as ana:
        answer = await call(ana, "/warnings", {"content": {**written(), **more}}, 422)
        assert answer["field"]
