from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.bus.codec import covered, covers, decode, encode
from tocsin.bus.permissions import ROLES, of_role
from tocsin.bus.topics import device_of, device_subject, matches, stream_of
from tocsin.bus.wire import kernel_subject, stream_configs, wire_subject
from tocsin.kernel.errors import Invalid
from tocsin.kernel.events import ObservationBatch, RawBatch, RawItem
from tocsin.kernel.subjects import STREAMS, SUBJECTS

NOW = datetime(2026, 11, 21, 16, 42, 17, 123456, tzinfo=UTC)


def test_a_struct_comes_back_equal() -> None:
    batch = RawBatch("mqtt", "json", NOW, (RawItem("1", b"\x00{}", "K-01"),))
    assert decode(encode(batch), RawBatch) == batch


def test_bytes_of_something_else_are_refused() -> None:
    with pytest.raises(Invalid, match="ObservationBatch"):
        decode(b"\x01", ObservationBatch)
    with pytest.raises(Invalid, match="RawBatch"):
        decode(encode(RawBatch("a", "json", NOW, ()))[:-3], RawBatch)


@given(st.sampled_from([*STREAMS, "MQTT:odd"]), st.integers(0, 2**63))
def test_covered_positions(stream: str, seq: int) -> None:
    assert covered(covers(stream, seq), stream) == seq
    assert covered(covers(stream, seq), stream + "x") == 0


@pytest.mark.parametrize("text", ["", "RAW", "RAW:", "RAW:x", "RAW:-1", ":3"])
def test_a_broken_header_covers_nothing(text: str) -> None:
    assert covered({"Tocsin-Covers": text}, "RAW") == 0


@pytest.mark.parametrize(
    ("pattern", "subject", "fits"),
    [
        ("raw.>", "raw.mqtt", True),
        ("raw.>", "raw.a.b", True),
        ("raw.>", "raw", False),
        ("raw.*", "raw.mqtt", True),
        ("raw.*", "raw.a.b", False),
        ("*.mqtt", "raw.mqtt", True),
        ("raw.mqtt", "raw.mqttx", False),
        ("raw", "raw", True),
    ],
)
def test_patterns(pattern: str, subject: str, fits: bool) -> None:
    assert matches(pattern, subject) is fits


@given(st.from_regex(r"\A[A-Za-z0-9._~\-]{1,40}\Z"))
def test_device_ids_survive_the_subject(device: str) -> None:
    assert device_of(device_subject(device, "obs")) == device


def test_every_subject_has_its_stream_and_comes_back_from_the_wire() -> None:
    configured = {subject for config in stream_configs() for subject in config["subjects"]}
    for subject in SUBJECTS:
        example = subject.pattern.replace(">", "x.y")
        assert stream_of(example) == subject.stream
        assert kernel_subject(wire_subject(example)) == example
        assert any(matches(pattern, wire_subject(example)) for pattern in configured)


def test_a_role_publishes_what_its_stages_publish_and_nothing_else() -> None:
    for role, stages in ROLES.items():
        allowed = of_role(role).publish
        for subject in SUBJECTS:
            mine = subject.publisher in stages or (subject.stream == "MQTT" and "ingest" in stages)
            assert (wire_subject(subject.pattern) in allowed) is mine, (role, subject.pattern)
            readable = any(
                a.startswith("$JS.API.CONSUMER.CREATE.")
                and f".{subject.stream}." in a.replace("$MQTT_msgs", "MQTT")
                for a in allowed
            )
            assert readable is any(
                set(s.readers) & set(stages) for s in SUBJECTS if s.stream == subject.stream
            ), (role, subject)
        assert not any("PURGE" in a or "STREAM.CREATE" in a or "DELETE" in a for a in allowed)
