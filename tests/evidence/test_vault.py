"""Objects on the disk: named by what they hold, unreadable without their key, gone when it is gone."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tocsin.evidence.vault import MOST_ORPHANS, Kept, Vault
from tocsin.kernel.errors import Conflict, Damaged, NotFound

FACE = b"a face that nobody may see " * 20_000


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    made = Vault(tmp_path)
    made.prepare()
    return made


def keep(vault: Vault, data: bytes = FACE) -> Kept:
    with vault.draft() as draft:
        writing = draft.part("clear")
        writing.write(data[:1000])
        writing.write(data[1000:])
        draft.part("blurred").write(b"blurred")
        return draft.publish()


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_what_is_kept_comes_back_and_lies_encrypted(vault: Vault, tmp_path: Path) -> None:
    kept = keep(vault)
    assert b"".join(vault.read(kept, "clear")) == FACE
    assert b"".join(vault.read(kept, "blurred")) == b"blurred"
    assert len(files(tmp_path / "evidence/objects")) == 2
    for file in files(tmp_path):
        assert b"face" not in file.read_bytes()
        assert file.stat().st_mode & 0o077 == 0, file


def test_a_name_tells_nothing_of_what_it_names(vault: Vault, tmp_path: Path) -> None:
    first, second = keep(vault), keep(vault)
    names = {*first.names.values(), *second.names.values()}
    assert len(names) == 4, "the same bytes twice have two names: erasing one leaves the other"
    assert all(len(name) == 64 for name in names)
    elsewhere = Vault(tmp_path / "other")
    elsewhere.prepare()
    assert elsewhere.keys.name(first.object_id, "clear", bytes(32)) != vault.keys.name(
        first.object_id, "clear", bytes(32)
    ), "keyed"


def test_an_erased_object_cannot_be_read_from_a_back_up(vault: Vault, tmp_path: Path) -> None:
    kept, other = keep(vault), keep(vault, b"another")
    shutil.copytree(tmp_path / "evidence", tmp_path / "back-up", copy_function=shutil.copy2)
    vault.destroy(kept)
    assert len(files(tmp_path / "evidence/objects")) == 2
    # the whole object store comes back as it was before the erasure
    shutil.rmtree(tmp_path / "evidence")
    shutil.copytree(tmp_path / "back-up", tmp_path / "evidence")
    again = Vault(tmp_path)
    again.prepare()
    assert again.path(kept.names["clear"]).exists()
    for part in ("clear", "blurred"):
        with pytest.raises(NotFound, match="nothing can read it"):
            again.read(kept, part)
    assert b"".join(again.read(other, "clear")) == b"another", "the rest of the back-up is as good as ever"
    again.destroy(kept)  # and may be told again


def test_a_back_up_of_the_keys_from_before_a_rotation_opens_nothing(vault: Vault, tmp_path: Path) -> None:
    """Why a copy of the wrapped keys alone does no harm once the key-encryption key was changed."""
    kept = keep(vault)
    file = next((tmp_path / "keys/evidence").glob("*.key"))
    copy = file.read_bytes()
    vault.destroy(kept)
    vault.keys.rotate()
    file.write_bytes(copy)
    with pytest.raises(Damaged):
        vault.read(kept, "clear")


def test_a_file_that_was_altered_or_swapped_is_refused(vault: Vault) -> None:
    kept, other = keep(vault), keep(vault)
    path = vault.path(kept.names["clear"])
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(Damaged):
        list(vault.read(kept, "clear"))
    path.write_bytes(vault.path(other.names["clear"]).read_bytes())
    with pytest.raises(Damaged):
        vault.read(kept, "clear")
    path.unlink()
    with pytest.raises(Damaged, match="missing"):
        vault.read(kept, "clear")


def test_a_draft_that_is_left_early_leaves_nothing(vault: Vault, tmp_path: Path) -> None:
    with contextlib.suppress(RuntimeError), vault.draft() as draft:
        draft.part("clear").write(FACE)
        assert len(files(tmp_path / "evidence")) == 2
        raise RuntimeError
    assert [f.name for f in files(tmp_path / "evidence")] == ["uploading.lock"]
    assert vault.keys.all() == set()


def test_nothing_is_swept_under_an_upload(vault: Vault) -> None:
    with vault.draft() as draft:
        draft.part("clear").write(FACE)
        assert vault.sweep([]) == 0
        kept = draft.publish()
    assert vault.sweep([kept]) == 0
    assert b"".join(vault.read(kept, "clear")) == FACE
    assert vault.sweep([]) == 2, "a file and a key that nobody holds"
    with pytest.raises(NotFound):
        vault.read(kept, "clear")


def test_a_database_from_last_month_destroys_nothing(vault: Vault) -> None:
    """So many orphans are no kill's doing: somebody restored the wrong back-up, and will notice."""
    kept = [keep(vault, b"x") for _ in range(MOST_ORPHANS + 1)]
    with pytest.raises(Conflict, match="no entry"):
        vault.sweep([])
    assert b"".join(vault.read(kept[0], "clear")) == b"x"
    assert vault.sweep(kept[1:]) == 3, "two files and a key"


VICTIM = """
import sys, time
from pathlib import Path
from tocsin.evidence.vault import Vault
vault = Vault(Path(sys.argv[1])); vault.prepare()
with vault.draft() as draft:
    writing = draft.part("clear")
    writing.write(b"a face that nobody may see " * 20_000)
    if sys.argv[2] == "published":
        draft.publish()
    print("ready", flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("when", ["writing", "published"])
def test_kill_9_in_the_middle_of_an_upload_leaves_nothing(tmp_path: Path, when: str) -> None:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    victim = subprocess.Popen(
        [sys.executable, "-c", VICTIM, str(tmp_path), when], stdout=subprocess.PIPE, text=True, env=env
    )
    try:
        assert victim.stdout is not None
        assert victim.stdout.readline() == "ready\n"
        vault = Vault(tmp_path)
        vault.prepare()
        assert vault.sweep([]) == 0, "it is still at work"
        os.kill(victim.pid, signal.SIGKILL)
        assert victim.wait(10) == -signal.SIGKILL
    finally:
        if victim.poll() is None:
            victim.kill()
            victim.wait()
        victim.stdout.close()
    left = [f for f in files(tmp_path / "evidence") if f.name != "uploading.lock"]
    assert len(left) == 1
    assert b"face" not in left[0].read_bytes(), "clear bytes never met the disk"
    deadline = time.monotonic() + 30
    while not vault.sweep([]) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [f.name for f in files(tmp_path / "evidence")] == ["uploading.lock"]
    assert vault.keys.all() == set()
