"""From a finding to a decision through the door: alerts and incidents stages, outbox, live stream, HTTP."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from httpx import AsyncClient
from tests.api.door import Screen, finding, running, urn
from tests.api.house import House

from tocsin.alerts.stage import Alerts
from tocsin.bus.codec import encode
from tocsin.db.outbox import Outbox
from tocsin.identity.policy import Audience, Seat
from tocsin.kernel.ports import Outgoing

HOSTILE = "<img src=x onerror=alert(1)>"
SEES = Audience(True, Seat("control-room"))


@contextlib.asynccontextmanager
async def city(door: House) -> AsyncIterator[tuple[AsyncClient, Screen]]:
    """Stages at work, a person signed in, a screen open."""
    stages = (
        Alerts(door.bus, door.services.ops, door.services.clock),
        Outbox(door.services.ops, door.bus, "test"),
        door.services.live,
    )
    async with (
        running(*stages),
        door.signed_in() as client,
        contextlib.aclosing(door.services.live.stream(None, SEES)) as frames,
    ):
        yield client, Screen(frames)


async def raise_alert(door: House, screen: Screen, number: int = 1, **more: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    made = finding(
        number,
        **{
            "entities": (urn(f"E{number}"),),
            "onset": now,
            "observed_at": now,
            "headline": f"{HOSTILE} {number}",
            **more,
        },
    )
    await door.bus.publish(Outgoing("finding.crowd", encode(made), msg_id=made.id))
    return await shown(screen, "alerts", lambda alert: alert["finding"]["id"] == made.id)


async def shown(screen: Screen, kind: str, fits: Any) -> dict[str, Any]:
    async with asyncio.timeout(10):
        while True:
            event = await screen.next("snapshot", "change")
            for item in event.data[kind]:
                if fits(item):
                    return dict(item)


async def test_alert_is_seen_decided_and_leaves(door: House) -> None:
    async with city(door) as (client, screen):
        alert = await raise_alert(door, screen)
        assert alert["state"] == "new"
        assert alert["headline"].endswith(" 1")
        listed = (await client.get("/api/v1/alerts")).json()["items"]
        assert [a["id"] for a in listed] == [alert["id"]]
        path = f"/api/v1/alerts/{alert['id']}"
        assert (await client.get(path)).headers["etag"] == f'"{alert["version"]}"'

        answer = await client.post(f"{path}/acknowledge")
        assert answer.status_code == 200, answer.text
        assert answer.json()["acknowledged"]["by"] == "operator"
        seen = await shown(screen, "alerts", lambda a: a["state"] == "acknowledged")
        assert seen["acknowledged"]["by"] == "operator"

        assert (await client.post(f"{path}/reject", json={})).status_code == 422
        rejected = await client.post(f"{path}/reject", json={"reason": HOSTILE})
        assert rejected.json()["rejected"]["reason"] == HOSTILE
        closed = await client.post(f"{path}/close", json={"reason": "done"})
        assert closed.json()["state"] == "closed"
        await shown(screen, "alerts", lambda a: a["state"] == "closed")
        while alert["id"] not in (await screen.next("gone")).data["alerts"]:
            pass
        assert (await client.get("/api/v1/alerts")).json()["items"] == []
        events = (await client.get(f"{path}/events")).json()["items"]
        assert [e["act"] for e in events] == ["raised", "acknowledged", "rejected", "closed"]
        assert [e["by"] for e in events][1:] == ["operator"] * 3


async def test_two_people_at_once_get_a_clear_conflict(door: House) -> None:
    async with city(door) as (client, screen):
        alert = await raise_alert(door, screen)
        path = f"/api/v1/alerts/{alert['id']}"
        seen = alert["version"]
        assert (await client.post(f"{path}/acknowledge", json={"version": seen})).status_code == 200
        late = await client.post(f"{path}/confirm", json={"version": seen})
        assert late.status_code == 409
        assert "acknowledged by operator" in late.json()["detail"]
        late = await client.post(f"{path}/confirm", headers={"If-Match": f'"{seen}"'})
        assert late.status_code == 409
        for wrong in ('"x"', '"999"'):
            answer = await client.post(f"{path}/confirm", json={"version": 1}, headers={"If-Match": wrong})
            assert answer.status_code == 422
        twice = await client.post(f"{path}/acknowledge")
        assert twice.status_code == 409
        assert twice.json()["cure"]


async def test_shelve_needs_reason_and_end(door: House) -> None:
    async with city(door) as (client, screen):
        alert = await raise_alert(door, screen)
        path = f"/api/v1/alerts/{alert['id']}/shelve"
        until = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
        for given, field in (
            ({"until": until}, "reason"),
            ({"reason": "works"}, "until"),
            ({"reason": "works", "until": "2026-11-21T16:00:00"}, "until"),
            ({"reason": "works", "until": "tomorrow"}, "until"),
        ):
            answer = await client.post(path, json=given)
            assert (answer.status_code, answer.json()["field"]) == (422, field)
        shelved = await client.post(path, json={"reason": "works", "until": until})
        assert shelved.json()["shelved"]["reason"] == "works"


async def test_incident_from_alerts_to_its_end(door: House) -> None:
    async with city(door) as (client, screen):
        first = await raise_alert(door, screen, 1)
        second = await raise_alert(door, screen, 2)
        third = await raise_alert(door, screen, 3)
        made = await client.post(
            "/api/v1/incidents", json={"title": HOSTILE, "alerts": [first["id"], second["id"]]}
        )
        assert made.status_code == 201, made.text
        incident = made.json()
        path = f"/api/v1/incidents/{incident['id']}"
        assert incident["alerts"] == [first["id"], second["id"]]
        assert incident["title"] == HOSTILE
        await shown(screen, "incidents", lambda i: i["id"] == incident["id"])
        joined = (await client.get(f"/api/v1/alerts/{first['id']}")).json()
        assert joined["incident"] == incident["id"]

        again = await client.post(
            "/api/v1/incidents", json={"title": "x", "alerts": [third["id"], first["id"]]}
        )
        assert again.status_code == 409, "an alert is part of one incident"
        assert len((await client.get("/api/v1/incidents")).json()["items"]) == 1, "nothing half done"
        third_now = (await client.get(f"/api/v1/alerts/{third['id']}")).json()
        assert third_now["incident"] is None

        added = await client.post(f"{path}/alerts", json={"alerts": [third["id"]]})
        assert added.json()["alerts"][-1] == third["id"]
        removed = await client.delete(f"{path}/alerts/{third['id']}")
        assert removed.json()["alerts"] == [first["id"], second["id"]]
        stale = await client.post(f"{path}/notes", json={"words": "x", "version": incident["version"]})
        assert stale.status_code == 409
        noted = await client.post(f"{path}/notes", json={"words": HOSTILE})
        assert noted.json()["log"][-1]["words"] == HOSTILE
        assert noted.json()["log"][-1]["by"] == "operator"
        bad = await client.post(f"{path}/close", json={"outcome": "whatever", "words": "x"})
        assert (bad.status_code, bad.json()["field"]) == (422, "outcome")
        closed = await client.post(f"{path}/close", json={"outcome": "handled", "words": "gone home"})
        assert closed.json()["disposition"]["outcome"] == "handled"
        for alert in closed.json()["alerts"]:
            assert (await client.get(f"/api/v1/alerts/{alert}")).json()["state"] == "closed"
        assert (await client.get("/api/v1/incidents")).json()["items"] == []
        assert (await client.post(f"{path}/alerts", json={"alerts": [third["id"]]})).status_code == 409
        assert (await client.post(f"{path}/reopen", json={"reason": "again"})).json()["state"] == "open"


async def test_alerts_page_by_page(door: House) -> None:
    async with city(door) as (client, screen):
        for number in range(1, 6):
            await raise_alert(door, screen, number)
        seen: list[str] = []
        query = {"limit": "2", "state": "all"}
        while True:
            page = (await client.get("/api/v1/alerts", params=query)).json()
            seen += [alert["id"] for alert in page["items"]]
            if page["next"] is None:
                break
            query["after"] = page["next"]
        assert len(seen) == len(set(seen)) == 5
        load = (await client.get("/api/v1/alerts/load")).json()
        assert (load["open"], load["per_10min"]) == (5, 5)


@pytest.mark.parametrize("path", ["alerts/AL-9999", "alerts/x", "incidents/INC-999"])
async def test_unknown_ones_are_not_found(door: House, path: str) -> None:
    async with door.signed_in() as client:
        assert (await client.get(f"/api/v1/{path}")).status_code == 404
        given = {} if path.startswith("alerts") else {"outcome": "handled", "words": "x"}
        assert (await client.post(f"/api/v1/{path}/close", json=given)).status_code == 404
