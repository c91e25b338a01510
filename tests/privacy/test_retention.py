"""Which term a reading has that is no personal data, and what is no term."""

from __future__ import annotations

import pytest

from tocsin.kernel.errors import Misconfigured
from tocsin.privacy.retention import read_retention

GIVEN = "Vehicle*.speed=30 vehicle*=60 WeatherObserved=900 AirQuality*=0"


@pytest.mark.parametrize(
    ("type_name", "attribute", "days"),
    [
        ("Vehicle", "speed", 30),
        ("VehicleModel", "SPEED", 30),
        ("Vehicle", "heading", 60),
        ("Vehicle", None, 60),
        ("WeatherObserved", "temperature", 900),
        ("AirQualityObserved", "no2", 0),
        ("NoiseLevelObserved", "LAeq", 400),
        ("NoiseLevelObserved", None, 400),
    ],
)
def test_the_first_class_that_fits_counts(type_name: str, attribute: str | None, days: int) -> None:
    assert read_retention(400, GIVEN).days_of(type_name, attribute) == days


def test_what_is_said_of_a_type_is_its_longest() -> None:
    given = read_retention(400, GIVEN)
    longest = {t: given.longest(t) for t in ("Vehicle", "WeatherObserved", "AirQualityObserved", "Noise")}
    assert longest == {"Vehicle": 60, "WeatherObserved": 900, "AirQualityObserved": 0, "Noise": 400}
    assert read_retention(400, "Vehicle.speed=30").longest("Vehicle") == 400
    assert (given.shortest, read_retention(0, "").shortest, read_retention(0, "A=7").shortest) == (30, 0, 7)


def test_it_is_told_in_words() -> None:
    assert read_retention(400, "A.b=3 C=0").words() == "deleted after 400 days; A.b after 3 days; C kept"
    assert read_retention(0, "").words() == "kept"


@pytest.mark.parametrize(
    "word",
    [
        "Weather",
        "=5",
        "A.=5",
        ".b=5",
        "A=",
        "A=-1",
        "A=1.5",
        "A=soon",
        "A=99999999999999999999",
        "A=²",
        "A==5",
    ],
)
def test_what_is_no_term_is_refused_at_start(word: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        read_retention(400, f"B=1 {word}")
    assert (refused.value.field, refused.value.value) == ("lake.retention", word)
    assert "WeatherObserved=90" in str(refused.value.cure)
