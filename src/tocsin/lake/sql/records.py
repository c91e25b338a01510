"""What travels between who asks in SQL, the process *lake* and the sandbox."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

from tocsin.lake.analysis.records import Analysis

Format = Literal["json", "arrow", "parquet", "csv"]
FORMATS: tuple[Format, ...] = ("json", "arrow", "parquet", "csv")
MEDIA: dict[Format, str] = {
    "json": "application/json",
    "arrow": "application/vnd.apache.arrow.stream",
    "parquet": "application/vnd.apache.parquet",
    "csv": "text/csv; charset=utf-8",
}
#: characters of one statement
MOST_CHARS = 20_000


class SqlAsked(msgspec.Struct, frozen=True, tag="sql"):
    """``parameters``: by name (``$name``) or in order (``?``). ``as_of``: as taken in up to then.

    ``personal``: readings of personal classes are in it; whoever asks has said why, on the record.
    ``analysis``: compute that instead of a statement.
    """

    sql: str
    parameters: dict[str, Any] | list[Any] = {}
    as_of: datetime | None = None
    personal: bool = False
    format: Format = "json"
    max_rows: int = 10_000
    max_s: float = 10.0
    analysis: Analysis | None = None


class MoreAsked(msgspec.Struct, frozen=True, tag="more"):
    """The part of an answer that begins at ``offset``."""

    id: str
    offset: int


class Column(msgspec.Struct, frozen=True):
    """A column of an answer. ``type``: as DuckDB names it."""

    name: str
    type: str


class SqlFacts(msgspec.Struct, frozen=True):
    """What is said of an answer beside its rows.

    ``truncated``: there were more rows than ``rows``. ``withheld``: ``Type.attribute`` that are personal data
    and were left out because nobody said why they are read.
    """

    columns: list[Column]
    rows: int
    truncated: bool
    took_ms: float
    withheld: list[str] = []


class SqlPart(msgspec.Struct, frozen=True):
    """The first part of an answer, or the next. ``size``: bytes of the whole."""

    id: str
    size: int
    facts: SqlFacts
    data: bytes


class SqlAnswer(msgspec.Struct, frozen=True):
    """A whole answer in the format that was asked for."""

    facts: SqlFacts
    data: bytes


class Job(msgspec.Struct, frozen=True):
    """All that the sandbox is told, on its standard input. Times in microseconds since 1970, UTC.

    ``folder``: all that it may open. ``hidden``: (type, attribute) left out; ``pseudonyms``: those whose
    ``p:`` texts are left out. ``attributes``: rows of the table of that name.
    """

    sql: str
    parameters: dict[str, Any] | list[Any]
    files: list[str]
    folder: str
    as_of_us: int | None
    hidden: list[tuple[str, str | None]]
    pseudonyms: list[tuple[str, str | None]]
    attributes: list[tuple[Any, ...]]
    format: Format
    max_rows: int
    max_bytes: int
    max_s: float
    memory_mb: int
    threads: int
    analysis: Analysis | None = None


class Refusal(msgspec.Struct, frozen=True):
    """Why there is no answer. ``kind``: of the error (``kernel/errors.py``), or ``gone``: a file that the
    table no longer holds.
    """

    kind: str
    message: str
    field: str | None = None
    value: str | None = None
    cure: str | None = None


class Outcome(msgspec.Struct, frozen=True):
    """The head of what the sandbox writes: one of the two; bytes of the answer follow it."""

    facts: SqlFacts | None = None
    refusal: Refusal | None = None


class AttributeMeaning(msgspec.Struct, frozen=True):
    """What one attribute of a type means, by the standard model. ``unit``: UN/CEFACT Rec 20 code.

    ``class_``: of personal data. ``keep_days``: readings older than that are deleted; None: kept.
    """

    type: str
    attribute: str
    kind: str
    unit: str | None
    unit_words: str | None
    meaning: str
    low: float | None
    high: float | None
    class_: str = msgspec.field(name="class")
    keep_days: int | None
