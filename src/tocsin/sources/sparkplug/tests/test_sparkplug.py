"""A recorded session of one edge node: births, data by alias, deaths; and what is no Sparkplug."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.kernel.errors import Invalid
from tocsin.sdk.reading import Reading, Refused
from tocsin.sources.sparkplug.cut import REBIRTH, Cut
from tocsin.sources.sparkplug.map import read
from tocsin.sources.sparkplug.payload import read_payload

RECORDED = Path(__file__).parent / "recorded"
T0 = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)


def said(name: str) -> bytes:
    return (RECORDED / f"{name}.bin").read_bytes()


def cut(cutter: Cut, kind: str, name: str, *device: str) -> list[Reading]:
    items = cutter.cut(("spBv1.0", "Water", kind, "pump-7", *device), said(name), T0 + timedelta(seconds=5))
    return [read(item) for item in items]


def born() -> Cut:
    cutter = Cut()
    cut(cutter, "NBIRTH", "1-NBIRTH")
    cut(cutter, "DBIRTH", "2-DBIRTH", "P1")
    return cutter


def values(readings: list[Reading]) -> dict[str, object]:
    kinds = ("numValue", "textValue", "boolValue", "deviceState")
    return {
        str(r.attributes.get("controlledProperty", "state")): next(
            (r.attributes[k] for k in kinds if k in r.attributes), None
        )
        for r in readings
    }


def test_the_recorded_session_becomes_the_golden_readings() -> None:
    cutter = Cut()
    made = cut(cutter, "NBIRTH", "1-NBIRTH")
    made += cut(cutter, "DBIRTH", "2-DBIRTH", "P1")[:-1]  # the total is larger than any count: refused later
    made += cut(cutter, "NDEATH", "5-NDEATH")
    golden = json.loads((RECORDED.parent / "golden.json").read_text())
    assert [msgspec.to_builtins(one) for one in made] == golden


def test_a_birth_tells_state_and_all_metrics() -> None:
    cutter = Cut()
    node, inside = cut(cutter, "NBIRTH", "1-NBIRTH")
    assert (node.type, node.id, node.attributes) == (
        "Device", "Water~~pump-7", {"deviceState": "online", "name": "pump-7"}
    )  # fmt: skip
    assert (inside.id, inside.type) == ("Water~~pump-7~~cabinet~2Ftemperature", "DeviceMeasurement")
    assert inside.attributes == {
        "controlledProperty": "cabinet/temperature", "refDevice": "urn:ngsi-ld:Device:Water~~pump-7",
        "name": "pump-7", "numValue": 21.5, "unit": "Cel",
    }  # fmt: skip
    assert inside.observed_at == T0
    device = cut(cutter, "DBIRTH", "2-DBIRTH", "P1")
    assert values(device) == {
        "state": "online", "flow": 12.25, "level": -40, "running": True, "mode": "auto", "total": 2**53 + 1,
    }  # fmt: skip
    assert cutter.requests() == []


def test_data_are_named_by_their_birth_and_keep_their_own_time() -> None:
    readings = cut(born(), "DDATA", "3-DDATA", "P1")
    assert values(readings) == {"flow": 13.5, "level": -41, "running": None, "mode": "manual"}
    assert [r.observed_at - T0 for r in readings] == [
        timedelta(seconds=s) for s in (0.9, 1, 1, -60)
    ]  # fmt: skip
    assert readings[0].attributes["unit"] == "l/s"


def test_a_death_marks_the_node_and_its_devices_silent() -> None:
    cutter = born()
    assert cut(cutter, "NDEATH", "6-NDEATH-old") == []  # the will of an earlier session
    dead = cut(cutter, "NDEATH", "5-NDEATH")
    assert {(r.id, r.attributes["deviceState"]) for r in dead} == {
        ("Water~~pump-7", "silent"), ("Water~~pump-7~~P1", "silent")
    }  # fmt: skip
    assert all(r.observed_at == T0 + timedelta(seconds=5) for r in dead)
    with pytest.raises(Invalid, match="no birth"):
        cut(cutter, "DDATA", "3-DDATA", "P1")


def test_what_no_birth_explains_is_asked_for_once() -> None:
    cutter = Cut()
    for _ in range(3):
        with pytest.raises(Invalid, match="no birth"):
            cut(cutter, "DDATA", "3-DDATA", "P1")
    assert cutter.requests() == [(("spBv1.0", "Water", "NCMD", "pump-7"), REBIRTH)]
    assert cutter.requests() == []
    (asked,) = read_payload(REBIRTH)["metrics"]
    assert asked == {"name": "Node Control/Rebirth", "datatype": 11, "bool": True}
    with pytest.raises(Refused, match="no birth explains"):
        read(said("3-DDATA"))


def test_a_gap_is_noticed_and_the_data_taken() -> None:
    cutter = born()
    assert len(cutter.cut(("spBv1.0", "Water", "DDATA", "pump-7", "P1"), said("4-DDATA-odd"), T0)) == 2
    assert [topic[2] for topic, _ in cutter.requests()] == ["NCMD"]


def test_births_survive_a_restart() -> None:
    again = Cut()
    again.restore(born().snapshot())
    assert values(cut(again, "DDATA", "3-DDATA", "P1"))["flow"] == 13.5
    with pytest.raises(Invalid):
        again.restore(b"\xc1")


def test_what_is_no_value_is_refused_alone() -> None:
    cutter = born()
    items = cutter.cut(("spBv1.0", "Water", "DDATA", "pump-7", "P1"), said("4-DDATA-odd")[:], T0)
    for item, words in zip(items, ("not a number: nan", "DataSet"), strict=True):
        with pytest.raises(Refused, match=words):
            read(item)


@pytest.mark.parametrize("topic", [("spBv1.0",), ("spBv1.0", "g", "DDATA", "n"), ("x", "g", "NDATA", "n")])
def test_other_topics_are_refused(topic: tuple[str, ...]) -> None:
    with pytest.raises(Invalid, match="no Sparkplug topic"):
        Cut().cut(topic, b"", T0)


@pytest.mark.parametrize(
    "payload",
    [said("2-DBIRTH")[:-3], b"\xff" * 40, b"\x12\xff\xff\xff\xff\x0f", b"{}", b"\x12\x03\x0a\x01\xff"],
)
def test_what_is_cut_off_or_hostile_is_refused(payload: bytes) -> None:
    with pytest.raises(Invalid, match="Sparkplug B payload"):
        Cut().cut(("spBv1.0", "g", "NBIRTH", "n"), payload, T0)
    with pytest.raises(Refused):
        read(payload)


def test_a_time_beyond_the_calendar_is_refused() -> None:
    with pytest.raises(Refused, match="no such time"):
        read(b'{"group":"g","node":"n","device":"","metric":"m","t":9000000000000000000,"v":1}')


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(payload: bytes) -> None:
    with suppress(Invalid):
        Cut().cut(("spBv1.0", "g", "NBIRTH", "n"), payload, T0)
