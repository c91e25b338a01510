"""What the API takes and answers about the lake."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from tocsin.lake.saved.records import View
from tocsin.lake.series.records import Series
from tocsin.lake.sql.records import AttributeMeaning, Column


class SqlQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One SELECT over ``observations`` and ``attributes`` (``GET /lake/schema``).

    ``parameters``: values for ``$name`` (an object) or ``?`` (a list); they are never part of the text.
    ``as_of``: only what had come in by then. ``reason``: why readings of personal classes are read; without
    it they are left out. ``rows`` and ``seconds`` bound the answer.
    """

    sql: str
    parameters: dict[str, Any] | list[Any] = {}
    as_of: datetime | None = None
    reason: str = ""
    rows: int = 10_000
    seconds: float = 10.0


class SqlResult(msgspec.Struct, frozen=True):
    """``rows``: in the order of ``columns``. Whole numbers beyond 2^53 - 1, NaN and infinities are strings.

    ``truncated``: there were more rows. ``withheld``: personal data that was left out (``Type.attribute``).
    """

    columns: list[Column]
    rows: list[list[Any]]
    count: int
    truncated: bool
    withheld: list[str]
    as_of: datetime | None
    took_ms: float


class TableColumn(msgspec.Struct, frozen=True):
    """A column of a table of the lake. ``type``: of SQL."""

    name: str
    type: str
    unit: str
    meaning: str


class Table(msgspec.Struct, frozen=True):
    name: str
    columns: list[TableColumn]


class LakeSchema(msgspec.Struct, frozen=True):
    """The tables, what each attribute means, and what one question may take at most."""

    tables: list[Table]
    attributes: list[AttributeMeaning]
    most_rows: int
    most_seconds: float


class SeriesPage(msgspec.Struct, frozen=True):
    """``days``: the window that quality is said of, back from ``at``. ``withheld``: see ``SqlResult``."""

    items: list[Series]
    next: str | None
    at: datetime
    days: int
    withheld: list[str]


class NewErasure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of whom: ``identifier`` as a sensor would send it (a plate, an address), ``entity`` a whole id, or
    ``pseudonym`` as it is stored (``p:…``); at least one. ``reason`` is recorded; none of the others is.
    """

    reason: str
    identifier: str = ""
    entity: str = ""
    pseudonym: str = ""


class Erasure(msgspec.Struct, frozen=True):
    """``rows`` of ``readings`` went, ``entities`` wholly; ``files`` were written anew, and ``searched`` files
    looked through afterwards with nothing found. ``names``: pseudonyms that were searched for.
    ``elsewhere``: what other stores may hold, and for how long.
    """

    rows: int
    readings: int
    entities: int
    files: int
    searched: int
    names: int
    elsewhere: list[str]


class NewQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``name``: new among your own, without regard to case. ``shared``: with your room."""

    name: str
    sql: str
    view: View = "table"
    shared: bool = False


class ChangedQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole query anew. ``version``: of the one that was read; refused (409) if it has moved on."""

    name: str
    sql: str
    version: int
    view: View = "table"
    shared: bool = False
