"""What becomes of readings, good and bad: every rule is broken once."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.bus.codec import decode, encode
from tocsin.kernel.events import Attribute, Observation, ObservationBatch, Quarantined, RawBatch, RawItem
from tocsin.normalise.formats import Formats
from tocsin.normalise.items import Items
from tocsin.sdk.reading import Rule

NOW = datetime(2026, 11, 21, 16, 42, 17, tzinfo=UTC)


def test_a_plain_reading(normalised, reading):
    seen = normalised(reading(lon=24.94, lat=60.17, name="Exit 5", state="open"))
    assert isinstance(seen, Observation)
    assert seen.entity == "urn:ngsi-ld:ItemFlowObserved:K-05"
    assert seen.attributes == (
        Attribute("outflow", 12.0), Attribute("name", "Exit 5"), Attribute("state", "open"),
    )  # fmt: skip
    assert (seen.lon, seen.lat, seen.quality, seen.doubts, seen.source) == (24.94, 60.17, 1.0, (), "http")


def test_a_unit_is_converted_into_the_models_own(normalised):
    seen = normalised(
        {
            "id": "T-01", "type": "TrafficFlowObserved", "observedAt": "2026-11-21T18:42:17+02:00",
            "averageVehicleSpeed": {"value": 10, "unitCode": "MTS"},
            "occupancy": {"value": 12, "unitCode": "P1"},
        }
    )  # fmt: skip
    assert seen.get("averageVehicleSpeed") == pytest.approx(36.0)
    assert seen.get("occupancy") == pytest.approx(0.12)
    assert [a.unit for a in seen.attributes] == ["KMH", None]
    assert seen.observed_at == NOW


REFUSED = [
    (Rule.NOT_JSON, b"{", None),
    (Rule.NOT_JSON, b'{"id": "\xff"}', None),
    (Rule.NOT_JSON, b"[" * 5000, None),
    (Rule.NOT_A_NUMBER, b'{"id": "a", "type": "T", "observedAt": "2026-11-21T16:42:17Z", "x": NaN}', None),
    (
        Rule.NOT_A_NUMBER,
        b'{"id": "a", "type": "T", "observedAt": "2026-11-21T16:42:17Z", "x": -Infinity}',
        None,
    ),
    (Rule.NOT_AN_OBJECT, b"[1]", None),
    (Rule.TOO_LARGE, b'{"id": "' + b"a" * (1024 * 1024) + b'"}', None),
    (Rule.NO_ID, {"id": ...}, "id"),
    (Rule.BAD_ID, {"id": "a b"}, "id"),
    (Rule.BAD_ID, {"id": "urn:ngsi-ld:Camera:C-1"}, "id"),
    (Rule.BAD_ID, {"id": "x" * 129}, "id"),
    (Rule.BAD_TYPE, {"type": ...}, "type"),
    (Rule.BAD_TYPE, {"type": "<script>"}, "type"),
    (Rule.NO_TIME, {"observedAt": ...}, "observedAt"),
    (Rule.BAD_TIME, {"observedAt": "yesterday"}, "observedAt"),
    (Rule.BAD_TIME, {"observedAt": 1763743337}, "observedAt"),
    (Rule.BAD_TIME, {"observedAt": "0001-01-01T00:00:00+14:00"}, "observedAt"),
    (Rule.NO_ZONE, {"observedAt": "2026-11-21T16:42:17"}, "observedAt"),
    (Rule.ANCIENT, {"observedAt": "1969-12-31T23:59:59Z"}, "observedAt"),
    (Rule.FUTURE, {"observedAt": "2026-11-21T16:47:18Z"}, "observedAt"),
    (Rule.BAD_PLACE, {"lon": 24.9}, "lat"),
    (Rule.BAD_PLACE, {"lon": 24.9, "lat": 91}, "lat"),
    (Rule.BAD_PLACE, {"lon": "24.9", "lat": 60}, "lon"),
    (Rule.BAD_NAME, {"a b": 1}, "a b"),
    (Rule.TOO_MANY, {f"a{i}": i for i in range(101)}, None),
    (Rule.EMPTY, {"outflow": ...}, "id"),
    (Rule.WRONG_TYPE, {"outflow": "12"}, "outflow"),
    (Rule.WRONG_TYPE, {"outflow": True}, "outflow"),
    (Rule.WRONG_TYPE, {"outflow": [1]}, "outflow"),
    (Rule.WRONG_TYPE, {"outflow": {"value": 1, "unit": "KMH"}}, "outflow"),
    (Rule.WRONG_TYPE, {"congested": "yes"}, "congested"),
    (Rule.WRONG_TYPE, {"name": 5}, "name"),
    (Rule.WRONG_UNIT, {"averageSpeed": {"value": 5, "unitCode": "CEL"}}, "averageSpeed"),
    (Rule.WRONG_UNIT, {"averageSpeed": {"value": 5, "unitCode": ["KMH"]}}, "averageSpeed"),
    (Rule.WRONG_UNIT, {"outflow": {"value": 5, "unitCode": "KMH"}}, "outflow"),
    (Rule.WRONG_UNIT, {"brandNew": {"value": 5, "unitCode": "per hour"}}, "brandNew"),
    (Rule.NOT_A_CHOICE, {"state": "ajar"}, "state"),
    (Rule.NOT_A_NUMBER, {"exitNumber": 10**30}, "exitNumber"),
    (Rule.TOO_LARGE, {"layout": {"x": "y" * 2000}}, "layout"),
]


@pytest.mark.parametrize(("rule", "change", "field"), REFUSED)
def test_each_rule_quarantines_the_whole_item(normalised, reading, rule, change, field):
    payload = change if isinstance(change, bytes) else json.dumps(reading(**change)).encode()
    seen = normalised(payload)
    assert isinstance(seen, Quarantined), seen
    assert seen.reason.startswith(f"{rule}: ")
    assert seen.payload == payload
    assert seen.field == field
    assert seen.cure
    assert seen.device == "device-1"


def test_every_rule_of_readings_is_tried_here():
    elsewhere = {Rule.UNKNOWN_FORMAT, Rule.NOT_MAPPED, Rule.DEFECT, Rule.OUT_OF_TERM}
    assert {rule for rule, _, _ in REFUSED} | elsewhere == set(Rule)


def test_a_wrong_unit_names_unit_expected_and_cure(normalised, reading):
    seen = normalised(reading(averageSpeed={"value": 5, "unitCode": "CEL"}))
    assert "CEL (degree Celsius)" in seen.reason
    assert "expected KMH (kilometre per hour)" in seen.reason
    assert "MTS (metre per second)" in seen.cure


@pytest.mark.parametrize(
    ("change", "quality", "doubt"),
    [
        ({"outflow": -3}, 0.2, "out of bounds: outflow"),
        ({"exitNumber": 2.5}, 0.9, "not whole: exitNumber"),
        ({"outflow": None}, 0.5, "no value: outflow"),
        ({"lon": 0, "lat": 0}, 0.5, "place: 0 N 0 E"),
        ({"brandNew": 5}, 1.0, "unmodelled: brandNew"),
        ({"type": "TramObserved"}, 1.0, "unmodelled: type TramObserved"),
        ({"name": "a" * 100_000}, 1.0, "text: name cut from 100000 characters"),
        ({"name": "a\u202eb"}, 1.0, "text: name control characters replaced"),
    ],
)
def test_doubts_keep_the_reading(normalised, reading, change, quality, doubt):
    seen = normalised(reading(**change))
    assert isinstance(seen, Observation)
    assert seen.quality == quality
    assert any(d.startswith(doubt) for d in seen.doubts), seen.doubts


def test_hostile_text_stays_text(normalised, reading):
    script = '<script>alert("x")</script>'
    assert normalised(reading(name=script)).get("name") == script
    assert normalised(reading(name="a\x1b[31mb\x00c\nd")).get("name") == "a\ufffd[31mb\ufffdc d"
    assert (
        normalised(reading(name="\u0647\u0644\u0633\u0646\u0643\u064a")).get("name")
        == "\u0647\u0644\u0633\u0646\u0643\u064a"
    )
    assert len(normalised(reading(name="ä" * 100_000)).get("name")) == 1_000


def test_five_minutes_ahead_is_still_taken(normalised, reading):
    assert isinstance(normalised(reading(observedAt="2026-11-21T16:47:17Z")), Observation)


def test_the_realms_clock_counts_not_the_wall(normalised, reading):
    seen = normalised(reading(), accepted_at=NOW - timedelta(days=3650))
    assert seen.reason.startswith(Rule.FUTURE)


def test_ids_follow_content_source_and_message(normalised, reading):
    one = normalised(reading(a=1, b=2))
    assert normalised(reading(b=2, a=1)).id == one.id
    assert normalised(reading(a=1, b=3)).id != one.id
    assert normalised(reading(a=1, b=2), source="mqtt").id != one.id
    assert normalised(reading(a=1, b=2, observedAt="2026-11-21T18:42:17+02:00")).id == one.id
    named = normalised(reading(messageId="m-1"))
    assert normalised(reading(messageId="m-1", outflow=99)).id == named.id
    assert normalised(reading(messageId="m-2")).id != named.id


def test_retry_is_passed_on(normalised, reading):
    assert normalised(reading(), retry_of="q-1").retry_of == "q-1"
    assert normalised(b"{", retry_of="q-1").retry_of == "q-1"


def test_ngsi_ld_key_values_are_understood(normalised):
    seen = normalised(
        {
            "id": "urn:ngsi-ld:AirQualityObserved:A-1", "type": "AirQualityObserved",
            "@context": ["https://example.org/context.jsonld"], "dateObserved": "2026-11-21T16:00:00Z",
            "location": {"type": "Point", "coordinates": [24.9, 60.1]},
            "address": {"addressLocality": "Helsinki"}, "no2": 12.5, "PM2_5": 8,
        }
    )  # fmt: skip
    assert (seen.lon, seen.lat, seen.doubts) == (24.9, 60.1, ())
    assert seen.get("address") == '{"addressLocality":"Helsinki"}'
    assert seen.attributes[-1] == Attribute("PM2_5", 8.0, "GQ")


@pytest.mark.parametrize(
    "format_", ["map:gone@0123456789abcdef", "map:../../etc/passwd@x", "feed:nobody", "xml"]
)
def test_a_format_nobody_knows_any_more(normalised, reading, format_):
    seen = normalised(reading(), format_=format_)
    assert seen.reason.startswith(Rule.UNKNOWN_FORMAT)
    assert seen.format == format_
    assert "retry" in seen.cure


def test_a_defect_does_not_stop_the_others(observer, tmp_path):
    def broken(payload: bytes):
        raise ZeroDivisionError(payload)

    items = Items(observer, Formats(tmp_path, {"odd": broken}))
    observations, quarantined = items.of(
        RawBatch("odd", "feed:odd", NOW, (RawItem("1", b"x"), RawItem("2", b"y")))
    )
    assert not observations
    assert [q.reason for q in quarantined] == [f"{Rule.DEFECT}: a defect here: ZeroDivisionError"] * 2


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
keys = st.sampled_from(
    [
        "id",
        "type",
        "observedAt",
        "lon",
        "lat",
        "name",
        "outflow",
        "state",
        "location",
        "messageId",
        "peopleCount",
    ]
) | st.text(max_size=8)
near_readings = st.dictionaries(keys, json_values, max_size=8).map(
    lambda extra: json.dumps(
        {"id": "K-1", "type": "ItemFlowObserved", "observedAt": "2026-11-21T16:42:17Z", "outflow": 1} | extra
    ).encode()
)


@given(st.lists(st.binary(max_size=200) | near_readings, max_size=20))
def test_any_bytes_end_as_observation_or_quarantined(observer, payloads):
    items = Items(observer, Formats(Path("/nonexistent")))
    batch = RawBatch("http", "json", NOW, tuple(RawItem(str(i), p) for i, p in enumerate(payloads)))
    observations, quarantined = items.of(batch)
    assert len(observations) + len(quarantined) == len(payloads)
    assert not any(q.reason.startswith(Rule.DEFECT) for q in quarantined)
    out = ObservationBatch("http", NOW, tuple(observations), tuple(quarantined))
    assert decode(encode(out), ObservationBatch) == out
