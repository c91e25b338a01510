"""The readings of a file, each as a JSON reading. Pure."""

from __future__ import annotations

import csv
import io
import json

import msgspec

from tocsin.kernel.errors import Invalid

MOST_BYTES = 64 * 1024 * 1024
MOST_READINGS = 500_000
MOST_COLUMNS = 200
ENDINGS = (".json", ".jsonl", ".ndjson", ".csv")
#: columns that stay texts whatever they look like
_TEXTS = frozenset({"id", "type", "observedAt", "messageId"})


def readings(content: bytes, ending: str) -> list[bytes]:
    """In the file's order. Raises ``Invalid`` that says where it is no such file."""
    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        content.decode()
    except UnicodeDecodeError as error:
        raise Invalid(f"not UTF-8 at byte {error.start}", field="file", cure="save it as UTF-8") from None
    made = _rows(content) if ending == ".csv" else _json(content) if ending == ".json" else _lines(content)
    if not made:
        raise Invalid("no reading in it", field="file", cure="a list of readings; see docs/howto/feeds.md")
    if len(made) > MOST_READINGS:
        raise Invalid(f"{len(made)} readings", field="file", cure=f"at most {MOST_READINGS} in a file")
    return made


def _json(content: bytes) -> list[bytes]:
    try:
        if content.lstrip()[:1] == b"{":
            return [bytes(msgspec.json.decode(content, type=msgspec.Raw))]
        return [bytes(one) for one in msgspec.json.decode(content, type=list[msgspec.Raw])]
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise Invalid(
            f"no JSON list of readings: {_where(content, error)}", field="file", cure="RFC 8259"
        ) from None


def _where(content: bytes, error: Exception) -> str:
    try:
        json.loads(content)
    except json.JSONDecodeError as exact:
        return f"{exact.msg} at line {exact.lineno}, column {exact.colno}"
    except (ValueError, RecursionError):
        return str(error)[:200]
    return str(error)[:200]


def _lines(content: bytes) -> list[bytes]:
    """A line that is no JSON goes to quarantine alone."""
    return [line for line in content.splitlines() if line.strip()]


def _rows(content: bytes) -> list[bytes]:
    """With a header of the reading's own names: id, type, observedAt, lon, lat and attributes."""
    text = content.decode()
    dialect = (
        "excel" if text.partition("\n")[0].count(",") >= text.partition("\n")[0].count(";") else "semicolon"
    )
    rows = csv.reader(
        io.StringIO(text, newline=""), delimiter="," if dialect == "excel" else ";", strict=True
    )
    try:
        header = [name.strip() for name in next(rows, [])]
        missing = [name for name in ("id", "type", "observedAt") if name not in header]
        if missing or len(header) > MOST_COLUMNS or len(set(header)) != len(header):
            raise Invalid(
                "no header of readings", field=", ".join(missing) or "header", value=", ".join(header)[:200],
                cure="first line: id,type,observedAt,lon,lat and the attributes, each once",
            )  # fmt: skip
        return [_row(header, row, rows.line_num) for row in rows if row]
    except csv.Error as error:
        raise Invalid(f"no CSV, line {rows.line_num}: {error}", field="file", cure="RFC 4180") from None


def _row(header: list[str], row: list[str], line: int) -> bytes:
    if len(row) != len(header):
        raise Invalid(
            f"line {line} has {len(row)} columns, the header {len(header)}", field="file", cure="RFC 4180"
        )
    told = {name: _value(name, cell.strip()) for name, cell in zip(header, row, strict=True) if cell.strip()}
    return msgspec.json.encode(told)


def _value(name: str, cell: str) -> str | float | int | bool:
    if name in _TEXTS:
        return cell
    if cell in ("true", "false"):
        return cell == "true"
    try:
        number = json.loads(cell)
    except ValueError:
        return cell
    # JSON's own numbers alone: neither NaN, nor 1_000, nor 0x10, nor 007
    return (
        number if type(number) in (int, float) and number == number and abs(number) != float("inf") else cell
    )
