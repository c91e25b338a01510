"""From findings to a proposal, to an incident or to no, through the door. Only people join."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from httpx import AsyncClient
from tests.api.door import Screen, finding, running, urn
from tests.api.house import House
from tests.api.test_decisions import SEES, shown

from tocsin.alerts.stage import Alerts
from tocsin.bus.codec import encode
from tocsin.db.outbox import Outbox
from tocsin.incidents.correlation.stage import Correlation
from tocsin.incidents.stage import Incidents
from tocsin.kernel.events import Place
from tocsin.kernel.ports import Outgoing

SQUARE = Place(24.9525, 60.1695, name="Senate Square")


@contextlib.asynccontextmanager
async def city(door: House) -> AsyncIterator[tuple[AsyncClient, Screen]]:
    ops, clock = door.services.ops, door.services.clock
    stages = (
        Alerts(door.bus, ops, clock),
        Incidents(door.bus, ops),
        Correlation(door.bus, ops, clock),
        Outbox(ops, door.bus, "test"),
        door.services.live,
    )
    async with (
        running(*stages),
        door.signed_in() as client,
        contextlib.aclosing(door.services.live.stream(None, SEES)) as frames,
    ):
        yield client, Screen(frames)


async def raise_on_square(door: House, screen: Screen, number: int, **given: Any) -> str:
    now = datetime.now(UTC)
    fields = {"entities": (urn(f"E{number}"),), "onset": now, "observed_at": now, "place": SQUARE} | given
    made = finding(number, **fields)
    await door.bus.publish(Outgoing("finding.crowd", encode(made), msg_id=made.id))
    return str((await shown(screen, "alerts", lambda a: a["finding"]["id"] == made.id))["id"])


async def proposed(client: AsyncClient, *alerts: str, state: str = "open") -> dict[str, Any]:
    async with asyncio.timeout(10):
        while True:
            for item in (await client.get("/api/v1/proposals", params={"state": state})).json()["items"]:
                if set(item["alerts"]) == set(alerts):
                    return dict(item)
            await asyncio.sleep(0.02)


async def settled(door: House) -> None:
    """Until correlation has heard all alert events that there are."""
    async with asyncio.timeout(10):
        while True:
            end = (await door.bus.info("ALERT")).last

            def at(conn: Any) -> int:
                from tocsin.db import positions

                return positions.load(conn, "correlation", "ALERT")

            if await door.services.ops.read(at) == end:
                return
            await asyncio.sleep(0.02)


async def test_proposed_accepted_and_grown(door: House) -> None:
    async with city(door) as (client, screen):
        one, two = [await raise_on_square(door, screen, n) for n in (1, 2)]
        proposal = await proposed(client, one, two)
        assert (proposal["rule"]["id"], proposal["incident"], proposal["state"]) == ("C-02", None, "open")
        assert [r["beside"] for r in proposal["reasons"]] == [proposal["alerts"][0]]
        assert "0 m and" in proposal["reasons"][0]["words"]
        assert proposal["reasons"][0]["words"].endswith("both at Senate Square; rule C-02")
        await settled(door)
        assert (await client.get("/api/v1/incidents")).json()["items"] == [], "only people join"

        path = f"/api/v1/proposals/{proposal['id']}"
        stale = await client.post(f"{path}/accept", json={"version": 99})
        assert stale.status_code == 409
        done = await client.post(f"{path}/accept", json={"version": proposal["version"]})
        assert done.status_code == 200, done.text
        assert done.json()["decided"]["by"] == "operator"
        incident = (await client.get(f"/api/v1/incidents/{done.json()['became']}")).json()
        assert set(incident["alerts"]) == {one, two}
        assert "rule C-02" in incident["log"][-1]["words"]
        assert (await client.get(f"/api/v1/alerts/{two}")).json()["incident"] == incident["id"]
        assert (await client.post(f"{path}/accept")).status_code == 409, "twice"

        three = await raise_on_square(door, screen, 3)
        more = await proposed(client, three)
        assert more["incident"] == incident["id"]
        await client.post(f"/api/v1/proposals/{more['id']}/accept")
        grown = (await client.get(f"/api/v1/incidents/{incident['id']}")).json()
        assert set(grown["alerts"]) == {one, two, three}
        acts = (await client.get(f"{path}/events")).json()["items"]
        assert (acts[0]["act"], acts[-1]["act"]) == ("proposed", "accepted")
        # the live picture is no worse for what it does not show
        assert door.services.live.health().figures["unreadable"] == 0


async def test_declined_stays_away_until_something_new_joins(door: House) -> None:
    async with city(door) as (client, screen):
        one, two = [await raise_on_square(door, screen, n) for n in (1, 2)]
        path = f"/api/v1/proposals/{(await proposed(client, one, two))['id']}"
        assert (await client.post(f"{path}/decline", json={"reason": ""})).status_code == 422
        said = await client.post(f"{path}/decline", json={"reason": "two queues"})
        assert said.json()["decided"]["reason"] == "two queues"
        await client.post(f"/api/v1/alerts/{one}/acknowledge")
        await client.post(f"/api/v1/alerts/{two}/acknowledge")
        await settled(door)
        assert (await client.get("/api/v1/proposals")).json()["items"] == []
        three = await raise_on_square(door, screen, 3)
        await proposed(client, one, two, three)


async def test_a_closed_incident_takes_in_nothing_new(door: House) -> None:
    async with city(door) as (client, screen):
        one, two = [await raise_on_square(door, screen, n) for n in (1, 2)]
        proposal = await proposed(client, one, two)
        done = (await client.post(f"/api/v1/proposals/{proposal['id']}/accept")).json()
        three = await raise_on_square(door, screen, 3)
        more = await proposed(client, three)
        await client.post(
            f"/api/v1/incidents/{done['became']}/close", json={"outcome": "handled", "words": "gone"}
        )
        late = await client.post(f"/api/v1/proposals/{more['id']}/accept")
        assert late.status_code == 409
        await proposed(client, three, state="withdrawn")
        assert (await client.get(f"/api/v1/alerts/{three}")).json()["incident"] is None


async def test_what_was_decided_meanwhile_is_not_joined_unseen(door: House) -> None:
    async with city(door) as (client, screen):
        one, two = [await raise_on_square(door, screen, n) for n in (1, 2)]
        proposal = await proposed(client, one, two)
        assert (
            await client.post(f"/api/v1/alerts/{two}/reject", json={"reason": "a kite"})
        ).status_code == 200
        late = await client.post(f"/api/v1/proposals/{proposal['id']}/accept")
        assert late.status_code == 409
        assert (await client.get("/api/v1/incidents")).json()["items"] == []
        await proposed(client, one, two, state="withdrawn")


async def test_no_place_no_proposal(door: House) -> None:
    async with city(door) as (client, screen):
        for n in (1, 2, 3):
            await raise_on_square(door, screen, n, place=None)
        await settled(door)
        assert (await client.get("/api/v1/proposals", params={"state": "all"})).json()["items"] == []


async def test_unknown_ones_and_strangers(door: House) -> None:
    async with door.signed_in() as client:
        for path in ("PR-9999", "x"):
            assert (await client.get(f"/api/v1/proposals/{path}")).status_code == 404
            assert (await client.post(f"/api/v1/proposals/{path}/accept")).status_code == 404
    async with door.program("read") as client:
        assert (await client.post("/api/v1/proposals/PR-0001/accept")).status_code == 403
