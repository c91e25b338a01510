"""Profiles of cities: whole, lawful, and laid into a state folder by ``tocsin init --city``."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from tocsin.app.feeds import enable, feeds_of, open_feeds
from tocsin.app.hosting import Place
from tocsin.cli import app
from tocsin.kernel.errors import Conflict, Misconfigured, NotFound
from tocsin.kernel.geo import stated_place
from tocsin.kernel.languages import stated
from tocsin.sdk.feeds_file import FILE, profiles, read_feeds, read_profile
from tocsin.sdk.source import find_sources, load_fetch
from tocsin.settings import load

CITIES = ["helsinki", "oslo", "padova", "porto"]


def init(state: Path, *words: str) -> str:
    result = CliRunner().invoke(app, ["init", str(state), *words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


def test_these_cities_are_known() -> None:
    assert profiles() == CITIES


@pytest.mark.parametrize("city", CITIES)
def test_a_profile_is_whole_and_each_feed_can_be_made(city: str) -> None:
    profile, _ = read_profile(city)
    assert ZoneInfo(profile.city.zone)
    assert stated_place(profile.city.place)
    assert stated(profile.city.languages)
    sources = {s.manifest.id: s for s in find_sources().folders}
    assert profile.feed
    for name, feed in profile.feed.items():
        assert feed.terms.startswith("https://"), name
        assert feed.licence, name
        assert feed.publisher != "this city", name
        source = sources[feed.source]
        contact = {"contact": "it@city.example"} if "contact" in source.manifest.params else {}
        assert load_fetch(source, {**contact, **feed.params})


def test_a_city_is_made_of_its_profile_alone(tmp_path: Path) -> None:
    said = init(tmp_path / "oslo", "--city", "oslo", "--contact", "it@oslo.example")
    assert "5 public ones" in said
    settings = load(tmp_path / "oslo")
    assert (settings.city.name, settings.city.zone, settings.city.languages) == (
        "Oslo",
        "Europe/Oslo",
        "nb en",
    )
    assert settings.city.place == "10.7522,59.9139"
    feeds = feeds_of(Place(tmp_path / "oslo", "live", settings), find_sources())
    assert sorted(feeds) == ["oslo_air", "oslo_bikes", "oslo_nowcast", "oslo_vehicles", "oslo_weather"]
    assert feeds["oslo_weather"].params["contact"] == "it@oslo.example"
    assert open_feeds(feeds, find_sources()) == frozenset(feeds)


def test_what_is_given_holds_over_the_profile(tmp_path: Path) -> None:
    init(tmp_path / "c", "--city", "porto", "--name", "Porto, Câmara", "--timezone", "UTC")
    settings = load(tmp_path / "c")
    assert (settings.city.name, settings.city.zone) == ("Porto, Câmara", "UTC")


def test_feeds_that_are_there_stay_as_they_are(tmp_path: Path) -> None:
    init(tmp_path / "c", "--city", "padova")
    file = tmp_path / "c" / FILE
    file.write_text(file.read_text() + 'words = "ours"\n')
    assert enable(tmp_path / "c", "oslo").kept
    assert read_feeds(tmp_path / "c")["padova_air"].words == "ours"
    assert not enable(tmp_path / "c", "oslo", force=True).kept
    assert "oslo_air" in read_feeds(tmp_path / "c")


def test_an_unknown_city_is_told_with_those_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="helsinki or oslo"):
        enable(tmp_path, "atlantis")
    with pytest.raises(NotFound):
        enable(tmp_path, "../cities/oslo")
    with pytest.raises(Conflict):
        enable(tmp_path / "nowhere", "oslo")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[feed", "not TOML"),
        ('[feed.a]\nsource = "rss"\n', "title"),
        ('[feed.a]\nsource = "rss"\ntitle = "x"\ncolour = 1\n', "colour"),
        ('[feed."A b"]\nsource = "rss"\ntitle = "x"\n', "feed"),
        ('[feed.mqtt]\nsource = "rss"\ntitle = "x"\n', "name of a source"),
        ('[feed.a]\nsource = "rss"\ntitle = "x"\nparams = { a = [1] }\n', "a"),
    ],
)
def test_a_wrong_file_stops_the_start_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / FILE).write_text(text)
    with pytest.raises(Misconfigured, match=words):
        feeds_of(Place(tmp_path, "live", load(tmp_path)), find_sources())


def test_a_city_without_feeds_has_none(tmp_path: Path) -> None:
    assert feeds_of(Place(tmp_path, "live", load(tmp_path)), find_sources()) == {}


def test_feeds_are_listed_with_their_terms(tmp_path: Path) -> None:
    init(tmp_path / "c", "--city", "padova")
    said = CliRunner().invoke(app, ["feeds", "--state", str(tmp_path / "c")]).output
    assert "padova_weather  Weather in Padova (MET Norway) (met_no)" in said
    assert "NLOD 2.0 and CC BY 4.0, https://api.met.no/doc/TermsOfService" in said
    assert "no feed yet" in CliRunner().invoke(app, ["feeds", "--state", str(tmp_path)]).output


def test_up_makes_the_city_of_a_profile_or_lays_its_feeds_into_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = []
    monkeypatch.setattr("tocsin.supervise.supervise", started.append)
    for _ in range(2):
        result = CliRunner().invoke(app, ["up", "--city", "porto", "--state", str(tmp_path / "c")])
        assert result.exit_code == 0, result.output
    assert len(started) == 2
    assert load(tmp_path / "c").city.name == "Porto"
    assert "porto_air" in read_feeds(tmp_path / "c")
