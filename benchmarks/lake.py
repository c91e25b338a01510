"""The lake under a person's questions: SQL through the sealed process, and taking a person out.

A table of 10 million readings over 30 days (quick: 1 million over 10), 500 entities, compacted as the stage
does. Each typical query is asked over and over through ``lake.sql.runner.Sql``, which starts its sealed
process anew each time, and in turn of the same files by DuckDB in this process with one thread, as the
sealed one has. ``ratio``: median sealed over median in process; ``start_ms``: what a sealed process costs
before it reads anything (``SELECT 1``). ``erase_s``: taking one person's readings out of the whole table and
searching every file afterwards; ``erase_rows``: how many those were.

    python benchmarks/lake.py [--quick]
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from instance import options, percentile, report
from tocsin.lake.erasure.eraser import Eraser
from tocsin.lake.erasure.records import EraseAsked
from tocsin.lake.ledger import ledger_database
from tocsin.lake.rows import micros
from tocsin.lake.shelf import Shelf
from tocsin.lake.sql.personal import Personal
from tocsin.lake.sql.records import SqlAsked
from tocsin.lake.sql.runner import Sql
from tocsin.privacy.classes import read_classes

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ENTITIES = 500
#: readings in one commit, as a busy city makes them
COMMIT = 100_000
#: of everything stored, how much is of the person who is taken out
PERSON, SHARE = "p:aaaaaaaaaaaaaaaaaaaaaaaa", 2_000
QUERIES = {
    "one_series_a_day": """
        SELECT observed_at, value FROM observations
        WHERE entity = 'urn:ngsi-ld:ItemFlowObserved:K-17' AND attribute = 'intensity'
          AND day = DATE '2026-11-21' ORDER BY observed_at""",
    "mean_a_day": """
        SELECT day, avg(value) FROM observations WHERE attribute = 'intensity' GROUP BY day ORDER BY day""",
    "hours_of_a_week": """
        SELECT type, time_bucket(INTERVAL '1 hour', observed_at) AS hour, avg(value), count(*)
        FROM observations WHERE day >= DATE '2026-11-15' GROUP BY ALL ORDER BY 1, 2""",
    "twenty_highest": """
        SELECT entity, max(value) AS most FROM observations GROUP BY entity ORDER BY most DESC LIMIT 20""",
    "ten_thousand_rows": "SELECT * FROM observations WHERE day = DATE '2026-11-20'",
}
START = "SELECT 1"


def filled(folder: Path, readings: int, days: int) -> Shelf:
    """The table: entities in turn, evenly over the days, a day's readings in few commits."""
    shelf = Shelf.open(folder, create=True)
    assert shelf is not None
    random, schema = np.random.default_rng(7), _schema()
    start = micros(NOW - timedelta(days=days))
    step = days * 86_400 * 1_000_000 // readings
    kinds = ("ItemFlowObserved", "AirQualityObserved", "NoiseLevelObserved", "TrafficFlowObserved", "Vehicle")
    names = ("intensity", "NO2", "LAeq", "occupancy", "licensePlate")
    entities = np.array([f"urn:ngsi-ld:{kinds[n % 5]}:K-{n // 5:02}" for n in range(ENTITIES)])
    types, attributes = (np.array([of[n % 5] for n in range(ENTITIES)]) for of in (kinds, names))
    for first in range(0, readings, COMMIT):
        number = np.arange(first, min(readings, first + COMMIT))
        which = number % ENTITIES
        at = start + number * step
        texts = which % 5 == 4
        values = np.round(50 + 30 * np.sin(at / 1.3e10) + random.normal(0, 5, len(number)), 2)
        plates = np.where(
            number % (readings // SHARE) < 5, PERSON, np.char.add("p:b", (number % 99_991).astype(str))
        )
        columns: dict[str, Any] = {
            "day": pa.array((at // 86_400_000_000).astype("int32")).cast(pa.date32()),
            "entity": entities[which],
            "type": types[which],
            "attribute": attributes[which],
            "value": pa.array(values, mask=texts),
            "text": pa.array(plates, mask=~texts),
            "unit": pa.array(["C62"] * len(number)),
            "observed_at": pa.array(at).cast(pa.timestamp("us", "UTC")),
            "accepted_at": pa.array(at + 400_000).cast(pa.timestamp("us", "UTC")),
            "lon": 24.9 + which / 10_000,
            "lat": 60.1 + which / 10_000,
            "source": pa.array(["mqtt"] * len(number)),
            "quality": np.ones(len(number)),
            "doubts": pa.nulls(len(number), pa.string()),
            "detail": pa.nulls(len(number), pa.string()),
            "kind": pa.array(["update"] * len(number)),
            "observation": np.char.add("o", number.astype(str)),
            "seq": number,
        }
        table = pa.table({name: pa.array(columns[name]) for name in schema.names}).cast(schema)
        shelf.append(table, int(number[-1]) + 1)
    shelf.compact()
    shelf.sweep(older_h=0)
    return shelf


def _schema() -> pa.Schema:
    from tocsin.lake.rows import schema

    return pa.schema(schema())


async def sealed(folder: Path, personal: Personal, sql: str, turns: int) -> list[float]:
    """Milliseconds of each turn, from the question to the answer in hand."""
    asks, took = Sql(folder, personal, []), []
    for _ in range(turns):
        began = perf_counter()
        await asks.answer(SqlAsked(sql, personal=True, max_rows=10_000, max_s=60))
        took.append((perf_counter() - began) * 1e3)
    return took


def inside(files: list[str], sql: str, turns: int) -> list[float]:
    """The same files by DuckDB in this process, the connection kept, every row fetched."""
    listed = ", ".join(f"'{path}'" for path in files)
    duck = duckdb.connect(config={"threads": 1})
    duck.execute(
        "CREATE VIEW observations AS SELECT * EXCLUDE (seq) FROM"
        f" read_parquet([{listed}], hive_partitioning = true, hive_types = {{'day': DATE}})"
    )
    took = []
    for _ in range(turns):
        began = perf_counter()
        duck.execute(sql).fetchmany(10_000)
        took.append((perf_counter() - began) * 1e3)
    duck.close()
    return took


async def asked(folder: Path, shelf: Shelf, turns: int) -> dict[str, Mapping[str, float]]:
    """Sealed and in process by turns, so that what else the machine does meets both alike."""
    personal = Personal(read_classes(), {})
    figures: dict[str, Mapping[str, float]] = {}
    for name, sql in {"start": START, **QUERIES}.items():
        through: list[float] = []
        here: list[float] = []
        for _ in range(turns):
            through += await sealed(folder, personal, sql, 1)
            here += inside(shelf.files(), sql, 2)[1:]
        p50, p95 = percentile(through, 0.5), percentile(through, 0.95)
        alone = percentile(here, 0.5)
        figures[name] = {
            "p50_ms": round(p50, 1),
            "p95_ms": round(p95, 1),
            "in_process_p50_ms": round(alone, 1),
            "ratio": round(p50 / alone, 2),
        }
    return figures


async def erased(folder: Path) -> dict[str, float]:
    ledger = ledger_database(folder)
    began = perf_counter()
    done = await Eraser(folder / "lake", ledger).erase(EraseAsked([PERSON], [], []))
    took = perf_counter() - began
    ledger.close()
    return {"erase_s": round(took, 1), "erase_rows": done.rows, "erase_files_searched": done.searched}


def main() -> None:
    quick = options(__doc__ or "").quick
    readings, days, turns = (1_000_000, 10, 8) if quick else (10_000_000, 30, 40)
    folder = Path(tempfile.mkdtemp(prefix="tocsin-lake-"))
    try:
        began = perf_counter()
        shelf = filled(folder / "lake", readings, days)
        filling = perf_counter() - began
        files = shelf.files()
        stored = sum(Path(path).stat().st_size for path in files)
        figures: dict[str, Any] = {
            "readings": readings,
            "files": len(files),
            "mb": round(stored / 1e6, 1),
            "fill_rows_per_s": round(readings / filling),
        }
        queries = asyncio.run(asked(folder / "lake", shelf, turns))
        figures["start_ms"] = queries.pop("start")["p50_ms"]
        figures |= {"queries": queries} | asyncio.run(erased(folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    report("lake", figures, quick=quick)


if __name__ == "__main__":
    main()
