"""What a city will not start on: one clear line, code 2, and nothing left running."""

from __future__ import annotations

import json
import shutil
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from tests.system.city import City, errors_of, gone, launched
from tests.system.conftest import prepared

pytestmark = [pytest.mark.real, pytest.mark.timeout(240)]


def refused(state: Path, *words: str, nobody_left: bool = True) -> str:
    with launched(state, *words) as process:
        out, _ = process.communicate(timeout=60)
    told = errors_of(state).read_text()
    assert process.returncode == 2, told
    assert out == ""
    assert told.startswith("tocsin: ")
    assert len(told.splitlines()) == 1, told
    if nobody_left:
        gone(state, 5)
    return told


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        told = refused(tmp_path / "state", "--port", str(port))
    assert f"127.0.0.1:{port}" in told
    assert "cure: end what holds it, or give --port" in told


@pytest.mark.parametrize("name", ["bus.port", "bus.mqtt_port"])
def test_a_port_of_the_bus_that_is_taken(tmp_path: Path, name: str) -> None:
    state = prepared(tmp_path / "state")
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        section, _, key = name.partition(".")
        (state / "tocsin.toml").write_text(f"[{section}]\n{key} = {port}\n")
        told = refused(state)
    assert str(port) in told
    assert "cure:" in told


def test_a_folder_laid_out_by_a_newer_version(tmp_path: Path) -> None:
    state = prepared(tmp_path / "state")
    (state / "layout").write_text("999\n")
    told = refused(state)
    assert "newer Tocsin" in told
    assert "'999'" in told
    assert "cure: update Tocsin, or give another --state" in told
    assert (state / "layout").read_text() == "999\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder with its databases, as a first start leaves it."""
    state = prepared(tmp_path_factory.mktemp("made") / "state")
    done = subprocess.run(
        [sys.executable, "-m", "tocsin", "prepare", "--state", str(state)],
        input="{}",
        text=True,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return state


@pytest.mark.parametrize("name", ["ops", "context", "lake"])
def test_a_database_written_by_a_newer_version(tmp_path: Path, made: Path, name: str) -> None:
    state = tmp_path / "state"
    shutil.copytree(made, state)
    with closing(sqlite3.connect(state / f"{name}.db")) as db, db:
        db.execute("UPDATE alembic_version SET version_num = '9999_from_the_future'")
    told = refused(state)
    assert "newer Tocsin" in told
    assert f"{name} is at 9999_from_the_future" in told
    assert "nothing was changed" in told


def test_a_folder_that_is_in_use(city: City) -> None:
    before = city.processes()
    told = refused(city.state, nobody_left=False)
    assert "uses this state folder" in told
    assert str(before["supervisor"]) in told
    assert "cure:" in told
    noted = json.loads((city.state / "run" / "processes.json").read_text())
    assert noted == before, "the one that runs is still told of"
    city.in_order()


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ("[http]\nprot = 1\n", "http.prot"),
        ('[http]\nbody_limit_mb = "many"\n', "http.body_limit_mb"),
        ("[http\n", "not valid TOML"),
    ],
)
def test_a_setting_that_is_wrong(tmp_path: Path, toml: str, words: str) -> None:
    state = prepared(tmp_path / "state")
    (state / "tocsin.toml").write_text(toml)
    told = refused(state)
    assert words in told
    assert "cure:" in told
