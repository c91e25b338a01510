"""Readings written into one file, as many as there are: for who keeps the machine, not for a request."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path

from tocsin.kernel.errors import Invalid, NotFound
from tocsin.lake.bucket import Home
from tocsin.lake.duck import connect
from tocsin.lake.rows import micros
from tocsin.lake.shelf import Shelf
from tocsin.lake.sql.personal import Personal
from tocsin.lake.sql.tables import OBSERVATIONS, left_out
from tocsin.privacy.classes import Classes

#: by the end of the file's name
_FORMS = {
    ".parquet": "FORMAT parquet, COMPRESSION zstd",
    ".csv": "FORMAT csv, HEADER",
    ".csv.gz": "FORMAT csv, HEADER, COMPRESSION gzip",
}
#: 1 January 9999
_LAST_US = 253_370_764_800_000_000


def form_of(out: Path) -> str:
    """How a file of this name is written. Raises ``Invalid``."""
    for end, form in _FORMS.items():
        if out.name.endswith(end):
            return form
    raise Invalid(
        "no such format", field="out", value=out.name, cure=f"a name that ends in {', '.join(_FORMS)}"
    )


def copy(
    lake: Home,
    out: Path,
    classes: Classes,
    known: Mapping[str, Collection[str]],
    *,
    type_name: str | None = None,
    entity: str | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
    personal: bool = False,
) -> int:
    """Rows written, oldest first within each day. A file that is there is not written over.

    Raises ``Invalid``, ``NotFound`` where there is nothing.
    """
    form = form_of(out)
    if out.exists():
        raise Invalid("this file is there already", field="out", value=out, cure="give another name")
    shelf = Shelf.open(lake)
    first_us, last_us = micros(start) if start else 0, micros(end) if end else _LAST_US
    files = shelf.files_between(first_us, last_us) if shelf else []
    if not files:
        raise NotFound("no reading in that time", field="start", value=start, cure="give a longer time")
    hidden, pseudonyms = ([], []) if personal else Personal(classes, known).among(files)
    conditions = [
        "($type IS NULL OR type = $type)",
        "($entity IS NULL OR entity = $entity)",
        "($first IS NULL OR observed_at >= $first)",
        "($last IS NULL OR observed_at < $last)",
        *left_out(hidden, pseudonyms),
    ]
    columns = ", ".join(column.name for column in OBSERVATIONS)
    target = str(out).replace("'", "''")
    given = {"files": files, "type": type_name, "entity": entity, "first": start, "last": end}
    with connect() as duck:
        duck.execute("SET TimeZone = 'UTC'")
        # texts of ours and of the classes; what is asked comes as parameters
        done = duck.execute(
            f"COPY (SELECT {columns} FROM read_parquet($files, hive_partitioning = true,"  # noqa: S608
            f" hive_types = {{'day': DATE}}) WHERE {' AND '.join(conditions)}) TO '{target}' ({form})",
            given,
        ).fetchone()
    return int(done[0]) if done else 0
