"""Terms of single classes of readings, on a real table: what is past its own goes, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from tests.lake.buckets import HomeOf
from tests.lake.lakes import NOW, reading, stored

from tocsin.kernel.events import Observation
from tocsin.lake.aging import Aging
from tocsin.lake.duck import connect
from tocsin.lake.shelf import Shelf
from tocsin.privacy.retention import read_retention

TODAY = NOW.date()
AGES = (0, 5, 6, 20, 21, 50)


def left(shelf: Shelf) -> set[tuple[str, str | None, int]]:
    """(type, attribute, days old) of every row."""
    shelf.refresh()
    with connect() as duck:
        rows = duck.execute(
            "SELECT type, attribute, ?::DATE - observed_at::DATE FROM read_parquet(?)", [TODAY, shelf.files()]
        ).fetchall()
    return set(rows)


@pytest.fixture
def shelf(tmp_path: Path, home_of: HomeOf) -> Shelf:
    """On each of these days a counter with two attributes, and a place without any; one commit a day."""
    commits = []
    for n, age in enumerate(AGES):
        at = NOW - timedelta(days=age)
        bare = Observation(f"b{n}", "urn:ngsi-ld:Device:D-1", "Device", at, ())
        commits.append([reading(n, at, intensity=1.0, speed=2.0), bare])
    return stored(home_of(tmp_path), *commits)


def ages(rows: set[tuple[str, str | None, int]], type_name: str, attribute: str | None) -> set[int]:
    return {age for one, name, age in rows if (one, name) == (type_name, attribute)}


def test_each_class_by_its_own_term(shelf: Shelf) -> None:
    aging = Aging(read_retention(20, "ItemFlowObserved.speed=5 Device=0"))
    # speed: days 6, 20, 21, 50; intensity: 21, 50
    assert aging.once(shelf, TODAY) == 6
    rows = left(shelf)
    assert ages(rows, "ItemFlowObserved", "speed") == {0, 5}
    assert ages(rows, "ItemFlowObserved", "intensity") == {0, 5, 6, 20}
    assert ages(rows, "Device", None) == set(AGES)
    assert aging.once(shelf, TODAY) == 0, "what is done is done"


def test_a_class_may_outlive_the_others(shelf: Shelf) -> None:
    assert Aging(read_retention(5, "ItemFlowObserved=30")).once(shelf, TODAY) == 4 + 2
    rows = left(shelf)
    assert ages(rows, "ItemFlowObserved", "speed") == {0, 5, 6, 20, 21}
    assert ages(rows, "Device", None) == {0, 5}


def test_a_day_of_which_nothing_stays_goes_as_whole_files(shelf: Shelf) -> None:
    before = set(shelf.files())
    Aging(read_retention(20, "Device=5")).once(shelf, TODAY)
    shelf.refresh()
    days = {path: day for day, paths in shelf.files_of_days(None, None).items() for path in paths}
    untouched = before & set(shelf.files())
    assert {TODAY - days[path] for path in untouched} == {timedelta(days=0), timedelta(days=5)}
    assert min(days.values()) == TODAY - timedelta(days=20)


def test_without_classes_whole_days_go_as_ever(shelf: Shelf) -> None:
    assert Aging(read_retention(20, "")).once(shelf, TODAY) == 6
    assert {age for _, _, age in left(shelf)} == {0, 5, 6, 20}
    assert Aging(read_retention(0, "")).once(shelf, TODAY) == 0


def test_names_with_quotes_are_only_names(tmp_path: Path) -> None:
    at = NOW - timedelta(days=9)
    shelf = stored(tmp_path, [reading(1, at, **{"a' OR 'x' = 'x": 1.0, "kept": 2.0})])
    assert Aging(read_retention(400, "*.a?*=3")).once(shelf, TODAY) == 1
    assert {name for _, name, _ in left(shelf)} == {"kept"}
