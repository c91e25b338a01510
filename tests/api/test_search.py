"""Search through the door: what is stored is found at once, and what is closed to a room is not there."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from httpx import AsyncClient
from sqlalchemy import text
from tests.api.door import alert as made_alert
from tests.api.door import at, finding, urn
from tests.api.house import House
from tests.db.shape import shaped
from typer.testing import CliRunner

from tocsin.alerts import repository as alerts
from tocsin.alerts.episodes import Memory
from tocsin.app import searching
from tocsin.cli import app as cli
from tocsin.db import Connection
from tocsin.incidents import service as incidents
from tocsin.kernel.decisions import AlertEvent
from tocsin.kernel.sharing import OPEN_TO_ALL, Level, Sharing


async def store(door: House, number: int, headline: str, sharing: Sharing = OPEN_TO_ALL, **more: Any) -> None:
    alert = msgspec.structs.replace(
        made_alert(number), headline=headline, sharing=sharing, finding=finding(number), **more
    )

    def write(conn: Connection) -> None:
        row = alerts.Row(number, alert, Memory((), ()))
        alerts.save(conn, [row], [AlertEvent("raised", "alerts", at(0), alert)])

    await door.services.ops.write(write)


async def found(client: AsyncClient, query: str, **more: Any) -> list[str]:
    answer = await client.get("/api/v1/search", params={"q": query, **more})
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


async def test_alerts_and_incidents_with_all_that_a_list_shows(door: House) -> None:
    await store(door, 1, "Crowd surge at Kluuvi", entities=(urn("SQ-D4"),))
    async with door.signed_in() as client:
        opened = await client.post(
            "/api/v1/incidents", json={"title": "Kluuvi is full", "alerts": ["AL-0001"]}
        )
        number = opened.json()["id"]
        note = await client.post(f"/api/v1/incidents/{number}/notes", json={"words": "Barrier at Mikonkatu"})
        assert note.status_code == 200, note.text
        assert set(await found(client, "kluuvi")) == {"AL-0001", number}
        assert await found(client, "sq-d4") == ["AL-0001"]
        assert await found(client, "mikon barrier") == [number]
        # by its id it comes first, though the incident names it too and changed later
        assert await found(client, "al-0001") == ["AL-0001", number]
        first = (await client.get("/api/v1/search", params={"q": "SQ-D4"})).json()["items"][0]
        assert first == {
            "kind": "alert",
            "id": "AL-0001",
            "title": "Crowd surge at Kluuvi",
            "state": "new",
            "severity": "high",
            "at": first["at"],
        }


async def test_what_was_decided_shows_at_once(door: House) -> None:
    await store(door, 1, "Crowd surge")
    async with door.signed_in() as client:
        await client.post("/api/v1/alerts/AL-0001/acknowledge", json={})
        items = (await client.get("/api/v1/search", params={"q": "surge"})).json()["items"]
        assert [item["state"] for item in items] == ["acknowledged"]


async def test_more_is_said_and_limits_hold(door: House) -> None:
    for number in range(1, 6):
        await store(door, number, "surge")
    async with door.signed_in() as client:
        answer = (await client.get("/api/v1/search", params={"q": "surge", "limit": 3})).json()
        assert (len(answer["items"]), answer["more"]) == (3, True)
        answer = (await client.get("/api/v1/search", params={"q": "surge", "limit": 5})).json()
        assert (len(answer["items"]), answer["more"]) == (5, False)
        for bad in ({"q": ""}, {}, {"q": "x" * 201}, {"q": "x", "limit": 0}, {"q": "x", "limit": 101}):
            assert (await client.get("/api/v1/search", params=bad)).status_code == 422


@pytest.mark.parametrize(
    ("sharing", "seen"),
    [
        (Sharing("control-room", Level.OWN), True),
        (Sharing("it", Level.OWN), False),
        (Sharing("it", Level.NAMED, ("control-room",)), True),
        (Sharing("it", Level.NAMED, ("cbrn",)), False),
        (Sharing("it", Level.ALL), True),
        (Sharing("it", Level.CITY), True),
        (Sharing("", Level.ALL), True),
    ],
)
async def test_what_is_closed_to_a_room_is_not_found_there(door: House, sharing: Sharing, seen: bool) -> None:
    await store(door, 1, "Planted canary", sharing)
    async with door.signed_in() as client:
        assert await found(client, "canary") == (["AL-0001"] if seen else [])
        assert await found(client, "AL-0001") == (["AL-0001"] if seen else [])


async def test_closed_ones_take_no_place_from_open_ones(door: House) -> None:
    await store(door, 1, "canary")
    for number in range(2, 12):
        await store(door, number, "canary", Sharing("it", Level.OWN))
    async with door.signed_in() as client:
        answer = (await client.get("/api/v1/search", params={"q": "canary", "limit": 2})).json()
        assert ([item["id"] for item in answer["items"]], answer["more"]) == (["AL-0001"], False)


async def test_index_and_database_cannot_disagree(door: House) -> None:
    """Whatever people do, refused or not, the index says what the tables say."""
    chance, ops = random.Random(5), door.services.ops
    words = ["surge", "north", "barrier", "SQ-D4", "Hämeentie", "4.8 people"]
    for number in range(1, 6):
        await store(door, number, chance.choice(words))
    async with door.signed_in() as client:
        for _ in range(120):
            alert, incident = f"AL-{chance.randrange(1, 7):04}", f"INC-{chance.randrange(1, 5):03}"
            path, body = chance.choice(
                [
                    (f"alerts/{alert}/{chance.choice(['acknowledge', 'confirm', 'close', 'reject'])}", {}),
                    ("incidents", {"title": " ".join(chance.sample(words, 2)), "alerts": [alert]}),
                    (f"incidents/{incident}/notes", {"words": " ".join(chance.sample(words, 3))}),
                    (f"incidents/{incident}/alerts", {"alerts": [alert]}),
                    (f"incidents/{incident}/close", {"outcome": "handled", "words": chance.choice(words)}),
                    (f"incidents/{incident}/reopen", {"reason": chance.choice(words)}),
                ]
            )
            body = {"reason": "so", **body} if path.startswith("alerts") else body
            answer = await client.post(f"/api/v1/{path}", content=json.dumps(body))
            assert answer.status_code < 500, answer.text
        assert (await client.get("/api/v1/incidents?state=all")).json()["items"]
    assert await ops.read(searching.differing) == []


def _stored(folder: Path) -> Any:
    from tocsin.db import Database

    ops = Database(folder / "ops.db", durable=False, name="ops")
    shaped(ops)
    return ops


def test_check_names_what_differs_and_rebuild_mends_it(folder: Path) -> None:
    (folder / "layout").write_text("1")
    ops = _stored(folder)
    alert = msgspec.structs.replace(made_alert(7), headline="Crowd surge")
    row = alerts.Row(7, alert, Memory((), ()))
    ops.write_now(lambda conn: alerts.save(conn, [row], []))
    ops.write_now(lambda conn: incidents.open_(conn, "Kluuvi", [alert], "kim", datetime.now(UTC)))
    run = CliRunner().invoke
    assert run(cli, ["search", "check", "--state", str(folder)]).exit_code == 0
    ops.write_now(lambda conn: conn.execute(text("DELETE FROM search_words WHERE token = 'surge'")))
    ops.write_now(lambda conn: conn.execute(text("DELETE FROM search_docs WHERE kind = 'incident'")))
    told = run(cli, ["search", "check", "--state", str(folder)])
    assert (told.exit_code, told.output.split()) == (1, ["AL-0007", "INC-001"])
    assert "2 alerts and incidents" in run(cli, ["search", "rebuild", "--state", str(folder)]).output
    assert run(cli, ["search", "check", "--state", str(folder)]).exit_code == 0
    ops.close()


def test_what_an_older_version_stored_is_found_after_the_start(folder: Path) -> None:
    ops = _stored(folder)
    row = alerts.Row(7, made_alert(7), Memory((), ()))
    ops.write_now(lambda conn: alerts.save(conn, [row], []))
    for table in ("search_words", "search_docs"):
        ops.write_now(lambda conn, table=table: conn.execute(text(f"DELETE FROM {table}")))
    assert searching.fill(ops) == 1
    assert searching.fill(ops) == 0
    assert ops.read_now(searching.differing) == []
    ops.close()
