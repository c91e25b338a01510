"""One writer, many readers, whole transactions, clear refusals."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.db.shape import address

from tocsin.db import Connection, Database
from tocsin.db.migrate import upgrade
from tocsin.kernel.errors import Misconfigured, Unavailable


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    made = Database(tmp_path / "ops.db", durable=True, wait_s=0.1)
    upgrade(made)
    made.write_now(lambda conn: conn.execute(text("CREATE TABLE t (x INTEGER PRIMARY KEY)")))
    yield made
    made.close()


def _put(x: int):
    return lambda conn: conn.execute(text("INSERT INTO t VALUES (:x)"), {"x": x})


def _all(conn: Connection) -> list[int]:
    return [row[0] for row in conn.execute(text("SELECT x FROM t ORDER BY x"))]


async def test_what_write_returned_for_is_seen_by_readers(db: Database) -> None:
    await db.write(_put(1))
    assert await db.read(_all) == [1]


async def test_a_failed_function_leaves_nothing(db: Database) -> None:
    def half(conn: Connection) -> None:
        _put(1)(conn)
        raise ValueError("half way")

    with pytest.raises(ValueError, match="half way"):
        await db.write(half)
    assert await db.read(_all) == []


async def test_defects_stay_loud(db: Database) -> None:
    await db.write(_put(1))
    with pytest.raises(Exception, match=r"UNIQUE|unique"):
        await db.write(_put(1))


async def test_readers_cannot_write(db: Database) -> None:
    with pytest.raises(Unavailable):
        await db.read(_put(1))
    assert await db.read(_all) == []


@pytest.mark.sqlite
async def test_a_locked_file_is_waited_for_then_refused_whole(db: Database) -> None:
    other = sqlite3.connect(db.where, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable) as refusal:
        await db.write(_put(1))
    assert "locked" in refusal.value.message
    assert refusal.value.cure
    assert await db.read(_all) == []  # readers are not held up
    other.execute("ROLLBACK")
    other.close()
    await db.write(_put(1))
    assert await db.read(_all) == [1]


@pytest.mark.sqlite
async def test_a_full_disk_is_refused_whole(db: Database) -> None:
    def fill(conn: Connection) -> None:
        conn.exec_driver_sql("PRAGMA max_page_count = 16")
        _put(1)(conn)
        conn.exec_driver_sql("CREATE TABLE big (b BLOB)")
        conn.exec_driver_sql("INSERT INTO big VALUES (zeroblob(10000000))")

    with pytest.raises(Unavailable, match="no room"):
        await db.write(fill)
    assert await db.read(_all) == []


async def test_a_reader_sees_one_state_throughout(db: Database) -> None:
    loop = asyncio.get_running_loop()
    began, go = asyncio.Event(), __import__("threading").Event()

    def twice(conn: Connection) -> tuple[list[int], list[int]]:
        first = _all(conn)
        loop.call_soon_threadsafe(began.set)
        go.wait(5)
        return first, _all(conn)

    reading = asyncio.create_task(db.read(twice))
    await began.wait()
    await db.write(_put(7))
    go.set()
    assert await reading == ([], [])
    assert await db.read(_all) == [7]


async def test_many_writers_take_turns(db: Database) -> None:
    await asyncio.gather(*(db.write(_put(x)) for x in range(200)))
    assert await db.read(_all) == list(range(200))


async def test_commit_wakes(db: Database) -> None:
    woken: list[bool] = []
    db.after_commit(lambda: woken.append(True))
    await db.write(_put(1))
    assert woken == [True]


async def test_ping_and_close(db: Database) -> None:
    assert 0 < await db.ping() < 5
    db.close()
    with pytest.raises(Unavailable, match="closed"):
        await db.write(_put(1))


@pytest.mark.sqlite
def test_not_a_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ops.db").write_bytes(b"hello, this is a text file" * 100)
    db = Database(tmp_path / "ops.db", durable=True)
    with pytest.raises(Misconfigured, match="not a whole database"):
        upgrade(db)
    db.close()


@pytest.mark.sqlite
@pytest.mark.parametrize("url", [":memory:", "mysql://x/y", "sqlite://"])
def test_a_store_that_cannot_serve_is_refused(url: str) -> None:
    with pytest.raises(Misconfigured):
        Database(url, durable=True)


@pytest.mark.sqlite
@pytest.mark.skipif(sys.platform == "win32", reason="POSIX rights")
def test_the_file_is_private(db: Database) -> None:
    assert os.stat(db.where).st_mode & 0o077 == 0


async def test_two_processes_on_one_file(db: Database, tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from sqlalchemy import text\n"
        "from tocsin.db import Database\n"
        "db = Database(sys.argv[1], durable=True)\n"
        "for x in range(1000, 1100):\n"
        "    db.write_now(lambda c: c.execute(text('INSERT INTO t VALUES (:x)'), {'x': x}))\n"
        "db.close()\n"
    )
    db.close()
    ours = Database(tmp_path / "ops.db", durable=True)
    other = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, address(tmp_path / "ops.db"), stdout=subprocess.PIPE
    )
    for x in range(100):
        await ours.write(_put(x))
    assert await other.wait() == 0
    assert await ours.read(_all) == [*range(100), *range(1000, 1100)]
    ours.close()
