"""The record in its tables: with the action or not at all, one chain of two processes, no way to rewrite."""

from __future__ import annotations

import itertools
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from tests.audit.build import T0, deed
from tests.audit.conftest import Kept
from tests.db.shape import address

from tocsin.audit import repository, service
from tocsin.audit.verify import Verdict, judge_state
from tocsin.db import Connection, Database
from tocsin.kernel.errors import Misconfigured

REST = "at, person, organisation, action, object_kind, object_id, body, prev, hash"


def verdict(kept: Kept) -> Verdict:
    return judge_state(kept.db, kept.file, kept.key.public)


def rows(kept: Kept) -> int:
    return kept.db.read_now(lambda conn: int(conn.execute(text("SELECT COUNT(*) FROM audit")).scalar_one()))


def test_a_row_holds_with_its_action_or_not_at_all(kept: Kept) -> None:
    def half(conn: Connection) -> None:
        service.record(conn, deed(1))
        raise ValueError("the action failed")

    with pytest.raises(ValueError, match="the action failed"):
        kept.db.write_now(half)
    assert rows(kept) == 0
    kept.write(1, 3)
    kept.sign()
    assert rows(kept) == 3
    assert verdict(kept).whole


def test_pages_by_person_object_action_and_period(kept: Kept) -> None:
    def fill(conn: Connection) -> None:
        for number in range(1, 8):
            service.record(conn, deed(number, person="ann" if number % 2 else "bo"))
        service.record(conn, service.entry("history.read", at=T0, person="cy", organisation="city hall"))
        service.record(conn, service.entry("alertness.check", at=T0, person="cy"))

    kept.db.write_now(fill)

    def ask(**which: object) -> list[int]:
        found, _ = kept.db.read_now(lambda conn: service.find(conn, **which))  # type: ignore[arg-type]
        return [one.seq for one in found]

    assert ask() == [9, 8, 7, 6, 5, 4, 3, 2, 1]
    assert ask(person="bo") == [6, 4, 2]
    assert ask(organisation="city hall") == [8]
    assert ask(action="history.read") == ask(action="history") == [8]
    assert ask(action="alert") == [7, 6, 5, 4, 3, 2, 1]
    assert ask(object_kind="alert", object_id="AL-0003") == [3]
    assert ask(start=T0 + timedelta(seconds=3), end=T0 + timedelta(seconds=5)) == [4, 3]
    first, after = kept.db.read_now(lambda conn: service.find(conn, person="ann", limit=3))
    assert ([one.seq for one in first], after) == ([7, 5, 3], 3)
    last, end = kept.db.read_now(lambda conn: service.find(conn, person="ann", limit=3, after=after))
    assert ([one.seq for one in last], end) == ([1], None)
    assert first[0].entry == deed(7)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET person = 'bo' WHERE seq = 2",
        "UPDATE audit SET hash = ''",
        "DELETE FROM audit WHERE seq = 3",
        "DELETE FROM audit",
        f"INSERT INTO audit SELECT 9, {REST} FROM audit WHERE seq = 1",
        pytest.param(
            f"INSERT OR REPLACE INTO audit SELECT 2, {REST} FROM audit WHERE seq = 1",
            marks=pytest.mark.sqlite,
        ),
        "UPDATE audit_checkpoints SET hash = ''",
        "DELETE FROM audit_checkpoints",
    ],
)
def test_the_tables_refuse_to_be_rewritten(kept: Kept, statement: str) -> None:
    kept.write(1, 3)
    kept.sign()
    with pytest.raises(IntegrityError):
        kept.db.write_now(lambda conn: conn.execute(text(statement)))
    assert verdict(kept).whole
    assert rows(kept) == 3


WRITER = """
import sys
from tests.audit.build import deed
from tocsin.audit import service
from tocsin.db import Database
db = Database(sys.argv[1], durable=False, name="ops", wait_s=30)
print("ready", flush=True)
sys.stdin.readline()
for number in range(150):
    db.write_now(lambda conn: service.record(conn, deed(number, person=sys.argv[2])))
db.close()
"""


