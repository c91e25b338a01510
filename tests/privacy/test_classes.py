"""Which rule an attribute falls under: the expected answers are written from the words of the rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from tocsin.kernel.errors import Misconfigured
from tocsin.privacy.classes import city_classes, read_classes

#: (type, attribute) -> rule
EXPECTED = {
    ("Vehicle", "vehiclePlateIdentifier"): "plates",
    ("TrafficFlowObserved", "licensePlate"): "plates",
    ("TrafficFlowObserved", "licencePlate"): "plates",
    ("Device", "macAddress"): "radios",
    ("Device", "ipAddress"): "radios",
    ("CrowdFlowObserved", "bluetoothAddress"): "radios",
    ("SocialMediaPost", "authorName"): "authors",
    ("SocialMediaPost", "userName"): "authors",
    ("Device", "owner"): "owners",
    ("Device", "ownerId"): "owners",
    ("Person", "telephone"): "contacts",
    ("PointOfInterest", "contactPoint"): "contacts",
    ("Person", "religion"): "sensitive",
    ("Vehicle", "@id"): "vehicles",
    ("Person", "@id"): "people",
    ("Device", "@id"): None,
    ("ItemFlowObserved", "intensity"): None,
    ("CrowdFlowObserved", "peopleCount"): None,
    ("Device", "name"): None,
    ("AirQualityObserved", "temperature"): None,
    ("OffStreetParking", "availableSpotNumber"): None,
}


@pytest.mark.parametrize(("type_name", "attribute"), EXPECTED)
def test_the_rule_of_an_attribute(type_name: str, attribute: str) -> None:
    found = read_classes().named(type_name, attribute)
    assert (found.id if found else None) == EXPECTED[type_name, attribute]


def test_nothing_that_our_models_measure_is_hidden() -> None:
    from tests.privacy.conftest import KNOWN

    classes = read_classes()
    hidden = {
        (type_name, name)
        for type_name, names in KNOWN.items()
        for name in names
        if (rule := classes.named(type_name, name)) and rule.rule.class_ != "none"
    }
    assert hidden == {
        ("*", "owner"),
        ("Alert", "destinationIpAddress"),
        ("Alert", "sourceIpAddress"),
        ("BikeHireDockingStation", "contactPoint"),
        ("Device", "ipAddress"),
        ("Device", "macAddress"),
        ("Vehicle", "deviceSimNumber"),
        ("Vehicle", "fleetVehicleId"),
        ("Vehicle", "leasingInfo"),
        ("Vehicle", "license_plate"),
        ("Vehicle", "vehicleIdentificationNumber"),
        ("Vehicle", "vehiclePlateIdentifier"),
    }


CITY = """
off = ["owners"]
[default]
text = "none"
purpose = "unstated"
basis = "decided by the council"
context_days = 1
lake_days = 1
[rule.plates]
words = "Plates, for a toll"
attributes = ["*plate*"]
class = "pseudonym"
purpose = "toll"
basis = "city by-law 7"
context_days = 2
lake_days = 10
"""


def test_a_city_has_the_first_word(tmp_path: Path) -> None:
    (tmp_path / "privacy.toml").write_text(CITY)
    classes = city_classes(tmp_path)
    plates = classes.named("Vehicle", "licensePlate")
    assert plates is not None
    assert (plates.own, plates.rule.purpose, plates.keep("lake").days) == (True, "toll", 10)
    assert classes.named("Device", "ownerId") is None
    assert classes.named("Device", "macAddress") is not None, "the others are ours still"
    assert classes.default.rule.class_ == "none"


@pytest.mark.parametrize(
    ("spoilt", "field"),
    [
        (CITY.replace('["owners"]', '["nobody"]'), "off"),
        (CITY.replace('"toll"', '"Toll road"'), "rule.plates.purpose"),
        (CITY.replace("lake_days = 10", "lake_days = 0"), "rule.plates.lake_days"),
        (CITY.replace('basis = "city by-law 7"', 'basis = " "'), "rule.plates.basis"),
        (CITY.replace('["*plate*"]', "[]"), "rule.plates.attributes"),
        (CITY.replace('class = "pseudonym"', 'class = "secret"'), "class"),
        (CITY.replace('class = "pseudonym"', 'clas = "pseudonym"'), "clas"),
        ("[", "toml"),
    ],
)
def test_what_cannot_be_is_refused_by_name(tmp_path: Path, spoilt: str, field: str) -> None:
    (tmp_path / "privacy.toml").write_text(spoilt)
    with pytest.raises(Misconfigured) as refused:
        city_classes(tmp_path)
    assert field in str(refused.value.field)
    assert refused.value.cure
