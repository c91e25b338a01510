"""Published = committed: in order, none lost, orphans adopted."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.db.shape import address

from tocsin.db import Connection, Database, outbox
from tocsin.db.migrate import upgrade
from tocsin.kernel.errors import Unavailable
from tocsin.kernel.ports import Outgoing


class Recorder:
    """A bus that drops repeats by id as the real one does, and can be made to fail."""

    def __init__(self) -> None:
        self.stored: list[tuple[str, bytes]] = []
        self.ids: set[str] = set()
        self.calls = 0
        self.failures = 0
        self.grew = asyncio.Condition()

    async def publish_many(self, outs: Sequence[Outgoing]) -> list[int]:
        self.calls += 1
        if self.failures:
            self.failures -= 1
            raise Unavailable("no bus", cure="wait")
        for out in outs:
            assert out.msg_id
            if out.msg_id not in self.ids:
                self.ids.add(out.msg_id)
                self.stored.append((out.subject, out.data))
        async with self.grew:
            self.grew.notify_all()
        return []

    async def until(self, count: int) -> None:
        async with self.grew:
            await asyncio.wait_for(self.grew.wait_for(lambda: len(self.stored) >= count), 10)


@asynccontextmanager
async def running(stage: outbox.Outbox) -> AsyncIterator[outbox.Outbox]:
    task = asyncio.create_task(stage.run())
    try:
        yield stage
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@pytest.fixture
def path(tmp_path: Path) -> Path:
    db = Database(tmp_path / "ops.db", durable=True)
    upgrade(db)
    db.close()
    return tmp_path / "ops.db"


def _add(n: int):
    return lambda conn: outbox.add(conn, f"alert.{n}", str(n).encode())


async def _empty(db: Database, but: int = 0) -> None:
    for _ in range(500):
        if await db.read(outbox.waiting) == but:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("rows stay in the outbox")


async def test_rows_are_relayed_in_order_and_removed(path: Path) -> None:
    db, bus = Database(path, durable=True), Recorder()
    async with running(outbox.Outbox(db, bus, "door")) as stage:
        for n in range(30):
            await db.write(_add(n))
        await bus.until(30)
        await _empty(db)
    assert bus.stored == [(f"alert.{n}", str(n).encode()) for n in range(30)]
    assert stage.health().figures["relayed"] == 30
    db.close()


async def test_nothing_is_published_that_was_undone(path: Path) -> None:
    db, bus = Database(path, durable=True), Recorder()

    def undone(conn: Connection) -> None:
        _add(1)(conn)
        raise ValueError

    async with running(outbox.Outbox(db, bus, "door")):
        with pytest.raises(ValueError):
            await db.write(undone)
        await db.write(_add(2))
        await bus.until(1)
    assert bus.stored == [("alert.2", b"2")]
    db.close()


async def test_killed_before_publishing_another_process_adopts(path: Path, monkeypatch) -> None:
    dead = Database(path, durable=True)
    dead.owner = "door"
    await dead.write(_add(1))  # committed, its process killed before it could relay
    await dead.write(lambda c: c.execute(text("INSERT INTO outbox_owners VALUES ('door', 1.0)")))
    dead.close()
    db, bus = Database(path, durable=True), Recorder()
    async with running(outbox.Outbox(db, bus, "stages")) as stage:
        await bus.until(1)
    assert bus.stored == [("alert.1", b"1")]
    assert stage.health().figures["adopted"] == 1
    db.close()


async def test_rows_of_the_living_are_left_alone(path: Path) -> None:
    other = Database(path, durable=True)
    living = outbox.Outbox(other, Recorder(), "door")
    await living._lease()
    await other.write(_add(1))
    db, bus = Database(path, durable=True), Recorder()
    async with running(outbox.Outbox(db, bus, "stages")):
        await db.write(_add(2))
        await bus.until(1)
        await _empty(db, but=1)
    assert bus.stored == [("alert.2", b"2")]
    other.close()
    db.close()


async def test_killed_between_publish_and_removal_is_not_doubled(path: Path) -> None:
    db, bus = Database(path, durable=True), Recorder()
    db.owner = "door"
    await db.write(_add(1))
    stage = outbox.Outbox(db, bus, "door")
    rows = await db.read(stage._own_rows)
    await bus.publish_many([Outgoing(s, d, f"outbox:ops:{i}") for i, s, d in rows])
    async with running(outbox.Outbox(db, bus, "door")):
        await db.write(_add(2))
        await bus.until(2)
    assert bus.stored == [("alert.1", b"1"), ("alert.2", b"2")]
    db.close()


async def test_row_numbers_never_come_twice(path: Path) -> None:
    db, bus = Database(path, durable=True), Recorder()
    async with running(outbox.Outbox(db, bus, "door")):
        for n in range(3):
            await db.write(_add(n))
            await bus.until(n + 1)
            await _empty(db)
    assert len(bus.ids) == 3
    db.close()


async def test_goes_on_when_the_bus_comes_back(path: Path) -> None:
    db, bus = Database(path, durable=True), Recorder()
    bus.failures = 2
    async with running(outbox.Outbox(db, bus, "door")) as stage:
        await db.write(_add(1))
        await bus.until(1)
        await _empty(db)
        assert bus.calls == 3
        assert stage.health().state == "working"
    db.close()


async def test_more_rows_than_a_batch(path: Path) -> None:
    db, bus = Database(path, durable=False), Recorder()
    db.owner = "door"
    await db.write(lambda c: [_add(n)(c) for n in range(1203)])
    async with running(outbox.Outbox(db, bus, "door")):
        await bus.until(1203)
        await _empty(db)
    assert [d for _, d in bus.stored] == [str(n).encode() for n in range(1203)]
    db.close()


def test_kill_9_leaves_effect_and_promise_together(path: Path) -> None:
    code = (
        "import sys\n"
        "from sqlalchemy import text\n"
        "from tocsin.db import Database, outbox\n"
        "db = Database(sys.argv[1], durable=True)\n"
        "db.owner = 'door'\n"
        "db.write_now(lambda c: c.execute(text('CREATE TABLE t (x INTEGER PRIMARY KEY)')))\n"
        "def put(n):\n"
        "    def both(conn):\n"
        "        conn.execute(text('INSERT INTO t VALUES (:n)'), {'n': n})\n"
        "        outbox.add(conn, f'alert.{n}', b'x')\n"
        "    return both\n"
        "for n in range(100_000):\n"
        "    db.write_now(put(n))\n"
        "    print(n, flush=True)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code, address(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = -1
    while said < 40:
        said = int(process.stdout.readline())
    process.kill()
    said = max(said, *(int(line) for line in process.stdout.read().split("\n")[:-1]), 0)
    process.wait()
    process.stdout.close()
    db = Database(path, durable=True)
    effects = db.read_now(lambda c: c.execute(text("SELECT x FROM t ORDER BY x")).scalars().all())
    promises = db.read_now(
        lambda c: c.execute(text("SELECT subject FROM outbox ORDER BY id")).scalars().all()
    )
    assert promises == [f"alert.{n}" for n in effects]
    assert effects == list(range(len(effects)))
    assert len(effects) in (said + 1, said + 2)  # all that was said, and at most the one under way
    db.close()
