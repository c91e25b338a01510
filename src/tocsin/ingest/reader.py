"""Reads a recorded file into rows in order of time: the shape half of a mapping at work.

A row is one reading, as the JSON object that ``POST /ingest/mapped/{name}`` takes. Cells that mean "no value"
are no readings: they are counted, not sent. Everything else is sent, also what normalise will quarantine.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from tocsin.kernel.errors import Invalid, NotFound, TooLarge
from tocsin.sdk.mapping import Mapping, Shape
from tocsin.sdk.reading import Refused
from tocsin.sdk.rows import RowReader

#: they are sorted in memory: about 250 bytes each
MAX_READINGS = 5_000_000

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Recorded:
    """``rows``: (POSIX seconds, JSON object), in order of time; a row without a time keeps its place.

    ``missing``: rows and cells that mean "no value". ``first`` and ``last`` in POSIX seconds.
    """

    rows: list[tuple[float, bytes]]
    missing: int
    first: float
    last: float


def read_recorded(path: Path, mapping: Mapping) -> Recorded:
    """All of a file. Blocks. Raises ``NotFound``, ``Invalid`` (with the line), ``TooLarge``."""
    reader = RowReader(mapping)
    rows: list[tuple[float, bytes]] = []
    missing = 0
    before = first = 0.0
    in_order = True
    for row in _rows(path, mapping):
        if not reader.has_value(row):
            missing += 1
            continue
        if len(rows) == MAX_READINGS:
            raise TooLarge("the file has too many readings", field="file", value=path, cure="split it by day")
        try:
            at = reader.observed_at(row).timestamp()
        except Refused:
            at = before
        if not rows:
            first = at
        in_order = in_order and at >= before
        before = at
        rows.append((at, _encode(row)))
    if not rows:
        raise Invalid(
            "the file has no readings", field="file", value=path,
            cure=f"{missing} were missing; compare [file], missing and [attributes] with it",
        )  # fmt: skip
    if not in_order:
        rows.sort(key=lambda one: one[0])
        first = rows[0][0]
    return Recorded(rows, missing, first, rows[-1][0])


def _rows(path: Path, mapping: Mapping) -> Iterator[dict[str, Any]]:
    shape = mapping.file
    number_needed = mapping.time.start is not None
    stem = path.name.removesuffix(".gz").rpartition(".")[0] or path.name
    for number, plain in enumerate(_plain_rows(path, shape)):
        if number_needed:
            plain["@row"] = number
        plain["@file"] = stem
        if shape.wide is None:
            yield plain
            continue
        kept = {name: plain.pop(name, None) for name in (*shape.wide.keep, "@file")}
        if number_needed:
            kept["@row"] = plain.pop("@row")
        for column, cell in plain.items():
            yield {"@column": column, "@cell": cell, **kept}


def _plain_rows(path: Path, shape: Shape) -> Iterator[dict[str, Any]]:
    readers = {"csv": _csv, "jsonl": _json_lines, "parquet": _parquet}
    try:
        with path.open("rb") as raw:
            packed = path.name.endswith(".gz")
            file: BinaryIO = gzip.GzipFile(fileobj=raw) if packed else raw  # type: ignore[assignment]
            yield from readers[shape.format](file, shape)
    except FileNotFoundError:
        raise NotFound("no such file", field="file", value=path, cure="check the path") from None
    except (gzip.BadGzipFile, EOFError) as error:
        raise Invalid(
            f"the file cannot be unpacked: {error}", field="file", value=path, cure="copy it anew"
        ) from None
    except OSError as error:
        raise Invalid(
            f"the file cannot be read: {error.strerror or error}", field="file", value=path
        ) from None


def _csv(file: BinaryIO, shape: Shape) -> Iterator[dict[str, Any]]:
    try:
        text = io.TextIOWrapper(file, encoding=shape.encoding, newline="")
    except LookupError:
        raise Invalid("no such encoding", field="file.encoding", value=shape.encoding, cure="utf-8") from None
    lines = csv.reader(text, delimiter=shape.delimiter)
    try:
        yield from _cells(lines, shape)
    except csv.Error as error:
        raise Invalid(f"line {lines.line_num}: {error}", field="file", cure="correct that line") from None
    except UnicodeDecodeError as error:
        raise Invalid(
            f"not {shape.encoding} near line {lines.line_num}", field="file.encoding",
            value=error.object[error.start : error.start + 8], cure='for example encoding = "latin-1"',
        ) from None  # fmt: skip
    finally:
        text.detach()  # the file is closed by who opened it


def _cells(lines: Iterator[list[str]], shape: Shape) -> Iterator[dict[str, Any]]:
    header = list(shape.columns) or next(lines, [])
    if len(set(header)) != len(header):
        twice = next(name for name in header if header.count(name) > 1)
        raise Invalid("two columns of one name", field="header", value=twice, cure="name them: columns = […]")
    for cells in lines:
        if not cells:
            continue
        row: dict[str, Any] = dict(zip(header, cells, strict=False))
        if len(cells) > len(header):
            row["@extra"] = cells[len(header) :]
        yield row


def _json_lines(file: BinaryIO, shape: Shape) -> Iterator[dict[str, Any]]:
    del shape
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            document = msgspec.json.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise Invalid(f"line {number}: {error}", field="file", cure="one JSON object a line") from None
        if not isinstance(document, dict):
            raise Invalid(f"line {number} is no JSON object", field="file", cure="one JSON object a line")
        yield document


def _parquet(file: BinaryIO, shape: Shape) -> Iterator[dict[str, Any]]:
    del shape
    import pyarrow
    from pyarrow import parquet

    try:
        for batch in parquet.ParquetFile(file).iter_batches(10_000):
            for row in batch.to_pylist():
                yield {name: _cell(value) for name, value in row.items()}
    except pyarrow.ArrowException as error:
        raise Invalid(
            f"not Parquet: {error}", field="file", cure="check the file and [file] format"
        ) from None


def _cell(value: Any) -> Any:
    """A Parquet value as JSON has it; NaN is Arrow's and pandas's way to say that there is none."""
    if isinstance(value, float) and not isfinite(value):
        return None
    if isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, (str, int, float, bool, dict, list)) or value is None else str(value)
