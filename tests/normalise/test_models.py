"""The models: whole, as published, and refused where they are wrong."""

import json
from pathlib import Path

import pytest

from tocsin.kernel.errors import Misconfigured
from tocsin.normalise.models import COMMON, FOLDER, read_models

SCHEMAS = Path(__file__).parents[3] / "shared" / "data" / "messages" / "ngsi"
#: left out on purpose: images and streams do not come in with readings
LEFT_OUT = {"streamURL", "mediaURL", "imageSnapshot", "id", "type", "location"}
KINDS = {
    "number": {"number"}, "integer": {"integer", "number"}, "boolean": {"bool"},
    "string": {"text", "enum", "any"},
}  # fmt: skip
#: what the demonstration's city sends, and its unit
CITY = [
    ("CrowdFlowObserved", "peopleCount", "C62"), ("CrowdFlowObserved", "area", "MTK"),
    ("ItemFlowObserved", "outflow", None), ("ItemFlowObserved", "state", None),
    ("ItemFlowObserved", "exitNumber", None), ("ItemFlowObserved", "widthM", None),
    ("ItemFlowObserved", "intensity", None), ("TrafficFlowObserved", "averageVehicleSpeed", "KMH"),
    ("TrafficFlowObserved", "intensity", None), ("TrafficFlowObserved", "occupancy", None),
    ("AirQualityObserved", "NO2", "GQ"), ("AirQualityObserved", "PM10", "GQ"),
    ("AirQualityObserved", "PM2_5", "GQ"), ("NoiseLevelObserved", "LAeq", "2N"),
    ("WeatherObserved", "temperature", "CEL"), ("WeatherObserved", "windSpeed", "MTS"),
    ("WeatherObserved", "windDirection", "DD"), ("WeatherObserved", "relativeHumidity", None),
    ("WeatherObserved", "precipitation", "MMT"), ("OffStreetParking", "availableSpotNumber", "C62"),
    ("OffStreetParking", "totalSpotNumber", "C62"), ("Camera", "status", None),
    ("Device", "deviceState", None),
]  # fmt: skip


def test_one_file_a_type():
    models = read_models()
    assert {path.stem for path in FOLDER.glob("*.toml")} == {t if t != COMMON else "common" for t in models}
    assert all(model.reference.startswith("https://") for model in models.values())


@pytest.mark.parametrize(("type_", "attribute", "unit"), CITY)
def test_what_the_city_sends_is_modelled(type_, attribute, unit):
    model = read_models()[type_].spelled()[attribute]
    assert model.unit == unit


@pytest.mark.data
def test_attributes_are_as_published():
    if not SCHEMAS.exists():
        pytest.skip(f"published schemas not here: {SCHEMAS}")
    models = read_models()
    common, compared = models[COMMON].spelled(), 0
    for path in SCHEMAS.glob("*/*/schema.json"):
        model = models.get(path.parent.name)
        if model is None:
            continue
        known = common | model.spelled()
        schema = json.loads(path.read_text())
        for part in schema.get("allOf", [schema]):
            for name, published in part.get("properties", {}).items():
                if name in LEFT_OUT:
                    continue
                assert name in known, f"{model.type}.{name}"
                wanted = KINDS.get(published.get("type"))
                assert wanted is None or known[name].kind in {*wanted, "any"}, f"{model.type}.{name}"
                compared += 1
    assert compared > 100


@pytest.mark.parametrize(
    ("attribute", "words"),
    [
        ('{ kind = "number", unit = "KPH", words = "x" }', "unit KPH is not in units.py"),
        ('{ kind = "number", dimension = "luck", words = "x" }', "dimension luck"),
        ('{ kind = "text", unit = "KMH", words = "x" }', "a text has no unit"),
        ('{ kind = "enum", words = "x" }', "choices"),
        ('{ kind = "number", low = 2, high = 1, words = "x" }', "low is not below high"),
        ('{ kind = "number", colour = 1, words = "x" }', "colour"),
        ('{ kind = "fraction", words = "x" }', "fraction"),
    ],
)
def test_a_wrong_model_is_refused(tmp_path, attribute, words):
    text = f'type = "T"\nwords = "t"\nreference = "r"\n[attributes]\na = {attribute}\n'
    (tmp_path / "T.toml").write_text(text)
    with pytest.raises(Misconfigured, match=words):
        read_models(tmp_path)


def test_a_folder_without_the_common_model_is_refused(tmp_path):
    with pytest.raises(Misconfigured, match="no common model"):
        read_models(tmp_path)
