"""Analyses through the door: answers, what is withheld and recorded, results kept as entities."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from tests.api.house import House, house
from tests.lake.lakes import reading, stored

from tocsin.api.commands.analytics_kept import make_anew
from tocsin.api.lake import Tables
from tocsin.api.refreshing import Refreshing
from tocsin.app.lake_meaning import attributes, bounds
from tocsin.app.protecting import known_attributes
from tocsin.audit import repository as audit
from tocsin.bus.memory import MemoryBus
from tocsin.db import Database
from tocsin.db.migrate import upgrade
from tocsin.kernel.clock import WallClock
from tocsin.lake.asking import LakeAsked, LakeDesk
from tocsin.lake.erasure.eraser import Eraser
from tocsin.lake.kept import repository
from tocsin.lake.ledger import ledger_database
from tocsin.lake.series.lister import SeriesLister
from tocsin.lake.sql.personal import Personal
from tocsin.lake.sql.runner import Sql
from tocsin.ngsi.broker import Broker
from tocsin.normalise.models import read_models
from tocsin.privacy.classes import read_classes
from tocsin.privacy.retention import Retention
from tocsin.privacy.whose import Names

pytestmark = pytest.mark.timeout(120)
NOW = datetime.now(UTC).replace(microsecond=0)
HOURS = 24 * 24
FLOW = {"entity": "urn:ngsi-ld:ItemFlowObserved:K-01", "attribute": "intensity", "how": "sum"}
FORECAST = {"kind": "forecast", "series": [FLOW], "horizon": 24}


@dataclass
class City:
    door: House
    broker: Broker

    async def record(self) -> list[Any]:
        day = timedelta(days=1)
        found = await self.door.services.ops.read(
            lambda conn: list(audit.between(conn, NOW - day, NOW + day))
        )
        return [entry for entry in found if entry.action.startswith("lake.")]


@pytest.fixture
async def city(folder: Path, bus: MemoryBus) -> AsyncIterator[City]:
    lake, classes, models = folder / "lake", read_classes(), read_models()
    start = NOW - timedelta(hours=HOURS)
    flow = [
        reading(
            h, start + timedelta(hours=h), intensity=60 + 40 * math.sin(h / 24 * 2 * math.pi) + h * 7 % 11
        )
        for h in range(HOURS)
    ]
    camera = reading(9000, start, type_name="Camera", licensePlate="p:one", speed=50.0)
    stored(lake, [*flow, camera], accepted=NOW)
    means, personal = attributes(models, classes, Retention(400)), Personal(classes, known_attributes(models))
    ledger = ledger_database(folder)
    lister = SeriesLister(lake, personal, bounds(models))
    desk = LakeDesk(bus, Sql(lake, personal, means), lister, Eraser(lake, ledger))
    running = asyncio.create_task(desk.run())
    tables = Tables(LakeAsked(bus), means, lambda _: Names((), ()), zone="Europe/Helsinki")
    context = Database(folder / "context.db", durable=False)
    upgrade(context)
    broker = Broker.of(context, WallClock())
    async with house(folder, bus, tables=tables, ngsi=broker) as door:
        yield City(door, broker)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await broker.close()
    context.close()
    lister.close()
    ledger.close()


async def test_a_forecast_is_answered_and_recorded(city: City) -> None:
    async with city.door.program("read") as client:
        answer = await client.post("/api/v1/analytics", json=FORECAST)
        assert answer.status_code == 200, answer.text
    told = answer.json()
    made = told["result"]
    assert told["holidays"] == "FI"
    assert len(made["columns"]["p50"]) == 24
    assert made["learned"] is True
    assert made["zone"] == "Europe/Helsinki"
    assert {"origins", "better_by", "model", "naive"} <= made["forecast"]["tested"].keys()
    assert made["series"][0]["told"]["rows"] == HOURS
    (first,) = await city.record()
    assert first.action == "lake.analyse"
    assert first.detail["series"].endswith("K-01 intensity")


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"series": []}, "series"),
    ({"series": [FLOW, FLOW]}, "series"),
    ({"kind": "relation"}, "series"),
    ({"horizon": 0}, "horizon"),
    ({"horizon": 10**9}, "horizon"),
    ({"step_s": -1}, "step_s"),
    ({"hold_s": -5.0}, "hold_s"),
    ({"least_coverage": 2.0}, "least_coverage"),
    ({"holidays": "Narnia"}, "holidays"),
    ({"start": "2020-01-01T00:00:00Z"}, "start"),
    ({"end": "2020-01-01T00:00:00"}, "end"),
    ({"seconds": 1e9}, "seconds"),
    ({"series": [FLOW | {"entity": "a\u0000b"}]}, "entity"),
    ({"series": [{"entity": "urn:ngsi-ld:Camera:K-01", "attribute": "licensePlate"}]}, "series"),
]


async def test_what_is_out_of_bounds_is_refused_by_field(city: City) -> None:
    async with city.door.program("read") as client:
        for change, field in REFUSED:
            answer = await client.post("/api/v1/analytics", json=FORECAST | change)
            assert answer.status_code == 422, answer.text
            assert answer.json()["field"] == field, change
            assert answer.json()["cure"]


async def test_a_kept_forecast_is_an_entity_marked_as_advice_and_made_anew(city: City) -> None:
    given = {"name": "People tomorrow", "analysis": FORECAST, "every_s": 3600}
    async with city.door.program("read") as client:
        answer = await client.post("/api/v1/analytics/kept", json=given)
        assert answer.status_code == 201, answer.text
        kept = answer.json()
        assert (await client.get("/api/v1/analytics/kept")).json()["items"] == [kept]
        entity = await city.broker.reader.get(kept["entity"])
        assert entity is not None
        assert entity["type"][0].endswith("/Forecast")
        short = {iri.rsplit("/", 1)[-1]: value for iri, value in entity.items()}
        assert short["advice"][0]["value"] is True
        assert short["ofEntity"][0]["object"] == FLOW["entity"]
        assert len(short["forecast"][0]["value"]["p50"]) == 24
        assert short["forecast"][0]["unitCode"] == "C62"
        ops = city.door.services.ops
        refreshing = Refreshing(city.door.services)
        assert await refreshing.look() == 0, "an hour has not passed"
        row = await ops.read(lambda conn: repository.found(conn, kept["id"]))
        assert row is not None
        again = await make_anew(city.door.services, row)
        assert again.trouble == ""
        assert again.next_at is not None
        assert again.next_at >= again.tried_at + timedelta(hours=1)  # type: ignore[operator]
        broken = await make_anew(city.door.services, replace(again, asked=replace(again.asked, days=2.0)))
        assert "too few" in broken.trouble
        assert broken.next_at is not None, "and it is tried again"
        (told,) = (await client.get("/api/v1/analytics/kept")).json()["items"]
        assert told["trouble"] == broken.trouble
        assert broken.done_at == again.done_at, "the last result stays"
        changed = await city.broker.reader.get(kept["entity"])
        assert changed is not None
        assert changed["modifiedAt"] > entity["modifiedAt"]

        assert (await client.delete(f"/api/v1/analytics/kept/{kept['id']}")).status_code == 204
        assert await city.broker.reader.get(kept["entity"]) is None
        assert (await client.delete(f"/api/v1/analytics/kept/{kept['id']}")).status_code == 404
    assert [e.action for e in await city.record()] == ["lake.keep_analysis", "lake.drop_analysis"]


NOT_KEPT: list[tuple[dict[str, Any], str]] = [
    ({"name": " "}, "name"),
    ({"every_s": 60}, "every_s"),
    ({"analysis": FORECAST | {"reason": "case 7"}}, "reason"),
    ({"analysis": FORECAST | {"horizon": 500}}, "horizon"),
]


async def test_what_cannot_be_kept_is_refused(city: City) -> None:
    async with city.door.program("read") as client:
        for change, field in NOT_KEPT:
            given = {"name": "n", "analysis": FORECAST} | change
            answer = await client.post("/api/v1/analytics/kept", json=given)
            assert answer.status_code == 422, answer.text
            assert answer.json()["field"] == field
        assert (await client.get("/api/v1/analytics/kept")).json()["items"] == []
