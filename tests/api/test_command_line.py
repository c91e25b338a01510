"""Rooms, partners and tokens from the command line, on the state folder of a city."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.api.door import finding
from typer.testing import CliRunner

from tocsin.alerts import repository, service
from tocsin.alerts.episodes import begin
from tocsin.alerts.repository import Row
from tocsin.alerts.rules import Verdict
from tocsin.cli import app
from tocsin.db import Connection, Database
from tocsin.kernel.decisions import Rule
from tocsin.kernel.errors import Conflict
from tocsin.kernel.sharing import Level, Sharing

POLICE = Sharing("police", Level.OWN)


@pytest.fixture
def state(folder: Path) -> Path:
    (folder / "layout").touch()
    return folder


def run(state: Path, *words: str) -> str:
    result = CliRunner().invoke(app, [*words, "--state", str(state)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def an_alert(state: Path) -> None:
    """One open alert of the police."""
    ops = Database(state / "ops.db", durable=False, name="ops")

    def save(conn: Connection) -> None:
        one = finding()
        change = begin(
            1, one, Verdict(Rule("r", "as said"), "high", "Safety", "Immediate", "Observed"), one.onset
        )
        row = Row(1, replace(change.alert, sharing=POLICE), change.memory)
        repository.save(conn, [row], [])

    ops.write_now(save)
    ops.close()


def owner(state: Path) -> Sharing:
    ops = Database(state / "ops.db", durable=False, name="ops")
    try:
        return ops.read_now(lambda conn: service.get(conn, "AL-0001")).sharing
    finally:
        ops.close()


def test_partners_and_tokens(state: Path) -> None:
    assert run(state, "org", "add", "hospital", "--title", "Meilahti", "--partner") == (
        "hospital: Meilahti (partner)\n"
    )
    run(state, "org", "add", "police")
    assert [line.split("\t")[2] for line in run(state, "org", "list").splitlines()] == [
        "control room",
        "partner",
        "control room",
    ]
    secret = run(state, "token", "add", "feed", "--scope", "read", "--scope", "act", "--org", "hospital")
    assert secret.startswith("tocsin_")
    (line,) = run(state, "token", "list").splitlines()
    number, *told = line.split("\t")
    assert told == ["feed", "act read", "hospital", "never used"]
    run(state, "token", "revoke", number)
    assert run(state, "token", "list") == ""


def test_a_room_with_open_work_asks_for_a_successor(state: Path) -> None:
    for room in ("police", "planning"):
        run(state, "org", "add", room)
    an_alert(state)
    with pytest.raises(Conflict, match=r"open in police: 1 alert \(AL-0001\)"):
        run(state, "org", "remove", "police")
    assert owner(state) == POLICE
    said = run(state, "org", "remove", "police", "--successor", "planning")
    assert said == "police is removed; 1 alert now of planning\n"
    assert owner(state) == Sharing("planning", Level.OWN)
