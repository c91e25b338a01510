"""Laws of every source that has a mapper: recorded beside it, pure, modelled, unharmed by what is sent."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.kernel.events import Observation
from tocsin.normalise.models import read_models
from tocsin.normalise.observe import Observer
from tocsin.privacy.classes import city_classes
from tocsin.sdk.reading import Reading, Refused
from tocsin.sdk.source import SourceFolder, find_sources, load_map

FOLDERS = [s for s in find_sources().folders if s.manifest.format == "feed"]
IDS = [s.manifest.id for s in FOLDERS]
OBSERVER = Observer(read_models())
ACCEPTED = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
HOSTILE = [
    b"",
    b"null",
    b"0",
    b"[]",
    b"{}",
    b"[[]]",
    b'"x"',
    b"\xff\xfe\x00",
    b"\x00" * 64,
    b"{" * 50_000,
    b"[" * 50_000,
    b'{"id":"a","type":"T","observedAt":"9999-12-31T23:59:59-12:00","v":1}',
    b'{"v":NaN}',
    b'{"t":1e400}',
    b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    b"<a",
    b"\xef\xbb\xbf{}",
    b'{"a":"\\ud800"}',
    b'{"at":9223372036854775807,"kind":"vehicle"}',
    b"heard-at: 2026-11-22T17:00:00Z\nfrom: x\n\n<a/>",
]


def golden(source: SourceFolder) -> list[Reading]:
    made = json.loads((source.path / "tests" / "golden.json").read_text("utf-8"))
    return [msgspec.convert(one, Reading) for one in (made if type(made) is list else [made])]


def observed(reading: Reading) -> Observation:
    return OBSERVER.observe(reading, source="law", accepted_at=ACCEPTED)


def test_there_are_sources_to_judge() -> None:
    assert len(FOLDERS) >= 13


@pytest.mark.parametrize("source", FOLDERS, ids=IDS)
def test_each_has_a_recorded_payload_and_its_golden(source: SourceFolder) -> None:
    recorded = source.path / "tests" / "recorded"
    assert any(recorded.iterdir())
    assert golden(source)
    assert source.manifest.reference.startswith("http")
    assert list((source.path / "tests").glob("test_*.py"))


@pytest.mark.parametrize("source", FOLDERS, ids=IDS)
def test_what_it_makes_is_an_observation_that_the_models_know(source: SourceFolder) -> None:
    for reading in golden(source):
        assert not [d for d in observed(reading).doubts if d.startswith(("unmodelled", "text", "out of"))], (
            reading
        )


@pytest.mark.parametrize("source", FOLDERS, ids=IDS)
@pytest.mark.parametrize("payload", HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_hostile_is_read_or_refused(source: SourceFolder, payload: bytes) -> None:
    _read(source, payload)


@pytest.mark.parametrize("source", FOLDERS, ids=IDS)
@settings(max_examples=60, deadline=None)
@given(
    payload=st.one_of(
        st.binary(max_size=200),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
            lambda inner: (
                st.lists(inner, max_size=4)
                | st.dictionaries(
                    st.sampled_from(
                        [
                            "id",
                            "type",
                            "status",
                            "station",
                            "n",
                            "t",
                            "v",
                            "device",
                            "kind",
                            "at",
                            "data",
                            "value",
                            "time",
                        ]
                    ),
                    inner,
                    max_size=6,
                )
            ),
            max_leaves=12,
        ).map(lambda value: json.dumps(value).encode()),
    )
)
def test_any_payload_is_read_or_refused(source: SourceFolder, payload: bytes) -> None:
    _read(source, payload)


def _read(source: SourceFolder, payload: bytes) -> Any:
    """Never anything but a reading or a refusal; and the same twice."""
    read = load_map(source)
    try:
        first = read(payload)
    except Refused:
        with pytest.raises(Refused):
            read(payload)
        return
    assert isinstance(first, Reading)
    assert read(payload) == first
    try:
        observed(first)
    except Refused:
        return


def test_a_source_without_a_golden_would_be_noticed(tmp_path: Path) -> None:
    source = msgspec.structs.replace(FOLDERS[0].manifest, id="bare")
    with pytest.raises(FileNotFoundError):
        golden(SourceFolder(tmp_path, "bare", source))


@pytest.mark.parametrize("name", ["license_plate", "vehiclePlateIdentifier", "vehicleIdentificationNumber",
                                  "fleetVehicleId", "deviceSimNumber", "leasingInfo"])  # fmt: skip
def test_what_names_a_vehicle_or_its_people_is_known_to_the_model_and_to_privacy(
    name: str, tmp_path: Path
) -> None:
    rule = city_classes(tmp_path).named("Vehicle", name)
    assert name in read_models()["Vehicle"].spelled()
    assert rule is not None
    assert rule.rule.class_ in ("personal", "pseudonym")
