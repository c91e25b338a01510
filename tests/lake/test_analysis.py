"""Analyses in the sealed process: what they answer, what stays hidden, what is refused."""

from __future__ import annotations

import math
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pytest
from tests.lake.lakes import NOW, job, reading, stored

from tocsin.kernel.errors import Invalid
from tocsin.lake.analysis.records import Analysed, Analysis, SeriesName
from tocsin.lake.rows import micros
from tocsin.lake.sql import sandbox
from tocsin.lake.sql.records import SqlAnswer

pytestmark = pytest.mark.timeout(120)
DAYS = 30
ENTITY = "urn:ngsi-ld:ItemFlowObserved:K-01"
FLOW = SeriesName(ENTITY, "intensity", "sum")


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A month of hours; a second series that follows by two hours; one hour is missing."""
    folder = tmp_path_factory.mktemp("state") / "lake"
    start = NOW - timedelta(days=DAYS)
    busy = [50 + 40 * math.sin(h / 24 * 2 * math.pi) + 7 * math.sin(h * h) for h in range(DAYS * 24)]
    rows = [
        reading(h, start + timedelta(hours=h), intensity=busy[h], late=busy[max(h - 2, 0)], word="open")
        for h in range(DAYS * 24)
        if h != 500
    ]
    stored(folder, rows)
    return folder


async def run(lake: Path, kind: str, *series: SeriesName, form: str = "json", **more: Any) -> SqlAnswer:
    hidden = more.pop("hidden", [])
    asked = Analysis(
        kind=kind,  # type: ignore[arg-type]
        series=list(series or [FLOW]),
        start_us=micros(NOW - timedelta(days=DAYS)),
        end_us=micros(NOW),
        zone="Europe/Helsinki",
        **more,
    )
    return await sandbox.run(job(lake, "", analysis=asked, format=form, hidden=hidden))


def told(answer: SqlAnswer) -> Analysed:
    return msgspec.json.decode(answer.data, type=Analysed)


async def test_an_hour_that_is_missing_is_seen_and_filled_as_asked(lake: Path) -> None:
    answer = await run(lake, "aggregate", form="arrow")
    table = pa.ipc.open_stream(answer.data).read_all()
    assert str(table.schema.field("time").type) == "timestamp[us, tz=UTC]"
    plain = msgspec.json.decode(table.schema.metadata[b"tocsin"], type=Analysed)
    values = table.column("value").to_pylist()
    assert plain.step_s == 3600
    assert values.count(None) == 1
    assert table.column("coverage").to_pylist()[values.index(None)] == 0.0
    assert (plain.series[0].unit, plain.series[0].told.rows) == ("C62", DAYS * 24 - 1)
    assert not plain.learned
    made = told(await run(lake, "fill", way="usual", longest=1))
    assert made.columns["filled"].count(True) == 1
    assert made.columns["value"].count(None) == 0


async def test_a_forecast_comes_with_its_test_and_the_past(lake: Path) -> None:
    made = told(await run(lake, "forecast", horizon=48))
    assert made.forecast is not None
    assert made.learned
    assert made.forecast.tested.origins >= 2
    assert len(made.columns["p50"]) == len(made.columns["time"]) == 48
    assert all(a <= b for a, b in zip(made.columns["p10"], made.columns["p90"], strict=True))
    assert len(made.past["value"]) == DAYS * 24
    assert made.past["time"][-1] < made.columns["time"][0]


async def test_two_series_are_related_at_their_lag(lake: Path) -> None:
    made = told(await run(lake, "relation", FLOW, SeriesName(ENTITY, "late", "sum")))
    assert made.relation is not None
    assert made.relation.lag_s == 7200
    assert made.relation.spearman > 0.8
    assert "no-cause" in {note.code for note in made.notes}


async def test_a_baseline_has_a_row_for_each_hour_of_each_kind_of_day(lake: Path) -> None:
    answer = await run(lake, "baseline")
    made = told(answer)
    assert len(made.columns["p50"]) == 8 * 24 == answer.facts.rows
    assert made.series[0].entity == ENTITY
    assert made.columns["days"][0] >= 4
    assert made.learned


@pytest.mark.parametrize(
    ("kind", "series", "more"),
    [
        ("aggregate", [SeriesName("urn:ngsi-ld:None:1", "intensity")], {}),
        ("aggregate", [SeriesName(ENTITY, "word")], {}),
        ("aggregate", [FLOW], {"hidden": [("ItemFlowObserved", "intensity")]}),
        ("forecast", [FLOW], {"horizon": 40 * 24}),
    ],
)
async def test_what_cannot_be_answered_is_refused(lake: Path, kind: str, series: Any, more: Any) -> None:
    with pytest.raises(Invalid) as refused:
        await run(lake, kind, *series, **more)
    assert refused.value.field
    assert refused.value.cure
