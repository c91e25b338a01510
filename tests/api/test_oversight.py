"""The ethics officer's questions through the whole door: who looked without leave, is it whole, a copy."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import text
from tests.api.house import House
from tests.api.test_audit import officer, rows

from tocsin.audit import export, service
from tocsin.audit.figures import DayFigures, count, is_look
from tocsin.audit.keys import first_key
from tocsin.audit.record import Entry, entry
from tocsin.db import Connection
from tocsin.identity import policy
from tocsin.identity.fitting import fits
from tocsin.identity.sessions import Session

TODAY = datetime.now(UTC)


@pytest.fixture(autouse=True)
def overseeing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Session, "subject", lambda self: policy.person(self.person, ["ethics officer"]))


@pytest.fixture(autouse=True)
def key(folder: Path) -> None:
    first_key(folder)


def deed(action: str = "evidence.read", *, at: datetime = TODAY, **more: Any) -> Entry:
    given: dict[str, Any] = {"person": "ann", "organisation": "police", "capacity": "operator"}
    return entry(action, at=at, **{**given, **more})


LOOK = {"purpose": "investigation", "reason": "INC-001"}


async def put(door: House, *entries: Entry) -> None:
    def save(conn: Connection) -> None:
        for one in entries:
            service.record(conn, one)

    await door.services.ops.write(save)


@pytest.mark.parametrize(
    ("capacity", "purpose", "right"),
    [
        ("operator", "investigation", True),
        ("analyst, supervisor", "investigation", True),
        ("", "investigation", False),
        ("emperor", "investigation", False),
        ("token:t1", "investigation", True),
        ("ethics officer", "oversight", True),
        ("operator, ethics officer", "disclosure", True),
        ("operator", "oversight", False),
        ("token:t1", "oversight", False),
        ("administrator", "administration", True),
        ("supervisor", "administration", False),
    ],
)
def test_which_roles_go_with_which_purpose(capacity: str, purpose: str, *, right: bool) -> None:
    assert fits(deed(capacity=capacity, purpose=purpose)) is right


def test_a_day_in_figures() -> None:
    told = count(
        TODAY.date(),
        [
            deed(**LOOK),
            deed(**{**LOOK, "capacity": ""}),
            deed("session.read", purpose="administration", capacity="administrator"),
            deed("audit.cut", purpose="storage limitation", capacity=""),
            deed("alert.confirm"),
            deed("alert.confirm", outcome="refused", detail={"count": 41}),
            deed("alert.reject", outcome="refused"),
            deed(**LOOK, outcome="refused"),
            deed("session.open", outcome="refused", person=""),
        ],
        fits,
    )
    assert told == DayFigures(
        TODAY.date(),
        rows=9,
        looks=3,
        unfit=1,
        refused=43,
        sign_ins=1,
        purposes={"administration": 1, "investigation": 2},
    )
    assert not is_look(deed("audit.cut", purpose="storage limitation"))


async def test_figures_by_day_count_each_row_once(door: House) -> None:
    days = [TODAY - timedelta(days=back) for back in (0, 1, 1, 13, 14)]
    await put(door, *(deed(at=at, **LOOK) for at in reversed(days)))
    async with officer(door) as client:
        for _ in range(2):
            items = (await client.get("/api/v1/audit/figures")).json()["items"]
            assert len(items) == 14
            assert [items[at]["looks"] for at in (-1, -2, 0)] == [1, 2, 1]
            assert sum(i["looks"] for i in items) == 4
        await put(door, deed(**LOOK))
        again = (await client.get("/api/v1/audit/figures", params={"days": 1})).json()["items"]
        assert [i["looks"] for i in again] == [2]
        assert (await client.get("/api/v1/audit/figures", params={"days": 32})).status_code == 422


async def asked(client: AsyncClient, **query: Any) -> list[dict[str, Any]]:
    answer = await client.get("/api/v1/audit", params={"reason": "complaint 17", **query})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_the_record_by_outcome_purpose_and_fitness(door: House) -> None:
    await put(
        door,
        deed(**LOOK, object_id="1"),
        deed(**{**LOOK, "capacity": ""}, object_id="2"),
        deed("alert.confirm", object_id="3"),
        deed("alert.confirm", outcome="refused", object_id="4"),
        deed(**{**LOOK, "purpose": "training"}, organisation="it", object_id="5"),
    )
    async with officer(door) as client:

        async def ids(**query: Any) -> list[str]:
            return [item["object_id"] for item in await asked(client, person="ann", **query)]

        assert await ids(looks="true") == ["5", "2", "1"]
        assert await ids(unfit="true") == ["2"]
        assert await ids(outcome="refused") == ["4"]
        assert await ids(purpose="training") == ["5"]
        assert await ids(organisation="it") == ["5"]
        assert await ids(looks="true", organisation="police", limit=1) == ["2"]
        assert (
            await client.get("/api/v1/audit", params={"reason": "abc", "outcome": "x"})
        ).status_code == 422
    last = (await rows(door, action="audit"))[-1].entry
    assert last.detail["looks"] == "all"


async def test_a_rare_row_is_found_over_pages_that_look_through_so_much(
    door: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_LOOKED", 40)
    monkeypatch.setattr(service, "_LOOK", 20)
    many = [deed("alert.confirm", object_id=str(n)) for n in range(150)]
    await put(door, deed(outcome="refused", object_id="rare"), *many)
    found, pages = [], 0
    async with officer(door) as client:
        query = {"reason": "complaint 17", "person": "ann", "outcome": "refused"}
        while True:
            page = (await client.get("/api/v1/audit", params=query)).json()
            found += [item["object_id"] for item in page["items"]]
            pages += 1
            if page["next"] is None:
                break
            query["after"] = page["next"]
    assert found == ["rare"]
    assert pages == 4


async def verified(client: AsyncClient) -> dict[str, Any]:
    begun = await client.post("/api/v1/audit/verification")
    assert begun.status_code == 202, begun.text
    async with asyncio.timeout(20):
        while (now := (await client.get("/api/v1/audit/verification")).json())["state"] == "running":  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return dict(now)


async def test_verification_says_whole_and_names_key_and_checkpoint(door: House) -> None:
    await put(door, *(deed(object_id=str(n)) for n in range(1200)))
    async with officer(door) as client:
        assert (await client.get("/api/v1/audit/verification")).json()["state"] == "never"
        copy = await client.get("/api/v1/audit/export", params={"reason": "yearly copy"})
        assert copy.status_code == 200
        now = await verified(client)
    assert now["state"] == "done"
    assert now["verdict"]["whole"] is True
    assert now["looked"] == now["rows"] == now["verdict"]["rows"] > 1200
    assert now["signed"]["seq"] == now["verdict"]["sealed"] > 1200
    assert now["signed"]["key"] == now["verdict"]["fingerprint"]
    (told,) = await rows(door, action="audit.verify")
    assert (told.entry.person, told.entry.object_kind) == ("operator", "audit")


async def test_verification_names_the_broken_row(door: House) -> None:
    await put(door, *(deed(object_id=f"AL-{n:04}") for n in range(20)))
    victim = (await rows(door, object_id="AL-0007"))[0].seq

    def forge(conn: Connection) -> None:
        table = " ON audit" if conn.dialect.name == "postgresql" else ""
        conn.execute(text(f"DROP TRIGGER audit_update{table}"))
        conn.execute(text("UPDATE audit SET person = 'bob' WHERE seq = :seq"), {"seq": victim})

    await door.services.ops.write(forge)
    async with officer(door) as client:
        verdict = (await verified(client))["verdict"]
    assert verdict["whole"] is False
    assert [(f["kind"], f["seq"]) for f in verdict["faults"]] == [("altered", victim)]
    assert f"row {victim}" in verdict["faults"][0]["words"]


async def test_a_verification_that_cannot_run_says_so(door: House, folder: Path) -> None:
    (folder / "keys" / "audit.pub").write_text("no key")
    async with officer(door) as client:
        now = await verified(client)
    assert now["state"] == "failed"
    assert now["failure"]


async def test_a_copy_to_take_away_verifies_elsewhere_and_leaves_nothing(
    door: House, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    await put(door, *(deed(object_id=str(n)) for n in range(30)))
    async with officer(door) as client:
        assert (await client.get("/api/v1/audit/export")).status_code == 422
        copy = await client.get("/api/v1/audit/export", params={"reason": "yearly copy"})
    assert copy.status_code == 200
    assert copy.headers["content-type"].startswith("application/x-ndjson")
    assert "tocsin-audit-" in copy.headers["content-disposition"]
    file = tmp_path_factory.mktemp("elsewhere") / "record.jsonl"
    file.write_bytes(copy.content)
    verdict = export.verify(file)
    assert verdict.whole, verdict.faults
    last = json.loads(json.loads(copy.content.splitlines()[-1])["body"])
    assert (last["action"], last["reason"], last["purpose"]) == ("audit.export", "yearly copy", "disclosure")
    assert list((folder / "exports").iterdir()) == []


async def test_none_of_it_is_for_others(door: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Session, "subject", lambda self: policy.person(self.person, ["administrator"]))
    async with door.signed_in() as client:
        for path in ("figures", "verification", "export?reason=curious"):
            assert (await client.get(f"/api/v1/audit/{path}")).status_code == 403, path
        assert (await client.post("/api/v1/audit/verification")).status_code == 403
