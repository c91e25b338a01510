"""Rows out of a ZIP of Parquet files, bounded in every way that such a file can swell. Pure."""

from __future__ import annotations

import io
import zipfile
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

from tocsin.kernel.clock import iso
from tocsin.kernel.errors import Unavailable

MOST_FILES = 400
MOST_UNPACKED = 256 * 1024 * 1024
MOST_ROWS = 50_000
_COLUMNS = ("Samplingpoint", "Pollutant", "Start", "End", "Value", "Unit", "Validity")


def rows(archive: bytes, zone: timedelta, since: datetime) -> list[dict[str, Any]]:
    """Valid values that ended after ``since``, times in UTC. Raises ``Unavailable``."""
    import pyarrow
    import pyarrow.parquet

    made: list[dict[str, Any]] = []
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            files = [one for one in opened.infolist() if one.filename.endswith(".parquet")]
            if len(files) > MOST_FILES or sum(one.file_size for one in files) > MOST_UNPACKED:
                raise Unavailable("the answer unpacks to too much", field="city", cure="ask for less")
            for file in files:
                with opened.open(file) as packed:
                    content = packed.read(file.file_size + 1)
                parquet = pyarrow.parquet.ParquetFile(io.BytesIO(content))
                if parquet.metadata.num_rows > 1_000_000:
                    raise Unavailable("a file of too many rows", field="city", cure="ask for less")
                table = parquet.read(columns=list(_COLUMNS))
                made += _of(table.to_pylist(), zone, since)
                if len(made) > MOST_ROWS:
                    raise Unavailable("too many values", field="city", cure="ask for less")
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        zlib.error,
        RuntimeError,
        pyarrow.ArrowException,
        OSError,
        EOFError,
    ) as error:
        raise Unavailable(f"no archive of EEA: {type(error).__name__}", field="address") from error
    return made


def _of(table: list[dict[str, Any]], zone: timedelta, since: datetime) -> list[dict[str, Any]]:
    made = []
    for row in table:
        start, end = _utc(row.get("Start"), zone), _utc(row.get("End"), zone)
        valid = type(row.get("Validity")) is int and row["Validity"] > 0
        if valid and start and end and end > since and row.get("Value") is not None:
            made.append(
                {
                    "point": str(row.get("Samplingpoint")),
                    "pollutant": row.get("Pollutant"),
                    "start": iso(start),
                    "end": iso(end),
                    "value": str(row["Value"]),
                    "unit": str(row.get("Unit")),
                }
            )
    return made


def _utc(stated: object, zone: timedelta) -> datetime | None:
    if not isinstance(stated, datetime):
        return None
    try:
        return stated.astimezone(UTC) if stated.tzinfo else (stated - zone).replace(tzinfo=UTC)
    except OverflowError:
        return None
