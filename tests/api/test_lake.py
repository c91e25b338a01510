"""The lake through the door: SQL, series, erasures; who may, what is recorded, what is withheld."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.api.house import House, house
from tests.lake.lakes import flow, reading, stored

from tocsin.api.commands import lake as commands
from tocsin.api.lake import Tables
from tocsin.api.schemas_lake import NewErasure
from tocsin.app.lake_meaning import attributes, bounds
from tocsin.app.protecting import known_attributes
from tocsin.audit import repository as audit
from tocsin.bus.memory import MemoryBus
from tocsin.identity.policy import person
from tocsin.kernel.errors import Invalid
from tocsin.lake.asking import LakeAsked, LakeDesk
from tocsin.lake.erasure.eraser import Eraser
from tocsin.lake.ledger import ledger_database
from tocsin.lake.series.lister import SeriesLister
from tocsin.lake.sql.personal import Personal
from tocsin.lake.sql.runner import Sql
from tocsin.normalise.models import read_models
from tocsin.privacy.classes import read_classes
from tocsin.privacy.keys import Keys
from tocsin.privacy.retention import Retention
from tocsin.privacy.shield import PREFIX, pseudonym
from tocsin.privacy.whose import names_of

pytestmark = pytest.mark.timeout(120)
NOW = datetime.now(UTC).replace(microsecond=0)
PLATE = "ABC-123"


@dataclass
class City:
    door: House
    lake: Path
    keys: Keys

    async def record(self) -> list[Any]:
        return await self.door.services.ops.read(
            lambda conn: [
                entry
                for entry in audit.between(conn, NOW - timedelta(days=1), NOW + timedelta(days=1))
                if entry.action.startswith("lake.")
            ]
        )


@pytest.fixture
async def city(folder: Path, bus: MemoryBus) -> AsyncIterator[City]:
    lake, classes, models = folder / "lake", read_classes(), read_models()
    keys = Keys(folder / "keys", every="month", keep=timedelta(days=7))
    known = PREFIX + pseudonym(PLATE, keys.key("traffic", NOW, NOW), fold="alnum")
    stored(
        lake,
        # of this test's own moment: the module may have been read minutes ago
        flow(30, end=datetime.now(UTC).replace(microsecond=0)),
        [reading(100, NOW, type_name="Camera", licensePlate=known, speed=50.0)],
        accepted=NOW,
    )
    means, personal = attributes(models, classes, Retention(400)), Personal(classes, known_attributes(models))
    ledger = ledger_database(folder)
    lister = SeriesLister(lake, personal, bounds(models))
    desk = LakeDesk(bus, Sql(lake, personal, means), lister, Eraser(lake, ledger))
    running = asyncio.create_task(desk.run())
    tables = Tables(LakeAsked(bus), means, lambda one: names_of(one, classes, keys), ("The bus.",))
    async with house(folder, bus, tables=tables) as door:
        yield City(door, lake, keys)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    lister.close()
    ledger.close()


async def test_a_query_answers_in_json_and_is_recorded(city: City) -> None:
    sql = (
        "SELECT o.attribute, a.kind, count(*) AS n FROM observations o LEFT JOIN attributes a"
        " USING (type, attribute) WHERE entity LIKE $like GROUP BY ALL ORDER BY 1"
    )
    async with city.door.program("read") as client:
        given = {"sql": sql, "parameters": {"like": "%K-01"}}
        answer = await client.post("/api/v1/lake/query", json=given)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["rows"] == [["intensity", "number", 30], ["speed", None, 1]]
    assert [c["name"] for c in told["columns"]] == ["attribute", "kind", "n"]
    assert told["truncated"] is False
    (entry,) = await city.record()
    assert (entry.action, entry.person) == ("lake.query", "token:test")
    assert entry.detail["sql"].startswith("SELECT o.attribute")
    assert entry.detail["personal"] == "left out"


async def test_personal_readings_need_a_reason_and_it_is_recorded(city: City) -> None:
    given = {"sql": "SELECT text FROM observations WHERE attribute = 'licensePlate'"}
    async with city.door.program("read") as client:
        plain = (await client.post("/api/v1/lake/query", json=given)).json()
        assert plain["rows"] == []
        assert plain["withheld"] == ["Camera.licensePlate"]
        whole = (await client.post("/api/v1/lake/query", json=given | {"reason": "case 7"})).json()
        assert len(whole["rows"]) == 1
        assert whole["withheld"] == []
        series = (await client.get("/api/v1/lake/series")).json()
        assert {s["attribute"] for s in series["items"]} == {"intensity", "speed"}
        assert series["withheld"] == ["Camera.licensePlate"]
        all_ = (await client.get("/api/v1/lake/series", params={"reason": "case 7"})).json()
        assert "licensePlate" in {s["attribute"] for s in all_["items"]}
    told = [(e.action, e.reason) for e in await city.record()]
    assert told == [("lake.query", ""), ("lake.query", "case 7"), ("lake.series", "case 7")]


async def test_every_format_by_accept(city: City) -> None:
    given = {"sql": "SELECT value FROM observations WHERE attribute = 'intensity' ORDER BY 1", "rows": 3}
    async with city.door.program("read") as client:

        async def ask(accept: str) -> Any:
            return await client.post("/api/v1/lake/query", json=given, headers={"Accept": accept})

        arrow = await ask("application/vnd.apache.arrow.stream")
        assert pa.ipc.open_stream(arrow.content).read_all()["value"].to_pylist() == [0.0, 1.0, 2.0]
        assert (arrow.headers["tocsin-rows"], arrow.headers["tocsin-truncated"]) == ("3", "true")
        parquet = await ask("application/vnd.apache.parquet")
        assert pq.read_table(io.BytesIO(parquet.content))["value"].to_pylist() == [0.0, 1.0, 2.0]
        csv = await ask("text/csv, application/json;q=0.5")
        assert csv.text == "value\r\n0.0\r\n1.0\r\n2.0\r\n"
        assert (await ask("*/*")).json()["count"] == 3
        refused = await ask("image/png")
        assert (refused.status_code, refused.json()["field"]) == (422, "Accept")


async def test_a_large_answer_comes_whole(city: City) -> None:
    given = {"sql": "SELECT repeat('x', 1000) FROM range(6000)", "rows": 6000}
    async with city.door.program("read") as client:
        answer = await client.post("/api/v1/lake/query", json=given)
    assert len(answer.json()["rows"]) == 6000


@pytest.mark.parametrize(
    ("given", "field", "status"),
    [
        ({"sql": "SELEC 1"}, "sql", 422),
        ({"sql": "DROP VIEW observations"}, "sql", 422),
        ({"sql": "SELECT 1", "rows": 0}, "rows", 422),
        ({"sql": "SELECT 1", "rows": 10_000_000}, "rows", 422),
        ({"sql": "SELECT 1", "seconds": 3600}, "seconds", 422),
        ({"sql": "SELECT 1", "as_of": "2999-01-01T00:00:00Z"}, "at", 422),
        ({"sql": "SELECT 1", "as_of": "2026-01-01T00:00:00"}, "as_of", 422),
        ({"sql": "SELECT 1", "reason": "x" * 501}, "reason", 422),
    ],
)
async def test_refusals_name_field_and_cure(city: City, given: Any, field: str | None, status: int) -> None:
    async with city.door.program("read") as client:
        answer = await client.post("/api/v1/lake/query", json=given)
    assert answer.status_code == status
    if field:
        assert answer.json()["field"] == field
        assert answer.json()["cure"]


async def test_time_travel(city: City) -> None:
    given = {"sql": "SELECT count(*) FROM observations", "as_of": (NOW - timedelta(hours=1)).isoformat()}
    async with city.door.program("read") as client:
        assert (await client.post("/api/v1/lake/query", json=given)).json()["rows"] == [[0]]


async def test_the_schema_says_unit_and_meaning_of_all(city: City) -> None:
    async with city.door.program("read") as client:
        told = (await client.get("/api/v1/lake/schema")).json()
    assert [t["name"] for t in told["tables"]] == ["observations", "attributes"]
    assert all(c["meaning"] for t in told["tables"] for c in t["columns"])
    (no2,) = (a for a in told["attributes"] if (a["type"], a["attribute"]) == ("AirQualityObserved", "no2"))
    assert (no2["unit"], no2["unit_words"]) == ("GQ", "microgram per cubic metre")
    assert (no2["meaning"], no2["class"], no2["keep_days"]) == ("nitrogen dioxide", "none", 400)
    assert {a["class"] for a in told["attributes"]} > {"none"}, "some are personal, and kept shorter"
    assert min(a["keep_days"] for a in told["attributes"]) < 400


async def test_pages_of_series_lead_on(city: City) -> None:
    async with city.door.program("read") as client:
        first = (await client.get("/api/v1/lake/series", params={"limit": 1})).json()
        second = (await client.get("/api/v1/lake/series", params={"limit": 1, "after": first["next"]})).json()
    assert second["next"] is None
    names = [s["attribute"] for s in (*first["items"], *second["items"])]
    assert names == ["speed", "intensity"]
    assert second["items"][0]["quality"]["completeness"] > 0.9


async def test_a_person_is_erased_by_who_oversees_and_nobody_else(city: City) -> None:
    given = {"identifier": "abc 123", "reason": "request 12 of 21 November"}
    async with city.door.signed_in() as operator:
        assert (await operator.post("/api/v1/lake/erasures", json=given)).status_code == 403
    officer = person("eva", ["ethics officer"])
    ask = city.door.services
    with pytest.raises(Invalid, match="reason"):
        await commands.erase(ask, officer, NewErasure(reason=" ", identifier=PLATE))
    for wrong in ({"identifier": "x"}, {}, {"pseudonym": "abc"}):
        with pytest.raises(Invalid):
            await commands.erase(ask, officer, NewErasure(reason="r", **wrong))
    done = await commands.erase(ask, officer, NewErasure(**given))
    assert (done.rows, done.readings, done.names) == (2, 1, done.names)
    assert done.elsewhere == ["The bus."]
    entries = [e for e in await city.record() if e.action == "lake.erase"]
    assert [e.reason for e in entries if e.outcome == "done"] == [given["reason"]]
    assert "123" not in str(entries[-1].detail), "the record does not keep what was erased"
    async with city.door.program("read") as client:
        left = await client.post(
            "/api/v1/lake/query", json={"sql": "SELECT count(*) FROM observations", "reason": "check"}
        )
    assert left.json()["rows"] == [[30]]


async def test_without_the_lakes_process_it_says_so(folder: Path, bus: MemoryBus) -> None:
    async with house(folder, bus) as door, door.program("read") as client:
        assert (await client.post("/api/v1/lake/query", json={"sql": "SELECT 1"})).status_code == 503
        assert (await client.get("/api/v1/lake/schema")).status_code == 503


@pytest.mark.parametrize(
    "body",
    [
        b'{"sql": "SELECT ?", "parameters": ["\\ud800"]}',
        b'{"sql": "SELECT \'\\ud800\'"}',
        b'{"sql": "SELECT ?", "parameters": [1e999]}',
        b'{"sql": "SELECT 1", "parameters": {"a": 1}}',
        b'{"sql": "SELECT 1", "parameters": [{"a": []}, 2]}',
        b'{"sql": "SELECT 1", "parameters": 7}',
        b'{"sql": "SELECT ?", "parameters": []}',
        b'{"sql": 1}',
        b'{"sql": "SELECT 1", "more": 1}',
        b'{"sql": "SELECT 1", "seconds": NaN}',
        b"\xff",
    ],
)
async def test_bodies_that_are_none_are_refused(city: City, body: bytes) -> None:
    async with city.door.program("read") as client:
        answer = await client.post("/api/v1/lake/query", content=body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["cure"]


async def test_whole_numbers_of_any_size_are_bound(city: City) -> None:
    async with city.door.program("read") as client:
        for given in (2**53 + 1, 2**63 - 1, -(2**63)):
            asked: dict[str, Any] = {"sql": "SELECT ?::VARCHAR", "parameters": [given]}
            answer = await client.post("/api/v1/lake/query", json=asked)
            assert answer.json()["rows"] == [[str(given)]]
        for given in (2**63, 2**70, -(2**63) - 1):
            asked = {"sql": "SELECT ?::VARCHAR", "parameters": [[given]]}
            answer = await client.post("/api/v1/lake/query", json=asked)
            assert (answer.status_code, answer.json()["field"]) == (422, "parameters")
            assert "::HUGEINT" in answer.json()["cure"]
