"""``tocsin user`` on second factors, and a start that refuses a provider that is set up wrongly."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pyotp
import pytest
from typer.testing import CliRunner

from tocsin.app.preparing import identity, prepare_state
from tocsin.cli import app
from tocsin.kernel.errors import Misconfigured


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A city in which the operator has a second factor."""
    (tmp_path / "layout").write_text("1")

    async def enrol() -> None:
        with identity(tmp_path) as known:
            await asyncio.to_thread(known.people.first_account)
            begun = await known.second_factor.begin("operator")
            await known.second_factor.confirm("operator", pyotp.TOTP(begun.secret).at(datetime.now(UTC)))

    asyncio.run(enrol())
    return tmp_path


def tocsin(state: Path, *words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["user", *words, "--state", str(state)])
    return result.exit_code, result.output


def test_the_list_says_who_has_one_and_a_reset_takes_it(state: Path) -> None:
    assert tocsin(state, "list") == (
        0,
        "operator\tadministrator in control-room, operator in control-room\tsecond factor\n",
    )
    assert tocsin(state, "reset-second-factor", "operator") == (
        0,
        "operator signs in with the password alone\n",
    )
    assert "second factor" not in tocsin(state, "list")[1]
    code, _ = tocsin(state, "reset-second-factor", "operator")
    assert code != 0, "there is none any more"


def test_an_unfit_provider_is_refused_before_anything_starts(tmp_path: Path) -> None:
    (tmp_path / "tocsin.toml").write_text('[identity]\noidc_issuer = "http://login.city.example"\n')
    (tmp_path / "sign-in.toml").write_text('[a]\ncontrol-room = ["operator"]\n')
    with pytest.raises(Misconfigured, match="must be https"):
        prepare_state(tmp_path, "live", fresh_password=False, devices={})
    assert not (tmp_path / "ops.db").exists()