def test_two_processes_make_one_chain(kept: Kept) -> None:
    root = Path(__file__).resolve().parents[2]
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, address(kept.state / "ops.db"), name],
            cwd=root,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for name in ("door", "stages")
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write(b"\n")
        writer.stdin.flush()
    for writer in writers:
        writer.communicate(timeout=60)
        assert writer.returncode == 0
    kept.sign()
    found = verdict(kept)
    assert found.whole, found.faults
    assert found.report.rows == found.report.sealed == 300
    people = kept.db.read_now(
        lambda conn: [p for (p,) in conn.execute(text("SELECT person FROM audit ORDER BY seq"))]
    )
    assert sorted(people) == ["door"] * 150 + ["stages"] * 150
    assert any(a != b for a, b in itertools.pairwise(people)), "they took turns"


def tamper(kept: Kept, *statements: str) -> None:
    """As somebody with the file and a shell would: triggers away, then whatever they like."""
    if kept.db.path is None:
        kept.db.write_now(lambda conn: _tamper_as_owner(conn, statements))
        return
    with closing(sqlite3.connect(kept.db.where)) as raw:
        triggers = raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            raw.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            raw.execute(statement)
        raw.commit()


def _tamper_as_owner(conn: Connection, statements: tuple[str, ...]) -> None:
    for table in ("audit", "audit_checkpoints"):
        conn.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    for statement in statements:
        conn.exec_driver_sql(statement)


SHIFT = "UPDATE audit SET seq = -seq WHERE seq > {0}; UPDATE audit SET seq = {1} - seq WHERE seq < 0"
COPY = f"INSERT INTO audit SELECT {{to}}, {REST} FROM audit WHERE seq = {{from_}}"
TAMPERED = {
    "altered words": (
        ["UPDATE audit SET body = (SELECT body FROM audit WHERE seq = 3) WHERE seq = 5"],
        "altered",
        5,
    ),
    "altered search column": (["UPDATE audit SET person = 'bob' WHERE seq = 5"], "altered", 5),
    "garbled text": (["UPDATE audit SET hash = CAST(x'ff00fe' AS TEXT) WHERE seq = 5"], "altered", 5),
    "row cut": (["UPDATE audit SET body = substr(body, 1, 30) WHERE seq = 5"], "torn", 5),
    "dropped": (["DELETE FROM audit WHERE seq = 5"], "dropped", 5),
    "dropped at the beginning": (["DELETE FROM audit WHERE seq < 3"], "dropped", 1),
    "inserted": ([*SHIFT.format(5, 1).split(";"), COPY.format(to=6, from_=2)], "inserted", 6),
    "reordered": (
        [
            "UPDATE audit SET seq = -5 WHERE seq = 5",
            "UPDATE audit SET seq = 5 WHERE seq = 7",
            "UPDATE audit SET seq = 7 WHERE seq = -5",
        ],
        "reordered",
        5,
    ),
    "truncated": (["DELETE FROM audit WHERE seq > 7"], "truncated", 8),
    "truncated with its checkpoints": (
        ["DELETE FROM audit WHERE seq > 7", "DELETE FROM audit_checkpoints"],
        "truncated",
        8,
    ),
    "emptied": (["DELETE FROM audit", "DELETE FROM audit_checkpoints"], "truncated", 1),
    "forged checkpoint": (["UPDATE audit_checkpoints SET signature = 'AAAA'"], "forged", 10),
}


#: no text of PostgreSQL can hold these bytes
OF_A_FILE = {"garbled text"}


@pytest.mark.parametrize(
    "case", [pytest.param(c, marks=[pytest.mark.sqlite] if c in OF_A_FILE else []) for c in TAMPERED]
)
def test_tampering_is_named(kept: Kept, case: str) -> None:
    kept.write(1, 10)
    kept.sign()
    assert verdict(kept).whole
    statements, kind, seq = TAMPERED[case]
    tamper(kept, *statements)
    assert (kind, seq) in [(fault.kind, fault.seq) for fault in verdict(kept).faults]


def test_rewriting_table_and_checkpoints_is_found_by_the_file(kept: Kept) -> None:
    """Somebody who even has another key of their own, and computes everything anew."""
    kept.write(1, 10)
    kept.sign()
    tamper(kept, "DELETE FROM audit", "DELETE FROM audit_checkpoints")

    def anew(conn: Connection) -> None:
        for number in range(1, 11):
            service.record(conn, deed(number, person="somebody else"))

    kept.db.write_now(anew)
    found = verdict(kept)
    assert [(f.kind, f.seq, f.last) for f in found.faults] == [("altered", 1, 10)]


