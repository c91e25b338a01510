"""Alarm management through the door: windows, one-shot shelves, figures and records, all on the record."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text
from tests.alerts.conftest import RULES, finding
from tests.api.house import House

from tocsin.alerts import service
from tocsin.alerts.intake import Intake
from tocsin.db import Connection


def raise_alert(door: House, number: int) -> dict[str, Any]:
    """As the stage does it."""
    now = door.services.clock.now()
    made = finding(f"f{number}", entity=f"K{number}", onset=now, observed_at=now)

    def take(conn: Connection) -> None:
        intake = Intake(conn, RULES, now)
        intake.take([made])
        intake.finish()

    door.services.ops.write_now(take)
    alert = door.services.ops.read_now(lambda c: service.get(c, f"AL-{number:04d}"))
    return {"id": alert.id, "entities": list(alert.entities), "tool": alert.tool}


def later(hours: float) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat()


async def test_a_window_from_plan_to_end(door: House) -> None:
    async with door.signed_in() as client:
        alert = raise_alert(door, 1)
        given = {"entities": alert["entities"][:1], "end": later(2), "reason": "a new lens"}
        planned = await client.post("/api/v1/maintenance", json=given)
        assert planned.status_code == 201, planned.text
        window = planned.json()
        assert (window["id"], window["state"], window["by"]) == ("MW-0001", "running", "operator")
        aside = (await client.get(f"/api/v1/alerts/{alert['id']}")).json()["out_of_service"]
        assert (aside["window"], aside["reason"], aside["by"]) == ("MW-0001", "a new lens", "operator")
        listed = (await client.get("/api/v1/alerts", params={"state": "out of service"})).json()["items"]
        assert [a["id"] for a in listed] == [alert["id"]]
        path = "/api/v1/maintenance/MW-0001"
        held = (await client.get(f"{path}/alerts")).json()["items"]
        assert [(h["alert"]["id"], h["how"]) for h in held] == [(alert["id"], "out of service")]
        longer = await client.post(
            f"{path}/change", json={"end": later(3), "reason": "a part is missing", "version": 1}
        )
        assert longer.json()["version"] == 2
        stale = await client.post(f"{path}/change", json={"end": later(4), "reason": "x", "version": 1})
        assert stale.status_code == 409
        ended = await client.post(f"{path}/end", json={"reason": "done early"})
        assert (ended.json()["state"], ended.json()["ended"]["by"]) == ("over", "operator")
        assert (await client.get(f"/api/v1/alerts/{alert['id']}")).json()["out_of_service"] is None
        events = (await client.get(f"/api/v1/alerts/{alert['id']}/events")).json()["items"]
        assert [e["act"] for e in events][-1] == "returned"
        held = (await client.get(f"{path}/alerts")).json()["items"]
        assert [h["how"] for h in held] == ["returned"]
        assert (await client.get("/api/v1/maintenance")).json()["items"] == []
        over = (await client.get("/api/v1/maintenance", params={"state": "over"})).json()["items"]
        assert [w["id"] for w in over] == ["MW-0001"]


async def test_what_the_door_refuses(door: House) -> None:
    async with door.signed_in() as client:
        for given, field in (
            ({"end": later(-1), "entities": ["urn:x"], "reason": "r"}, "end"),
            ({"start": later(-1), "end": later(1), "entities": ["urn:x"], "reason": "r"}, "start"),
            ({"end": later(1), "reason": "r"}, "scope"),
            ({"end": later(1), "entities": ["urn:x"], "reason": ""}, "reason"),
            ({"end": "2026-11-22T10:00:00", "entities": ["urn:x"], "reason": "r"}, "end"),
        ):
            said = await client.post("/api/v1/maintenance", json=given)
            assert (said.status_code, said.json()["field"]) == (422, field), said.text
        for verb in ("end", "change"):
            unknown = await client.post(f"/api/v1/maintenance/MW-0404/{verb}", json={"reason": "r"})
            assert unknown.status_code == 404
        assert (await client.get("/api/v1/maintenance/x")).status_code == 404


async def test_every_step_is_on_the_record(door: House) -> None:
    async with door.signed_in() as client:
        given = {"kind": "crowd.*", "end": later(1), "reason": "a new version"}
        await client.post("/api/v1/maintenance", json=given)
        path = "/api/v1/maintenance/MW-0001"
        await client.post(f"{path}/change", json={"end": later(2), "reason": "slow"})
        await client.post(f"{path}/end", json={"reason": "done"})
        await client.post(f"{path}/end", json={"reason": "again"})  # refused: leaves no "done"
    rows = door.services.ops.read_now(
        lambda c: (
            c.execute(text("SELECT body FROM audit WHERE object_kind = 'maintenance' ORDER BY seq"))
            .scalars()
            .all()
        )
    )
    said = [one for row in rows if (one := json.loads(row))["outcome"] == "done"]
    assert [(row["action"], row["object_id"], row["reason"]) for row in said] == [
        ("maintenance.plan", "MW-0001", "a new version"),
        ("maintenance.change", "MW-0001", "slow"),
        ("maintenance.end", "MW-0001", "done"),
    ]


async def test_acknowledged_and_put_aside_says_by_whom(door: House) -> None:
    async with door.signed_in() as client:
        one, two = [raise_alert(door, n) for n in (1, 2)]
        seen = (await client.post(f"/api/v1/alerts/{one['id']}/acknowledge", json={})).json()
        assert (seen["acknowledged"]["by"], seen["state"]) == ("operator", "acknowledged")
        once = await client.post(
            f"/api/v1/alerts/{two['id']}/shelve", json={"reason": "cleaning", "once": True}
        )
        shelf = once.json()["shelved"]
        assert (shelf["by"], shelf["once"], shelf["reason"]) == ("operator", True, "cleaning")
        days = datetime.fromisoformat(shelf["until"]) - datetime.fromisoformat(shelf["at"])
        assert days == door.services.longest_shelf
        far = {"reason": "r", "until": later(24 * 8)}
        refused = await client.post(f"/api/v1/alerts/{one['id']}/shelve", json=far)
        assert (refused.status_code, refused.json()["field"]) == (422, "until")
        assert "7 days at most" in refused.text


async def test_figures_of_the_own_room_and_of_another(door: House) -> None:
    async with door.signed_in() as client:
        alert = raise_alert(door, 1)
        made = {"id": "it", "title": "IT"}
        assert (await client.post("/api/v1/organisations", json=made)).status_code in (200, 201)
        own = (await client.get("/api/v1/alerts/figures", params={"period": "10min"})).json()
        assert (own["room"], own["alerts"], own["seats"]) == ("control-room", 1, 1)
        assert [s["alert"] for s in own["sources"]] == [alert["id"]]
        by_id = {f["id"]: f for f in own["figures"]}
        assert (by_id["per_seat"]["value"], by_id["per_seat"]["target"]) == (1, 1)
        assert "ISA-18.2" in by_id["peak"]["clause"]
        other = (await client.get("/api/v1/alerts/figures", params={"room": "it", "period": "10min"})).json()
        assert (other["alerts"], other["seats"], other["sources"]) == (1, 0, [])
        assert {f["id"]: f["value"] for f in other["figures"]}["per_seat"] is None
        assert (await client.get("/api/v1/alerts/figures", params={"room": "nowhere"})).status_code == 404
        assert (await client.get("/api/v1/alerts/figures", params={"period": "1y"})).status_code == 422
        assert "operator" not in str(own), "a load on a room, never a person"


async def test_a_record_from_decisions_and_false_alarms(door: House) -> None:
    async with door.signed_in() as client:
        one, two, three = [raise_alert(door, n) for n in (1, 2, 3)]
        tool = one["tool"]
        await client.post(f"/api/v1/alerts/{one['id']}/confirm", json={})
        await client.post(f"/api/v1/alerts/{two['id']}/confirm", json={})
        opened = await client.post("/api/v1/incidents", json={"title": "x", "alerts": [two["id"]]})
        incident = opened.json()["id"]
        tally = (await client.get(f"/api/v1/tools/{tool}/record")).json()["tally"]
        assert (tally["confirmed"], tally["rejected"], tally["undecided"]) == (2, 0, 1)
        assert (tally["enough"], tally["precision"]) == (False, None)
        closed = await client.post(
            f"/api/v1/incidents/{incident}/close", json={"outcome": "false alarm", "words": "a rehearsal"}
        )
        assert closed.status_code == 200, closed.text
        record = (await client.get(f"/api/v1/tools/{tool}/record")).json()
        assert (record["tally"]["confirmed"], record["tally"]["rejected"]) == (1, 1)
        assert record["needed"] == 20
        assert len(record["months"]) == 12
        assert (await client.get("/api/v1/tools/none-such/record")).status_code == 404
        assert (await client.get(f"/api/v1/alerts/{three['id']}")).json()["state"] == "new"
