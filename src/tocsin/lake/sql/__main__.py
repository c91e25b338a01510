"""The sandbox: ``python -m tocsin.lake.sql``. One job on standard input, one answer on standard output.

The answer: four bytes, the length of its head (big-endian); the head, an ``Outcome`` in MessagePack; rows.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import duckdb
import msgspec

from tocsin.kernel.errors import TocsinError
from tocsin.lake.rows import moment
from tocsin.lake.sql import encode, statement, tables
from tocsin.lake.sql.records import Column, Job, Outcome, Refusal, SqlFacts
from tocsin.lake.sql.refusals import out_of_memory, too_long
from tocsin.lake.sql.seal import limit, seal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def main() -> None:
    job = msgspec.msgpack.Decoder(Job).decode(sys.stdin.buffer.read())
    limit(memory_mb=job.memory_mb, cpu_s=int(job.max_s * job.threads) + 2)
    if job.format in ("arrow", "parquet"):
        import pyarrow.parquet  # noqa: F401 - after the seal no file of Python's can be opened
    if job.analysis is not None:
        from tocsin.lake.analysis.answering import warm

        warm(job.analysis)
    duck = opened(job)
    # after the connection, which looks at the machine; before its threads, which inherit the seal
    seal(job.folder)
    data = b""
    try:
        outcome, data = answer(duck, job)
    except TocsinError as error:
        outcome = _refused(error.kind, error)
    head = msgspec.msgpack.encode(outcome)
    out = sys.stdout.buffer
    out.write(len(head).to_bytes(4, "big") + head)
    out.write(data)
    out.flush()
    os._exit(0)  # nothing is left to put away, and DuckDB's threads need not be waited for


def answer(duck: DuckDBPyConnection, job: Job) -> tuple[Outcome, bytes]:
    """Raises what ``statement.check`` and ``encode`` raise.

    A query that is interrupted in time says so itself; one that does not listen is killed from outside.
    """
    started = time.perf_counter()
    late = threading.Timer(job.max_s, duck.interrupt)
    late.daemon = True
    late.start()
    try:
        lock(duck, job)
        if job.analysis is not None:
            return _analysed(duck, job, started)
        statement.check(duck, job.sql)
        found = duck.execute(job.sql, job.parameters or None)
        columns = [Column(str(d[0]), str(d[1])) for d in found.description or []]
        data, rows, truncated = encode.encoded(found, job.format, job.max_rows, job.max_bytes)
    except (duckdb.Error, MemoryError, UnicodeError, ValueError, OverflowError) as error:
        return _explained(job, error), b""
    finally:
        late.cancel()
    took_ms = (time.perf_counter() - started) * 1e3
    return Outcome(SqlFacts(columns, rows, truncated, round(took_ms, 1))), data


def _analysed(duck: DuckDBPyConnection, job: Job, started: float) -> tuple[Outcome, bytes]:
    from tocsin.lake.analysis import answering

    assert job.analysis is not None
    data, rows = answering.answer(duck, job.analysis, job.format, job.max_bytes)
    took_ms = (time.perf_counter() - started) * 1e3
    return Outcome(SqlFacts([], rows, False, round(took_ms, 1))), data


def opened(job: Job) -> DuckDBPyConnection:
    """A connection in memory, and all loaded that Python and DuckDB would load later."""
    duck = duckdb.connect(
        config={
            "memory_limit": f"{job.memory_mb}MB",
            "threads": 1,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "allow_unsigned_extensions": False,
            "temp_directory": "",
            "max_temp_directory_size": "0KB",
            "python_enable_replacements": False,
        }
    )
    duck.execute("SET TimeZone = 'UTC'")
    given: list[Any] = [1, 1.5, True, "a", moment(0), [1], {"a": 1}]
    marks = ", ".join("?" for _ in given)
    duck.execute(
        f"SELECT {marks}, 1::DECIMAL(9,2), DATE '2026-01-01', TIME '10:00', INTERVAL 1 DAY, uuid(),"
        " 'a'::BLOB, 1::HUGEINT, now(), map {1: 1}, json_serialize_sql('SELECT 1')",
        given,
    ).fetchall()
    return duck


def lock(duck: DuckDBPyConnection, job: Job) -> None:
    """Offer the tables and give up every setting: from now on only their files can be opened."""
    duck.execute(f"SET threads = {job.threads:d}")
    tables.offer(duck, job)
    folder = job.folder.replace("'", "''")
    duck.execute(f"SET allowed_directories = ['{folder}/']")
    duck.execute("SET enable_external_access = false")
    duck.execute("SET lock_configuration = true")


def _explained(job: Job, error: Exception) -> Outcome:
    words = str(error)
    if isinstance(error, duckdb.OutOfMemoryException | MemoryError):
        large = out_of_memory(job)
        return _refused(large.kind, large)
    if isinstance(error, duckdb.InterruptException):
        late = too_long(job)
        return _refused(late.kind, late)
    if isinstance(error, duckdb.IOException) and ("No files found" in words or "No such file" in words):
        return Outcome(refusal=Refusal("gone", "a file of the table is gone"))
    return _refused("invalid", statement.wrong(job.sql, words, _position(job.sql, words)))


def _refused(kind: str, error: TocsinError) -> Outcome:
    return Outcome(refusal=Refusal(kind, error.message, error.field, error.value, error.cure))


def _position(sql: str, words: str) -> int | None:
    """From ``LINE 2: …`` and the caret below: bytes from the beginning."""
    lines = words.splitlines()
    for at, line in enumerate(lines[:-1]):
        head, parted, shown = line.partition(": ")
        if not parted or not head.startswith("LINE ") or not head[5:].isdigit() or "^" not in lines[at + 1]:
            continue
        column = lines[at + 1].index("^") - len(head) - 2
        before = sql.split("\n")[: int(head[5:]) - 1]
        here = sql.split("\n")[int(head[5:]) - 1] if len(sql.split("\n")) >= int(head[5:]) else ""
        # a long line is shown in part, between dots
        part = shown.strip(".")
        start = max(0, here.find(part)) - (3 if shown.startswith("...") else 0)
        text = "".join(one + "\n" for one in before) + here[: max(0, start + column)]
        return len(text.encode())
    return None


if __name__ == "__main__":
    main()
