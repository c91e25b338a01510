"""A secret is made once, whoever asks at the same time, and is its owner's alone."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tocsin.kernel.errors import Misconfigured, Unavailable
from tocsin.kernel.keyfile import secret


def test_many_who_ask_at_once_get_the_same_one(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "one"
    with ThreadPoolExecutor(8) as people:
        found = list(
            people.map(lambda _: secret(path, lambda: secrets.token_bytes(32), what="it"), range(50))
        )
    assert set(found) == {path.read_bytes()}
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert list(path.parent.iterdir()) == [path], "no draft is left"


def test_what_others_can_read_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "one"
    secret(path, lambda: b"x", what="it")
    path.chmod(0o644)
    with pytest.raises(Misconfigured) as refusal:
        secret(path, lambda: b"y", what="it", cure="or else")
    assert refusal.value.cure == f"chmod 600 {path}, or else"
    assert path.read_bytes() == b"x"


def test_a_place_that_cannot_be_had_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable, match="cannot be made or read"):
        secret(tmp_path / "file" / "one", lambda: b"x", what="it")
