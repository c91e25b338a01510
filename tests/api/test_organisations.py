"""Control rooms through the whole door: made, staffed, moved between, taken away."""

from __future__ import annotations

from typing import Any

from tests.api.house import House


async def test_an_administrator_makes_a_room_and_its_people_work_there(door: House) -> None:
    async with door.signed_in() as boss:
        made = await boss.post("/api/v1/organisations", json={"id": "police", "title": "Police operations"})
        assert made.status_code == 201
        new = {"name": "ann", "organisation": "police", "role": "operator"}
        made = await boss.post("/api/v1/people", json=new)
        assert made.status_code == 201
        password = made.json()["password"]
        assert (await boss.put("/api/v1/people/ann/roles/control-room/planner")).status_code == 204
        people = (await boss.get("/api/v1/people")).json()["items"]
        ann: dict[str, Any] = next(p for p in people if p["name"] == "ann")
        assert [(s["organisation"], s["roles"]) for s in ann["seats"]] == [
            ("control-room", ["planner"]),
            ("police", ["operator"]),
        ]
        assert password not in str(people)
        record = (await boss.get("/api/v1/people/ann/grants")).json()["items"]
        assert [(g["organisation"], g["act"], g["by"]) for g in record] == [
            ("police", "granted", "operator"),
            ("control-room", "granted", "operator"),
        ]

        async with door.client() as seat:
            signed = await seat.post(
                "/api/v1/session", json={"user": "ann", "password": password, "organisation": "police"}
            )
            assert signed.status_code == 200
            who = signed.json()
            assert (who["user"]["organisation"], who["user"]["roles"]) == ("police", ["operator"])
            assert [s["title"] for s in who["user"]["seats"]] == ["Control room", "Police operations"]
            seat.headers["x-csrf-token"] = who["csrf"]
            assert (await seat.get("/api/v1/people")).status_code == 403
            moved = await seat.put("/api/v1/session/organisation", json={"organisation": "control-room"})
            assert moved.json()["user"]["permissions"] == ["analyse", "plan", "public", "see", "self"]
            refused = await seat.post("/api/v1/incidents", json={"title": "x", "alerts": ["AL-0001"]})
            assert refused.status_code == 403
            elsewhere = await seat.put("/api/v1/session/organisation", json={"organisation": "cbrn"})
            assert elsewhere.status_code == 404

            # taken away while the page is open
            gone = await boss.delete("/api/v1/people/ann/roles/control-room/planner")
            assert gone.status_code == 204
            assert (await seat.get("/api/v1/alerts")).status_code == 403
            assert (await boss.post("/api/v1/people/ann/disable")).status_code == 204
            assert (await seat.get("/api/v1/session")).status_code == 401


async def test_the_last_administrator_stays(door: House) -> None:
    async with door.signed_in() as boss:
        for method, path in (
            ("DELETE", "/api/v1/people/operator/roles/control-room/administrator"),
            ("DELETE", "/api/v1/organisations/control-room"),
            ("POST", "/api/v1/people/operator/disable"),
        ):
            refused = await boss.request(method, path)
            assert refused.status_code == 409, path
            assert "nobody would be left" in refused.json()["detail"]


async def test_a_wrong_role_names_the_cure(door: House) -> None:
    async with door.signed_in() as boss:
        refused = await boss.put("/api/v1/people/operator/roles/control-room/emperor")
        assert refused.status_code == 422
        assert "supervisor" in refused.json()["cure"]
