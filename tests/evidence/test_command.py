"""``tocsin evidence``: on the state folder of a city, running or not."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.db.shape import shaped
from tests.evidence.test_keeping import Room
from typer.testing import CliRunner

from tocsin.app.hosting import Place
from tocsin.app.keeping import intake_of, rotate
from tocsin.audit import service as audit
from tocsin.cli_evidence import evidence
from tocsin.db import Database
from tocsin.evidence.vault import MOST_ORPHANS, Vault
from tocsin.kernel.errors import Misconfigured
from tocsin.settings import load


@pytest.fixture
def room(tmp_path: Path):
    (tmp_path / "layout").touch()
    db = Database(tmp_path / "ops.db", durable=False, name="ops")
    shaped(db)
    vault = Vault(tmp_path)
    vault.prepare()
    yield Room(db, vault)
    db.close()


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(evidence, list(words))
    return done.exit_code, done.output


def test_verify_and_rotate(room: Room, tmp_path: Path) -> None:
    first, second = (room.add(at=datetime.now(UTC)) for _ in range(2))
    state = ("--state", str(tmp_path))
    assert run("verify", *state) == (0, "2 of 2 pieces are whole\n")
    code, said = run("rotate-keys", *state)
    assert (code, said.partition(";")[0]) == (0, "2 keys wrapped anew")
    assert run("verify", *state)[0] == 0
    found, _ = room.db.read_now(lambda conn: audit.find(conn, action="evidence.rotate_keys"))
    assert [f.entry.detail for f in found] == [{"wrapped": "2"}]
    kept = room.get(first).kept
    assert kept is not None
    room.vault.keys.destroy(kept.object_id)
    code, said = run("verify", *state)
    assert code == 1
    assert first in said
    assert second not in said


def test_where_there_is_no_city(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="no city"):
        rotate(tmp_path)


def test_the_door_sweeps_at_its_start_and_not_under_a_foreign_database(room: Room, tmp_path: Path) -> None:
    place = Place(tmp_path, "live", load(tmp_path))
    with room.vault.draft() as draft:
        draft.part("clear").write(b"cut off before its row")
        draft.publish()
    stays = room.add(at=datetime.now(UTC))
    assert len(room.vault.keys.all()) == 2
    limits = intake_of(place, room.db).limits
    assert (limits.picture_bytes, limits.file_bytes) == (25 * 2**20, 500 * 2**20)
    assert len(room.vault.keys.all()) == 1
    assert room.get(stays).kept is not None
    for _ in range(MOST_ORPHANS + 1):
        with room.vault.draft() as draft:
            draft.part("clear").write(b"of another day")
            draft.publish()
    intake_of(place, room.db)
    assert len(room.vault.keys.all()) == MOST_ORPHANS + 2, "kept, and told in the log"
