"""Writes the recorded answer anew: ``python <this file>``. Decided beforehand; the service's columns."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

HERE = Path(__file__).parent / "recorded"


def hour(at: int) -> datetime:
    return datetime(2026, 11, 22, at)  # noqa: DTZ001 - the service tells none


POINTS = {
    "IT/SPO.IT1453A_8_chemi": (8, "ug.m-3", [(16, "38.2", 1), (17, "41.5", 1), (15, "-999", -1)]),
    "IT/SPO.IT1453A_10_ndir": (10, "mg.m-3", [(17, "0.4", 2)]),
}

if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    with zipfile.ZipFile(HERE / "answer.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for point, (pollutant, unit, values) in POINTS.items():
            table = pa.table(
                {
                    "Samplingpoint": [point] * len(values),
                    "Pollutant": pa.array([pollutant] * len(values), pa.int32()),
                    "Start": pa.array([hour(at) for at, _, _ in values], pa.timestamp("ns")),
                    "End": pa.array([hour(at + 1) for at, _, _ in values], pa.timestamp("ns")),
                    "Value": pa.array([Decimal(v) for _, v, _ in values], pa.decimal128(38, 18)),
                    "Unit": [unit] * len(values),
                    "AggType": ["hour"] * len(values),
                    "Validity": pa.array([valid for _, _, valid in values], pa.int32()),
                    "Verification": pa.array([3] * len(values), pa.int32()),
                }
            )
            file = io.BytesIO()
            pq.write_table(table, file)
            archive.writestr(f"E2a/{point.rpartition('/')[2]}.parquet", file.getvalue())
