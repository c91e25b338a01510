"""Tables with readings in them, without the stage."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.lake.buckets import Objects

from tocsin.kernel.events import Attribute, Observation
from tocsin.lake.bucket import Bucket, Home, table_folder
from tocsin.lake.rows import Rows, micros
from tocsin.lake.shelf import Shelf
from tocsin.lake.sql.records import Job

NOW = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)


def reading(
    n: int, at: datetime, *, type_name: str = "ItemFlowObserved", entity: str = "K-01", **values: Any
) -> Observation:
    return Observation(
        id=f"o{n}",
        entity=f"urn:ngsi-ld:{type_name}:{entity}",
        type=type_name,
        observed_at=at,
        attributes=tuple(Attribute(name, value, "C62") for name, value in values.items()),
    )


def stored(lake: Home, *commits: Sequence[Observation], accepted: datetime | None = None) -> Shelf:
    """One commit each; ``accepted``: when all came in, else as observed."""
    shelf = Shelf.open(lake, create=True)
    assert shelf is not None
    seq = shelf.committed()
    for commit in commits:
        rows = Rows()
        for one in commit:
            seq += 1
            rows.add(one, micros(one.observed_at), micros(accepted or one.observed_at), "http", seq)
        shelf.append(rows.table(), seq)
    return shelf


def flow(count: int, *, step_s: float = 60, end: datetime = NOW, **more: Any) -> list[Observation]:
    return [
        reading(n, end - timedelta(seconds=step_s * (count - 1 - n)), intensity=float(n), **more)
        for n in range(count)
    ]


def job(lake: Home, sql: str, **more: Any) -> Job:
    shelf = Shelf.open(lake)
    given: dict[str, Any] = {
        "sql": sql,
        "parameters": {},
        "files": shelf.files() if shelf else [],
        "folder": str(table_folder(lake)),
        "as_of_us": None,
        "hidden": [],
        "pseudonyms": [],
        "attributes": [],
        "format": "json",
        "max_rows": 100,
        "max_bytes": 2**20,
        "max_s": 20.0,
        "memory_mb": 256,
        "threads": 1,
    }
    return Job(**(given | more))


def log_of(lake: Home) -> list[bytes]:
    """Each entry of the table's log."""
    if isinstance(lake, Bucket):
        return [data for name, data in Objects(lake).all().items() if name.endswith(".json")]
    return [path.read_bytes() for path in (table_folder(lake) / "_delta_log").glob("*.json")]
