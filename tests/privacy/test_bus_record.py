"""What the bus let go stands among the deletions: every message once, also over a restart."""

from __future__ import annotations

from datetime import timedelta

from tests.privacy.conftest import NOW, At

from tocsin.audit import service as audit
from tocsin.bus.memory import MemoryBus
from tocsin.db import Database
from tocsin.kernel.ports import Outgoing
from tocsin.privacy import repository
from tocsin.privacy.bus_record import BusRecord
from tocsin.privacy.records import Deletion

KEPT = {"RAW": timedelta(minutes=10), "OBS": timedelta(hours=1)}


def told(ops: Database) -> list[Deletion]:
    return ops.read_now(lambda conn: repository.find(conn, store="bus", rule=None, limit=100, after=None))


async def test_what_was_trimmed_is_told_once(ops: Database) -> None:
    bus, clock = MemoryBus(), At(NOW)
    for n in range(8):
        await bus.publish(Outgoing("raw.mqtt", b"x", msg_id=f"m{n}"))
    record = BusRecord(bus, ops, clock, KEPT, every_s=60)
    assert await record.once() == 0, "nothing is gone yet"
    await bus.trim("RAW", 3)
    assert await record.once() == 3
    assert await record.once() == 0
    await bus.trim("RAW", 7)
    again = BusRecord(bus, ops, clock, KEPT, every_s=60)
    assert await again.once() == 4, "a restart counts on from there"
    newest, first = told(ops)
    assert (newest.rule, newest.deleted, first.deleted) == ("bus.RAW", 4, 3)
    assert newest.finished_at == NOW
    assert newest.before == NOW - KEPT["RAW"]
    assert "10 min after" in newest.words
    rows, _ = ops.read_now(lambda conn: audit.find(conn, object_kind="bus"))
    assert [row.entry.action for row in rows] == ["privacy.delete"] * 2
