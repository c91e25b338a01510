from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tocsin.evidence.keys import Keys
from tocsin.kernel.errors import Damaged, Misconfigured, NotFound

A, B = "aa" * 16, "bb" * 16
KEY = bytes(range(32))


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    made = Keys(tmp_path)
    made.prepare()
    return made


def test_a_key_comes_back_and_lies_wrapped(keys: Keys, tmp_path: Path) -> None:
    keys.new(A, KEY)
    keys.prepare()  # a second start changes nothing
    assert Keys(tmp_path).get(A) == KEY
    for file in tmp_path.rglob("*"):
        if file.is_file():
            assert KEY not in file.read_bytes()
            assert file.stat().st_mode & 0o077 == 0, file


def test_a_destroyed_key_was_overwritten_before_it_was_unlinked(keys: Keys, tmp_path: Path) -> None:
    keys.new(A, KEY)
    file, witness = tmp_path / "keys/evidence" / f"{A}.key", tmp_path / "witness"
    witness.hardlink_to(file)  # the very blocks, by another name
    assert any(witness.read_bytes())
    assert keys.destroy(A)
    assert not file.exists()
    assert witness.read_bytes() == bytes(68)
    with pytest.raises(NotFound, match="no more"):
        keys.get(A)
    assert not keys.destroy(A)


def test_a_rotation_keeps_every_key_and_destroys_the_old_wrapping(keys: Keys, tmp_path: Path) -> None:
    keys.new(A, KEY)
    keys.new(B, bytes(32))
    ring, old = tmp_path / "keys/evidence.kek", (tmp_path / "keys/evidence" / f"{A}.key").read_bytes()
    before, witness = ring.read_bytes(), tmp_path / "witness"
    name = keys.name(A, "clear", bytes(32))
    witness.hardlink_to(ring)
    assert keys.rotate() == 2
    assert (keys.get(A), keys.get(B)) == (KEY, bytes(32))
    assert witness.read_bytes() == bytes(len(before)), "the old key-encryption key is overwritten"
    assert keys.name(A, "clear", bytes(32)) == name, "files keep their names"
    # a remnant of the disk, from before the rotation
    (tmp_path / "keys/evidence" / f"{A}.key").write_bytes(old)
    with pytest.raises(Damaged, match="does not fit"):
        keys.get(A)


def test_a_rotation_that_was_cut_off_is_ended_by_the_next(keys: Keys, tmp_path: Path, monkeypatch) -> None:
    keys.new(A, KEY)
    keys.new(B, KEY)
    real, done = Keys._rewrap, []

    def cut(self: Keys, object_id: str) -> bool:
        if done:
            raise KeyboardInterrupt
        done.append(object_id)
        return real(self, object_id)

    monkeypatch.setattr(Keys, "_rewrap", cut)
    with pytest.raises(KeyboardInterrupt):
        keys.rotate()
    assert keys.get(A) == keys.get(B) == KEY, "one under the new, one under the old"
    monkeypatch.undo()
    assert keys.rotate() == 2
    assert keys.get(A) == keys.get(B) == KEY
    assert (tmp_path / "keys/evidence.kek").read_bytes().count(b":") == 3, "naming, keys, and one key"


def test_another_object_cannot_borrow_a_key(keys: Keys, tmp_path: Path) -> None:
    keys.new(A, KEY)
    folder = tmp_path / "keys/evidence"
    shutil.copy(folder / f"{A}.key", folder / f"{B}.key")
    with pytest.raises(Damaged):
        keys.get(B)


def test_what_others_can_read_is_refused(keys: Keys, tmp_path: Path) -> None:
    keys.new(A, KEY)
    (tmp_path / "keys/evidence.kek").chmod(0o640)
    with pytest.raises(Misconfigured, match="read by others"):
        keys.get(A)


def test_a_lost_ring_is_not_silently_replaced(keys: Keys, tmp_path: Path) -> None:
    keys.new(A, KEY)
    (tmp_path / "keys/evidence.kek").unlink()
    with pytest.raises(Misconfigured, match="bring it back"):
        keys.prepare()


def test_what_a_kill_left_is_destroyed_at_the_next_start(keys: Keys, tmp_path: Path) -> None:
    keys.new(A, KEY)
    home = tmp_path / "keys"
    (home / "evidence.kek.before").hardlink_to(home / "evidence.kek")  # killed before the new one stood
    (home / "evidence.kek.77.draft").write_bytes(b"half a key")
    keys.prepare()
    assert keys.get(A) == KEY
    assert {f.name for f in home.iterdir()} == {"evidence", "evidence.kek", "evidence.lock"}
