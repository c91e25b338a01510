"""Procedures through the whole door: from an alert to tasks that several people move on, seen on a screen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient, Response
from tests.api.door import Screen
from tests.api.house import House, house
from tests.api.test_decisions import HOSTILE, city, raise_alert, shown

from tocsin.bus.memory import MemoryBus
from tocsin.identity.policy import ROLES, Permission
from tocsin.incidents.procedures.library import Procedures, shipped

OWN = f"""
id: crowd-surge
version: 2
title: "{HOSTILE}"
words: Ours.
sources: [own]
trigger: {{kinds: [crowd.surge]}}
steps:
  - id: look
    title: Look
    words: Look.
    role: operator
    minutes: 1
    decision:
      question: Real?
      answers:
        - {{answer: yes, leads_to: [act]}}
        - {{answer: no, leads_to: [rest]}}
  - {{id: act, title: Act, words: Act., role: supervisor, minutes: 5}}
  - {{id: rest, title: Rest, words: Rest., role: operator, minutes: 5}}
"""


class Desk:
    """One incident with a crowd surge, and a person who moves its tasks on."""

    def __init__(self, client: AsyncClient, screen: Screen, incident: dict[str, Any]) -> None:
        self.client, self.screen, self.incident = client, screen, incident
        self.path = f"/api/v1/incidents/{incident['id']}"

    async def post(self, path: str, **given: Any) -> Response:
        answer = await self.client.post(f"{self.path}/{path}", json=given)
        if answer.status_code == 200:
            self.incident = answer.json()
            assert answer.headers["etag"] == f'"{self.incident["version"]}"'
        return answer

    async def task(self, name: str, act: str, **given: Any) -> Response:
        return await self.post(f"tasks/crowd-surge.{name}/{act}", **given)

    def state(self, name: str) -> str:
        return next(str(t["state"]) for t in self.incident["tasks"] if t["id"] == f"crowd-surge.{name}")


async def desk(door: House, client: AsyncClient, screen: Screen) -> Desk:
    alert = await raise_alert(door, screen)
    made = await client.post("/api/v1/incidents", json={"title": "Surge", "alerts": [alert["id"]]})
    return Desk(client, screen, made.json())


async def test_from_an_alert_to_tasks_and_their_end(door: House) -> None:
    async with city(door) as (client, screen):
        at = await desk(door, client, screen)
        fits = (await client.get(f"{at.path}/procedures")).json()["items"]
        assert fits[0]["procedure"]["id"] == "crowd-surge"
        assert fits[0]["words"] == "because AL-0001 is crowd.surge, in an incident that is high"

        started = await at.post("procedure", procedure="crowd-surge")
        assert started.status_code == 200, started.text
        begun = at.incident["procedures"]
        assert [(p["id"], p["version"], p["by"]) for p in begun] == [("crowd-surge", 1, "operator")]
        assert len(at.incident["tasks"]) == 14
        assert [t["id"] for t in at.incident["tasks"] if t["state"] == "open"] == ["crowd-surge.look"]
        seen = await shown(screen, "incidents", lambda i: i["tasks"])
        assert seen["tasks"][0]["due_at"] == at.incident["tasks"][0]["due_at"] is not None

        assert (await at.task("look", "start")).status_code == 200
        for item in range(3):
            assert (await at.task("look", "tick", item=item)).status_code == 200
        assert (await at.task("look", "tick", item=0, ticked=False)).status_code == 200
        refused = await at.task("look", "done")
        assert (refused.status_code, refused.json()["field"]) == (422, "reason")
        assert (await at.task("look", "done", reason=HOSTILE)).status_code == 200
        assert HOSTILE in at.incident["log"][-1]["words"]
        wrong = await at.task("judge", "answer", answer="maybe")
        assert (wrong.status_code, wrong.json()["field"]) == (422, "answer")
        assert (await at.task("judge", "answer", answer="no, dense but moving freely")).status_code == 200
        assert (at.state("watch"), at.state("stop-inflow")) == ("open", "not needed")
        assert (await at.task("watch", "skip")).status_code == 422
        assert (await at.task("watch", "skip", reason="over")).status_code == 200
        assert (await at.task("judge", "undo", reason="x")).status_code == 409, "built upon"
        assert (await at.task("watch", "undo", reason="not over")).status_code == 200
        assert (await at.task("judge", "undo", reason="it thickens")).status_code == 200
        assert at.state("watch") == at.state("stop-inflow") == "waiting"
        again = await shown(screen, "incidents", lambda i: i["version"] == at.incident["version"])
        assert again["tasks"] == at.incident["tasks"]
        assert [line["act"] for line in at.incident["log"]][-3:] == ["task skipped", *["task undone"] * 2]

        closed = await at.post("close", outcome="handled", words="gone home")
        assert closed.status_code == 200
        assert (await at.task("judge", "start")).status_code == 409
        assert (await at.post("procedure", procedure="evacuation")).status_code == 409


async def test_two_people_at_once_get_a_clear_conflict(door: House) -> None:
    async with city(door) as (client, screen):
        at = await desk(door, client, screen)
        seen = at.incident["version"]
        assert (await at.post("procedure", procedure="crowd-surge", version=seen)).status_code == 200
        late = await at.task("look", "start", version=seen)
        assert late.status_code == 409
        assert "procedure started by operator" in late.json()["detail"]
        task = f"{at.path}/tasks/crowd-surge.look/start"
        assert (await client.post(task, headers={"If-Match": f'"{seen}"'})).status_code == 409
        assert (await client.post(task, headers={"If-Match": f'"{seen + 1}"'})).status_code == 200
        assert (await client.post(task)).status_code == 409, "in progress"
        twice = await at.post("procedure", procedure="crowd-surge")
        assert twice.status_code == 409
        assert twice.json()["cure"]


@pytest.mark.parametrize(
    ("path", "given", "status", "field"),
    [
        ("procedure", {"procedure": "nothing"}, 404, "procedure"),
        ("procedure", {"procedure": "evacuation", "procedure_version": 9}, 404, "procedure_version"),
        ("procedure", {}, 422, None),
        ("procedure", {"procedure": "evacuation", "steps": []}, 422, None),
        ("tasks/crowd-surge.nothing/start", {}, 404, "task"),
        ("tasks/x/tick", {"item": 0}, 404, "task"),
        ("tasks/crowd-surge.look/tick", {"item": 99}, 422, "item"),
        ("tasks/crowd-surge.look/tick", {"item": "0"}, 422, "item"),
        ("tasks/crowd-surge.judge/start", {}, 409, "task"),
        ("tasks/crowd-surge.look/undo", {"reason": "x"}, 409, "task"),
        ("tasks/crowd-surge.look/fly", {}, 404, None),
    ],
)
async def test_refusals(door: House, path: str, given: Any, status: int, field: str | None) -> None:
    async with city(door) as (client, screen):
        at = await desk(door, client, screen)
        await at.post("procedure", procedure="crowd-surge")
        version = at.incident["version"]
        answer = await at.post(path, **given)
        assert answer.status_code == status, answer.text
        assert field is None or answer.json()["field"] == field
        now = (await client.get(at.path)).json()
        assert now["version"] == version, "nothing half done"


async def test_unknown_incidents_are_not_found(door: House) -> None:
    async with door.signed_in() as client:
        assert (await client.get("/api/v1/incidents/INC-999/procedures")).status_code == 404
        path = "/api/v1/incidents/INC-999/procedure"
        assert (await client.post(path, json={"procedure": "evacuation"})).status_code == 404


async def test_who_only_reads_moves_nothing(door: House) -> None:
    async with city(door) as (client, screen):
        at = await desk(door, client, screen)
        await at.post("procedure", procedure="crowd-surge")
        async with door.program("read") as reader:
            assert (await reader.get("/api/v1/procedures")).status_code == 200
            begun = await reader.post(f"{at.path}/procedure", json={"procedure": "evacuation"})
            assert begun.status_code == 403
            moved = await reader.post(f"{at.path}/tasks/crowd-surge.look/start", json={})
            assert (moved.status_code, moved.json()["value"]) == (403, "operator")


async def test_a_task_is_for_its_role(door: House) -> None:
    """``operator`` may decide, not do what the procedure gives a supervisor."""
    async with city(door) as (client, screen):
        at = await desk(door, client, screen)
        await at.post("procedure", procedure="crowd-surge")
        assert (await at.task("look", "done", reason="seen")).status_code == 200
        assert (await at.task("judge", "answer", answer="yes, or cannot rule it out")).status_code == 200
        version = at.incident["version"]
        for act, given in (
            ("start", {}),
            ("tick", {"item": 0}),
            ("skip", {"reason": "x"}),
            ("undo", {"reason": "x"}),
        ):
            refused = await at.task("outlets", act, **given)
            said = refused.json()
            assert (refused.status_code, said["field"], said["value"]) == (403, "role", "supervisor"), act
            assert said["cure"] == "somebody of your room with the role supervisor"
        assert (await client.get(at.path)).json()["version"] == version
        assert (await at.task("stop-inflow", "start")).status_code == 200


async def test_a_city_brings_its_own(folder: Path, bus: MemoryBus) -> None:
    own = folder / "procedures"
    own.mkdir()
    (own / "surge.yaml").write_text(OWN)
    (own / "wrong.yaml").write_text(OWN.replace("minutes: 1", "minutes: soon"))
    async with house(folder, bus, procedures=Procedures(own)) as door, city(door) as (client, screen):
        listed = (await client.get("/api/v1/procedures")).json()
        assert len(listed["items"]) == 9
        [wrong] = listed["refused"]
        assert (wrong["file"], wrong["field"], wrong["value"]) == ("wrong.yaml", "steps[0].minutes", "soon")
        at = await desk(door, client, screen)
        await at.post("procedure", procedure="crowd-surge")
        assert at.incident["procedures"][0]["title"] == HOSTILE
        (own / "surge.yaml").unlink()
        assert (await client.get("/api/v1/procedures")).json()["items"][2]["version"] == 1
        assert (await at.task("look", "answer", answer="yes")).status_code == 200, "what runs goes on"
        assert (at.state("act"), at.state("rest")) == ("open", "not needed")


def test_who_is_sent_to_the_composer_may_compose() -> None:
    sent = {step.role for plan in shipped() for step in plan.steps if step.opens}
    assert sent
    assert all(Permission.ACT in ROLES[role] for role in sent), sent
