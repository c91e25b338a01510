"""Quality of series: the definitions by hand on small series, and what must hold of any."""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.lake.lakes import NOW, flow, reading, stored

from tocsin.kernel.errors import Invalid
from tocsin.kernel.events import Observation
from tocsin.lake.duck import connect
from tocsin.lake.rows import Rows, micros
from tocsin.lake.series.lister import SeriesLister
from tocsin.lake.series.quality import Bounds, listed
from tocsin.lake.series.records import Quality, Series, SeriesListAsked
from tocsin.lake.sql.personal import Personal
from tocsin.privacy.classes import read_classes

BOUNDS = (
    Bounds("ItemFlowObserved", "intensity", 0.0, 1000.0, ()),
    Bounds("*", "state", None, None, ("open", "shut")),
)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def measured(folder: Path, observations: Sequence[Observation], **how: Any) -> list[Series]:
    rows = Rows()
    for n, one in enumerate(observations):
        rows.add(one, micros(one.observed_at), micros(one.observed_at), "http", n + 1)
    file = folder / "readings.parquet"
    pq.write_table(pa.table(rows.table()), file)
    with connect() as duck:
        return listed(duck, [str(file)], SeriesListAsked(**({"at": NOW, "days": 7} | how)), BOUNDS)


def quality(folder: Path, observations: Sequence[Observation], **how: Any) -> Quality:
    (found,) = measured(folder, observations, **how)
    return found.quality


def test_a_series_that_never_misses(tmp_path: Path) -> None:
    found = quality(tmp_path, flow(100, step_s=60))
    assert (found.readings, found.interval_s, found.age_s, found.fresh) == (100, 60.0, 0.0, True)
    assert (found.completeness, found.validity) == (1.0, 1.0)
    assert found.drift is None, "one part has no readings"


def test_a_gap_and_silence_at_the_end_are_missing_readings(tmp_path: Path) -> None:
    whole = flow(100, step_s=60)
    holed = whole[:40] + whole[50:]
    assert quality(tmp_path, holed).completeness == 0.9
    ended = quality(tmp_path, whole[:90])
    assert ended.completeness == 90 / 99, "the last one is not late yet"
    assert (ended.age_s, ended.fresh) == (600.0, False)


def test_jitter_is_no_gap(tmp_path: Path) -> None:
    jittered = [
        reading(n, NOW - timedelta(seconds=60 * (99 - n) + (n % 3) * 9), intensity=1.0) for n in range(100)
    ]
    assert quality(tmp_path, jittered).completeness == 1.0


def test_what_the_model_holds_impossible_is_not_valid(tmp_path: Path) -> None:
    values: list[Any] = [0.0, 1000.0, -1.0, 1000.5, 5.0]
    made = [reading(n, NOW - n * HOUR, intensity=v) for n, v in enumerate(values)]
    assert quality(tmp_path, made).validity == 3 / 5
    words = [reading(n, NOW - n * HOUR, state=v) for n, v in enumerate(["open", "shut", "ajar", ""])]
    assert quality(tmp_path, words).validity == 2 / 4


def test_drift_is_seen_in_the_last_day_and_told_in_the_unit(tmp_path: Path) -> None:
    before = [reading(n, NOW - 3 * DAY + n * HOUR, intensity=float(n % 24)) for n in range(1, 49)]
    after = [reading(100 + n, NOW - DAY + n * HOUR, intensity=float(n % 24)) for n in range(1, 25)]
    same = quality(tmp_path, before + after)
    assert (same.drift, same.shift) == (0.0, 0.0)
    moved = [reading(100 + n, NOW - DAY + n * HOUR, intensity=n % 24 + 100.0) for n in range(1, 25)]
    apart = quality(tmp_path, before + moved)
    assert (apart.drift, apart.shift) == (1.0, 100.0)
    twelve = [reading(100 + n, NOW - DAY + n * HOUR, intensity=n % 24 + 12.0) for n in range(1, 25)]
    assert quality(tmp_path, before + twelve).drift == 0.5


def test_pages_filters_and_units(tmp_path: Path) -> None:
    made = [one for name in ("a", "b", "c") for one in flow(5, entity=name)] + [
        reading(50, NOW, type_name="Camera", entity="z", state="open")
    ]
    every = measured(tmp_path, made)
    assert [s.entity.rpartition(":")[2] for s in every] == ["z", "a", "b", "c"]
    assert [s.numeric for s in every] == [False, True, True, True]
    assert {s.unit for s in every} == {"C62"}
    first = measured(tmp_path, made, limit=2)
    assert first == every[:2]
    assert measured(tmp_path, made, after=(first[-1].entity, first[-1].attribute)) == every[2:]
    assert [s.type for s in measured(tmp_path, made, type_name="Camera")] == ["Camera"]
    assert measured(tmp_path, made, attribute="nothing") == []
    assert measured(tmp_path, made, at=NOW - DAY) == []


