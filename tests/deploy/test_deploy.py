"""The folder ``deploy`` says nothing that the product does not have."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.core import TyperGroup
from typer.main import get_command

from tocsin.app.processes import NAMES
from tocsin.bus.accounts import Credentials, credentials_for, write_private
from tocsin.bus.accounts import Folder as BusFolder
from tocsin.cli import app
from tocsin.kernel.errors import Misconfigured
from tocsin.settings import Settings, listing, load

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
#: what each process of a city on several machines is called
PIECES = {"node", "prepare", "keeper", "door", "stages", "lake", "runner"}
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
#: keys of a service that are used here, as the Compose specification has them
KEYS = {
    *("image", "build", "restart", "init", "read_only", "tmpfs", "cap_drop", "security_opt", "command"),
    *("hostname", "volumes", "healthcheck", "environment", "depends_on", "ports"),
}


def understood(words: list[str]) -> None:
    """A command of ``tocsin`` with options and arguments that it has. Raises what the parser raises."""
    command: Any = get_command(app)
    while isinstance(command, TyperGroup):
        found = command.get_command(command.context_class(command), words[0])
        assert found is not None, words
        command, words = found, words[1:]
    context = command.make_context("tocsin", list(words))
    if command.name == "run":
        assert context.params["process"] in NAMES


def unit(path: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(path.read_text())
    return parser


def test_a_wrong_command_would_be_found() -> None:
    with pytest.raises(Exception, match="No such option"):
        understood(["run", "door", "--stat", "x"])
    with pytest.raises(AssertionError):
        understood(["run", "doors", "--state", "x"])
    with pytest.raises(AssertionError):
        understood(["runn", "door"])


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_units_start_what_there_is(path: Path) -> None:
    service = unit(path)["Service"]
    program, *words = service["ExecStart"].split()
    assert program == "/opt/tocsin/bin/tocsin"
    understood(words)
    assert f"/var/lib/{service['StateDirectory']}" == words[-1]
    assert service["DynamicUser"] == "yes"


def test_every_piece_has_a_unit_and_a_container() -> None:
    assert {path.stem.removeprefix("tocsin-") for path in UNITS} == PIECES
    said = {tuple(service.get("command", ())[:2]) for service in COMPOSE["services"].values()}
    assert {("run", piece) for piece in PIECES - {"prepare"}} <= said


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze here")
def test_systemd_understands_the_units(tmp_path: Path) -> None:
    """As they are, but for the program, which is taken from where the tests run."""
    own = str(Path(sys.executable).parent / "tocsin")
    copies = []
    for path in (*UNITS, DEPLOY / "systemd" / "tocsin.target"):
        copy = tmp_path / path.name
        copy.write_text(path.read_text().replace("/opt/tocsin/bin/tocsin", own))
        copies.append(str(copy))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *copies], capture_output=True, text=True, check=False
    )
    ours = [line for line in done.stderr.splitlines() if str(tmp_path) in line or "tocsin" in line]
    assert not ours, done.stderr
    for copy in copies[:-1]:
        done = subprocess.run(
            ["systemd-analyze", "security", "--offline=true", "--threshold=20", copy],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-400:] + done.stderr


@pytest.mark.parametrize("name", list(COMPOSE["services"]))
def test_containers_are_pinned_and_start_what_there_is(name: str) -> None:
    service = COMPOSE["services"][name]
    assert set(service) <= KEYS
    image, _, tag = service["image"].rpartition(":")
    assert image
    assert re.fullmatch(r"[0-9]+(\.[0-9]+)+(-[a-z]+)?", tag), "a version, whole"
    assert set(service.get("depends_on", {})) <= set(COMPOSE["services"])
    for needed, how in service.get("depends_on", {}).items():
        if how["condition"] == "service_healthy":
            assert "healthcheck" in COMPOSE["services"][needed]
    for volume in service.get("volumes", []):
        where = volume.split(":")[0]
        assert where in COMPOSE["volumes"] or where.startswith("./")
    if image == "tocsin":
        understood(service["command"])
        known = {"TOCSIN_" + setting.replace(".", "_").upper() for setting, *_ in listing()}
        assert set(service.get("environment", {})) <= known


@pytest.mark.skipif(
    subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode != 0
    if shutil.which("docker")
    else True,
    reason="no docker compose here",
)
def test_compose_understands_it() -> None:
    done = subprocess.run(
        ["docker", "compose", "-f", str(DEPLOY / "compose.yaml"), "config", "--quiet"],
        capture_output=True,
        text=True,
        env={"TOCSIN_DB_PASSWORD": "x", "TOCSIN_S3_SECRET": "x", "PATH": "/usr/bin:/bin:/usr/local/bin"},
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_settings_are_settings(tmp_path: Path) -> None:
    (tmp_path / "tocsin.toml").write_text((DEPLOY / "city.toml").read_text())
    settings = load(tmp_path)
    assert settings.bus.replicas == 3
    assert settings != Settings()
    given = Credentials("nats://old:1", "u", "p", "live", "door")
    from msgspec.json import encode

    write_private(BusFolder(tmp_path).credentials("live", "door"), encode(given))
    with pytest.raises(Misconfigured) as caught:  # addresses and replicas are right; the file is not here
        credentials_for(tmp_path, "door", settings.bus)
    assert caught.value.field == "bus.ca_file"


def test_what_the_readme_names_exists() -> None:
    told = (DEPLOY / "README.md").read_text()
    lines = re.findall(r"^(?:sudo )?tocsin ([a-z].*?)\s*(?:#.*)?$", told, re.MULTILINE)
    assert len(lines) >= 3
    for line in lines:
        understood(line.replace("{a,b,c}", "a").split())
    for name in re.findall(
        r"`((?:systemd/)?[A-Za-z.-]+\.(?:service|toml|conf|yaml|target)|Dockerfile)`", told
    ):
        assert (DEPLOY / name).exists() or name == "tocsin.toml", name
    known = {setting for setting, *_ in listing()}
    sections = {setting.split(".")[0] for setting in known}
    for name in re.findall(r"`([a-z]+\.[a-z_]+)`", told):
        if not (DEPLOY / name).exists() and name.split(".")[0] in sections:
            assert name in known, name
    assert tomllib.loads((DEPLOY / "city.toml").read_text())
