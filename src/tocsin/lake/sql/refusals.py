"""What is said of a query that takes too much, wherever that is noticed."""

from __future__ import annotations

from tocsin.kernel.errors import Exhausted
from tocsin.lake.sql.records import Job

_SHORTER = "ask for a shorter period, or for longer buckets"


def too_long(job: Job) -> Exhausted:
    return Exhausted(
        f"it takes longer than {job.max_s:g} s",
        field="start" if job.analysis else "sql",
        value=job.sql[:120],
        cure=_SHORTER if job.analysis else "name days in WHERE, aggregate less, or give more seconds",
    )


def out_of_memory(job: Job) -> Exhausted:
    return Exhausted(
        f"it takes more than {job.memory_mb} MB of memory",
        field="start" if job.analysis else "sql",
        value=job.sql[:120],
        cure=_SHORTER if job.analysis else "ask for a shorter period or fewer columns; sort and join less",
    )


def ended(job: Job) -> Exhausted:
    """The kernel ended it, at a limit that DuckDB did not notice itself."""
    return Exhausted(
        "the query took more memory or time than it may have, and was ended",
        field="start" if job.analysis else "sql",
        value=job.sql[:120],
        cure=_SHORTER if job.analysis else "ask for a shorter period, sort and join less, nest less",
    )
