"""Administering through the whole door: partners, tokens with a room's eyes, sessions, the end of a room."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from httpx import AsyncClient
from msgspec.structs import replace
from tests.api.door import Screen, running
from tests.api.house import House
from tests.api.test_audit import rows
from tests.api.test_decisions import city, raise_alert
from tests.api.test_live_endpoint import opened

from tocsin.alerts import service as alerts
from tocsin.identity.sharing import succeed
from tocsin.incidents import machine
from tocsin.incidents import service as incidents
from tocsin.kernel.sharing import Level, Offer, Sharing

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
ROOMS = "/api/v1/organisations"


async def room(boss: AsyncClient, name: str, *, partner: bool = False) -> None:
    made = await boss.post(ROOMS, json={"id": name, "title": name.title(), "partner": partner})
    assert made.status_code == 201, made.text
    assert made.json()["partner"] is partner


async def give(door: House, sharing: Sharing, *, alert: str = "", incident: str = "") -> None:
    """As if that room had taken it."""

    def change(conn: Any) -> None:
        if alert:
            alerts.reshare(conn, alert, None, "taken", lambda _: sharing, "test", NOW, "")
        if incident:
            incidents.revise(
                conn, incident, None, lambda i: machine.step(i, "taken", "test", NOW, "", sharing=sharing)
            )

    await door.services.ops.write(change)


async def ann(boss: AsyncClient, organisation: str, role: str = "operator") -> str:
    new = {"name": "ann", "organisation": organisation, "role": role}
    made = await boss.post("/api/v1/people", json=new)
    assert made.status_code == 201, made.text
    return str(made.json()["password"])


async def test_a_partner_and_a_token_of_a_room(door: House) -> None:
    async with door.signed_in() as boss:
        await room(boss, "hospital", partner=True)
        await room(boss, "police")
        listed = {o["id"]: o["partner"] for o in (await boss.get(ROOMS)).json()["items"]}
        assert listed == {"control-room": False, "hospital": True, "police": False}
        made = await boss.post(
            "/api/v1/tokens", json={"name": "feed", "scopes": ["read"], "organisation": "hospital"}
        )
        assert made.status_code == 201
        assert made.json()["item"]["organisation"] == "hospital"
        own = await boss.post("/api/v1/tokens", json={"name": "own", "scopes": ["read"]})
        assert own.json()["item"]["organisation"] == "control-room"
        nowhere = {"name": "feed", "scopes": ["read"], "organisation": "nowhere"}
        assert (await boss.post("/api/v1/tokens", json=nowhere)).status_code == 404
    found = await door.services.identity.tokens.find(made.json()["token"])
    assert found is not None
    assert (found.subject().seat.organisation, found.subject().seat.partner) == ("hospital", True)


async def test_a_room_with_open_work_ends_only_with_a_successor(door: House) -> None:
    async with city(door) as (boss, screen):
        await room(boss, "police")
        await room(boss, "planning")
        await room(boss, "hospital", partner=True)
        await ann(boss, "police")
        token = (
            await boss.post(
                "/api/v1/tokens", json={"name": "feed", "scopes": ["read"], "organisation": "police"}
            )
        ).json()
        first, second, third = [await raise_alert(door, screen, n) for n in (1, 2, 3)]
        asked = {"title": "March", "alerts": [first["id"]]}
        march = (await boss.post("/api/v1/incidents", json=asked)).json()
        for act in ("reject", "close"):
            ended = await boss.post(f"/api/v1/alerts/{third['id']}/{act}", json={"reason": "a parade"})
            assert ended.status_code == 200, ended.text
        police = Sharing("police", Level.NAMED, ("planning",))
        await give(door, police, alert=first["id"], incident=march["id"])
        await give(door, Sharing("planning", Level.NAMED, ("police",)), alert=second["id"])
        await give(door, Sharing("police", Level.OWN), alert=third["id"])

        left = (await boss.get(f"{ROOMS}/police/remains")).json()
        assert left == {
            "incidents": [march["id"]],
            "alerts": [first["id"]],
            "people": ["ann"],
            "tokens": ["feed"],
        }
        for successor, status in (("", 409), ("police", 422), ("hospital", 422), ("nowhere", 404)):
            answer = await boss.delete(
                f"{ROOMS}/police", params={"successor": successor} if successor else {}
            )
            assert answer.status_code == status, successor
        refused = (await boss.delete(f"{ROOMS}/police")).json()
        assert march["id"] in refused["detail"]
        assert refused["field"] == "successor"
        assert (await boss.get(f"{ROOMS}/police/remains")).json() == left, "refused: nothing was changed"

        done = await boss.delete(f"{ROOMS}/police", params={"successor": "planning"})
        assert done.status_code == 200
        assert done.json() == {
            "successor": "planning",
            "incidents": [march["id"]],
            "alerts": [first["id"]],
        }
        after, log = await door.services.ops.read(
            lambda conn: (
                [alerts.get(conn, a["id"]).sharing for a in (first, second, third)],
                incidents.get(conn, march["id"]),
            )
        )
        owned = Sharing("planning", Level.OWN)
        assert after == [owned, owned, Sharing("police", Level.OWN)], "closed: it stays as it ended"
        assert log.sharing == owned
        assert log.log[-1].words == "police was removed; planning owns it"
        assert [o["id"] for o in (await boss.get(ROOMS)).json()["items"]] == [
            "control-room",
            "hospital",
            "planning",
        ]
    async with door.client(headers={"Authorization": f"Bearer {token['token']}"}) as program:
        assert (await program.get("/api/v1/alerts")).status_code == 401
    (told,) = await rows(door, action="organisation.remove")
    assert told.entry.detail == {"successor": "planning", "incidents": "1", "alerts": "1"}
    (taken,) = await rows(door, action="incident.take_over")
    assert (taken.entry.object_id, taken.entry.person) == (march["id"], "operator")


async def test_the_take_over_is_whole_or_not_at_all(door: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async with city(door) as (boss, screen):
        await room(boss, "police")
        await room(boss, "planning")
        alert = await raise_alert(door, screen)
        await give(door, Sharing("police", Level.OWN), alert=alert["id"])

        def broken(*_: object, **__: object) -> None:
            raise RuntimeError("half way")

        with monkeypatch.context() as half:
            half.setattr("tocsin.identity.repository.remove_organisation", broken)
            answer = await boss.delete(f"{ROOMS}/police", params={"successor": "planning"})
            assert answer.status_code == 500
        left = (await boss.get(f"{ROOMS}/police/remains")).json()
        assert left["alerts"] == [alert["id"]]


async def test_an_empty_room_needs_no_successor(door: House) -> None:
    async with door.signed_in() as boss:
        await room(boss, "police")
        done = await boss.delete(f"{ROOMS}/police")
        assert (done.status_code, done.json()["incidents"]) == (200, [])
        assert (await boss.get(f"{ROOMS}/police/remains")).status_code == 404


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Sharing("a", Level.OWN), Sharing("h", Level.OWN)),
        (Sharing("a", Level.NAMED, ("b", "h")), Sharing("h", Level.NAMED, ("b",))),
        (Sharing("a", Level.NAMED, ("h",)), Sharing("h", Level.OWN)),
        (Sharing("a", Level.CITY), Sharing("h", Level.CITY)),
        (Sharing("b", Level.NAMED, ("a", "c")), Sharing("b", Level.NAMED, ("c",))),
        (Sharing("b", Level.NAMED, ("a",)), Sharing("b", Level.OWN)),
        (Sharing("", Level.ALL), Sharing("", Level.ALL)),
    ],
)
def test_nothing_names_a_room_that_is_gone(before: Sharing, after: Sharing) -> None:
    assert succeed(before, "a", "h") == after
    offer = Offer("a", "x", NOW, "why")
    assert succeed(replace(before, offer=offer), "a", "h").offer is None
    other = replace(offer, to="c")
    assert succeed(replace(before, offer=other), "a", "h").offer == (None if before.room == "a" else other)


async def test_everybodys_sessions_are_seen_ended_and_recorded(door: House) -> None:
    async with door.signed_in() as boss:
        password = await ann(boss, "control-room")
        async with door.client() as seat:
            signed = await seat.post("/api/v1/session", json={"user": "ann", "password": password})
            assert signed.status_code == 200
            assert (await seat.get("/api/v1/people/sessions")).status_code == 403
            listed = (await boss.get("/api/v1/people/sessions")).json()["items"]
            assert {(s["person"], s["organisation"], s["current"]) for s in listed} == {
                ("ann", "control-room", False),
                ("operator", "control-room", True),
            }
            hers = next(s for s in listed if s["person"] == "ann")
            path = f"/api/v1/people/ann/sessions/{hers['id']}"
            assert (await boss.delete(path)).status_code == 204
            assert (await boss.delete(path)).status_code == 404
            assert (await seat.get("/api/v1/session")).status_code == 401
    (looked,) = await rows(door, action="session.read")
    assert (looked.entry.person, looked.entry.purpose) == ("operator", "administration")
    ended = (await rows(door, action="session.close"))[-1].entry
    assert (ended.person, ended.detail) == ("operator", {"person": "ann"})


@pytest.mark.parametrize("how", ["disabled", "session ended", "no role"])
async def test_a_revoked_persons_open_screen_ends_within_three_seconds_and_says_why(
    door: House, how: str
) -> None:
    async with running(door.services.live, door.services.board), door.signed_in() as boss:
        password = await ann(boss, "control-room")
        async with door.client() as seat:
            await seat.post("/api/v1/session", json={"user": "ann", "password": password})
            cookie = {"Cookie": f"tocsin_session={seat.cookies['tocsin_session']}"}
        async with opened(door, cookie) as stream:
            assert (await stream.started)["status"] == 200
            screen = Screen(stream.frames())
            await screen.next("snapshot")
            if how == "disabled":
                # as from the command line: another process, which cannot tell this one
                await asyncio.to_thread(door.services.identity.people.disable_now, "ann")
            elif how == "no role":
                path = "/api/v1/people/ann/roles/control-room/operator"
                assert (await boss.delete(path)).status_code == 204
            else:
                (hers,) = await door.services.identity.sessions.of("ann")
                await boss.delete(f"/api/v1/people/ann/sessions/{hers.id}")
            async with asyncio.timeout(3):
                last = await screen.next("ended")
                assert last.data["why"] == how
                while await stream.parts.get() is not None:
                    pass
