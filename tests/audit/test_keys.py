from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from tests.audit.build import T0

from tocsin.audit.chain import Mark
from tocsin.audit.keys import PublicKey, signing_key
from tocsin.kernel.errors import Misconfigured

HEAD = Mark(7, "ab" * 32)


def test_the_key_is_made_once_and_private(tmp_path: Path) -> None:
    first = signing_key(tmp_path)
    path = tmp_path / "keys" / "audit.key"
    assert os.stat(path).st_mode & 0o777 == 0o600
    assert os.stat(path.parent).st_mode & 0o777 == 0o700
    assert signing_key(tmp_path).public.text == first.public.text
    assert sorted(p.name for p in path.parent.iterdir()) == ["audit.key", "audit.pub"]
    assert path.read_text().split("\n")[1] not in repr(first)


def test_several_processes_make_one_key(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from tocsin.audit.keys import signing_key\n"
        "print(signing_key(Path(sys.argv[1])).public.text)"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE)
        for _ in range(4)
    ]
    assert len({process.communicate(timeout=60)[0] for process in started}) == 1


def test_the_public_key_alone_tells_a_signature(tmp_path: Path) -> None:
    made = signing_key(tmp_path).checkpoint(HEAD, T0)
    public = PublicKey.load(tmp_path / "keys" / "audit.pub")
    assert public.signed(made)
    for changed in (
        {"seq": 8},
        {"hash": "ac" * 32},
        {"kind": "cut"},
        {"first": 1},
        {"signature": ""},
        {"signature": "ä"},
        {"key": "other"},
    ):
        assert not public.signed(msgspec.structs.replace(made, **changed)), changed
    assert not signing_key(tmp_path / "other").public.signed(made)
    assert PublicKey.of_text(public.text).fingerprint == public.fingerprint


def test_a_key_that_others_read_or_that_is_damaged_is_refused(tmp_path: Path) -> None:
    signing_key(tmp_path)
    path = tmp_path / "keys" / "audit.key"
    path.chmod(0o640)
    with pytest.raises(Misconfigured, match="read by others"):
        signing_key(tmp_path)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(Misconfigured, match="damaged"):
        signing_key(tmp_path)
    with pytest.raises(Misconfigured):
        PublicKey.load(tmp_path / "nothing")
    with pytest.raises(Misconfigured):
        PublicKey.of_text("not a key")
