"""The time zone that is proposed: expectations are the zones that these towns keep by law."""

from __future__ import annotations

import pytest

from tocsin.app.zones import check_zone, likely_zone, machine_zone
from tocsin.kernel.errors import Misconfigured
from tocsin.kernel.geo import Point, stated_place
from tocsin.kernel.languages import Language

PADOVA = Point(11.8768, 45.4064)


@pytest.mark.parametrize(
    ("place", "language", "machine", "zone"),
    [
        (PADOVA, "it", None, "Europe/Rome"),
        (Point(10.7522, 59.9139), "nb", None, "Europe/Oslo"),
        (Point(5.3221, 60.3913), "nb", "Europe/Berlin", "Europe/Berlin"),  # the same clocks: as here
        (Point(-8.6291, 41.1579), "pt", None, "Europe/Lisbon"),
        (Point(24.9384, 60.1699), "en", None, "Europe/Helsinki"),
        (Point(151.2093, -33.8688), "en", "Europe/Rome", "Australia/Sydney"),  # a server far away
        (None, "it", "Europe/Rome", "Europe/Rome"),
        (None, "it", None, "UTC"),
    ],
)
def test_likely_zone(place: Point | None, language: Language, machine: str | None, zone: str) -> None:
    assert likely_zone(place, language, machine) == zone


def test_a_server_on_utc_says_nothing_of_its_city(monkeypatch: pytest.MonkeyPatch) -> None:
    told_of = {"UTC": None, "Etc/UTC": None, ":Europe/Rome": "Europe/Rome", "Mars/Base": None}
    for named, told in told_of.items():
        monkeypatch.setenv("TZ", named)
        assert machine_zone() == told


@pytest.mark.parametrize("name", ["Europe/Padova", "", "../etc/passwd", "/etc/localtime"])
def test_no_such_zone(name: str) -> None:
    with pytest.raises(Misconfigured, match=r"no such time zone.*city\.zone.*cure"):
        check_zone(name)


def test_places() -> None:
    assert stated_place(" 11.8768, 45.4064 ") == PADOVA
    assert stated_place("") is None


@pytest.mark.parametrize("words", ["Padova", "11.9", "1,2,3", "45.4;11.9", "nan,45", "11.9,91", "181,0"])
def test_what_is_no_place(words: str) -> None:
    with pytest.raises(Misconfigured, match=r"not a place.*city\.place.*longitude, then latitude"):
        stated_place(words)