# what must hold of any series

values = st.floats(-50, 1050, allow_nan=False)
moments = st.lists(st.integers(0, 6 * 24 * 60), min_size=1, max_size=80, unique=True)


@st.composite
def series(draw: st.DrawFn) -> list[Observation]:
    minutes = draw(moments)
    return [
        reading(n, NOW - timedelta(minutes=m), intensity=draw(values)) for n, m in enumerate(sorted(minutes))
    ]


def any_series(fn: Any) -> Any:
    return settings(
        max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )(fn)


@any_series
@given(series())
def test_shares_are_shares_and_equal_the_definitions(tmp_path: Path, made: list[Observation]) -> None:
    found = quality(tmp_path, made)
    assert 0 <= found.validity <= 1
    assert found.completeness is None or 0 < found.completeness <= 1
    assert found.drift is None or 0 <= found.drift <= 1
    assert found.readings == len(made)
    assert found.validity == pytest.approx(
        sum(0 <= float(one.attributes[0].value or 0) <= 1000 for one in made) / len(made)  # type: ignore[arg-type]
    )
    assert (found.drift is None) == (found.shift is None)
    by_hand = _by_hand(made)
    assert (found.interval_s, found.completeness) == pytest.approx(by_hand[:2])
    assert found.drift == pytest.approx(by_hand[2])


@any_series
@given(series(), st.randoms())
def test_order_and_repetition_change_nothing(tmp_path: Path, made: list[Observation], chance: Any) -> None:
    shuffled = made + made[: len(made) // 2]
    chance.shuffle(shuffled)
    assert quality(tmp_path, shuffled) == quality(tmp_path, made)


@any_series
@given(series())
def test_silence_lowers_completeness_and_freshness(tmp_path: Path, made: list[Observation]) -> None:
    now, later = quality(tmp_path, made), quality(tmp_path, made, at=NOW + DAY, days=8)
    assert later.age_s == now.age_s + 86_400
    if now.completeness is not None and later.completeness is not None:
        assert later.completeness <= now.completeness
        assert now.fresh or not later.fresh


def _by_hand(made: list[Observation]) -> tuple[float | None, float | None, float | None]:
    """Interval, completeness and drift from the docstring, one reading after the other."""
    times = sorted((one.observed_at - NOW).total_seconds() for one in made)
    gaps = [b - a for a, b in itertools.pairwise(times)]
    interval = completeness = None
    if len(times) >= 3:
        interval = statistics.median(gaps)
        missing = sum(max(0, math.floor(gap / interval + 0.25) - 1) for gap in gaps)
        missing += max(0, math.floor(-times[-1] / interval - 0.25))
        completeness = len(times) / (len(times) + missing)
    parts: tuple[list[float], list[float]] = ([], [])
    for one in made:
        parts[one.observed_at > NOW - DAY].append(float(one.attributes[0].value or 0))  # type: ignore[arg-type]
    if min(len(part) for part in parts) < 20:
        return interval, completeness, None
    drift = max(
        abs(sum(v <= at for v in parts[0]) / len(parts[0]) - sum(v <= at for v in parts[1]) / len(parts[1]))
        for at in (*parts[0], *parts[1])
    )
    return interval, completeness, drift


async def test_personal_series_are_withheld_without_a_reason(tmp_path: Path) -> None:
    stored(
        tmp_path,
        flow(5),
        [reading(1, NOW, type_name="Vehicle", entity="p~1", speed=3.0)],
        [reading(2, NOW, type_name="Camera", licensePlate="p:abc", remark="p:def")],
    )
    lister = SeriesLister(tmp_path, Personal(read_classes(), {"ItemFlowObserved": {"intensity"}}), BOUNDS)
    try:
        plain = await lister.listed(SeriesListAsked(NOW))
        assert [s.attribute for s in plain.series] == ["intensity"]
        assert plain.withheld == ["Camera.licensePlate", "Vehicle.speed", "Camera.remark"]
        whole = await lister.listed(SeriesListAsked(NOW, personal=True))
        assert len(whole.series) == 4
        assert whole.withheld == []
        assert (await lister.listed(SeriesListAsked(NOW, limit=1))).more is False
        assert (await lister.listed(SeriesListAsked(NOW, limit=2, personal=True))).more is True
        with pytest.raises(Invalid):
            await lister.listed(SeriesListAsked(NOW, days=32))
    finally:
        lister.close()
