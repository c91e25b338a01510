"""What a city sets for its warnings; what is wrong there stops no control room."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tocsin.app.hosting import Place
from tocsin.app.warning import issuer_of
from tocsin.settings import load


def place(state: Path, realm: str = "live", **given: Any) -> Place:
    settings = load(state, {name.replace("__", "."): value for name, value in given.items()})
    return Place(state, realm, settings)


def test_nothing_set_still_warns_under_a_name_of_its_own(tmp_path: Path) -> None:
    made = issuer_of(place(tmp_path, city__name="Padova"))
    assert made is not None
    assert made.name == f"tocsin-{made.signer.fingerprint[:16]}"
    assert (made.sender_name, made.languages, made.status) == ("Padova", ("en",), "Actual")
    again = issuer_of(place(tmp_path, realm="exercise:one", warnings__languages="it, en it"))
    assert again is not None
    assert (again.name, again.languages, again.status) == (made.name, ("it", "en"), "Exercise")
    citys = issuer_of(place(tmp_path, city__languages="nb en", warnings__languages=" , "))
    assert citys is not None
    assert citys.languages == ("nb", "en")
    for wrong in (
        {"city__languages": "xx"},
        {"warnings__sender": "two words"},
        {"warnings__sender": "<city>"},
        {"city__zone": "Mars/Olympus"},
    ):
        assert issuer_of(place(tmp_path, **wrong)) is None, wrong
    (tmp_path / "keys" / "warning.key").write_bytes(b"damaged")
    assert issuer_of(place(tmp_path)) is None
