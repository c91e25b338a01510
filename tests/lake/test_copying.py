"""Copies in files: whole or in part, without personal data unless asked for."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.lake.buckets import HomeOf
from tests.lake.lakes import NOW, flow, reading, stored

from tocsin.kernel.errors import Invalid, NotFound
from tocsin.lake.bucket import Home
from tocsin.lake.copying import copy
from tocsin.privacy.classes import read_classes


@pytest.fixture
def lake(tmp_path: Path, home_of: HomeOf) -> Home:
    folder = home_of(tmp_path / "lake")
    stored(folder, flow(10), [reading(50, NOW, type_name="Camera", licensePlate="p:abc", fps=25.0)])
    return folder


def written(lake: Home, out: Path, **how: Any) -> int:
    return copy(lake, out, read_classes(), {"ItemFlowObserved": {"intensity"}}, **how)


@pytest.mark.parametrize("end", [".parquet", ".csv", ".csv.gz"])
def test_every_format_holds_every_row(lake: Home, tmp_path: Path, end: str) -> None:
    out = tmp_path / f"copy{end}"
    assert written(lake, out) == 11
    assert duckdb.connect().execute(f"SELECT count(*), max(value) FROM '{out}'").fetchone() == (11, 25.0)


def test_personal_data_is_left_out_unless_asked_for(lake: Home, tmp_path: Path) -> None:
    assert written(lake, tmp_path / "plain.parquet", type_name="Camera") == 1
    assert written(lake, tmp_path / "whole.parquet", type_name="Camera", personal=True) == 2


def test_a_time_and_an_entity(lake: Home, tmp_path: Path) -> None:
    period = {"start": NOW - timedelta(minutes=5), "end": NOW}
    assert written(lake, tmp_path / "a.csv", **period) == 5
    assert written(lake, tmp_path / "b.csv", entity="urn:ngsi-ld:Camera:K-01") == 1


def test_refusals(lake: Home, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="no such format"):
        written(lake, tmp_path / "copy.xlsx")
    (tmp_path / "there.csv").write_text("mine")
    with pytest.raises(Invalid, match="there already"):
        written(lake, tmp_path / "there.csv")
    with pytest.raises(NotFound):
        written(lake, tmp_path / "none.csv", end=NOW - timedelta(days=900))
    with pytest.raises(NotFound):
        written(tmp_path / "empty", tmp_path / "none.csv")
