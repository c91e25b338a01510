"""The table is anybody's: DuckDB and Polars read it from the folder, without Tocsin."""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl
import pytest
from tests.lake.lakes import NOW, flow, reading, stored

from tocsin.lake.bucket import table_folder


@pytest.fixture
def table(tmp_path: Path) -> Path:
    shelf = stored(tmp_path, *([one] for one in flow(10)), [reading(90, NOW, state="open", entity="K-02")])
    shelf.compact()  # ten files of earlier versions lie beside the one that counts
    return table_folder(tmp_path)


def test_polars_reads_the_delta_table(table: Path) -> None:
    read = pl.scan_delta(str(table)).filter(pl.col("attribute") == "intensity")
    found = read.group_by("entity", "day").agg(pl.len(), pl.col("value").mean().alias("mean")).collect()
    assert found.rows() == [("urn:ngsi-ld:ItemFlowObserved:K-01", NOW.date(), 10, 4.5)]
    assert dict(read.collect_schema())["observed_at"] == pl.Datetime("us", "UTC")


def test_duckdb_reads_what_the_log_names(table: Path) -> None:
    from deltalake import DeltaTable

    rows = duckdb.connect().from_arrow(DeltaTable(table).to_pyarrow_dataset()).filter("attribute IS NOT NULL")
    assert rows.aggregate("count(*), count(DISTINCT entity)").fetchall() == [(11, 2)]
    files = DeltaTable(table).file_uris()
    direct = duckdb.connect().execute(
        "SELECT count(*) FROM read_parquet(?, hive_partitioning = true)", [files]
    )
    assert direct.fetchone() == (11,)
