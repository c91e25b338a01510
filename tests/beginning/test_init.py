"""``tocsin init``: answers and options, refusals, a second time. No server is started."""

from __future__ import annotations

import asyncio
import re
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tocsin import cli_init
from tocsin.app.preparing import identity, prepare_state
from tocsin.cli import app
from tocsin.kernel.errors import Conflict, TocsinError
from tocsin.settings import load

PADOVA = (
    *("--name", "Padova", "--place", "11.8768,45.4064", "--language", "it", "--language", "en"),
    *("--room", "control-room=Polizia locale", "--room", "it=Informatica", "--administrator", "anna"),
)
PASSWORD = re.compile(r"password  ((?:[a-z2-9]{5}-){3}[a-z2-9]{5})   \(shown once\)")


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that knows neither zone nor language."""
    for name, value in (("TZ", "UTC"), ("LC_ALL", "C.UTF-8")):
        monkeypatch.setenv(name, value)


def init(state: Path, *words: str, typed: str | None = None) -> str:
    result = CliRunner().invoke(app, ["init", str(state), *words], input=typed)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def rooms_and_roles(state: Path) -> tuple[dict[str, str], set[tuple[str, str, str]]]:
    with identity(state) as known:
        held = asyncio.run(known.organisations.memberships())
        rooms = {room.id: room.title for room in known.organisations.all_now()}
    return rooms, {(m.person, m.organisation, m.role) for m in held}


@pytest.mark.sqlite
def test_options_alone_make_a_city(tmp_path: Path) -> None:
    state = tmp_path / "padova"
    said = init(state, *PADOVA)
    assert PASSWORD.search(said)
    assert f"tocsin up --state {state}" in said
    settings = load(state)
    assert settings.city.name == "Padova"
    assert (settings.city.zone, settings.city.languages) == ("Europe/Rome", "it en")
    assert settings.city.place == "11.8768,45.4064"
    assert settings.warnings.languages == "it"
    rooms, held = rooms_and_roles(state)
    assert rooms == {"control-room": "Polizia locale", "it": "Informatica"}
    assert held == {("anna", "control-room", "administrator"), ("anna", "control-room", "operator")}
    assert state.stat().st_mode & 0o077 == 0, "nobody else reads it"
    assert [path.name for path in tmp_path.iterdir()] == ["padova"], "no draft is left"


@pytest.mark.sqlite
def test_the_start_finds_the_account_and_tells_no_other_password(tmp_path: Path) -> None:
    init(tmp_path / "city", *PADOVA)
    told = prepare_state(tmp_path / "city", "live", fresh_password=False, devices={})
    assert '"user": "anna", "password": null' in told


def test_what_is_shown_as_a_comment_is_valid_once_it_is_none(tmp_path: Path) -> None:
    """Every line offered under *likely next* is a setting that exists, with a value that fits."""
    init(tmp_path / "city", *PADOVA)
    file = tmp_path / "city" / "tocsin.toml"
    offered = file.read_text().partition("# Likely next")[2].partition("\n")[2]
    assert offered.count("\n# ") > 6
    file.write_text(file.read_text() + "\n" + offered.replace("\n# ", "\n").removeprefix("# "))
    settings = load(tmp_path / "city")
    assert settings.bus.mqtt_port == 1883
    assert settings.http.public_url == "https://tocsin.city.example"


def test_a_name_alone_is_enough(tmp_path: Path) -> None:
    said = init(tmp_path / "city", "--name", 'L\'Aquila "nuova" \\ \x7f')
    settings = load(tmp_path / "city")
    assert settings.city.name == 'L\'Aquila "nuova" \\'
    assert (settings.city.zone, settings.city.languages, settings.city.place) == ("UTC", "en", "")
    assert "user      operator" in said


def test_the_language_of_the_machine_is_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "no_NO.UTF-8")
    init(tmp_path / "city", "--name", "Bergen", "--place", "5.3221,60.3913")
    assert load(tmp_path / "city").city.languages == "nb"
    assert load(tmp_path / "city").city.zone == "Europe/Oslo"


@pytest.mark.sqlite
def test_at_a_terminal_it_asks_and_asks_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli_init, "at_terminal", lambda: True)
    answers = [
        *("   ", "Padova"),  # name: none, then one
        *("45.4064;11.8768", "11.8768,45.4064"),
        *("it de", "it en"),
        *("Europe/Padova", ""),  # no such zone, then the one proposed
        *("police", "police=Polizia locale", ""),
        *("Anna Rossi", "anna"),
    ]
    said = init(tmp_path / "city", typed="\n".join(answers) + "\n")
    assert "[Europe/Rome]" in said
    for cure in ("what its people call it", "longitude, then latitude", "en it nb pt", "as in Europe/Rome"):
        assert f"cure: {cure}" in said or cure in said
    assert PASSWORD.search(said)
    assert load(tmp_path / "city").city.name == "Padova"
    rooms, _ = rooms_and_roles(tmp_path / "city")
    assert rooms == {"control-room": "Control room", "police": "Polizia locale"}


@pytest.mark.parametrize(
    ("words", "field", "cure"),
    [
        ((), "--name", "--name"),
        (("--name", " \t"), "city.name", "what its people call it"),
        (("--name", "x" * 81), "city.name", "what its people call it"),
        (("--name", "P", "--place", "Padova"), "city.place", "longitude, then latitude"),
        (("--name", "P", "--timezone", "Rome"), "city.zone", "as in Europe/Rome"),
        (("--name", "P", "--language", "de"), "city.languages", "some of en it nb pt"),
        (("--name", "P", "--language", "it", "--language", "it"), "city.languages", "some of en it nb pt"),
        (("--name", "P", "--room", "police"), "room", "police="),
        (("--name", "P", "--room", "Police=Police"), "id", "a-z 0-9 -"),
        (("--name", "P", "--room", "police= "), "title", "say what it is"),
        (("--name", "P", "--room", "it=A", "--room", "it=B"), "room", "one title for each id"),
        (("--name", "P", "--administrator", "Anna Rossi"), "name", "letters, digits"),
    ],
)
def test_a_wrong_answer_names_field_and_cure_and_leaves_nothing(
    tmp_path: Path, words: tuple[str, ...], field: str, cure: str
) -> None:
    with pytest.raises(TocsinError) as refused:
        init(tmp_path / "city", *words)
    assert refused.value.field == field
    assert cure in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_a_failure_half_way_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tocsin.app.beginning.prepare_state", full)
    with pytest.raises(OSError, match="No space"):
        init(tmp_path / "city", *PADOVA)
    assert list(tmp_path.iterdir()) == []


def test_a_city_is_never_made_anew_without_being_told(tmp_path: Path) -> None:
    state = tmp_path / "city"
    init(state, *PADOVA)
    before = (state / "tocsin.toml").read_bytes()
    with pytest.raises(Conflict, match=r"a city is kept.*--force"):
        init(state, "--name", "Another")
    assert (state / "tocsin.toml").read_bytes() == before


@pytest.mark.sqlite
def test_with_force_settings_and_rooms_are_new_and_all_else_stays(tmp_path: Path) -> None:
    state = tmp_path / "city"
    init(state, *PADOVA)
    with (state / "tocsin.toml").open("a") as file:
        file.write('[http]\nport = 8481\npublic_url = "https://\\u007f.example"\n[lake]\nflush_s = 1.5\n')
    before = (state / "tocsin.toml").read_bytes()
    said = init(state, "--force", "--name", "Padova e provincia", "--room", "police=Questura")
    assert not PASSWORD.search(said)
    assert "user      anna" in said
    assert (state / "tocsin.toml.before").read_bytes() == before
    assert load(state).city.name == "Padova e provincia"
    rooms, held = rooms_and_roles(state)
    assert rooms == {"control-room": "Polizia locale", "it": "Informatica", "police": "Questura"}
    assert held == {("anna", "control-room", "administrator"), ("anna", "control-room", "operator")}
    settings = load(state)
    assert (settings.http.port, settings.lake.flush_s) == (8481, 1.5)
    assert settings.http.public_url == "https://\x7f.example"
    assert settings.warnings.languages == "it"
    city = settings.city
    assert (city.place, city.languages, city.zone) == ("11.8768,45.4064", "it en", "Europe/Rome")
    said = init(state, "--force", "--language", "nb", "--administrator", "bea")
    assert load(state).city.languages == "nb"
    assert load(state).city.name == "Padova e provincia"
    assert PASSWORD.search(said)
    assert ("bea", "control-room", "administrator") in rooms_and_roles(state)[1]


def test_somebody_elses_folder_is_left_alone(tmp_path: Path) -> None:
    state = tmp_path / "photos"
    state.mkdir()
    (state / "cat.jpg").write_bytes(b"x")
    for force in ((), ("--force",)):
        with pytest.raises(Conflict, match="something else in this folder"):
            init(state, *force, "--name", "Padova")
    assert [path.name for path in state.iterdir()] == ["cat.jpg"]


def test_an_empty_folder_will_do(tmp_path: Path) -> None:
    init(tmp_path / "city", "--name", "Padova")
    (tmp_path / "other").mkdir()
    init(tmp_path / "other", "--name", "Padova")
    text = (tmp_path / "other" / "tocsin.toml").read_text()
    assert tomllib.loads(text)["city"]["name"] == "Padova"
