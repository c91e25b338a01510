"""Times of keeping: what is over is destroyed and recorded, what is held is not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.db.shape import shaped

from tocsin.audit import service as audit
from tocsin.db import Connection, Database
from tocsin.evidence import custody, repository, service
from tocsin.evidence.exhibit import Exhibit, Retention
from tocsin.evidence.intake import Received
from tocsin.evidence.sniff import Sort
from tocsin.evidence.stage import Keeping, expire
from tocsin.evidence.vault import Vault
from tocsin.evidence.verify import verify
from tocsin.kernel.errors import NotFound, Unavailable
from tocsin.kernel.sharing import OPEN_TO_ALL

T0 = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)


@dataclass
class Room:
    db: Database
    vault: Vault

    def add(self, retention: Retention = "incident", at: datetime = T0) -> str:
        with self.vault.draft() as draft:
            draft.part("clear").write(b"what was said")
            kept = draft.publish()
        received = Received(Sort("document", "text/plain"), 13, "00" * 32, kept)

        def enter(conn: Connection) -> Exhibit:
            return service.add(
                conn,
                received,
                name="note.txt",
                alert=None,
                incident="INC-001",
                place=None,
                taken_at=None,
                sharing=OPEN_TO_ALL,
                room="police",
                retention=retention,
                by="anna",
                program=False,
                at=at,
            )

        return self.db.write_now(enter).id

    def get(self, exhibit: str) -> repository.Row:
        return self.db.read_now(lambda conn: repository.one(conn, exhibit))

    def hold(self, exhibit: str) -> None:
        self.db.write_now(
            lambda conn: service.revise(
                conn, exhibit, None, lambda e: custody.held(e, "the prosecutor asked", "anna", T0)
            )
        )

    def recorded(self) -> list[tuple[str, str, str]]:
        found, _ = self.db.read_now(lambda conn: audit.find(conn, action="evidence.expire"))
        return [(f.entry.person, f.entry.object_id, f.entry.purpose) for f in found]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    db = Database(tmp_path / "ops.db", durable=False, name="ops")
    shaped(db)
    vault = Vault(tmp_path)
    vault.prepare()
    yield Room(db, vault)
    db.close()


@pytest.mark.parametrize(
    ("retention", "hours"), [("short", 72), ("incident", 30 * 24), ("investigation", 180 * 24)]
)
async def test_each_class_ends_at_its_hour(room: Room, retention: Retention, hours: int) -> None:
    one = room.add(retention)
    kept = room.get(one).kept
    assert kept is not None
    end = T0 + timedelta(hours=hours)
    assert room.get(one).exhibit.expires_at == end
    assert room.db.write_now(lambda conn: expire(conn, end - timedelta(seconds=1))) == 0
    assert b"".join(room.vault.read(kept, "clear")) == b"what was said"
    assert room.db.write_now(lambda conn: expire(conn, end)) == 1
    assert await service.complete(room.db, room.vault) == 1
    with pytest.raises(NotFound, match="no more"):
        room.vault.read(kept, "clear")
    row = room.get(one)
    assert row.kept is None
    assert row.exhibit.erased is not None
    assert row.exhibit.custody[-1].act == "expired"
    assert row.exhibit.name == "", "and no words of its sender stay"
    assert room.recorded() == [("retention", one, "storage limitation")]


async def test_what_is_held_stays_until_it_is_released(room: Room) -> None:
    one, late = room.add("short"), T0 + timedelta(days=500)
    room.hold(one)
    assert room.db.write_now(lambda conn: expire(conn, late)) == 0
    room.db.write_now(
        lambda conn: service.revise(
            conn, one, None, lambda e: custody.released(e, "case closed", "anna", late)
        )
    )
    assert room.db.write_now(lambda conn: expire(conn, late)) == 1


async def test_an_erasure_that_was_cut_off_is_ended_by_the_stage(room: Room, monkeypatch) -> None:
    one = room.add(at=datetime.now(UTC))
    kept = room.get(one).kept
    assert kept is not None
    room.db.write_now(
        lambda conn: service.revise(conn, one, None, lambda e: custody.erased(e, "mistake", "anna", T0))
    )
    stage = Keeping(room.db, room.vault)

    def full(*_: object) -> None:
        raise Unavailable("the disk is gone", cure="bring it back")

    with monkeypatch.context() as broken:
        broken.setattr(Vault, "destroy", full)
        with pytest.raises(Unavailable):
            await stage.look()
        assert room.get(one).kept == kept, "not forgotten"
    await stage.look()
    assert room.get(one).kept is None
    assert room.vault.keys.all() == set()


async def test_a_clock_that_jumps_destroys_nothing(room: Room) -> None:
    class Clock:
        at = T0

        def now(self) -> datetime:
            return self.at

    clock = Clock()
    one = room.add()
    stage = Keeping(room.db, room.vault, clock=clock)
    clock.at += timedelta(days=4000)
    await stage.look()
    assert room.get(one).exhibit.erased is None


def test_the_sweep_spares_what_has_a_row_and_ends_what_is_erased(room: Room) -> None:
    stays, goes = room.add(), room.add()
    room.db.write_now(
        lambda conn: service.revise(conn, goes, None, lambda e: custody.erased(e, "mistake", "anna", T0))
    )
    assert service.sweep(room.db, room.vault) == 2, "its key and its file"
    kept = room.get(stays).kept
    assert kept is not None
    assert b"".join(room.vault.read(kept, "clear")) == b"what was said"


def test_verify_names_what_is_damaged(room: Room) -> None:
    whole, cut, lost, other = (room.add() for _ in range(4))
    assert verify(room.db, room.vault).faults == {}
    for exhibit, harm in ((cut, b"xx"), (lost, None)):
        kept = room.get(exhibit).kept
        assert kept is not None
        path = room.vault.path(kept.names["clear"])
        path.write_bytes(harm) if harm else path.unlink()
    row = room.get(other)
    assert row.kept is not None
    room.db.write_now(
        lambda conn: repository.save(conn, repository.Row(row.exhibit, replace_name(row.kept, room.vault)))
    )
    verdict = verify(room.db, room.vault)
    assert verdict.pieces == 4
    assert set(verdict.faults) == {cut, lost, other}
    assert whole not in verdict.faults


def replace_name(kept, vault: Vault):
    """The same file under a name that another content would have."""
    name = vault.keys.name(kept.object_id, "clear", bytes(32))
    vault.path(kept.names["clear"]).rename(vault.path(name, make=True))
    return type(kept)(kept.object_id, {"clear": name})


def test_what_is_stored_counts_until_it_is_erased(room: Room) -> None:
    room.add()
    room.add("short")
    assert room.db.read_now(repository.stored_bytes) == 26
    room.db.write_now(lambda conn: expire(conn, T0 + timedelta(days=4)))
    assert room.db.read_now(repository.stored_bytes) == 13


def test_numbers_are_never_given_twice(room: Room) -> None:
    first = room.add("short")
    room.db.write_now(lambda conn: expire(conn, T0 + timedelta(days=4)))
    assert (first, room.add()) == ("EV-0001", "EV-0002")