def test_a_file_of_checkpoints_that_is_gone_is_missed(kept: Kept) -> None:
    kept.write(1, 10)
    kept.sign()
    kept.file.unlink()
    assert [(f.kind, f.seq) for f in verdict(kept).faults] == [("dropped", 10)]


def test_half_a_line_beside_is_a_fault_until_a_checkpoint_follows(kept: Kept) -> None:
    kept.write(1, 5)
    kept.sign()
    with kept.file.open("ab") as file:
        file.write(b'{"at":"2026-11-21T16:0')
    assert [(f.kind, f.seq) for f in verdict(kept).faults] == [("torn", 6)]
    kept.write(6, 7)
    kept.sign()
    found = verdict(kept)
    assert found.whole, found.faults
    assert "line 2" in found.notes[0]


def test_the_unsigned_end_is_told(kept: Kept) -> None:
    kept.write(1, 5)
    kept.sign()
    kept.write(6, 7)
    found = verdict(kept)
    assert found.whole
    assert found.notes == ["rows 6 to 7 are not signed yet"]


async def test_retention_states_what_it_cut(kept: Kept, later: datetime) -> None:
    kept.write(1, 20)
    kept.sign()
    keep = service.checked_keeping(183)
    early = T0 + timedelta(seconds=10) + keep
    made = await service.cut(kept.db, kept.key, kept.file, early, keep)
    assert made is not None
    assert (made.kind, made.first, made.seq) == ("cut", 1, 9)
    kept.sign()
    found = verdict(kept)
    assert found.whole, found.faults
    assert (found.cut, found.report.rows) == (9, 12)
    told, _ = kept.db.read_now(lambda conn: service.find(conn, action="audit.cut"))
    assert told[0].entry.object_id == "1-9"
    assert await service.cut(kept.db, kept.key, kept.file, early, keep) is None
    assert await service.cut(kept.db, kept.key, kept.file, later, keep, most=4) is not None
    found = verdict(kept)
    assert found.whole, found.faults
    assert found.cut == 13
    tamper(kept, "DELETE FROM audit WHERE seq = 14")
    assert [(f.kind, f.seq) for f in verdict(kept).faults] == [("dropped", 14)]


async def test_what_no_checkpoint_speaks_for_is_not_cut(kept: Kept, later: datetime) -> None:
    kept.write(1, 5)
    keep = service.checked_keeping(183)
    assert await service.cut(kept.db, kept.key, kept.file, later, keep) is None
    kept.sign()
    assert await service.cut(kept.db, kept.key, kept.file, later, keep) is not None
    assert kept.db.read_now(repository.head).seq == 6
    assert verdict(kept).whole


async def test_a_kill_between_file_and_table_leaves_a_whole_record(kept: Kept, later: datetime) -> None:
    kept.write(1, 5)
    kept.sign()
    made = kept.key.cut(1, kept.db.read_now(repository.head), later)
    from tocsin.audit import beside

    beside.append(kept.file, made)
    assert verdict(kept).whole
    assert rows(kept) == 5


@pytest.mark.parametrize("days", [182, 0, -1])
def test_a_shorter_keeping_is_refused(days: int) -> None:
    with pytest.raises(Misconfigured) as refused:
        service.checked_keeping(days)
    assert refused.value.field == "audit.keep_days"
    assert service.checked_keeping(183) == timedelta(days=183)


@pytest.mark.sqlite
def test_a_copy_of_the_folder_verifies_with_the_public_key(kept: Kept, tmp_path: Path) -> None:
    import shutil

    from tocsin.audit.keys import PublicKey

    kept.write(1, 5)
    kept.sign()
    kept.db.close()
    other = tmp_path / "other"
    shutil.copytree(kept.state, other, ignore=shutil.ignore_patterns("audit.key"))
    db = Database(other / "ops.db", durable=False, name="ops")
    found = judge_state(db, other / kept.file.name, PublicKey.load(other / "keys" / "audit.pub"))
    db.close()
    assert found.whole
    assert found.report.sealed == 5
