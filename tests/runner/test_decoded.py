"""Envelopes decoded once for several tools, within a bound that counts what is in them."""

from __future__ import annotations

from datetime import UTC, datetime

from tocsin.bus.codec import encode
from tocsin.kernel.events import Observation, ObservationBatch
from tocsin.kernel.ports import Message
from tocsin.runner.decoded import Decoded

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def envelope(seq: int, observations: int) -> Message:
    made = tuple(Observation(f"{seq}.{n}", "urn:ngsi-ld:A:b", "A", NOW, ()) for n in range(observations))
    return Message("obs.src.s", encode(ObservationBatch("s", NOW, made)), seq, NOW)


def test_a_second_tool_gets_what_the_first_had_decoded() -> None:
    decoded, message = Decoded(), envelope(1, 3)
    assert decoded.get(message) is decoded.get(message)


def test_large_envelopes_are_let_go_sooner() -> None:
    decoded = Decoded(most=1000)
    small, large = [envelope(n, 10) for n in range(50)], [envelope(100 + n, 500) for n in range(3)]
    first = [decoded.get(message) for message in small]
    assert all(decoded.get(message) is known for message, known in zip(small, first, strict=True))
    last = [decoded.get(message) for message in large]
    assert decoded.get(large[2]) is last[2]
    assert decoded.get(large[0]) is not last[0]
    assert decoded.get(small[0]) is not first[0]
