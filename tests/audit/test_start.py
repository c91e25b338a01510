from __future__ import annotations

import json
from pathlib import Path

import pytest

from tocsin.app.auditing import verify_state
from tocsin.app.preparing import identity, prepare_state
from tocsin.kernel.errors import Misconfigured


@pytest.mark.sqlite
def test_a_state_folder_has_its_key_before_its_first_row(tmp_path: Path) -> None:
    (tmp_path / "layout").touch()
    told = json.loads(prepare_state(tmp_path, "live", fresh_password=False, devices={"K-05": "Exit 5"}))
    found = verify_state(tmp_path)
    assert found.whole
    assert found.report.rows == 5, "account, its two roles, token, device"
    key = (tmp_path / "keys" / "audit.key").read_bytes()
    prepare_state(tmp_path, "live", fresh_password=True, devices={})
    assert (tmp_path / "keys" / "audit.key").read_bytes() == key
    assert verify_state(tmp_path).report.rows == 8, "password, token revoked, token made"
    stored = (tmp_path / "ops.db").read_bytes()
    assert told["password"].encode() not in stored
    with identity(tmp_path) as known:
        password = known.people.set_password_now("operator")
    assert password.encode() not in (tmp_path / "ops.db").read_bytes()


def test_a_short_keeping_is_refused_at_start(tmp_path: Path) -> None:
    (tmp_path / "tocsin.toml").write_text("[audit]\nkeep_days = 30\n")
    with pytest.raises(Misconfigured) as refused:
        prepare_state(tmp_path, "live", fresh_password=False, devices={})
    assert refused.value.field == "audit.keep_days"


def test_where_no_city_is_kept_there_is_nothing_to_verify(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="no city"):
        verify_state(tmp_path)
    assert not (tmp_path / "ops.db").exists()
