"""Rows of an answer as JSON, CSV, Arrow or Parquet, bounded in rows and bytes."""

from __future__ import annotations

import base64
import csv
import io
import math
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from tocsin.kernel.clock import iso
from tocsin.kernel.errors import TooLarge
from tocsin.lake.sql.records import Format

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_BATCH = 1024
#: whole numbers beyond are not exact in every reader of JSON (RFC 8259, section 6)
_EXACT = 2**53 - 1
_encode = msgspec.json.Encoder().encode


def encoded(
    found: DuckDBPyConnection, form: Format, max_rows: int, max_bytes: int
) -> tuple[bytes, int, bool]:
    """The rows, how many, and whether there were more. Raises ``TooLarge``.

    JSON: a list of rows, each a list. Whole numbers beyond 2^53 - 1 and decimals that no double holds are
    strings, as are NaN and infinities; times are RFC 3339; bytes base64; intervals ISO 8601 seconds.
    """
    if form in ("arrow", "parquet"):
        return _columns(found, form, max_rows, max_bytes)
    if form == "csv":
        return _rows(found, _Csv([d[0] for d in found.description or []]), max_rows, max_bytes)
    return _rows(found, _Json(), max_rows, max_bytes)


def too_large(max_bytes: int) -> TooLarge:
    return TooLarge(
        f"the answer is larger than {max_bytes // 2**20} MiB",
        field="sql",
        cure="ask for fewer rows or columns, or aggregate them; tocsin lake export writes all",
    )


def _rows(
    found: DuckDBPyConnection, writer: _Json | _Csv, max_rows: int, max_bytes: int
) -> tuple[bytes, int, bool]:
    count = 0
    while rows := found.fetchmany(min(_BATCH, max_rows - count + 1)):
        for row in rows[: max_rows - count]:
            writer.add(row)
        if writer.size > max_bytes:
            raise too_large(max_bytes)
        if count + len(rows) > max_rows:
            return writer.done(), max_rows, True
        count += len(rows)
    return writer.done(), count, False


class _Json:
    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self.size = 2

    def add(self, row: tuple[Any, ...]) -> None:
        part = _encode([plain(value) for value in row])
        self._parts.append(part)
        self.size += len(part) + 1

    def done(self) -> bytes:
        return b"[" + b",".join(self._parts) + b"]"


class _Csv:
    """RFC 4180; nothing between two commas is null, ``""`` an empty text."""

    def __init__(self, names: list[str]) -> None:
        self._out = io.StringIO(newline="")
        self._writer = csv.writer(self._out, lineterminator="\r\n")
        self._writer.writerow(names)
        self.size = self._out.tell()

    def add(self, row: tuple[Any, ...]) -> None:
        self._out.write(",".join(map(_cell, row)) + "\r\n")
        self.size = self._out.tell()

    def done(self) -> bytes:
        return self._out.getvalue().encode("utf-8", "replace")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    value = plain(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        value = _encode(value).decode()
    if isinstance(value, str):
        return f'"{value.replace(chr(34), chr(34) * 2)}"' if not value or _AWKWARD & set(value) else value
    return repr(value)


_AWKWARD = frozenset('",\r\n')


def plain(value: Any) -> Any:
    """A value of DuckDB as JSON has it."""
    make = _PLAIN.get(type(value))
    if make is not None:
        return make(value)
    return value if value is None or isinstance(value, bool | str) else str(value)


def _whole(value: int) -> int | str:
    return value if -_EXACT <= value <= _EXACT else str(value)


def _double(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")


def _decimal(value: Decimal) -> float | str:
    near = float(value)
    return near if math.isfinite(near) and Decimal(repr(near)) == value else str(value)


_PLAIN: dict[type, Callable[[Any], Any]] = {
    int: _whole,
    float: _double,
    Decimal: _decimal,
    datetime: lambda v: iso(v) if v.tzinfo else v.isoformat(),
    date: lambda v: v.isoformat(),
    time: lambda v: v.isoformat(),
    timedelta: lambda v: f"PT{v.total_seconds():f}".rstrip("0").rstrip(".") + "S",
    bytes: lambda v: base64.b64encode(v).decode(),
    UUID: str,
    list: lambda v: [plain(one) for one in v],
    tuple: lambda v: [plain(one) for one in v],
    dict: lambda v: {str(plain(key)): plain(one) for key, one in v.items()},
}


def _columns(
    found: DuckDBPyConnection, form: Format, max_rows: int, max_bytes: int
) -> tuple[bytes, int, bool]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    reader: Any = found.to_arrow_reader(_BATCH)
    out, count, truncated = io.BytesIO(), 0, False
    writer: Any = pa.ipc.new_stream(out, reader.schema) if form == "arrow" else None
    writer = writer or pq.ParquetWriter(out, reader.schema, compression="zstd")
    for batch in _batches(reader):
        part = batch.slice(0, max_rows - count)
        truncated = part.num_rows < batch.num_rows
        if part.num_rows:
            writer.write_batch(part)
        count += part.num_rows
        if out.tell() > max_bytes:
            raise too_large(max_bytes)
        if truncated:
            break
    writer.close()
    if out.tell() > max_bytes:
        raise too_large(max_bytes)
    return out.getvalue(), count, truncated


def _batches(reader: Any) -> Iterator[Any]:
    while True:
        try:
            yield reader.read_next_batch()
        except StopIteration:
            return
