"""SenML packs after RFC 8428; its examples are those of the standard (5.1), with our times."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from tocsin.sdk.reading import Reading, Refused
from tocsin.sources.senml.cut import Cut
from tocsin.sources.senml.map import read

HERE = Path(__file__).parent
NOW = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)


def cut(pack: object) -> list[Reading]:
    payload = pack if isinstance(pack, bytes) else json.dumps(pack).encode()
    return [read(bytes(item)) for item in Cut().cut(("devices", "K-05", "senml"), payload, NOW)]


def test_the_recorded_pack_becomes_the_golden_readings() -> None:
    made = [msgspec.to_builtins(one) for one in cut((HERE / "recorded" / "pack.json").read_bytes())]
    assert made == json.loads((HERE / "golden.json").read_text())


def test_base_fields_go_to_all_that_follow() -> None:
    """RFC 8428, 5.1.3: name, time, unit and version of the base; relative times."""
    volts, *amperes = cut(
        [
            {"bn": "urn:dev:ow:10e2073a0108006:", "bt": 1.7953668e9, "bu": "A", "bver": 5, "n": "voltage",
             "u": "V", "v": 120.1},
            {"n": "current", "t": -5, "v": 1.2},
            {"n": "current", "t": -4, "v": 1.3},
        ]
    )  # fmt: skip
    assert volts.id == "K-05~~urn~3Adev~3Aow~3A10e2073a0108006~3Avoltage"
    assert volts.attributes == {
        "controlledProperty": "voltage", "refDevice": "K-05", "unit": "V", "numValue": 120.1
    }  # fmt: skip
    assert volts.observed_at == NOW
    assert [(r.attributes["unit"], r.attributes["numValue"]) for r in amperes] == [("A", 1.2), ("A", 1.3)]
    assert [NOW - r.observed_at for r in amperes] == [timedelta(seconds=5), timedelta(seconds=4)]


def test_every_kind_of_value() -> None:
    """RFC 8428, 5.1.5 (multiple data types) and 4.3 (sum)."""
    got = cut(
        [
            {"bn": "m/", "bv": 20, "bs": 100, "n": "temp", "u": "Cel", "v": 3.5, "s": 7},
            {"n": "label", "vs": "Machine Room"},
            {"n": "open", "vb": False},
            {"n": "nfc", "vd": "aGkgCg"},
            {"n": "energy", "u": "J", "s": 4},
        ]
    )
    kinds = ("numValue", "textValue", "boolValue", "sum")
    assert [{k: v for k, v in r.attributes.items() if k in kinds} for r in got] == [
        {"numValue": 23.5, "sum": 107}, {"textValue": "Machine Room"}, {"boolValue": False},
        {"textValue": "aGkgCg"}, {"sum": 104},
    ]  # fmt: skip


def test_a_time_that_is_told_from_now() -> None:
    plain, before = cut([{"n": "a", "v": 1}, {"n": "a", "t": -2.5, "v": 2}])
    assert (plain.observed_at, before.observed_at) == (NOW, NOW - timedelta(seconds=2.5))


def test_a_record_of_base_fields_alone_is_no_reading() -> None:
    assert len(cut([{"bn": "x"}, {"n": "y", "v": 1}])) == 1


@pytest.mark.parametrize(
    ("pack", "words"),
    [
        (b'[{"n":"a","v":1},{"n":"b"', "not JSON"),
        (b'[{"n":"a","v":NaN}]', "not a number: NaN"),
        (b'[{"n":"a","v":1e999}]', "record 0|not JSON"),
        (b'\xff\xfe[\x00', "not JSON"),
        ({"n": "a", "v": 1}, "a list of records"),
        ([], "a list of records"),
        ([1], "record 0 has no sound record"),
        ([{"n": "a", "v": "1"}], "no sound v"),
        ([{"n": "a", "v": True}], "no sound v"),
        ([{"n": "a", "v": 1, "vs": "x"}], "no sound vs"),
        ([{"n": "a", "v": 1}, {"n": "a", "u": "V"}], "record 1 has no sound v"),
        ([{"v": 1}], "no sound n"),
        ([{"n": "-a", "v": 1}], "no sound n"),
        ([{"n": "a b", "v": 1}], "no sound n"),
        ([{"n": "a", "v": 1, "must_": 1}], "must be understood|no sound must_"),
        ([{"bver": 99, "n": "a", "v": 1}], "no sound bver"),
        ([{"n": "a", "v": 1}] * 10_001, "too many"),
        (b"[" * 100_000, "not JSON"),
    ],
)  # fmt: skip
def test_a_pack_is_taken_whole_or_not_at_all(pack: object, words: str) -> None:
    payload = pack if isinstance(pack, bytes) else json.dumps(pack).encode()
    with pytest.raises(Refused, match=words):
        Cut().cut(("devices", "K-05", "senml"), payload, NOW)
    with pytest.raises(Refused, match=words):
        read(payload)  # in quarantine it tells the same


def test_a_time_beyond_the_calendar_is_refused() -> None:
    with pytest.raises(Refused, match="no such time"):
        cut([{"n": "a", "t": 1e300, "v": 1}])
